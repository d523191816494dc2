"""Tables that others made, row by row: CSV or Parquet, of any size up to what is allowed.

A row is handed over before the next is read: what a table takes of memory is what its reader keeps.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from podium.errors import ManifestError, MissingFile
from podium.inputs import confined
from podium.inputs._layout import BLANK, SEPARATORS, encoding_of, find_start
from podium.inputs.confined import Limits
from podium.inputs.spreadsheet import as_it_was
from podium.machine import extras
from podium.machine.files import read_bytes

MAX_BYTES = 256 * 2**20
MAX_ROWS = 1_000_000
MAX_LINES = 10 * MAX_ROWS
MAX_COLUMNS = 1_000
MAX_VALUES = 25_000_000
"""Of all rows: their cells, and the marks and phases that these list with `;` and `:`."""

MAX_NUMBER = 1e12
"""What is measured can be squared, divided and added up a million times below this."""

MAX_ROW_CHARACTERS = 2**20
MAX_CELL_CHARACTERS = csv.field_size_limit()

PARQUET_LIMITS = Limits(MAX_BYTES, seconds=60, memory_bytes=768 * 2**20)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its number in the file, from 1, and its cells by column.

    A row that spans several lines has the number of the last. `n_surplus` cells have no column.
    `as_written` are the cells with what may have made them harmless for spreadsheets; `separator`
    is the sign between two cells, empty where there is none.
    """

    line: int
    cells: dict[str, str]
    as_written: dict[str, str]
    n_surplus: int = 0
    separator: str = ""


def read_rows(path: Path, of: str) -> Iterator[Row]:
    """Yield the rows of a table, without blank ones; `of` is what it lists, for what is said of it.

    The header is the first line that holds anything. Cells of CSV have no spaces around them, and
    are as they were before `podium.inputs.spreadsheet` made them harmless; a comma, a semicolon or
    a tab separates them, or what Excel's `sep=` says.

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        If there is no such table, or it cannot be read, or is larger than allowed.
    """
    if not path.exists():
        raise MissingFile(f"{path}: no such table of {of}: check the path")
    is_parquet = path.suffix.lower() == ".parquet"
    lines = _parquet_lines(path) if is_parquet else _csv_lines(path)
    undone = str if is_parquet else as_it_was
    _, header, separator = next(lines, (0, [], ""))
    columns = _columns([undone(name) for name in header], path)
    bounds = _Bounds(path)
    for line, cells, _ in lines:
        bounds.take(line, cells, len(columns))
        named = dict(zip(columns, chain(cells, repeat("")), strict=False))
        named.pop("", None)  # a column without a name holds nothing that could be asked for
        if any(named.values()):
            surplus = cells[len(columns) :]
            plain = {column: undone(cell) for column, cell in named.items()}
            yield Row(line, plain, named, len(surplus) if any(surplus) else 0, separator)


def surplus_kind(separator: str) -> str:
    """Return what is said of a row with more cells than there are columns."""
    said = "has {n} cells under {n_columns} columns: "
    if separator in ("", ","):
        return (
            f"{said}a comma separates cells here, so write numbers with a decimal point, and quote "
            "a text that holds a comma"
        )
    sign = SEPARATORS.get(separator, repr(separator)).replace("{", "{{").replace("}", "}}")
    return f"{said}quote a cell that holds {sign}"


def _columns(columns: list[str], path: Path) -> list[str]:
    if len(columns) > MAX_COLUMNS:
        raise _too_much(path, MAX_COLUMNS, "columns", f"it has {len(columns):,}")
    seen = set()
    for name in filter(None, columns):
        if name in seen:
            raise ManifestError.of_file(path, f"names the column {name!r} twice: keep one of them")
        seen.add(name)
    return columns


def _too_much(path: Path, most: int, what: str, found: str) -> ManifestError:
    return ManifestError.of_file(
        path, f"has more than the {most:,} {what} allowed ({found}): split it into several tables"
    )


class _Bounds:
    """Counts what a table holds, and refuses it where that is too much."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._n_rows = 0
        self._n_values = 0

    def take(self, line: int, cells: Sequence[str], n_columns: int) -> None:
        self._n_rows += 1
        text = "".join(cells)
        self._n_values += max(len(cells), n_columns) + text.count(";") + text.count(":")
        if self._n_rows > MAX_ROWS:
            raise _too_much(self._path, MAX_ROWS, "rows", f"up to line {line:,}")
        if self._n_values > MAX_VALUES:
            raise _too_much(self._path, MAX_VALUES, "values", f"up to line {line:,}")


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str], str]]:
    """Yield the number and the cells of each line, the header's first, and what separates them."""
    content = read_bytes(path, MAX_BYTES)
    encoding = encoding_of(content, path)
    lines = _Lines(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""), path)
    try:
        start = find_start(lines.one_by_one(), path)
        rows = csv.reader(chain([start.header], lines), delimiter=start.separator)
        for cells in rows:
            lines.n_characters = 0
            if cells:
                yield lines.n, [cell.strip(BLANK) for cell in cells], start.separator
    except UnicodeDecodeError as error:
        raise ManifestError.of_file(path, _not_decoded(content, encoding)) from error
    except csv.Error as error:
        raise ManifestError.of_file(path, f"line {lines.n}: is not CSV ({error})") from error


def _not_decoded(content: bytes, encoding: str) -> str:
    if encoding == "utf-16":
        return "is not whole UTF-16 text: save it as UTF-8, or give a Parquet file"
    return (
        f"is not UTF-8 text (byte {_first_that_is_none(content)} is not): save it as UTF-8, or "
        "give a Parquet file"
    )


class _Lines:
    """The lines of a text, as long as those that make one row are not too long."""

    def __init__(self, text: io.TextIOWrapper, path: Path) -> None:
        self.n = 0
        self.n_characters = 0
        self._text = text
        self._path = path

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.n += 1
        if self.n > MAX_LINES:
            raise _too_much(self._path, MAX_LINES, "lines", "blank ones count")
        self.n_characters += len(line)
        if self.n_characters > MAX_ROW_CHARACTERS:
            raise _too_long(self._path, self.n)
        return line

    def one_by_one(self) -> Iterator[str]:
        """Yield lines that are no part of a row: each may be as long as a row may."""
        for line in self:
            yield line
            self.n_characters = 0


def _too_long(path: Path, line: int) -> ManifestError:
    return ManifestError.of_file(
        path,
        f"line {line:,}: a row has more than the {MAX_ROW_CHARACTERS:,} characters "
        "allowed: is it a table?",
    )


def _first_that_is_none(content: bytes) -> int:
    """Return the place of the first byte that is no UTF-8, looking at a piece at a time."""
    start = 0
    while True:
        piece = content[start : start + MAX_ROW_CHARACTERS]
        try:
            start += len(piece.decode("utf-8").encode("utf-8"))
        except UnicodeDecodeError as error:
            is_cut = error.reason == "unexpected end of data" and error.start
            if not is_cut or start + len(piece) == len(content):
                return start + error.start
            start += error.start


def _parquet_lines(path: Path) -> Iterator[tuple[int, list[str], str]]:
    """Yield the number and the cells of each row, the names of the columns first."""
    extras.require("parquet", f"{path}: reading Parquet", "save as CSV")
    n_characters = 0
    rows: Iterable[list[str]] = confined.values("podium.inputs._parquet", path, PARQUET_LIMITS)
    for line, cells in enumerate(rows, start=1):
        n_characters += sum(map(len, cells))
        if n_characters > MAX_BYTES:
            raise _too_much(path, MAX_BYTES, "characters", f"up to line {line:,}")
        yield line, cells, ""
