"""`podium predict` of a table in shards, killed, stopped and gone on with, and `podium merge`."""

import csv
import os
import pickle
import random
import shutil
import signal
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from killed import codes_of
from podium.batch import Parts, Record, Shard, score_one
from podium.batch.columns import PREDICTED
from podium.cli.app import Exit
from podium.cli.output import say_alike
from podium.video.decoder import KINDS

SEED = int(os.environ.get("PODIUM_TORTURE_SEED", random.SystemRandom().randrange(2**31)))
N_EVENTS = 5_500
"""Somewhat fewer happen while a shard of a few videos is scored."""


@pytest.fixture(autouse=True)
def _kept(small_model, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))


@pytest.fixture
def given(small_model) -> list[object]:
    return ["predict", small_model.manifest, "--model", small_model.folder]


@pytest.fixture
def whole(podium, given, tmp_path) -> Path:
    assert podium(*given, "--out", tmp_path / "whole.csv")[0] == 0
    return tmp_path / "whole.csv"


def test_shards_killed_and_resumed_are_one_run_byte_for_byte(
    podium, small_model, given, whole, tmp_path
):
    """Of 8 shards, 3 are ended at a random moment, perhaps before they begin or after their end."""
    print(f"PODIUM_TORTURE_SEED={SEED}")
    drawn, both = random.Random(SEED), (signal.SIGKILL, signal.SIGTERM)
    words = [[*given, "--shard", f"{i}/8", "--out", tmp_path / f"{i}.csv"] for i in range(8)]
    ended = dict(zip(drawn.sample(range(8), 3), (*both, drawn.choice(both)), strict=True))
    print(asked := [(words[i], drawn.randrange(1, N_EVENTS), how) for i, how in ended.items()])
    again = [([*words[i], "--resume"], None, None) for i in range(8)]
    codes, _ = codes_of(*asked, *again, counted="everything")
    for code, how in zip(codes, ended.values(), strict=False):
        assert code in (-how, Exit.TO_BE_RESUMED, 0)
    assert codes[len(ended) :] == [0] * 8
    merged = tmp_path / "merged.csv"
    code, _, err = podium("merge", merged, *(tmp_path / f"{i}.csv" for i in range(7, -1, -1)))
    assert (code, err.splitlines()[0]) == (0, f"30 scored, 0 failed: {merged}")
    assert merged.read_bytes() == whole.read_bytes()


def test_what_was_done_before_a_kill_is_kept(podium, small_model, given, whole, tmp_path):
    """The plan is the first step, a record each that follows; the one being named is lost."""
    words = [*given, "--shard", "0/1", "--out", tmp_path / "p.csv"]
    codes, said = codes_of((words, 6, signal.SIGKILL), ([*words, "--resume"], None, None))
    assert codes == [-signal.SIGKILL, 0]
    assert said[0] == "4 of 30 were done before"
    assert (tmp_path / "p.csv").read_bytes() == whole.read_bytes()


def test_what_a_scheduler_stops_finishes_its_video_and_goes_on(given, whole, tmp_path):
    out = tmp_path / "p.csv"
    words = [*given, "--out", out]
    codes, said = codes_of(
        (words, 4, signal.SIGTERM), ([*words, "--resume"], 1, signal.SIGTERM),
        ([*words, "--resume"], None, None),
    )  # fmt: skip
    assert codes == [Exit.TO_BE_RESUMED, Exit.TO_BE_RESUMED, 0]
    stopped = "podium: stopped on request: 3 of 30 are done: run the same command with --resume to "
    before = "3 of 30 were done before"
    assert said[:4] == [f"{stopped}go on", before, f"{stopped}go on", before]
    assert out.read_bytes() == whole.read_bytes()
    assert not Parts.beside(out).folder.exists()


def test_extract_stops_on_request_as_well(small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache.parts"))
    words = ["extract", small_model.manifest, "--backbone", "motion"]
    (stopped, done), said = codes_of((words, 3, signal.SIGTERM), (words, None, None))
    assert (stopped, done) == (Exit.TO_BE_RESUMED, 0)
    n = int(said[1].split()[3])
    assert 3 <= n < 30
    assert said == [
        f"{n} of 30 videos have features",
        f"stopped on request: {n} of 30 are done: run it again to go on",
        "30 of 30 videos have features",
    ]


def test_a_whole_run_leaves_nothing_behind(whole):
    assert [path.name for path in whole.parent.iterdir()] == ["whole.csv"]


def test_what_is_done_is_not_done_again(podium, given, tmp_path, monkeypatch):
    words = [*given, "--out", tmp_path / "p.csv", "--shard", "0/1"]
    podium(*words)
    before = (tmp_path / "p.csv").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("podium.assessor.Assessor.score", lambda *_: pytest.fail("scored again"))
        code, _, err = podium(*words, "--resume")
    assert (code, err.splitlines()[0]) == (0, "30 of 30 were done before")
    assert (tmp_path / "p.csv").read_bytes() == before


def test_what_has_changed_is_done_again(podium, small_model, table, tmp_path):
    words = ["predict", table, "--model", small_model.folder, "--out", tmp_path / "p.csv"]
    words += ["--shard", "0/1"]
    podium(*words)
    table.write_text(table.read_text().replace("005.mp4,", "005.mp4,9"))  # another score
    (table.parent / "006.mp4").touch()
    code, _, err = podium(*words, "--resume")
    assert (code, err.splitlines()[-3]) == (0, "28 of 30 were done before")


def test_a_table_that_grew_moves_no_record(podium, small_model, given, tmp_path):
    table = small_model.manifest
    lines = table.read_text().splitlines(keepends=True)
    part = table.with_name("part.csv")
    try:
        part.write_text("".join(lines[:13]))
        words = ["predict", part, *given[2:], "--out", tmp_path / "p.csv", "--shard", "1/2"]
        podium(*words)
        n = len(Shard(1, 2).cut(small_model.performances()[:12]))
        part.write_text("".join([lines[0], *lines[:0:-1]]))
        code, _, err = podium(*words, "--resume")
    finally:
        part.unlink()
    assert code == 0
    assert f"{n} of {len(Shard(1, 2).cut(small_model.performances()))} were done before" in err


def test_shards_on_disks_that_encode_letters_otherwise_are_one_table(podium, small_model, tmp_path):
    """A shard on a Mac's disk (NFD), one where names are as the table spells them (NFC)."""
    lines = small_model.manifest.read_text().splitlines(keepends=True)[:9]
    spelled = [line.replace(".mp4", 'é, "Zoë".mp4').replace('"', "'") for line in lines]
    spelled = [f'"{line[:15]}"{line[15:]}' if ".mp4" in line else line for line in spelled]
    parts = []
    for i, form in enumerate(("NFC", "NFD")):
        folder = tmp_path / form
        folder.mkdir()
        (folder / "t.csv").write_text("".join(spelled), encoding="utf-8")
        for one in small_model.performances()[:8]:
            name = unicodedata.normalize(form, f"{one.id}é, 'Zoë'.mp4")
            shutil.copy(one.path, folder / name)
        words = ["predict", folder / "t.csv", "--model", small_model.folder, "--out"]
        assert podium(*words, tmp_path / f"{form}.csv")[0] == 0
        parts.append(tmp_path / f"{i}.csv")
        podium(*words, parts[-1], "--shard", f"{i}/2")
    whole = (tmp_path / "NFC.csv").read_bytes()
    assert (tmp_path / "NFD.csv").read_bytes() == whole
    assert podium("merge", tmp_path / "all.csv", *parts)[0] == 0
    assert (tmp_path / "all.csv").read_bytes() == whole


def test_what_failed_is_listed_and_tried_again(podium, small_model, table, tmp_path):
    folder = table.parent
    (folder / "003.mp4").write_bytes(b"")
    words = ["predict", table, "--model", small_model.folder, "--out", tmp_path / "p.csv"]
    code, _, err = podium(*words)
    listed = tmp_path / "p.csv.parts" / "failed-0-of-1.csv"
    assert code == Exit.SOME_FAILED
    assert err.splitlines()[-1] == (
        f"to try them again: the same command with --resume (listed in {listed})"
    )
    with listed.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["file_name"], row["id"]) == ("003.mp4", "003")
    assert row["error"].startswith(f"{folder / '003.mp4'}: is empty (0 bytes)")
    merged = tmp_path / "merged.csv"
    assert podium("merge", merged, tmp_path / "p.csv")[0] == Exit.SOME_FAILED
    assert merged.read_bytes() == (tmp_path / "p.csv").read_bytes()
    shutil.copy(small_model.performances()[3].path, folder)
    code, _, err = podium(*words, "--resume")
    assert (code, err.splitlines()[0]) == (0, "29 of 30 were done before")
    assert not listed.parent.exists()


def test_a_scheduler_says_which_shard_it_is(podium, small_model, given, tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "2")
    monkeypatch.setenv("SLURM_ARRAY_TASK_COUNT", "4")
    n = len(Shard(2, 4).cut(small_model.performances()))
    _, _, err = podium(*given, "--out", tmp_path / "p.csv")
    assert err.splitlines()[:2] == [
        f"shard 2/4, as SLURM_ARRAY_TASK_ID says: {n} of 30 (--shard 0/1 does all)",
        f"{n} scored, 0 failed: {tmp_path / 'p.csv'}",
    ]
    assert podium("merge", tmp_path / "all.csv", tmp_path / "p.csv") == (
        Exit.INPUT,
        "",
        f"podium: nothing was merged: {30 - n} of 30 performances are in none of the parts (shards "
        "0/4, 1/4, 3/4)\n",
    )
    assert not (tmp_path / "all.csv").exists()


def test_shards_are_measured_too(podium, given, small_model, tmp_path):
    table = small_model.manifest.with_name("two.csv")
    table.write_text("".join(small_model.manifest.read_text().splitlines(keepends=True)[:3]))
    words = ["predict", table, *given[2:], "--out"]
    try:
        podium(*words, tmp_path / "p.csv", "--measures", tmp_path / "m.csv")
        for i in range(2):
            out, measures = tmp_path / f"{i}.csv", tmp_path / f"m{i}.csv"
            podium(*words, out, "--measures", measures, "--shard", f"{i}/2")
    finally:
        table.unlink()
    merged = [tmp_path / "merged.csv", "--measures", tmp_path / "merged_m.csv"]
    parts = [tmp_path / f"{i}.csv" for i in range(2)]
    assert podium("merge", merged[0], *parts, *merged[1:])[0] == 0
    assert merged[0].read_bytes() == (tmp_path / "p.csv").read_bytes()
    assert merged[2].read_bytes() == (tmp_path / "m.csv").read_bytes()


def test_measures_that_were_not_made_are_not_merged(podium, given, tmp_path):
    podium(*given, "--out", tmp_path / "p.csv", "--shard", "0/1")
    measures = tmp_path / "m.csv"
    code, _, err = podium("merge", tmp_path / "all.csv", tmp_path / "p.csv", "--measures", measures)
    assert (code, err) == (
        Exit.USAGE,
        f"podium: --measures {measures}: 30 of 30 performances were not measured: run the shards "
        "with --measures and --resume\n",
    )


def test_one_video_is_scored_as_its_row(small_model, whole):
    performance = small_model.performances()[3]
    record = score_one(performance, model=small_model.folder)
    assert pickle.loads(pickle.dumps(record)) == record
    with whole.open(newline="", encoding="utf-8") as file:
        row = list(csv.DictReader(file))[3]
    assert {key: cell for key, cell in row.items() if cell} == {
        key: cell for key, cell in record.predicted.items() if cell
    }
    by_path = score_one(
        performance.path,
        model=str(small_model.folder),
        action=performance.action,
        difficulty=performance.difficulty,
    )
    assert by_path.predicted["score"] == row["score"]


def test_an_answer_has_every_column_whatever_came_of_it(small_model, make_video, monkeypatch):
    """Whoever asks for `score` gets "" where there is none, and the columns are always the same."""
    empty = make_video("empty.mp4")
    empty.write_bytes(b"")
    failed = score_one(empty, model=small_model.folder).predicted
    withheld = score_one(make_video("short.mp4", 20), model=small_model.folder).predicted
    scored = score_one(small_model.performances()[3], model=small_model.folder).predicted
    assert [*failed] == [*withheld] == [*scored] == [*PREDICTED]
    assert (failed["score"], withheld["severity"], withheld["score"]) == ("", "grave", "")
    assert float(withheld["score_if_trusted"])
    assert float(scored["score"])
    assert failed["error"]
    assert not scored["error"]


def test_a_very_long_id_does_not_fill_the_terminal(podium, small_model, table, tmp_path):
    lines = table.read_text().splitlines()
    table.write_text("\n".join([f"id,{lines[0]}", f"{'x' * 90_000},{lines[1]}"]))
    words = ["predict", table, "--model", small_model.folder, "--out", tmp_path / "p.csv"]
    podium(*words, "--shard", "0/1")
    shutil.rmtree(tmp_path / "p.csv.parts" / "records")
    assert podium("merge", tmp_path / "all.csv", tmp_path / "p.csv") == (
        Exit.INPUT,
        "",
        f"podium: nothing was merged: {tmp_path / 'p.csv'}: 1 of the 1 performances of shard 0/1 "
        f"are not done ('{'x' * 96}...): run it again with --resume\n",
    )


def test_a_video_that_cannot_be_scored_is_an_answer(small_model, tmp_path):
    path = tmp_path / "none.mp4"
    path.touch()
    record = score_one(path, model=small_model.folder, with_measures=True)
    assert isinstance(record, Record)
    assert record.failed
    said = {column: cell for column, cell in record.predicted.items() if cell}
    error = said.pop("error")
    assert error.startswith(f"{path}: is empty (0 bytes)")
    assert (said, record.measured) == (
        {"file_name": "none.mp4", "id": "none"},
        {"file_name": "none.mp4", "error": error},
    )


def test_of_errors_alike_the_first_are_said(capsys):
    lines = [(f"{n}.mp4: {n} frames are too few", f"{n}.mp4") for n in range(300)]
    say_alike([*lines, ("x.mp4: is black", "x.mp4")], " (the table has all)")
    assert capsys.readouterr().err.splitlines() == [
        *(f"  {n}.mp4: {n} frames are too few" for n in range(5)),
        "  and 295 more like it (the table has all)",
        "  x.mp4: is black",
    ]


@pytest.fixture
def three(small_model) -> Iterator[Path]:
    """The table of the first three videos."""
    table = small_model.manifest.with_name("three.csv")
    table.write_text("".join(small_model.manifest.read_text().splitlines(keepends=True)[:4]))
    yield table
    table.unlink()


def test_a_table_is_measured_in_shards_without_a_model(podium, small_model, three, tmp_path):
    """The bytes are those of what `predict --measures` writes, though one shard was killed."""
    words = ["measure", three, "--out"]
    predicted = ["predict", three, "--model", small_model.folder, "--out", tmp_path / "p.csv"]
    podium(*predicted, "--measures", tmp_path / "whole.csv")
    parts = [tmp_path / f"{i}.csv" for i in range(2)]
    largest = max(range(2), key=lambda i: len(Shard(i, 2).cut(small_model.performances()[:3])))
    asked = [([*words, parts[i], "--shard", f"{i}/2"], None, None) for i in range(2)]
    killed = (asked[largest][0], 3, signal.SIGKILL)  # its plan, a record, and no more
    asked[largest] = ([*asked[largest][0], "--resume"], None, None)
    codes, said = codes_of(killed, *asked)
    assert codes == [-signal.SIGKILL, 0, 0]
    assert any(line.startswith("1 of ") and line.endswith("were done before") for line in said)
    merged = tmp_path / "merged.csv"
    assert podium("merge", merged, *parts) == (0, "", f"3 measured, 0 failed: {merged}\n")
    assert merged.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    code, _, err = podium("merge", merged, *parts, "--measures", tmp_path / "m.csv")
    assert (code, err) == (
        Exit.USAGE,
        f"podium: --measures {tmp_path / 'm.csv'}: the parts are of podium measure, and {merged} "
        "gets what was measured: leave out --measures\n",
    )


def test_measures_are_not_lost_where_they_are_left_out_when_it_goes_on(
    podium, small_model, three, tmp_path
):
    out, measures = tmp_path / "p.csv", tmp_path / "m.csv"
    words = ["predict", three, "--model", small_model.folder, "--out", out, "--shard", "0/1"]
    podium(*words, "--measures", measures)
    kept = Parts.beside(out).folder

    def there():
        return {
            path: path.read_bytes()
            for path in tmp_path.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }

    before = there()
    for shard in ("0/1", "0/2"):
        code, printed, err = podium(*words[:-1], shard, "--resume")
        n = len(Shard(0, int(shard[-1])).cut(small_model.performances()[:3]))
        assert (code, printed, err) == (
            Exit.USAGE,
            "",
            f"podium: --resume goes on with what is in {kept}, and {n} of {n} there were measured, "
            "too: give --measures FILE as then, or leave out --resume to make all anew without "
            "measures\n",
        )
        assert there() == before
    code, _, err = podium(*words, "--resume", "--measures", measures)
    assert (code, err.splitlines()[0]) == (0, "3 of 3 were done before")


def test_measures_that_are_asked_for_later_are_made_and_that_is_said(
    podium, small_model, three, tmp_path
):
    out, measures = tmp_path / "p.csv", tmp_path / "m.csv"
    words = ["predict", three, "--model", small_model.folder, "--out", out, "--shard", "0/1"]
    podium(*words)
    predicted = out.read_bytes()
    code, _, err = podium(*words, "--resume", "--measures", measures)
    assert (code, err.splitlines()[0]) == (
        0,
        "3 of 3 were done without --measures: they are made anew, with them",
    )
    assert out.read_bytes() == predicted
    assert len(measures.read_text().splitlines()) == 4


def test_a_video_of_a_table_that_cannot_be_measured_is_listed(podium, table, tmp_path):
    text = table.read_text().splitlines(keepends=True)
    table.write_text("".join(text[:2]))
    (table.parent / "000.mp4").write_bytes(b"")
    code, _, err = podium("measure", table, "--out", tmp_path / "m.csv")
    listed = tmp_path / "m.csv.parts" / "failed-0-of-1.csv"
    empty = f"{table.parent / '000.mp4'}: is empty (0 bytes): {KINDS}"
    assert (code, err.splitlines()[-3:]) == (
        Exit.SOME_FAILED,
        [
            f"0 measured, 1 failed: {tmp_path / 'm.csv'}",
            f"  {empty}",
            f"to try them again: the same command with --resume (listed in {listed})",
        ],
    )
    with listed.open(newline="", encoding="utf-8") as file:
        assert [*csv.reader(file)] == [["file_name", "id", "error"], ["000.mp4", "000", empty]]


def test_what_is_of_tables_and_what_is_of_one_video_is_not_mixed(podium, small_model, tmp_path):
    table = small_model.manifest
    code, _, err = podium("measure", table, "--out", tmp_path / "m.csv", "--action", "407C")
    assert (code, err) == (
        Exit.USAGE,
        f"podium: {table}: --out is for a table, whose columns say what is known of each video: "
        "leave out --reference, --action, --height, --athlete, --speed, --frames-per-second, "
        "--report, --blur-faces and --json, or --out\n",
    )
    code, _, err = podium("measure", table, "--shard", "0/2")
    assert (code, err) == (
        Exit.USAGE,
        f"podium: {table}: --split, --shard, --resume, --engine, --jobs and --remote are for a "
        "table: say with --out where what is measured of each of its rows is to go, or leave them "
        "out\n",
    )
