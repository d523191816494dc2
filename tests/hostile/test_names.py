"""Names that would steer a terminal or a spreadsheet: they are shown, and found again."""

import csv
import json
import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile.confinement import SEED, STEERING
from podium.cli.app import Exit
from podium.cli.commands import run
from podium.datasets.manifest import Manifest
from podium.evaluation.predictions import read_predictions
from podium.inputs.spreadsheet import FORMULA, as_it_was, harmless
from podium.machine.terminal import printable

BIDI = [
    chr(code) for code in (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
]
OTHERS = ["\u2028", "\u2029", "\ufeff", "\u200b", "\u00ad", "\ud800", "\U000e0041"]
ALL = [*STEERING, *BIDI, *OTHERS]
NASTY = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egpj\u2066\u2029\x7f"
WRITTEN = r"\x1b[2J\x1b]0;owned\x07\x9b31m\u202egpj\u2066\u2029\x7f"
FORMULAS = ["=1+1", "+1", "-1", "@x", "＝1", "'=1", "''=1", "' =1", "'tis", "'", "a=1", "-", '="x"']
"""How names begin that a spreadsheet may run, or that look like what is done about it."""


# the terminal


@pytest.mark.parametrize("character", ALL, ids=lambda character: f"U+{ord(character):04X}")
def test_what_steers_a_terminal_is_written_out(character):
    shown = printable(f"a{character}b")
    assert shown == f"a{character.encode('unicode_escape').decode()}b"
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "text",
    ["", "a b", "jürgen", "跳水.mp4", "סרט.mp4", "می‌خواهم", "👩‍🚀", "a\u00a0b", "e\u0301", "\\x1b"],
)
def test_names_of_any_language_stay_as_they_are(text):
    assert printable(text) == text


@given(st.text())
def test_nothing_steers_that_was_written_out(text):
    assert not set(printable(text)) & set(ALL)


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    assert not set(out + err) & (set(ALL) - {"\n"})
    return int(code), out, err


@pytest.mark.parametrize(
    "words",
    [
        ("inspect", "{}"),
        ("score", "{}"),
        ("score", "none.mp4", "--model", "{}"),
        ("compare", "{}", "{}"),
        ("predict", "{}", "--out", "out.csv"),
        ("train", "{}", "--out", "model"),
        ("train", "t.csv", "--out", "model", "--backbone", "{}"),
        ("evaluate", "{}", "t.csv"),
        ("extract", "{}"),
        ("convert", "{}", "--out", "out.csv"),
        ("benchmark", "{}"),
        ("benchmark", "paper", "--render", "--out", "{}"),
        ("list", "{}"),
        ("list", "actions", "--model", "{}"),
        ("score", "none.mp4", "--language", "{}"),
        ("{}",),
        ("score", "--{}"),
    ],
    ids=" ".join,
)
def test_what_was_typed_is_written_out(capsys, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("file_name,score\nt.csv,5\n")
    code, out, err = answer(capsys, *(word.format(NASTY) for word in words))
    assert (code in (Exit.USAGE, Exit.INPUT), out) == (True, "")
    assert err.startswith("podium: ")
    assert err.count("\n") == 1
    assert "x1b[2J" in err.replace("\\x1b]", "")


def test_names_in_tables_are_written_out(capsys, tmp_path):
    table = tmp_path / "t.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["file_name", "id"], ["none.mp4", NASTY], ["a\nb.mp4", NASTY]])
    code, _, err = answer(capsys, "extract", table)
    assert code == Exit.INPUT
    assert err.startswith(f"podium: {table}: 3 problems, nothing was done: line 2: file_name ")
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([[f"x{NASTY}", "y\n"], ["1", "2"]])
    code, _, err = answer(capsys, "extract", table)
    assert err == (
        f"podium: {table}: has no column 'file_name' (its columns are x{WRITTEN}, y): name each "
        "video's file there, relative to this table\n"
    ).replace(r"\u2029", " ")
    assert code == Exit.INPUT


@pytest.mark.parametrize("as_json", [False, True])
def test_the_name_of_a_video_is_written_out(capsys, make_video, as_json):
    video = make_video("a.mp4", 20)
    video = video.rename(video.with_name(f"{NASTY}\n.mp4"))
    code, out, _ = answer(capsys, "inspect", video, *(["--json"] if as_json else []))
    assert code == Exit.DONE
    if as_json:
        assert json.loads(out)["file"] == str(video)
        assert out.isascii()
        assert out.count("\n") == 1
    else:
        shown = next(line for line in out.splitlines() if line.startswith("file "))
        assert shown.split(maxsplit=1)[1] == f"{video.parent}/{WRITTEN}\\n.mp4"


def test_a_traceback_is_written_out(tmp_path):
    words = [sys.executable, "-m", "podium.cli", "--debug", "extract", f"{tmp_path}/{NASTY}\n.csv"]
    ran = subprocess.run(
        [*words[:1], "-c", "from podium.cli import main; main()", *words[3:]],
        capture_output=True, check=False,
    )  # fmt: skip
    said = ran.stderr.decode()
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert said.startswith("Traceback (most recent call last):\n")
    assert not set(said) & (set(ALL) - {"\n"})
    assert f"{WRITTEN}\\n.csv: no such table" in said.replace("\n.csv", r"\n.csv")


# spreadsheets


@given(st.one_of(st.text(), st.text(alphabet="'=+-@ \t\rx＝")))
def test_harmless_text_is_found_again(text):
    made = harmless(text)
    assert as_it_was(made) == text
    assert not made.lstrip(" ").startswith(
        ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
    )


@pytest.mark.parametrize("text", ["'tis", "a'=1", "x", "", "'", "5", "''"])
def test_other_text_is_left_alone(text):
    assert harmless(text) == as_it_was(text) == text


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def assert_no_formula(path: Path) -> None:
    for row in cells_of(path):
        for cell in row:
            assert not FORMULA.match(cell) or cell.startswith("'") or float(cell) < 0


def test_predictions_of_any_names_are_matched_again(
    capsys, small_model, tmp_path, monkeypatch, quick_intervals
):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    names = [f"{name}.mp4" for name in FORMULAS]
    for name in names:
        shutil.copy(small_model.video("test"), tmp_path / name)
    table = tmp_path / "t.parquet"
    ids = [f"={n}" if n % 2 else str(-n) for n in range(len(names))]
    scores = [50.0 + n for n in range(len(names))]
    parquet.write_table(pa.table({"file_name": names, "id": ids, "score": scores}), table)
    out = tmp_path / "out.csv"
    assert answer(capsys, "predict", table, "--out", out, "--model", small_model.folder)[0] == 0
    assert_no_formula(out)
    assert sorted(name for name, _ in read_predictions(out)) == sorted(names)
    code, said, _ = answer(capsys, "evaluate", out, table, "--json")
    assert code == Exit.DONE
    assert json.loads(said)["n"] == len(names)


def test_what_went_wrong_is_no_formula(capsys, small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    monkeypatch.chdir(tmp_path)
    Path("=a.mp4").write_bytes(b"nothing")
    Path("t.csv").write_text("file_name\n=a.mp4\n")
    code, _, err = answer(
        capsys, "predict", "t.csv", "--out", "out.csv", "--model", small_model.folder
    )
    assert code == Exit.SOME_FAILED
    header, row = cells_of(Path("out.csv"))
    found = dict(zip(header, row, strict=True))
    assert found["file_name"] == "'=a.mp4"
    assert found["error"].startswith("'=a.mp4: cannot be read as a video")
    assert f"  {found['error'][1:]}\n" in err


def test_labels_of_any_names_become_a_table_that_can_be_read(capsys, tmp_path):
    labels = {
        name: {"final_score": -1.5, "=column": "=cell", "marks": [-1, 2], "n": np.int64(-3)}
        for name in FORMULAS
    }
    for name in FORMULAS:
        (tmp_path / f"{name}.mp4").touch()
    pickled, out = tmp_path / "labels.pkl", tmp_path / "t.csv"
    pickled.write_bytes(pickle.dumps(labels))
    assert answer(capsys, "convert", pickled, "--out", out)[0] == Exit.DONE
    header, *rows = cells_of(out)
    assert "'=column" in header
    assert all(row[header.index("score")] == "-1.5" for row in rows)  # numbers stay numbers
    found = Manifest(out).performances()
    assert [p.path.name for p in found] == [f"{name}.mp4" for name in FORMULAS]
    assert [p.id for p in found] == FORMULAS
    assert {p.score for p in found} == {-1.5}
    assert found[0].extra == {"=column": "=cell", "marks": "-1;2", "n": "-3"}


def test_a_number_that_is_a_key_stays_one(capsys, tmp_path):
    pickled, out = tmp_path / "labels.pkl", tmp_path / "t.csv"
    pickled.write_bytes(pickle.dumps({-5: {"score": 1}, ("-5", 3): {"score": 2}}))
    assert answer(capsys, "convert", pickled, "--out", out)[0] == Exit.DONE
    assert [row[:2] for row in cells_of(out)[1:]] == [["'-5.mp4", "-5"], ["'-5_3.mp4", "'-5_3"]]


@pytest.mark.parametrize("name", ["'=a.mp4", "''=a.mp4", "'tis.mp4", "=a.mp4"])
def test_a_name_in_a_table_by_hand_is_the_name_of_the_file(tmp_path, name):
    (tmp_path / name).touch()
    table = tmp_path / "t.csv"
    table.write_text(f"file_name,score\n{name},5\n")
    (found,) = Manifest(table).performances()
    assert found.path == tmp_path / name


def test_names_drawn_at_random_are_found_again(tmp_path):
    draw = random.Random(SEED)
    letters = "'=+-@ x\t＝;,\"é"
    names = {"".join(draw.choices(letters, k=draw.randint(1, 8))) + "x" for _ in range(200)}
    for name in names:
        (tmp_path / name).touch()
    kept = [name for name in names if name.strip() == name]
    table = tmp_path / "t.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        rows = [[harmless(name), harmless(f"{n}{name}")] for n, name in enumerate(kept)]
        csv.writer(file).writerows([["file_name", "id"], *rows])
    assert [p.path.name for p in Manifest(table).performances()] == kept
