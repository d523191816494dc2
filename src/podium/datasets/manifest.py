"""Anyone's own table of performances: a CSV (or Parquet) file beside the videos.

The table is also a valid Hugging Face video-folder `metadata.csv`. Required column: `file_name`,
relative to the table. Known columns: `score, id, split, action, difficulty, judges, start_frame,
end_frame, event, athlete, is_reference, phases`; others are kept as they are.
"""

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from podium.errors import ManifestError, MissingFile, UsageError
from podium.performance import Performance, Phase, Split
from podium.tables.problems import Problem, listed, problem

T = TypeVar("T")

KNOWN_COLUMNS = [
    "file_name",
    "id",
    "score",
    "split",
    "action",
    "difficulty",
    "judges",
    "start_frame",
    "end_frame",
    "event",
    "athlete",
    "is_reference",
    "phases",
]


@dataclass(frozen=True)
class Row:
    """One line of the table: its number in the file, from 1, and its cells by column.

    A row that spans several lines has the number of the last. `n_surplus` cells have no column.
    """

    line: int
    cells: Mapping[str, str]
    n_surplus: int = 0


class Manifest:
    """Your own videos and scores, listed in a CSV or Parquet file."""

    def __init__(self, path: Path | None) -> None:
        if path is None:
            raise UsageError(
                "the data set manifest is a table of your own: name it (podium benchmark manifest "
                "--root dives.csv)"
            )
        self.path = Path(path)

    def performances(self) -> tuple[Performance, ...]:
        """Read the whole table.

        Raises
        ------
        MissingFile
            If there is no such table.
        ManifestError
            If any row cannot be used; the message lists every problem with its line.
        """
        rows = _read(self.path)
        reader = _RowReader(self.path.parent)
        performances = [reader.read(row) for row in rows]
        problems = reader.problems + _duplicates(performances, rows)
        if problems:
            raise _refusal(self.path, problems)
        return tuple(performances)


def _refusal(path: Path, problems: Sequence[Problem]) -> ManifestError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ManifestError(f"{path}: {count}, nothing was done: {listed(problems)}")


def _read(path: Path) -> list[Row]:
    if not path.is_file():
        raise MissingFile(f"{path}: no such table of performances: check the path")
    rows = _parquet_rows(path) if path.suffix == ".parquet" else _csv_rows(path)
    if not rows:
        raise ManifestError(f"{path}: lists no performance: give one a line below the header")
    if "file_name" not in rows[0].cells:
        raise ManifestError(
            f"{path}: has no column 'file_name' (its columns are "
            f"{', '.join(rows[0].cells)}): name each video's file there, relative to this table"
        )
    return rows


def _csv_rows(path: Path) -> list[Row]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ManifestError(
            f"{path}: is not UTF-8 text (byte {error.start} is none): save it as UTF-8, or give a "
            "Parquet file"
        ) from error
    header = text.split("\n", 1)[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    try:
        _require_distinct(reader.fieldnames or (), path)
        return list(_numbered(reader))
    except csv.Error as error:
        line = reader.reader.line_num
        raise ManifestError(f"{path}: line {line}: is not CSV ({error})") from error


def _require_distinct(columns: Sequence[str], path: Path) -> None:
    names = [column.strip() for column in columns]
    for name in names:
        if name and names.count(name) > 1:
            raise ManifestError(f"{path}: names the column {name!r} twice: keep one of them")


def _numbered(reader: "csv.DictReader[str]") -> Iterator[Row]:
    for cells in reader:
        named = {str(key).strip(): (value or "").strip() for key, value in cells.items() if key}
        if any(named.values()):
            surplus = cells.get(None) or ()
            yield Row(reader.line_num, named, len(surplus) if any(surplus) else 0)


def _parquet_rows(path: Path) -> list[Row]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ManifestError(
            f"{path}: reading Parquet needs pyarrow: pip install 'podium[parquet]', or save as CSV"
        ) from error
    try:
        records: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path}: is not a Parquet file ({error})") from error
    return [
        Row(number, {key: "" if value is None else str(value) for key, value in record.items()})
        for number, record in enumerate(records, start=2)
    ]


class _RowReader:
    """Turns rows into performances and collects what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self._folder = folder
        self._line = 0
        self._cells: Mapping[str, str] = {}

    def read(self, row: Row) -> Performance:
        self._line, self._cells = row.line, row.cells
        if row.n_surplus:
            n_columns = len(row.cells)
            self._problem(
                "has {n} cells under {n_columns} columns: quote a cell that holds a comma",
                n=n_columns + row.n_surplus,
                n_columns=n_columns,
            )
        path = self._path()
        start, end = self._frame("start_frame"), self._frame("end_frame")
        if start is not None and end is not None and end < start:
            self._problem("end_frame {end} is before start_frame {start}", start=start, end=end)
            end = None
        return Performance(
            id=self._text("id") or PurePosixPath(path.name).stem,
            path=path,
            score=self._parsed("score", _finite, "a number, or empty where it is not known"),
            action=self._text("action"),
            difficulty=self._parsed("difficulty", _positive, "a number above 0, or empty"),
            judges=self._parsed("judges", _marks, "marks with ; between them") or (),
            split=self._parsed("split", _split, "train, validation or test, or empty"),
            start_frame=start,
            end_frame=end,
            event=self._text("event"),
            athlete=self._text("athlete"),
            is_reference=self._parsed("is_reference", _truth, "true or false") or False,
            phases=self._parsed("phases", _phases, "name:first-last with ; between them") or (),
            extra=MappingProxyType(
                {key: value for key, value in row.cells.items() if key not in KNOWN_COLUMNS}
            ),
        )

    def _problem(self, kind: str, **values: object) -> None:
        self.problems.append(problem(self._line, kind, **values))

    def _text(self, column: str) -> str | None:
        return self._cells.get(column) or None

    def _parsed(self, column: str, parse: Callable[[str], T], wanted: str) -> T | None:
        text = self._text(column)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError:
            self._problem(f"{column} {{text!r}} must be {wanted}", text=text)
            return None

    def _frame(self, column: str) -> int | None:
        return self._parsed(column, _natural, "a frame number, 0 or more")

    def _path(self) -> Path:
        name = (self._text("file_name") or "").replace("\\", "/")
        path = PurePosixPath(name)
        if not name:
            self._problem("file_name is empty")
        elif path.is_absolute() or ".." in path.parts or name[1:2] == ":":
            self._problem(
                "file_name {name!r} must lie in the table's folder or below it: "
                "put the table beside the videos, or a link to their folder beside the table",
                name=name,
            )
        elif not _is_file(self._folder / path):
            self._problem("file_name {name!r} does not exist", name=name)
        return self._folder / path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than file systems allow
        return False


def _duplicates(performances: list[Performance], rows: list[Row]) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for performance, row in zip(performances, rows, strict=True):
        first = seen.setdefault(performance.id, row.line)
        is_named = row.cells.get("id") or row.cells["file_name"]
        if first != row.line and is_named:
            kind = "id {id!r} stands on line {first} already"
            problems.append(problem(row.line, kind, id=performance.id, first=first))
    return problems


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _positive(text: str) -> float:
    value = _finite(text)
    if value <= 0:
        raise ValueError
    return value


def _natural(text: str) -> int:
    value = float(text)
    if not value.is_integer() or value < 0:
        raise ValueError
    return int(value)


def _marks(text: str) -> tuple[float, ...]:
    return tuple(_finite(mark) for mark in text.split(";"))


def _split(text: str) -> Split:
    for known in get_args(Split):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise ValueError


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "1", "yes", "false", "0", "no"}:
        raise ValueError
    return text.lower() in {"true", "1", "yes"}


def _phases(text: str) -> tuple[Phase, ...]:
    return tuple(_phase(part) for part in text.split(";"))


def _phase(text: str) -> Phase:
    name, _, frames = text.partition(":")
    first, _, last = frames.partition("-")
    phase = Phase(name.strip(), _natural(first), _natural(last))
    if phase.end_frame < phase.start_frame:
        raise ValueError
    return phase
