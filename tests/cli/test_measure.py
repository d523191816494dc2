"""`podium measure` and `podium predict --measures`, on dives that Podium renders."""

import base64
import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from markupsafe import escape

from podium.assessor import load
from podium.batch.scoring import Task, record_of
from podium.cli.app import Exit
from podium.faces import Faces
from podium.features import extraction
from podium.measures import Phase
from podium.performance import Performance
from podium.report import athlete_pictures, faceless
from podium.report.measures_table import COLUMNS
from podium.report.words import load_words
from podium.video.frames import decode, each_frame, probe
from rendered_dives import rendered_dives

CONTRACT = (
    "name", "value", "unit", "low", "high", "phase", "start_seconds", "end_seconds", "percentile",
    "reference_value", "reason",
)  # fmt: skip
RECOGNISED = (
    "action", "position", "half_somersaults", "half_twists", "armstand", "probability"
)  # fmt: skip


OF_THE_CONTRACT = (
    "file_name", "half_somersaults", "half_twists", "position", "armstand", "flight_seconds",
    "jump_height_bodies", "tightness", "opening_seconds", "entry_angle_degrees", "splash_size",
    "fault_take_off", "fault_flight", "fault_entry", "fault_splash",
    "said_take_off", "said_flight", "said_entry", "said_splash", "recognised_action",
)  # fmt: skip
"""The columns of m.csv that others rely on."""


def cells_are_as_promised(row: dict[str, str]) -> None:
    """Expect of each cell what the contract says of its column; empty where not measured."""
    for name in ("half_somersaults", "half_twists"):
        assert row[name] == "" or row[name].isdecimal()
    assert row["position"] in {"", *"ABCD"}
    assert row["armstand"] in {"", "0", "1"}
    assert row["recognised_action"] == "" or row["recognised_action"].isdecimal()
    for phase in Phase:
        assert row[f"fault_{phase}"] == "" or 0 <= float(row[f"fault_{phase}"]) <= 1
        assert row[f"said_{phase}"] in {"", "fault", "praise"}
    for name in OF_THE_CONTRACT[5:11]:
        assert row[name] == "" or np.isfinite(float(row[name]))


@pytest.fixture(scope="module")
def dives(tmp_path_factory) -> list[Path]:
    """Two rendered dives, of the same number."""
    return rendered_dives(tmp_path_factory.mktemp("dives"), "407C", 81_001, n=2)


def test_the_answer_has_the_names_of_the_contract(podium, dives):
    code, out, err = podium("measure", dives[0], "--json")
    assert (code, err) == (Exit.DONE, "")
    found = json.loads(out)
    assert found["measures"]
    for one in found["measures"]:
        assert set(CONTRACT) <= set(one)
        assert one["phase"] in list(Phase)
        assert (one["value"] is None) == bool(one["reason"])
    assert {one["phase"] for one in found["faults"]} <= set(Phase)
    assert all(0 <= one["probability"] <= 1 for one in found["faults"])
    assert set(found["recognised"]) == set(RECOGNISED)


def test_an_expert_stands_beside_it(podium, dives):
    _, alone, _ = podium("measure", dives[1], "--json")
    _, both, _ = podium("measure", dives[0], "--reference", dives[1], "--json")
    theirs = {one["name"]: one["value"] for one in json.loads(alone)["measures"]}
    found = json.loads(both)
    assert found["reference"] == str(dives[1])
    assert {one["name"]: one["reference_value"] for one in found["measures"]} == theirs


def test_a_score_has_the_same_names_beside_its_own(podium, dives):
    code, out, _ = podium("score", dives[0], "--action", "407C", "--model", "simulated", "--json")
    assert code == Exit.DONE
    found = json.loads(out)
    assert found["measures"]
    assert all(set(CONTRACT) <= set(one) for one in found["measures"])
    assert all(set(one) == {"phase", "probability"} for one in found["faults"])
    assert set(found["recognised"]) == set(RECOGNISED)
    assert all(
        {"kind", "words", "phase", "measure"} <= set(one) for one in found["measured_remarks"]
    )
    assert all(
        set(one) == {"phase", "points", "low", "high", "n_experts"} for one in found["phase_points"]
    )
    _, alone, _ = podium("measure", dives[0], "--action", "407C", "--json")
    theirs = {one["name"]: one["value"] for one in json.loads(alone)["measures"]}
    assert {one["name"]: one["value"] for one in found["measures"]} == theirs


def test_of_two_dives_that_are_compared_both_are_measured(podium, dives, tmp_path):
    page = tmp_path / "both.html"
    _, out, _ = podium("measure", dives[0], "--reference", dives[1], "--json")
    expected = json.loads(out)["measures"]
    code, out, _ = podium("compare", dives[0], dives[1], "--json", "--report", page)
    assert code == Exit.DONE
    found = json.loads(out)
    assert found["measures"] == expected
    assert found["measures_reference"] == str(dives[1])
    words = load_words()
    assert f'<th scope="col">{escape(words("measures.reference"))}</th>' in page.read_text("utf-8")
    _, out, _ = podium("compare", dives[0], dives[1])
    theirs = next(one for one in expected if one["name"] == "flight_seconds")["reference_value"]
    line = next(
        line for line in out.splitlines() if line.startswith(words("measure.flight_seconds"))
    )
    assert words("remark.expert", value=f"{theirs:.2f} s") in line


def test_a_score_follows_who_is_pointed_at(podium, dives):
    known = ("--action", "407C", "--model", "simulated", "--json")
    code, out, _ = podium("score", dives[0], "--athlete", "160,60", *known)
    assert code == Exit.DONE
    assert json.loads(out)["measures"]
    code, _, err = podium("score", dives[0], "--athlete", "here", *known)
    assert code == Exit.USAGE
    assert err == "podium: --athlete 'here' must be two numbers, such as 160,120\n"


def test_people_read_the_same_in_words(podium, dives):
    code, out, _ = podium("measure", dives[0])
    assert code == Exit.DONE
    words = load_words()
    assert words("measure.half_somersaults") in out
    assert words("measure.entry_angle_degrees") in out


def test_a_report_without_faces_is_made_of_copies_without_them(
    podium, dives, tmp_path, monkeypatch
):
    """All of both videos is taken for a face here: nothing of them may be left."""
    monkeypatch.setattr(faceless, "find_faces", everywhere)
    monkeypatch.setattr(athlete_pictures, "_line", lambda *_, **__: None)  # which is not flat
    page, before = tmp_path / "dive.html", [path.read_bytes() for path in dives]
    both = ("measure", dives[0], "--reference", dives[1], "--report", page)
    code, _, err = podium(*both, "--blur-faces")
    assert (code, err.splitlines()[-1]) == (Exit.DONE, f"report: {page}")
    for path in dives:
        n_frames = probe(path).n_frames
        said = (
            f"Faces in {path.name}: found in {n_frames} of {n_frames} frames and made "
            "unrecognisable; in 0 more, hidden where they had been a moment before or after. Only "
            "the face of the athlete was looked for, nobody else's: look at it before you share it."
        )
        assert said in err.splitlines()
        assert escape(said) in page.read_text("utf-8")
    ours, theirs, _, *moments = pictures_in(page)  # one is put together of what moves
    assert len(moments) >= 3
    assert min(flat_share(one) for one in (ours, theirs, *moments)) > 0.97
    for path in dives:
        assert flat_share(first_picture(path)) < 0.9
    assert all(path.name in page.read_text("utf-8") for path in dives)  # and no copy is named
    assert not re.search(r"\b[01]\.mp4", page.read_text("utf-8"))
    assert [path.read_bytes() for path in dives] == before


def everywhere(video, seen, *, progress):
    about = probe(video)
    times = decode(video, width=16, height=16).start_seconds
    wide = about.width / about.height
    circle = np.array([[wide / 2, 0.5, wide]])
    return Faces(times, (circle,) * len(times), len(times), False)


def pictures_in(page: Path) -> list[np.ndarray]:
    """Return the first picture of each video in a page, and then its pictures."""
    written, found = page.read_text("utf-8"), []
    for coded in re.findall(r'id="\w+-video">([\w+/=]+)<', written):
        film = page.with_suffix(".mp4")
        film.write_bytes(base64.b64decode(coded))
        found.append(first_picture(film))
    for coded in re.findall(r"data:image/jpeg;base64,([\w+/=]+)", written):
        content = np.frombuffer(base64.b64decode(coded), np.uint8)
        found.append(cv2.imdecode(content, cv2.IMREAD_COLOR))
    return found


def first_picture(film: Path) -> np.ndarray:
    about = probe(film)
    return next(each_frame(film, width=about.width, height=about.height)).pixels


def flat_share(picture: np.ndarray) -> float:
    """How much of a picture is just as what lies right of it."""
    right = np.abs(np.diff(picture.astype(int), axis=1)).max(axis=2)
    return float((right <= 2).mean())


def test_what_is_no_report_has_no_faces_to_hide(podium, dives):
    message = "podium: --blur-faces is for a report: give --report, too\n"
    assert podium("measure", dives[0], "--blur-faces") == (Exit.USAGE, "", message)


def test_the_report_is_a_page(podium, dives, tmp_path):
    page = tmp_path / "measured.html"
    code, _, err = podium("measure", dives[0], "--reference", dives[1], "--report", page)
    assert (code, err) == (Exit.DONE, f"report: {page}\n")
    assert load_words()("measures.heading") in page.read_text("utf-8")


def test_an_action_that_the_video_contradicts_is_said(podium, dives):
    code, out, _ = podium("measure", dives[0], "--action", "5253B", "--json")
    assert code == Exit.DONE
    found = json.loads(out)
    kinds = [doubt["kind"] for doubt in found["doubts"]]
    recognised = found["recognised"]
    assert ("unlike_action" in kinds) == (recognised["action"] != "5253")


def test_a_number_that_no_dive_has_is_refused(podium, dives):
    code, out, err = podium("measure", dives[0], "--action", "999X")
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("podium: '999X' is not the number of a dive: ")


@pytest.mark.parametrize("place", ["160", "a,b", "1,nan", "1,2,3", ""])
def test_a_place_is_two_numbers(podium, dives, place):
    code, _, err = podium("measure", dives[0], "--athlete", place)
    assert code == Exit.USAGE
    assert err == f"podium: --athlete {place!r} must be two numbers, such as 160,120\n"


@pytest.mark.parametrize("height", ["-3", "0", "nan", "inf", "31"])
def test_a_height_is_one_of_a_board(podium, dives, height):
    code, _, err = podium("measure", dives[0], "--height", height)
    assert code == Exit.USAGE
    assert err == (
        f"podium: height {height} is none of a board or platform: give metres from 0.5 to 30, "
        "such as 10\n"
    )


def test_of_what_was_not_seen_from_board_to_water_nothing_is_remarked(podium, make_video):
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 255, (32, 640, 3), np.uint8) for _ in range(40)]
    code, out, _ = podium("measure", make_video("wide.mp4", noise), "--json")
    found = json.loads(out)
    assert code == Exit.DONE
    assert found["faults"] == found["measured_remarks"] == []


def test_where_nothing_was_measured_one_line_says_why(podium, make_video):
    still = [np.full((48, 64, 3), 90, np.uint8) for _ in range(12)]
    code, out, _ = podium("measure", make_video("still.mp4", still), "--height", 10)
    lines = [line for line in out.splitlines() if "not measurable" in line]
    assert code == Exit.DONE
    assert len(lines) == 1
    assert lines[0].startswith("Measures: not measurable, because ")
    assert lines[0].count("the moment of the take-off was not found") == 1


def test_who_is_pointed_at_is_followed(podium, dives):
    code, out, _ = podium("measure", dives[0], "--athlete", "160,60", "--json")
    assert code == Exit.DONE
    assert json.loads(out)["measures"]


def test_where_nobody_moves_nothing_is_measured(podium, make_video, tmp_path):
    still = make_video("still.mp4", [np.full((120, 160, 3), 90, np.uint8)] * 40)
    code, out, _ = podium("measure", still, "--json")
    assert code == Exit.DONE
    found = json.loads(out)
    assert all(one["value"] is None for one in found["measures"])
    assert found["recognised"] is None
    assert [d["kind"] for d in found["doubts"] if d["severity"] == "grave"] == ["nobody_found"]


def test_a_file_that_is_no_video_is_refused(podium, tmp_path):
    (tmp_path / "notes.txt").write_text("a dive")
    code, out, err = podium("measure", tmp_path / "notes.txt")
    assert (code, out) == (Exit.INPUT, "")
    assert "notes.txt" in err


def test_a_table_of_dives_is_measured(podium, dives, tmp_path):
    table = dives[0].parent / "dives.csv"
    table.write_text(
        "file_name,action,difficulty\n" + "".join(f"{path.name},407,3.2\n" for path in dives)
    )
    predictions, measures = tmp_path / "p.csv", tmp_path / "m.csv"
    code, _, err = podium(
        "predict", table, "--out", predictions, "--measures", measures, "--model", "simulated"
    )
    assert code == Exit.DONE, err
    with measures.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["file_name"] for row in rows] == [path.name for path in dives]
    assert tuple(rows[0]) == COLUMNS
    assert set(OF_THE_CONTRACT) <= set(COLUMNS)
    for row in rows:
        cells_are_as_promised(row)
    _, out, _ = podium("measure", dives[0], "--json")
    values = {one["name"]: one["value"] for one in json.loads(out)["measures"]}
    assert rows[0]["position"] == (values["position"] or "")
    assert rows[0]["half_somersaults"] == f"{values['half_somersaults']:.0f}"


def test_a_dive_that_was_measured_is_not_followed_again_to_be_scored(dives, monkeypatch):
    judge = load("diving")
    task = Task(Performance("x", dives[0], action="407", difficulty=3.2), dives[0].name)
    alone = record_of(task, judge)

    def look_at(performance: Performance) -> None:
        raise AssertionError(f"{performance.path} was followed again")

    monkeypatch.setattr(extraction, "look_at", look_at)
    measured = record_of(replace(task, with_measures=True), judge)
    assert measured.measured
    assert measured.predicted == alone.predicted


def test_measures_are_not_written_over_the_table(podium, dives, tmp_path):
    table = dives[0].parent / "one.csv"
    table.write_text(f"file_name\n{dives[0].name}\n")
    code, _, err = podium("predict", table, "--out", tmp_path / "p.csv", "--measures", table)
    assert code == Exit.USAGE
    assert err == (f"podium: {table}: is an input and would be overwritten: choose another file\n")
