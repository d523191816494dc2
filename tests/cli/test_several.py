"""`podium score` of a folder and of several videos: a line, a row and a report for each."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from messages import whole
from podium.batch.folder import VIDEOS, videos_in
from podium.cli import given
from podium.cli.app import Exit
from podium.cli.several import Several, _apart
from podium.errors import UnusableFile, UsageError
from podium.video.decoder import KINDS

KNOWN = "--action", "107", "--difficulty", "2"
NO_VIDEO = (
    "holds no video (its own folders are not looked into): name a folder with files that end in "
    f"{', '.join(VIDEOS[:-1])} or {VIDEOS[-1]}"
)
BROKEN = f"cannot be read as a video (Invalid data found when processing input): {KINDS}"


@pytest.fixture(autouse=True)
def _kept(small_model, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))


@pytest.fixture
def model(small_model) -> tuple[str, str]:
    return "--model", str(small_model.folder)


@pytest.fixture
def folder(small_model, tmp_path) -> Path:
    """Two dives of the same kind, called 10 and 2, beside what is no video."""
    made = tmp_path / "dives"
    (made / "older.mp4").mkdir(parents=True)
    dives = [p.path for p in small_model.performances() if p.split == "test"]
    shutil.copy(dives[0], made / "dive 10.mp4")
    shutil.copy(dives[1], made / "Dive 2.MP4")
    (made / ".hidden.mp4").write_text("x")
    (made / "notes.txt").write_text("x")
    return made


@pytest.fixture
def spoilt(folder) -> Path:
    (folder / "a.mp4").write_text("no video")
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_each_video_of_a_folder_is_a_line_and_one_that_fails_stops_no_other(podium, model, spoilt):
    answer = podium("score", spoilt, *model, *KNOWN)
    assert answer.code == Exit.SOME_FAILED
    assert answer.err == "2 scored, 1 failed\n"
    head, *lines = answer.out.splitlines()
    assert head.split("  ")[0] == "Video"
    assert re.split("  +", head) == ["Video", "Score", "Dive", "Most to improve", "In doubt"]
    assert lines[0] == f"a.mp4        could not be scored: {BROKEN}"
    number = r"\d+\.\d"
    for line, name in zip(lines[1:], ("Dive 2.MP4", "dive 10.mp4"), strict=True):
        cells = re.split("  +", line)
        assert cells[0] == name
        assert re.fullmatch(rf"{number} of 60\.0 \({number} to {number}\)", cells[1])
        assert cells[2:] == ["-", cells[3], "-"]


@pytest.mark.parametrize(
    "name",
    [
        "long\n\n\n\n\n\n\n name.mp4",
        "飛込" * 7 + ".mp4",
        "Zoe\u0308 und Andre\u0301, 3 m.mp4",
        "a.ts",
    ],
    ids=["newlines", "wide", "accents", "short"],
)
def test_columns_begin_below_their_headings_whatever_a_video_is_called(
    podium, model, small_model, tmp_path, name
):
    (tmp_path / name).write_text("no video")
    shutil.copy(small_model.video("test", "107"), tmp_path / "b.ts")
    answer = podium("score", tmp_path, *model, *KNOWN)
    begins = [
        cell_len(line[: re.search(r"Score|could not be|\d+\.\d of 60", line).start()])
        for line in answer.out.splitlines()
    ]
    assert len(begins) == 3
    assert len(set(begins)) == 1
    assert begins[0] >= len("Video  ")


def test_the_table_is_that_of_predictions_and_says_what_score_says(podium, model, spoilt, tmp_path):
    table = tmp_path / "new" / "scores.csv"
    answer = podium("score", spoilt, *model, *KNOWN, "--csv", table)
    assert answer.err == f"table: {table}\n2 scored, 1 failed\n"
    found = rows(table)
    assert [row["file_name"] for row in found] == ["a.mp4", "Dive 2.MP4", "dive 10.mp4"]
    assert found[0]["error"] == f"{spoilt / 'a.mp4'}: {BROKEN}"
    assert {name for name, cell in found[0].items() if cell} == {"file_name", "id", "error"}
    alone = podium("score", spoilt / "dive 10.mp4", *model, *KNOWN, "--json").json()
    for name in ("score", "score_low", "score_high"):
        assert float(found[2][name]) == pytest.approx(alone[name], abs=1e-4)
    assert list(found[0])[-3:] == ["recognised", "recognised_probability", "worst_phase"]


def test_json_is_one_object_with_all_videos(podium, model, spoilt):
    answer = podium("score", spoilt, *model, *KNOWN, "--json")
    assert answer.code == Exit.SOME_FAILED
    assert answer.out.count("\n") == 1
    failed, *done = json.loads(answer.out)["assessments"]
    error = f"{spoilt / 'a.mp4'}: {BROKEN}"
    assert failed == {"file_name": "a.mp4", "error": error, "worst_phase": None}
    assert answer.err == f"2 scored, 1 failed\n  {error}\n"
    alone = podium("score", spoilt / "dive 10.mp4", *model, *KNOWN, "--json").json()
    assert done[1] == {"file_name": "dive 10.mp4", "error": None, "worst_phase": None} | alone | {
        "worst_phase": done[1]["worst_phase"]
    }


def test_each_video_gets_a_report_of_its_own(podium, model, folder, tmp_path):
    shutil.copy(folder / "dive 10.mp4", folder / "DIVE 10.mov")
    kept = tmp_path / "kept"
    answer = podium("score", folder, *model, *KNOWN, "--report-dir", kept, "--language", "de")
    assert (answer.code, answer.err) == (
        Exit.DONE,
        f"reports: {kept} (a folder for each video, report.html in it)\n3 scored, 0 failed\n",
    )
    assert sorted(path.name for path in kept.iterdir()) == ["DIVE 10", "Dive 2", "dive 10.mp4"]
    for path in kept.iterdir():
        assert '<html lang="de">' in (path / "report.html").read_text("utf-8")
        assert json.loads((path / "result.json").read_text("utf-8"))["score"] is not None


def test_videos_may_be_named_one_by_one_and_an_expert_is_not_scored(podium, model, folder):
    one, two = folder / "dive 10.mp4", folder / "Dive 2.MP4"
    found = json.loads(podium("score", two, one, *model, *KNOWN, "--json").out)["assessments"]
    assert [each["file_name"] for each in found] == [str(two), str(one)]
    asked = podium("score", folder, *model, *KNOWN, "--json", "--reference", two)
    (alone,) = json.loads(asked.out)["assessments"]
    assert alone["file_name"] == "dive 10.mp4"
    assert [each["id"] for each in alone["references"]] == ["reference Dive 2.MP4"]


def test_a_score_that_is_not_to_be_trusted_is_not_in_the_line(podium, model, make_video, tmp_path):
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(50)]
    folder = tmp_path / "noise"
    folder.mkdir()
    shutil.move(make_video("noise.mp4", noise), folder / "noise.mp4")
    answer = podium("score", folder, *model, *KNOWN, "--csv", tmp_path / "t.csv")
    assert answer.code == Exit.DONE
    assert re.split("  +", answer.out.splitlines()[1])[:2] == ["noise.mp4", "No score"]
    (row,) = rows(tmp_path / "t.csv")
    assert (row["score"], row["severity"], bool(row["score_if_trusted"])) == ("", "grave", True)


REFUSED = {
    "--report out.html": (
        "--report out.html is the report of one video: give --report-dir FOLDER, and each video "
        "gets a folder of its own in it"
    ),
    "--athlete 10,20": "--athlete is a place in one video: leave it out, or score that one alone",
    "--language xx": "no language is called 'xx': choose one of {languages}, or add a file to "
    "podium/report/_words",
    "--action 999": (
        "the model bars was not trained on the action '999': choose one of 107, 407, and add the "
        "position's letter (A, B, C or D) if you like, as in 107C"
    ),
    "--csv {folder}/a.mp4": "{folder}/a.mp4: is an input and would be overwritten: choose another "
    "file",
    "--csv {folder}": "{folder}: is a folder: name a file for the table",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_makes_no_sense_of_several_is_refused_before_anything_is_scored(
    podium, model, spoilt, words
):
    from podium.report.words import languages

    named = {"folder": spoilt, "languages": ", ".join(languages())}
    answer = podium("score", spoilt, *model, *words.format(**named).split(" "))
    assert (answer.code, answer.out) == (Exit.USAGE, "")
    assert answer.err == f"podium: {REFUSED[words].format(**named)}\n"


def test_a_folder_without_videos_is_refused(podium, model, tmp_path):
    answer = podium("score", tmp_path, *model)
    assert (answer.code, answer.err) == (Exit.INPUT, f"podium: {tmp_path}: {NO_VIDEO}\n")
    with pytest.raises(UnusableFile) as refused:
        videos_in(tmp_path)
    assert str(refused.value) == f"{tmp_path}: {NO_VIDEO}"


def test_videos_are_in_the_order_of_people(tmp_path):
    names = ["10.mp4", "2.mp4", "A 1.mov", "a 02.mov", "a 3.mkv", "Å.mp4"]
    for name in names:
        (tmp_path / name).write_text("x")
    found = [path.name for path in videos_in(tmp_path)]
    assert found == ["2.mp4", "10.mp4", "A 1.mov", "a 02.mov", "a 3.mkv", "Å.mp4"]


def test_each_input_is_looked_at_as_often_however_many_there_are(tmp_path, monkeypatch):
    looked: list[Path] = []
    known = given._file_of
    monkeypatch.setattr(given, "_file_of", lambda path: (looked.append(path), known(path))[1])
    often = []
    for n in (10, 40):
        videos = [(f"{i}.mp4", tmp_path / f"{i}.mp4") for i in range(n)]
        for _, path in videos:
            path.write_bytes(b"x")
        looked.clear()
        Several(videos, None, given.Outputs(None, tmp_path / "reports", "en")).check()
        often.append(len(looked))
    assert often[1] == pytest.approx(4 * often[0], rel=0.1)


def test_a_report_is_not_written_over_a_video_that_has_another_name(tmp_path):
    videos = [(f"{name}.mp4", tmp_path / f"{name}.mp4") for name in "ab"]
    for _, path in videos:
        path.write_bytes(b"x")
    kept = tmp_path / "reports" / "a" / "report.html"
    kept.parent.mkdir(parents=True)
    kept.hardlink_to(tmp_path / "b.mp4")
    message = f"{kept}: is an input and would be overwritten: choose another file"
    with pytest.raises(UsageError, match=whole(message)):
        Several(videos, None, given.Outputs(None, tmp_path / "reports", "en")).check()


def test_equal_names_of_many_folders_are_kept_apart():
    paths = [Path(f"{i}/{name}") for i in range(4) for name in ("dive.mp4", "Dive.MP4")]
    names = _apart(paths)
    assert names == [
        "dive", "Dive.MP4", "dive.mp4-2", "Dive.MP4-3", "dive.mp4-4", "Dive.MP4-5", "dive.mp4-6",
        "Dive.MP4-7",
    ]  # fmt: skip
