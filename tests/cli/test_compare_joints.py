"""`podium compare` of people who exercise."""

import json
from pathlib import Path

import numpy as np
import pytest

from movement.exercising import bell, curls, less_bent
from podium.cli.app import Exit
from podium.joints.cuts import PERSON_CHANGES
from podium.keypoints import KEYPOINTS_FILLED
from podium.movement import comparing
from podium.report.words import load_words
from skeletons.test_reading import mediapipe_json, openpose_file, openpose_folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The left elbow bends less at the second repetition."""
    np.save(tmp_path / "mine.npy", curls(bell(3), left=less_bent(1, 30.0)).positions)
    return tmp_path / "mine.npy"


@pytest.fixture
def expert(tmp_path: Path) -> Path:
    np.save(tmp_path / "expert.npy", curls(bell(4)).positions)
    return tmp_path / "expert.npy"


def test_what_differs_is_said(podium, mine, expert, tmp_path):
    out = tmp_path / "out.html"
    code, said, told = podium("compare", mine, expert, "--frames-per-second", 30, "--report", out)
    assert code == Exit.DONE
    assert "Repetitions: 3, the expert's 4\n" in said
    assert "left elbow bends 30 degrees less" in said
    assert "at the top of repetition 2" in said
    assert told == f"report: {out}\n"
    assert "left elbow bends" in out.read_text()


def test_what_is_gravely_doubted_is_not_compared(podium, mine, expert, monkeypatch):
    doubt = PERSON_CHANGES(seconds=2.0)
    found = {"": (KEYPOINTS_FILLED(percent=3.0), doubt)}
    monkeypatch.setattr(comparing, "doubts_of_joints", lambda _, about="": found.get(about, ()))
    code, said, _ = podium("compare", mine, expert, "--frames-per-second", 30)
    words = load_words()
    lines = said.splitlines()
    assert code == Exit.DONE
    assert lines[:4] == [
        "No similarity",
        "Why: the film seems to be cut at 2.0 s, and another person, or another moment, may follow",
        "  What to do: give one person's exercise as it was filmed, without a cut",
        f"warning: {words.doubt(found[''][0])}",
    ]
    assert lines[4].startswith("If it could be trusted: Likeness of form 0.")
    assert len(lines) == 5


def test_json_holds_repetitions_differences_and_three_likenesses(podium, mine, expert):
    code, said, _ = podium("compare", mine, expert, "--frames-per-second", 30, "--json")
    plain = json.loads(said)
    assert code == Exit.DONE
    assert plain["compared"] == "joints"
    assert len(plain["repetitions"]) == 3
    assert len(plain["reference_repetitions"]) == 4
    assert plain["likeness"]["form"] > 0.9
    assert plain["likeness"]["framing"] is None
    assert plain["likeness"]["person"] == pytest.approx(1.0)
    assert plain["differences"][0]["joint"] == "left elbow"
    assert not plain["mirrored"]


def test_a_mirrored_person_shows_the_other_hand(podium, mine, expert):
    code, said, _ = podium("compare", mine, expert, "--frames-per-second", 30, "--mirror", "--json")
    plain = json.loads(said)
    assert (code, plain["mirrored"]) == (Exit.DONE, True)
    assert plain["differences"][0]["joint"] == "right elbow"


def test_a_skeleton_without_a_rate_asks_for_it(podium, mine, expert):
    code, said, told = podium("compare", mine, expert)
    assert (code, said) == (3, "")
    assert told == (
        f"podium: {mine}: does not say how many frames there are a second: give "
        "--frames-per-second, such as 30\n"
    )


def test_a_report_does_not_replace_what_is_read(podium, mine):
    code, _, told = podium("compare", mine, mine, "--report", mine)
    assert code == 2
    assert "is an input and would be overwritten" in told


def test_of_one_alone_joints_and_repetitions_are_measured(podium, mine):
    code, said, told = podium("measure", mine, "--frames-per-second", 30)
    assert (code, told) == (Exit.DONE, "")
    assert (
        next(line for line in said.splitlines() if line.startswith("Repetitions")).split()[1] == "3"
    )
    code, said, _ = podium("measure", mine, "--frames-per-second", 30, "--json")
    plain = json.loads(said)
    assert (code, plain["measured"]) == (Exit.DONE, "joints")
    assert len(plain["repetitions"]) == 3
    assert "entry_angle_degrees" not in [one["name"] for one in plain["measures"]]


def test_a_report_of_one_alone_says_what_to_do(podium, mine, tmp_path):
    out = tmp_path / "out.html"
    code, said, told = podium("measure", mine, "--frames-per-second", 30, "--report", out)
    assert (code, said, out.exists()) == (Exit.USAGE, "", False)
    assert told == (
        f"podium: {mine}: shows an exercise, and a report of one needs another to compare it with: "
        f"leave out --report, or run podium compare {mine} EXPERT --report {out}\n"
    )


def test_a_skeleton_is_no_dive(podium, mine):
    code, said, told = podium("measure", mine, "--height", 10)
    assert (code, said) == (Exit.USAGE, "")
    assert told == (
        f"podium: {mine}: is a file of a skeleton, and --reference, --action, --height, --athlete "
        "and --speed are for videos of dives: leave them out\n"
    )


def test_where_nobody_dives_joints_are_looked_for(podium, make_video, monkeypatch):
    somebody = curls(bell(3))
    monkeypatch.setattr("podium.examination.people.person_in", lambda path, rate: somebody)
    video = make_video("a.mp4", 12)
    code, said, _ = podium("measure", video, "--json")
    assert (code, json.loads(said)["measured"]) == (Exit.DONE, "joints")
    code, said, _ = podium("measure", video, "--height", 10, "--json")
    assert code == Exit.DONE, "it is said to be a dive"
    assert "measured" not in json.loads(said)


@pytest.mark.parametrize("make", [mediapipe_json, openpose_folder, openpose_file])
def test_skeletons_in_json_are_people_and_no_reports(podium, make, tmp_path):
    path = make(tmp_path)
    code, said, _ = podium("compare", path, path, "--frames-per-second", 30)
    assert code == Exit.DONE
    assert "Repetitions" in said or "similarity" in said.lower()
