"""Tables made to fill memory or time: each is refused in a line, and honest ones are read."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from hostile.confinement import (
    N_MUTATIONS,
    every_mutation_is_read_or_refused,
    mutated,
    peak_bytes,
)
from podium.cli.app import Exit
from podium.cli.commands import run
from podium.datasets.manifest import Manifest
from podium.errors import PodiumError, UnusableFile
from podium.evaluation import results
from podium.evaluation.predictions import read_predictions
from podium.evaluation.results import evaluate_predictions
from podium.inputs import table
from podium.performance import Performance

HEADER = b"file_name,score\n"
SEVERAL = "split it into several tables"
NO_TABLE = "a row has more than the 1,048,576 characters allowed: is it a table?"
MEBIBYTE = 2**20


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.mp4").touch()
    return tmp_path / "t.csv"


def read_manifest(path: Path) -> object:
    return Manifest(path).performances()


READERS = pytest.mark.parametrize("read", [read_manifest, read_predictions])


def refuse(read: Callable[[Path], object], path: Path, message: str) -> None:
    with pytest.raises(PodiumError, match=whole(f"{path}: {message}")):
        read(path)


# CSV


@READERS
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"file_name,score," + b",".join(b"c%d" % n for n in range(100_000)) + b"\na.mp4,5\n",
            f"has more than the 1,000 columns allowed (it has 100,002): {SEVERAL}",
        ),
        (b"x" * (8 * MEBIBYTE), f"line 1: {NO_TABLE}"),
        (b"," * (8 * MEBIBYTE), f"line 1: {NO_TABLE}"),
        (HEADER + b"a.mp4," + b"5" * (8 * MEBIBYTE), f"line 2: {NO_TABLE}"),
        (HEADER + b"," * (8 * MEBIBYTE), f"line 2: {NO_TABLE}"),
        (HEADER + b"\0" * (8 * MEBIBYTE), f"line 2: {NO_TABLE}"),
        (HEADER + "😀".encode() + b"x" * (8 * MEBIBYTE), f"line 2: {NO_TABLE}"),
        (HEADER + b'"a\n",' * (2 * MEBIBYTE), f"line 209,717: {NO_TABLE}"),
        (
            HEADER + b'"' + b"a\n" * (4 * MEBIBYTE),
            "line 65538: is not CSV (field larger than field limit (131072))",
        ),
    ],
    ids=["columns", "no line", "empty columns", "one cell", "one row", "zeros", "wide letters",
         "a row of lines", "a cell of lines"],
)  # fmt: skip
def test_what_is_too_long_is_refused_before_it_is_all_read(path, read, content, message):
    path.write_bytes(content)
    refuse(read, path, message)
    # The file itself, the allowed row as text and as cells, and what little is kept besides.
    assert peak_bytes(lambda: read(path)) < 3 * len(content) + 12 * MEBIBYTE


def test_a_file_of_too_many_bytes_is_not_read(path, monkeypatch):
    monkeypatch.setattr(table, "MAX_BYTES", 1_000)
    path.write_bytes(b"x" * 1_001)
    message = f"{path}: has more than the 1,000 bytes allowed: give a smaller file"
    for read in (read_manifest, read_predictions):
        with pytest.raises(UnusableFile, match=whole(message)):
            read(path)


@READERS
def test_more_rows_than_allowed_are_refused(path, read, monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    path.write_bytes(HEADER + b"\n,\n" * 2 + b"a.mp4,5\n" * 2)
    refuse(read, path, f"has more than the 3 rows allowed (up to line 7): {SEVERAL}")


@READERS
def test_blank_lines_are_not_endless(path, read, monkeypatch):
    monkeypatch.setattr(table, "MAX_LINES", 50)
    path.write_bytes(HEADER + b"\n" * 50)
    refuse(read, path, f"has more than the 50 lines allowed (blank ones count): {SEVERAL}")


@pytest.mark.parametrize(
    "row", [b"a.mp4,5\n", b"a.mp4," + b";".join([b"1"] * 20) + b"\n", b"a.mp4,a:1-2;b:3-4\n"]
)
def test_cells_that_are_not_there_marks_and_phases_count(path, monkeypatch, row):
    n_values = max(20, row.count(b";") + row.count(b":") + 20)
    monkeypatch.setattr(table, "MAX_VALUES", 3 * n_values - 1)
    names = ["file_name", "judges", *(f"c{n}" for n in range(18))]
    path.write_bytes(",".join(names).encode() + b"\n" + row * 3)
    refuse(
        read_manifest,
        path,
        f"has more than the {3 * n_values - 1:,} values allowed (up to line 4): {SEVERAL}",
    )


@READERS
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_never_waited_for(tmp_path, read, suffix, make):
    path = tmp_path / f"x{suffix}"
    make(path)
    with pytest.raises(UnusableFile, match=whole(f"{path}: is not a regular file: give a file")):
        read(path)


def test_a_byte_that_is_no_text_is_found_however_far_it_lies(path):
    head = "\ufefffile_name,score\n".encode() + f"{'é' * 100}.mp4,5\n".encode() * 9_000
    for bad in (b"\xff", b"\xc3", b"\xf0\x9f\x98"):
        path.write_bytes(head + bad)
        refuse(
            read_predictions,
            path,
            f"is not UTF-8 text (byte {len(head)} is not): save it as UTF-8, or give a Parquet "
            "file",
        )


LARGE = "must be no larger than 1e+12"


def test_numbers_that_cannot_be_squared_are_refused(path):
    path.write_text(
        "file_name,id,score,difficulty,judges,start_frame\n"
        "a.mp4,1,1e308,1e300,5;-1e99,1e300\na.mp4,2,-1e13,1e-300,5,0\na.mp4,3,1e12,2,5,0\n"
    )
    problems = (
        f"line 2: difficulty '1e300' {LARGE}; line 2: judges '5;-1e99' {LARGE}; "
        f"line 2: score '1e308' {LARGE}; line 2: start_frame '1e300' {LARGE}; "
        "line 3: difficulty '1e-300' must be a number above 0, or empty; "
        f"line 3: score '-1e13' {LARGE}"
    )
    refuse(read_manifest, path, f"6 problems, nothing was done: {problems}")
    refuse(read_predictions, path, f"line 2: score '1e308' {LARGE}; line 3: score '-1e13' {LARGE}")


@pytest.mark.parametrize("shard", [f"0/{'9' * 5_000}", f"{'9' * 5_000}/9", "0/1" + "0" * 28])
def test_a_shard_of_very_many_digits_is_no_bug(path, capsys, shard):
    path.write_text("file_name\na.mp4\n")
    assert run(["extract", str(path), "--shard", shard]) == Exit.USAGE
    message = f"shard {shard!r} must be i/n, where i is at least 0 and below n, such as 0/8"
    assert capsys.readouterr().err == f"podium: {message}\n"


# the pace


def calls_of(work: Callable[[], object]) -> int:
    """How many functions were called: what time depends on, without the machine."""
    n_calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal n_calls
        n_calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return n_calls


def rows(n: int, problems: bool) -> bytes:
    row = b"none%d.mp4,%d,x,dev,9,3,8;x,maybe\n" if problems else b"a.mp4,%d,%d,test,3,9,8;9,no\n"
    header = b"file_name,id,score,split,start_frame,end_frame,judges,is_reference\n"
    return header + b"".join(row % (n, n % 50) for n in range(n))


@READERS
@pytest.mark.parametrize("problems", [False, True], ids=["honest", "all wrong"])
def test_twice_the_rows_are_twice_the_work(path, read, problems):
    def work(n: int) -> int:
        path.write_bytes(rows(n, problems))

        def attempt() -> None:
            with pytest.raises(PodiumError) if problems else nullcontext() as refused:
                read(path)
            assert refused is None or len(str(refused.value)) < 6_000

        attempt()
        return calls_of(attempt)

    few, more, many = work(1_000), work(2_000), work(4_000)
    assert (many - more) / (more - few) == pytest.approx(2, rel=0.02)


def test_problems_take_no_memory_of_their_own(path):
    def peak(n: int) -> int:
        path.write_bytes(HEADER + b"".join(b"none%d.mp4,x\n" % n for n in range(n)))
        kept = path.stat().st_size  # the file itself
        return peak_bytes(lambda: read_manifest(path)) - kept

    few, many = peak(2_000), min(peak(8_000) for _ in range(3))  # others use memory, too
    # What is kept of a row is its id and line, to know one that comes again.
    # Either asks for the megabyte that a line may have, in which as much of rows would be hidden.
    assert (many - few) / 6_000 < 150


LIMITED = """
import resource, sys
from pathlib import Path
limit = int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from podium.datasets.manifest import Manifest
from podium.errors import PodiumError
try:
    print(len(Manifest(Path(sys.argv[1])).performances()))
except PodiumError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("row", "mebibytes", "said"),
    [
        (b"a.mp4,%d,5,test\n", 500, "250000"),
        (
            b"none.mp4,%d,x,dev\n", 250,
            "{path}: 750000 problems, nothing was done: "
            + "; ".join(
                f"line {n}: file_name 'none.mp4' does not exist{{file}}; "
                f"line {n}: score 'x' must be a number, or empty where it is not known{{rest}}; "
                f"line {n}: split 'dev' must be train, validation or test, or empty{{rest}}"
                for n in range(2, 7)
            ),
        ),
    ],
    ids=["honest", "all wrong"],
)  # fmt: skip
def test_very_many_rows_are_read_or_refused_in_bounded_memory(path, row, mebibytes, said):
    with path.open("wb") as file:
        file.write(b"file_name,id,score,split\n")
        file.writelines(row % n for n in range(250_000))
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(mebibytes)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rest = ", and 249995 more like it (lines 7 to 250001)"
    *first, last = said.format(path=path, file="\0", rest="\0").split("line 6: ")
    expected = "line 6: ".join([*first, last]).replace("\0", "")
    if "problems" in expected:
        shown, _, sixth = expected.rpartition("line 6: file_name")
        expected = f"{shown}line 6: file_name" + "; ".join(
            part + rest for part in sixth.split("; ")
        )
    assert ran.stdout == f"{expected}\n"


def test_predictions_of_very_many_performances_have_no_floors(path, monkeypatch, quick_intervals):
    monkeypatch.setattr(results, "MAX_LEFT_OUT", 4)
    path.write_text("file_name,id,score\n" + "".join(f"a.mp4,{n},{n}\n" for n in range(5)))
    performances = [Performance(str(n), path.parent / "a.mp4", float(n)) for n in range(5)]
    found = evaluate_predictions(path, performances)
    assert (found["n"], found["baselines"]) == (5, {})
    assert found["baselines_fitted_to"] == (
        "no baselines: 5 performances are more than the 4 that are left out in turn: "
        "measure a part of them, or add training rows to the manifest"
    )


# Parquet


def repeated(value: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([value]))


def bombs() -> Iterator[tuple[str, pa.Table, str]]:
    yield (
        "rows", pa.table({"file_name": repeated("a.mp4", 20_000_000)}),
        f"has more than the 1,000,000 rows allowed (it has 20,000,000): {SEVERAL}",
    )  # fmt: skip
    yield (
        "text", pa.table({"file_name": repeated("x" * 100_000, 1_000_000)}),
        f"has more than the 268,435,456 characters allowed (up to line 2,686): {SEVERAL}",
    )  # fmt: skip
    yield (
        "columns", pa.table({f"c{n}": [1] for n in range(1_001)}),
        f"has more than the 1,000 columns allowed (it has 1,001): {SEVERAL}",
    )  # fmt: skip
    yield (
        "cell", pa.table({"file_name": ["x" * (50 * MEBIBYTE)]}),
        f"has more than the 1,048,576 characters in a row allowed (it has 52,428,800): {SEVERAL}",
    )  # fmt: skip
    numbers = pa.ListArray.from_arrays(
        pa.array([0, 100_000_000], pa.int32()), pa.array(np.zeros(100_000_000, np.int8))
    )
    yield (
        "list", pa.table({"file_name": ["a.mp4"], "numbers": numbers}),
        "reading it takes more than the 805,306,368 bytes of memory allowed: "
        "check the file, or give a smaller one",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rows", "text", "columns", "cell", "list"])
def test_a_small_file_of_parquet_does_not_become_a_large_one(tmp_path, kind):
    made, message = next((made, said) for name, made, said in bombs() if name == kind)
    path = tmp_path / "t.parquet"
    parquet.write_table(made, path, compression="zstd")
    assert path.stat().st_size < 400_000
    refuse(read_manifest, path, message)


def test_cells_of_parquet_stay_as_they_are(tmp_path):
    (tmp_path / " a.mp4").touch()
    path = tmp_path / "T.PARQUET"
    parquet.write_table(pa.table({"file_name": [" a.mp4"], "score": [7.5], "id": ["x\ny"]}), path)
    (found,) = Manifest(path).performances()
    assert (found.path.name, found.score, found.id) == (" a.mp4", 7.5, "x\ny")


# anything


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_damaged_parquet_is_read_or_refused(tmp_path):
    path = tmp_path / "t.parquet"
    columns = {"file_name": ["a.mp4", "b.mp4"], "score": [1.0, None], "judges": [[8.0], [9.0, 7]]}
    parquet.write_table(pa.table(columns), path)
    every_mutation_is_read_or_refused("podium.inputs._parquet", "rows", path)
    content = path.read_bytes()
    for seed in range(20):
        path.write_bytes(mutated(content, seed))
        try:
            read_manifest(path)
        except PodiumError as error:
            refusal = str(error)
            assert refusal.startswith(f"{path}: ")


@pytest.mark.parametrize("problems", [False, True])
def test_damaged_csv_is_read_or_refused(path, problems):
    content = rows(20, problems)
    for seed in range(N_MUTATIONS):
        path.write_bytes(mutated(content, seed))
        for read in (read_manifest, read_predictions):
            try:
                assert read(path)
            except PodiumError as error:
                refusal = str(error)
                assert refusal.startswith(f"{path}: ")
