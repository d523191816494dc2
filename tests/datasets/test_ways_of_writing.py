"""The ways in which programs write one table: read alike, or refused in one line that says why."""

import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from messages import whole
from podium.audit import read_marks
from podium.cli.given import name_of
from podium.datasets.manifest import Manifest
from podium.errors import ManifestError
from podium.evaluation.predictions import row_of
from podium.inputs import names
from podium.performance import Performance

from .tables import read, table

ROWS = (("a.mp4", "107", "3,0", "70,5"), ("b.mp4", "407", "3,2", "81,6"))
COLUMNS = ("file_name", "action", "difficulty", "score")
COMMA = (
    "has a comma, which separates the cells of this table and so is not taken for a decimal sign: "
    "write a decimal point, or separate the cells by semicolons"
)
THOUSANDS = "write decimals with a point, and no marks between thousands"
SURPLUS = (
    "a comma separates cells here, so write numbers with a decimal point, and quote a text that "
    "holds a comma"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).touch()
    return tmp_path


def refuse(folder: Path, content: str | bytes, said: str) -> None:
    path = table(folder, content)
    with pytest.raises(ManifestError, match=whole(f"{path}: {said}")):
        Manifest(path).performances()


def refuse_one(folder: Path, content: str | bytes, problem: str) -> None:
    refuse(folder, content, f"1 problem, nothing was done: {problem}")


def written(separator: str, end: str = "\n", decimal: str = ",") -> str:
    lines = [COLUMNS, *([cell.replace(",", decimal) for cell in row] for row in ROWS)]
    return "".join(separator.join(line) + end for line in lines)


# what separates cells, and in which encoding


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + written(";", "\r\n").encode(),
        written("\t", "\r\n").encode("utf-16"),
        b"\xfe\xff" + written("\t").encode("utf-16-be"),
        written("\t").encode(),
        ("sep=;\r\n" + written(";", "\r\n")).encode(),
        b'\xef\xbb\xbf"sep=;"\r\n' + written(";", "\r\n").encode(),
        ("sep=\t\n" + written("\t")).encode(),
        ("sep=|\n" + written("|")).encode(),
        ("\r\n \r\n;;;\r\n" + written(";", ";;\r\n")).encode(),
        ("\n\n" + written(",", decimal=".")).encode(),
        (",,,\n\n" + written(",", ",,\n", decimal=".")).encode(),
        written(" ; ").replace("score", "\u200bscore\xa0").encode(),
        ("\ufeff\ufeff" + written(";")).encode(),
    ],
    ids=["German Excel", "Excel's Unicode text", "the other UTF-16", "tabs", "sep=;",
         "quoted sep=;", "sep=tab", "sep=|", "blank rows and trailing signs", "blank lines",
         "blank rows of commas", "unseen signs", "two marks"],
)  # fmt: skip
def test_tables_of_other_programs_are_read(folder, content):
    found = [(p.path.name, p.action, p.difficulty, p.score) for p in read(folder, content)]
    assert found == [("a.mp4", "107", 3.0, 70.5), ("b.mp4", "407", 3.2, 81.6)]


def test_names_may_hold_other_signs(folder):
    (found,) = read(folder, 'file_name,"a;b;c","judges; of seven"\na.mp4,1,2\n')
    assert found.extra == {"a;b;c": "1", "judges; of seven": "2"}
    (found,) = read(folder, "file_name,note (a;b)\na.mp4,1\n".replace("(a;b)", "(a)"))
    assert found.extra == {"note (a)": "1"}


@pytest.mark.parametrize("name", ["score (a;b;c)", "score;difficulty"])
def test_what_separates_columns_is_not_guessed(folder, name):
    refuse(
        folder,
        f"file_name,{name}\na.mp4,1\n",
        "it cannot be told whether a comma or a semicolon separates its columns: put quotes around "
        "a name that holds the other, or begin the file with the line sep=,",
    )
    (found,) = read(folder, f"sep=,\nfile_name,{name}\na.mp4,1\n")
    assert found.extra == {name: "1"}


def test_lines_are_counted_from_the_beginning_of_the_file(folder):
    refuse_one(
        folder,
        "sep=;\n\nfile_name;score\na.mp4;x\n",
        "line 4: score 'x' must be a number, or empty where it is not known",
    )


def test_other_encodings_are_said(folder):
    name = "file_name\n\u00e5.mp4\n"
    refuse(
        folder,
        name.encode("cp1252"),
        "is not UTF-8 text (byte 10 is not): save it as UTF-8, or give a Parquet file",
    )
    refuse(
        folder,
        name.encode("utf-16") + b"\0",
        "is not whole UTF-16 text: save it as UTF-8, or give a Parquet file",
    )
    refuse(
        folder,
        "file_name\na.mp4\n".encode("utf-16-le"),
        "begins with a line that holds zero bytes, as UTF-16 without its mark does: save it as "
        "UTF-8",
    )


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_named_as_such(folder, start):
    refuse(
        folder,
        start + b"\0" * 100,
        "is a workbook of a spreadsheet (.xlsx, .ods, .xls): save its sheet as CSV UTF-8",
    )


# numbers


@pytest.mark.parametrize("cell", ["1234,5", "-0,125", "12,8660", "0,5"])
def test_a_decimal_comma_is_read_where_nothing_else_is_a_comma(folder, cell):
    (found,) = read(folder, f"file_name;score\na.mp4;{cell}\n")
    assert found.score == float(cell.replace(",", "."))


def test_three_digits_are_decimals_where_other_numbers_say_so(folder):
    found = read(folder, "file_name;score;difficulty\na.mp4;12,866;3,5\nb.mp4;9,0;\n")
    assert [p.score for p in found] == [12.866, 9.0]
    found = read(folder, "file_name;score\na.mp4;12.866\nb.mp4;9.5\n")
    assert [p.score for p in found] == [12.866, 9.5]


def test_marks_may_have_decimal_commas(folder):
    (found,) = read(folder, 'file_name;judges\na.mp4;"8,5;9;7,5"\n')
    assert found.judges == (8.5, 9.0, 7.5)


def test_parquet_may_hold_decimal_commas(folder):
    path = folder / "t.parquet"
    parquet.write_table(pa.table({"file_name": ["a.mp4"], "score": ["70,5"]}), path)
    assert Manifest(path).performances()[0].score == 70.5


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("file_name,score\na.mp4,78,4\n", f"line 2: has 3 cells under 2 columns: {SURPLUS}"),
        ("sep={\nfile_name{score\na.mp4{78{4\n",
         "line 3: has 3 cells under 2 columns: quote a cell that holds '{'"),
        ("file_name,score\na.mp4,1_0\n",
         "line 2: score '1_0' must be a number, or empty where it is not known"),
        ("file_name;score\na.mp4;78;4\n",
         "line 2: has 3 cells under 2 columns: quote a cell that holds a semicolon"),
        ('file_name,score,difficulty\na.mp4,"78,4","3,0"\n', f"line 2: score '78,4' {COMMA}"),
        ('file_name,judges\na.mp4,"8,5;9,0"\n', f"line 2: judges '8,5;9,0' {COMMA}"),
        ("file_name;judges\na.mp4;8,5\n",
         "line 2: judges '8,5' may be one mark or several: put ; between two marks"),
        ("file_name;score\na.mp4;1.234,5\n",
         "line 2: score '1.234,5' is a number with marks between its thousands, or several "
         "numbers: write one, with one decimal sign"),
        ("file_name;score\na.mp4;12,866\nb.mp4;9\n",
         "line 2: the number '12,866' may be 12.866 or 12866, and no other number of the table "
         f"says which: {THOUSANDS}"),
        ("file_name;score\na.mp4;8.250\nb.mp4;9,5\n",
         "line 2: the number '8.250' may be 8.25 or 8250, and '9,5' on line 3 has a decimal comma: "
         f"{THOUSANDS}"),
        ("file_name;score\na.mp4;1 234,5\n",
         "line 2: score '1 234,5' is a number with marks between its thousands, or several "
         "numbers: write one, with one decimal sign"),
    ],
)  # fmt: skip
def test_what_may_be_two_numbers_is_one_problem_a_row(folder, content, problem):
    refuse_one(folder, content, problem)


# what pandas writes


def test_an_action_that_became_a_number_is_read(folder):
    found = read(folder, "file_name;action\na.mp4;107.0\nb.mp4;5152,0\n")
    assert [p.action for p in found] == ["107", "5152"]
    (found,) = read(folder, "file_name,action,start_frame,is_reference\na.mp4,107B,45.0,1.0\n")
    assert (found.action, found.start_frame, found.is_reference) == ("107B", 45, True)


@pytest.mark.parametrize("word", ["NA", "N/A", "#N/A", "#NV", "nan", "NaN", "None", "<NA>", "null"])
def test_what_programs_write_for_nothing_is_nothing(folder, word):
    columns = (
        "score",
        "action",
        "difficulty",
        "judges",
        "split",
        "start_frame",
        "event",
        "athlete",
    )
    cells = ",".join([word] * len(columns))
    (found,) = read(folder, f"file_name,{','.join(columns)}\na.mp4,{cells}\n")
    assert found == Performance("a", folder / "a.mp4")


def test_nothing_is_no_name_of_a_file(folder):
    refuse_one(folder, "file_name\nnan\n", "line 2: file_name 'nan' does not exist")


# names of files


@pytest.mark.parametrize(
    ("on_disk", "listed"),
    [
        (unicodedata.normalize("NFD", "Münze é.mp4"), unicodedata.normalize("NFC", "Münze é.mp4")),
        (unicodedata.normalize("NFC", "Münze é.mp4"), unicodedata.normalize("NFD", "Münze é.mp4")),
        ("Film 1.00.00\u202fPM.mp4", "Film 1.00.00 PM.mp4"),
        ("Film\xa01.mp4", "Film 1.mp4"),
        ("Film 1.mp4", "Film\u20091.mp4"),
        ("Film.mp4", "\ufeffFi\u200blm.mp4"),
        ("Film\u200e.mp4", "Film.mp4"),
    ],
    ids=["NFD", "NFC", "narrow space", "no-break space", "thin space", "unseen in the table",
         "unseen on disk"],
)  # fmt: skip
def test_names_that_look_alike_are_the_same_file(tmp_path, on_disk, listed):
    below = tmp_path / unicodedata.normalize("NFD", "Übung")
    below.mkdir()
    (below / on_disk).touch()
    (found,) = read(tmp_path, f"file_name,score\n./Übung/{listed},5\n")
    assert found.path == below / on_disk
    # What is said of it, and which shard does it, hangs on the table alone, not on the disk.
    assert found.listed == f"Übung/{listed}"
    assert found.id == Path(listed).stem
    assert name_of(found, tmp_path / "table.csv") == f"Übung/{listed}"
    for name in (f"Übung/{listed}", listed, found.path.name):
        assert row_of(found, {(name, found.id): {"score": "5"}}) == {"score": "5"}


def test_a_name_that_is_there_is_taken_as_it_is(tmp_path):
    for form in ("NFC", "NFD"):
        (tmp_path / unicodedata.normalize(form, "é.mp4")).touch()
    found = read(tmp_path, "file_name,id\n\u00e9.mp4,1\ne\u0301.mp4,2\n")
    assert [len(p.path.name) for p in found] == [5, 6]


def test_of_two_files_that_look_alike_none_is_guessed(tmp_path):
    for name in ("a\xa0b.mp4", "a\u202fb.mp4"):
        (tmp_path / name).touch()
    refuse_one(
        tmp_path,
        "file_name\na b.mp4\n",
        "line 2: file_name 'a b.mp4' looks as the names of 2 files do, whose letters are encoded "
        "in other ways: rename all but one",
    )


def test_a_folder_of_very_many_files_is_looked_at_once_and_no_further(tmp_path, monkeypatch):
    monkeypatch.setattr(names, "MAX_LISTED", 3)
    for number in range(10):
        (tmp_path / f"{number}.mp4").touch()
    asked = []
    listed = names._listed
    monkeypatch.setattr(names, "_listed", lambda folder: asked.append(folder) or listed(folder))
    found = names.Lookalikes()
    assert [found.find(tmp_path, f"none{n}.mp4") for n in range(5)] == [[]] * 5
    assert (asked, len(listed(tmp_path))) == ([tmp_path], 3)


def test_no_more_than_a_few_folders_are_remembered(tmp_path):
    found = names.Lookalikes()
    for number in range(2 * names.MAX_FOLDERS):
        (tmp_path / f"{number}").mkdir()
        assert found.find(tmp_path / f"{number}", "x.mp4") == []
    assert len(found._folders) == names.MAX_FOLDERS


# tables of marks


def test_marks_of_a_german_spreadsheet_are_read(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text(
        "\n\nperformance;judge;mark;difficulty;score\nA;J1;7,5;3,2;NA\nA;J2;8,0;3,2;NA\n"
    )
    found = read_marks(path)
    assert found.mark.tolist() == [7.5, 8.0]
    assert found.difficulty.tolist() == [3.2]
    assert found.score.tolist() != found.score.tolist()  # not known


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ('A,J1,"7,5","3,2"\nA,J2,7,"3,2"\n', f"line 2: difficulty '3,2' {COMMA}"),
        ("A,J1,7,5,3,2\nA,J2,7,3.2\n", f"line 2: has 6 cells under 4 columns: {SURPLUS}"),
    ],
)
def test_marks_that_may_be_two_numbers_are_one_problem_a_row(tmp_path, rows, problem):
    path = tmp_path / "marks.csv"
    path.write_text(f"performance,judge,mark,difficulty\n{rows}B,J1,5,2\nB,J2,6,2\n")
    with pytest.raises(ManifestError) as refused:
        read_marks(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert problem in str(refused.value).split(": ", 1)[1]
    assert str(refused.value).count("line 2: ") == 1
