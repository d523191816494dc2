import csv
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from messages import whole
from podium.datasets.manifest import KNOWN_COLUMNS, Manifest
from podium.errors import ManifestError, MissingFile, PodiumError
from podium.performance import Performance, Phase

from .tables import read, table

HEADER = "file_name,score"

OUTSIDE = (
    "must lie in the table's folder or below it: put the table beside the videos, or a link to "
    "their folder beside the table"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the (empty) videos a.mp4, b.mp4 and videos/c.mp4."""
    (tmp_path / "videos").mkdir()
    for name in ("a.mp4", "b.mp4", "videos/c.mp4"):
        (tmp_path / name).touch()
    return tmp_path


def refused(folder: Path, content: str | bytes, *problems: str) -> None:
    path = table(folder, content)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    message = f"{path}: {count}, nothing was done: {'; '.join(problems)}"
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


# what is read


def test_every_known_column_is_read(folder):
    (found,) = read(
        folder,
        "file_name,id,score,split,action,difficulty,judges,start_frame,end_frame,event,athlete,"
        "is_reference,phases,weather\n"
        "videos/c.mp4,dive 1,78.4,train,407,3.2,8;8.5;7.5,4,120,final,A. Nother,yes,"
        "take_off:4-30; entry:31-120,windy\n",
    )
    assert found == Performance(
        id="dive 1",
        path=folder / "videos" / "c.mp4",
        score=78.4,
        action="407",
        difficulty=3.2,
        judges=(8.0, 8.5, 7.5),
        split="train",
        start_frame=4,
        end_frame=120,
        event="final",
        athlete="A. Nother",
        is_reference=True,
        phases=(Phase("take_off", 4, 30), Phase("entry", 31, 120)),
        extra={"weather": "windy"},
    )
    assert found.execution == pytest.approx(24.5)


def test_only_the_file_name_is_needed(folder):
    assert read(folder, "file_name\na.mp4\n") == (Performance("a", folder / "a.mp4"),)


def test_empty_cells_are_not_known(folder):
    (found,) = read(
        folder, "file_name,score,split,judges,start_frame,is_reference,x\na.mp4,,,,,,\n"
    )
    assert found == Performance("a", folder / "a.mp4", extra={"x": ""})


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbffile_name,score\na.mp4,5\nb.mp4,6\n",
        b"file_name,score\r\na.mp4,5\r\nb.mp4,6\r\n",
        b"file_name,score\ra.mp4,5\rb.mp4,6\r",
        b"file_name;score\na.mp4;5\nb.mp4;6",
        b"file_name\tscore\na.mp4\t5\nb.mp4\t6",
        b'"file_name","score"\n"a.mp4","5"\n"b.mp4","6"\n',
        b" file_name , score \n a.mp4 , 5 \n b.mp4 , 6 \n",
        b"file_name,score\n\na.mp4,5\n,\n\nb.mp4,6\n\n",
        b"file_name,score\na.mp4,5,,\nb.mp4,6,\n",
        b"file_name,score\n.\\a.mp4,5.0\n./b.mp4,6e0\n",
    ],
    ids=["BOM", "CRLF", "CR", "semicolons", "tabs", "quotes", "spaces", "blank rows",
         "trailing commas", "Windows separators"],
)  # fmt: skip
def test_whatever_a_spreadsheet_writes_is_read(folder, content):
    found = read(folder, content)
    assert [(p.id, p.path, p.score) for p in found] == [
        ("a", folder / "a.mp4", 5.0),
        ("b", folder / "b.mp4", 6.0),
    ]


def test_windows_paths_lead_into_folders(folder):
    (found,) = read(folder, "file_name\nvideos\\c.mp4\n")
    assert found.path == folder / "videos" / "c.mp4"


@pytest.mark.parametrize(
    ("text", "truth"),
    [("true", True), ("True", True), ("1", True), ("yes", True), ("false", False), ("0", False),
     ("NO", False), ("", False)],
)  # fmt: skip
def test_truth_has_several_spellings(folder, text, truth):
    (found,) = read(folder, f"file_name,is_reference\na.mp4,{text}\n")
    assert found.is_reference is truth


def test_frames_may_be_written_as_spreadsheets_write_numbers(folder):
    (found,) = read(folder, "file_name,start_frame\na.mp4,45.0\n")
    assert found.start_frame == 45


def test_parquet_is_read_alike(folder):
    path = folder / "metadata.parquet"
    columns = {
        "file_name": ["a.mp4", "b.mp4"],
        "id": [1, 2],
        "score": [78.5, None],
        "is_reference": [True, False],
        "start_frame": [3, None],
        "judges": ["8;9", None],
        "weather": ["windy", None],
    }
    parquet.write_table(pa.table(columns), path)
    one, two = Manifest(path).performances()
    assert one == Performance(
        "1", folder / "a.mp4", 78.5, judges=(8.0, 9.0), start_frame=3, is_reference=True,
        extra={"weather": "windy"},
    )  # fmt: skip
    assert two == Performance("2", folder / "b.mp4", extra={"weather": ""})


def test_problems_of_parquet_are_told_by_row(folder):
    path = folder / "metadata.parquet"
    columns = {"file_name": ["a.mp4", "b.mp4"], "score": [1.0, float("inf")]}
    parquet.write_table(pa.table(columns), path)
    message = (
        f"{path}: 1 problem, nothing was done: "
        "line 3: score 'inf' must be a number, or empty where it is not known"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


# what is refused


def test_all_problems_are_told_at_once_with_their_lines(folder):
    long = "x" * 300
    refused(
        folder,
        "file_name,id,score,split,difficulty,judges,start_frame,end_frame,is_reference,phases\n"
        "a.mp4,1,1_,train,3,,,,,\n"
        "b.mp4,1,inf,dev,0,8;x,-1,2.5,maybe,entry\n"
        "\n"
        "none.mp4,2,five,,-1,,9,3,,\n"
        "../a.mp4,3,,,,,,,,\n"
        "/etc/passwd,4,,,,,,,,\n"
        "C:\\x.mp4,5,,,,,,,,\n"
        "..\\a.mp4,6,,,,,,,,\n"
        ",7,1,,,,,,,\n"
        f"{long},8,,,,,,,,\n",
        "line 2: score '1_' must be a number, or empty where it is not known",
        "line 3: difficulty '0' must be a number above 0, or empty",
        "line 3: end_frame '2.5' must be a frame number, 0 or more",
        "line 3: id '1' is already on line 2",
        "line 3: is_reference 'maybe' must be true or false",
        "line 3: judges '8;x' must be marks with ; between them",
        "line 3: phases 'entry' must be name:first-last with ; between them",
        "line 3: score 'inf' must be a number, or empty where it is not known",
        "line 3: split 'dev' must be train, validation or test, or empty",
        "line 3: start_frame '-1' must be a frame number, 0 or more",
        "line 5: difficulty '-1' must be a number above 0, or empty",
        "line 5: end_frame 3 is before start_frame 9",
        "line 5: file_name 'none.mp4' does not exist",
        "line 5: score 'five' must be a number, or empty where it is not known",
        f"line 6: file_name '../a.mp4' {OUTSIDE}",
        f"line 7: file_name '/etc/passwd' {OUTSIDE}",
        f"line 8: file_name 'C:/x.mp4' {OUTSIDE}",
        f"line 9: file_name '../a.mp4' {OUTSIDE}",
        "line 10: file_name is empty",
        f"line 11: file_name '{long}' does not exist",
    )


def test_rows_without_a_file_are_not_called_duplicates(folder):
    refused(
        folder,
        "file_name,score\n,1\n,2\n",
        "line 2: file_name is empty",
        "line 3: file_name is empty",
    )


def test_line_numbers_count_the_lines_within_quoted_cells(folder):
    refused(
        folder,
        f'{HEADER},words\na.mp4,5,"one\ntwo\r\nthree"\nb.mp4,x,"four"\n',
        "line 5: score 'x' must be a number, or empty where it is not known",
    )


def test_a_column_that_is_named_twice_is_refused(folder):
    path = table(folder, "file_name,score,score\na.mp4,5,6\n")
    message = f"{path}: names the column 'score' twice: keep one of them"
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


def test_phases_that_end_before_they_begin_are_refused(folder):
    refused(
        folder,
        "file_name,phases\na.mp4,entry:30-20\n",
        "line 2: phases 'entry:30-20' must be name:first-last with ; between them",
    )


def test_a_missing_table_is_said(tmp_path):
    path = tmp_path / "none.csv"
    message = f"{path}: no such table of performances: check the path"
    with pytest.raises(MissingFile, match=whole(message)):
        Manifest(path).performances()


@pytest.mark.parametrize("content", ["", "\n\n", "file_name,score\n", "file_name,score\n\n,\n"])
def test_a_table_without_rows_is_said(folder, content):
    path = table(folder, content)
    message = f"{path}: lists no performances: give one per line below the header"
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


def test_a_table_without_file_names_is_said(folder):
    path = table(folder, "video,score\na.mp4,5\n")
    message = (
        f"{path}: has no column 'file_name' (its columns are video, score): "
        "name each video's file there, relative to this table"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


def test_names_of_several_lines_are_said_in_one(folder):
    path = table(folder, '"a\nb",score\na.mp4,5\n')
    message = (
        f"{path}: has no column 'file_name' (its columns are a b, score): "
        "name each video's file there, relative to this table"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


def test_too_large_a_cell_is_said(folder):
    path = table(folder, f"{HEADER}\na.mp4,{'5' * 200_000}\n")
    message = f"{path}: line 2: is not CSV (field larger than field limit (131072))"
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(path).performances()


def test_what_only_claims_to_be_parquet_is_said(folder):
    path = folder / "metadata.parquet"
    path.write_bytes(b"no parquet")
    start = re.escape(f"{path}: is not a Parquet file (")
    with pytest.raises(ManifestError, match=rf"^{start}[^\n]*\)$"):
        Manifest(path).performances()


# anything at all

FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a.mp4", "5", "nan", "train", "1e999", '"', ";", "\n", "\r", "\0", "1_0"]),
)


@FUZZ
@given(st.one_of(st.text(), st.binary()))
@example("file_name\n\0\n")
@example("file_name,phases\na.mp4,:1-2\n")
def test_any_text_is_read_or_refused(folder, content):
    try:
        found = read(folder, content if isinstance(content, bytes) else content.encode())
    except PodiumError as error:
        message = str(error)
        assert str(folder) in message
    else:
        assert found


@FUZZ
@given(st.lists(st.lists(CELL, min_size=1, max_size=14), max_size=4))
def test_any_cells_are_read_or_refused(folder, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(KNOWN_COLUMNS)
    writer.writerows(rows)
    try:
        found = read(folder, text.getvalue().encode())
    except PodiumError as error:
        message = str(error)
        assert str(folder) in message
    else:
        assert len({p.id for p in found}) == len(found)
        assert all(p.path.is_file() for p in found)


@FUZZ
@given(st.data())
def test_damaged_parquet_is_read_or_refused(folder, data):
    path = folder / "metadata.parquet"
    parquet.write_table(pa.table({"file_name": ["a.mp4"], "score": [1.0]}), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        assert Manifest(path).performances()
    except PodiumError as error:
        message = str(error)
        assert str(path) in message


def test_the_rate_of_a_sequence_is_read_and_checked(tmp_path):
    for name in ("a.npy", "b.npy", "v.mp4"):
        (tmp_path / name).write_bytes(b"")
    table = tmp_path / "t.csv"
    table.write_text("file_name,frames_per_second\na.npy,15\nb.npy,\nv.mp4,as filmed\n")
    assert [p.frames_per_second for p in Manifest(table).performances()] == [15, None, None]
    table.write_text("file_name,frames_per_second\na.npy,0\nb.npy,fast\nv.mp4,\n")
    allowed = "must be from 1 to 1000 frames a second, or empty"
    message = (
        f"{table}: 2 problems, nothing was done: line 2: frames_per_second '0' {allowed}; "
        f"line 3: frames_per_second 'fast' {allowed}"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(table).performances()
