"""`podium check`: everything that is wrong in one run, and the warnings of other commands."""

import json
import shutil
from pathlib import Path

import pytest

from podium.cli.app import Exit
from podium.cli.commands import run
from podium.proofreading import proofread
from videos import attempt, write_video

HEADER = "file_name,action,difficulty,judges,score,split\n"
MARKS = "6;6;6;6.5;6;6.5;6"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n in range(4):
        write_video(tmp_path / f"{n}.mp4", attempt(7.0, "107", seed=n), frames_per_second=30)
    return tmp_path


def table(folder: Path, *rows: str) -> Path:
    path = folder / "dives.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def right(n: int) -> str:
    return f"{n}.mp4,407C,3.2,{MARKS},57.6,train"


def answer(capsys, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_where_nothing_is_wrong_that_is_said(folder, capsys):
    path = table(folder, right(0), right(1))
    assert answer(capsys, "check", path) == (
        Exit.DONE, "", f"{path}: 2 rows, 2 videos, by the rule of diving: nothing is wrong\n"
    )  # fmt: skip


def test_warnings_alone_are_no_failure(folder, capsys):
    path = table(folder, right(0), right(1), f"2.mp4,407,3.2,{MARKS},95.2,train")
    assert answer(capsys, "check", path) == (
        Exit.DONE,
        f"warning: line 4: score 95.2 is not what the marks {MARKS} make at difficulty 3.2, which "
        "is 57.6\n",
        f"{path}: 3 rows, 3 videos, by the rule of diving: 0 problems, 1 warning\n",
    )


def test_everything_wrong_is_said_in_one_run(folder, capsys):
    (folder / "broken.mp4").write_text("no video")
    shutil.copy(folder / "0.mp4", folder / "copy.mp4")
    path = table(
        folder,
        right(0),
        right(1),
        f"2.mp4,407,3.2,{MARKS},95.2,train",
        "none.mp4,407,x,,,",
        f"broken.mp4,407,3.2,{MARKS},x,test",
        f"copy.mp4,407,3.2,{MARKS},57.6,test",
        "3.mp4,999,3.2,,,dev",
    )
    code, out, err = answer(capsys, "check", path)
    lines = out.splitlines()
    assert code == Exit.INPUT
    assert lines == [
        "line 5: difficulty 'x' must be a number above 0, or empty",
        "line 5: file_name 'none.mp4' does not exist",
        "line 6: 'broken.mp4': cannot be read as a video (Invalid data found when processing "
        "input): give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file",
        "line 6: score 'x' must be a number, or empty where it is not known",
        "line 8: action '999' is none of diving",
        "line 8: split 'dev' must be train, validation or test, or empty",
        f"warning: line 4: score 95.2 is not what the marks {MARKS} make at difficulty 3.2, which "
        "is 57.6",
        "warning: line 7: 'copy.mp4' is a copy of '0.mp4' on line 2, in the split train",
    ]
    assert err == f"{path}: 7 rows, 6 videos, by the rule of diving: 6 problems, 2 warnings\n"


def test_frames_out_of_order_are_one_problem(folder, capsys):
    path = folder / "t.csv"
    path.write_text("file_name,start_frame,end_frame\n0.mp4,40,3\n1.mp4,0,99\n")
    code, out, _ = answer(capsys, "check", path)
    assert (code, out.splitlines()) == (Exit.INPUT, [
        "line 2: end_frame 3 is before start_frame 40",
        "line 3: '1.mp4': has no frames 0 to 99: it has 50, so choose from 0 to 49",
    ])  # fmt: skip


def test_json_says_the_same(folder, capsys):
    path = table(folder, right(0), right(1), f"2.mp4,407,9.9,{MARKS},57.6,train")
    code, out, err = answer(capsys, "check", path, "--json")
    assert (code, err, out.count("\n")) == (Exit.INPUT, "", 1)
    assert json.loads(out) == {
        "table": str(path),
        "rule": "diving",
        "n_rows": 3,
        "n_videos": 3,
        "n_problems": 1,
        "n_warnings": 0,
        "problems": [
            {"line": 4, "words": "difficulty 9.9 is none of diving, whose are from 1 to 6"}
        ],
        "warnings": [],
    }


def test_a_rule_may_be_named(folder, capsys):
    path = table(folder, "0.mp4,abc,3.2,,,")
    assert proofread(path).rule is None
    code, out, _ = answer(capsys, "check", path, "--rule", "diving")
    assert (code, out) == (Exit.INPUT, "line 2: action 'abc' is none of diving\n")
    code, out, err = answer(capsys, "check", path, "--rule", "chess")
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("podium: no scoring rule is called 'chess': choose one of ")


@pytest.mark.parametrize("content", [None, "video,score\n1.mp4,5\n", ""])
def test_what_is_no_table_is_refused_in_one_line(tmp_path, capsys, content):
    path = tmp_path / "t.csv"
    if content is not None:
        path.write_text(content)
    code, out, err = answer(capsys, "check", path)
    assert (code, out, err.count("\n")) == (Exit.INPUT, "", 1)
    assert err.startswith(f"podium: {path}: ")


def test_of_very_many_alike_the_first_are_said_and_json_has_the_rest(folder, capsys):
    path = table(folder, "0.mp4,407,x,,,", *(f"none{n}.mp4,,,,," for n in range(3_000)))
    code, out, err = answer(capsys, "check", path)
    assert code == Exit.INPUT
    assert out.splitlines() == [
        "line 2: difficulty 'x' must be a number above 0, or empty",
        *(f"line {n + 3}: file_name 'none{n}.mp4' does not exist" for n in range(5)),
        "and 2995 more like it (--json has all)",
    ]
    assert err == f"{path}: 3001 rows, 1 video: 3001 problems, 0 warnings\n"
    _, out, _ = answer(capsys, "check", path, "--json")
    problems = json.loads(out)["problems"]
    assert len(problems) == 1_001
    assert problems[-1]["words"].endswith("and 2000 more like it (lines 1003 to 3002)")


def test_warnings_are_told_by_their_kind(folder, capsys):
    copies = [f"copy{n}.mp4" for n in range(7)]
    for name in copies:
        shutil.copy(folder / "0.mp4", folder / name)
    wrong = f"1.mp4,407,3.2,{MARKS},95.2,train"
    path = table(folder, right(0), *(f"{n},407,3.2,{MARKS},57.6,train" for n in copies), wrong)
    code, out, _ = answer(capsys, "check", path)
    assert code == Exit.DONE
    assert out.splitlines() == [
        *(f"warning: line {n + 3}: 'copy{n}.mp4' is a copy of '0.mp4' on line 2" for n in range(5)),
        "warning: and 2 more like it (--json has all)",
        f"warning: line 10: score 95.2 is not what the marks {MARKS} make at difficulty 3.2, which "
        "is 57.6",
    ]


@pytest.mark.parametrize("command", ["predict", "evaluate", "train"])
def test_other_commands_warn_and_go_on(folder, capsys, command, small_model):
    wrong = f"2.mp4,407,3.2,{MARKS},95.2,train"
    path = table(folder, right(0), right(1), wrong)
    predictions = folder / "predictions.csv"
    predictions.write_text("file_name,score\n" + "".join(f"{n}.mp4,{50 + n}\n" for n in range(3)))
    words = {
        "predict": [path, "--out", folder / "out.csv", "--model", small_model.folder],
        "evaluate": [predictions, path],
        "train": [path, "--out", folder / "model", "--scorer", "constant"],
    }[command]
    _, _, err = answer(capsys, command, *words)
    said = [line for line in err.splitlines() if line.startswith("warning: ")]
    assert said[0] == (
        f"warning: {path}: line 4: score 95.2 is not what the marks {MARKS} make at difficulty "
        "3.2, which is 57.6"
    )
    assert "nothing was done" not in err
