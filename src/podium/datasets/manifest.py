"""Anyone's own table of performances: a CSV (or Parquet) file beside the videos.

The table is also a valid Hugging Face video-folder `metadata.csv`. Required column: `file_name`,
relative to the table. Known columns: `score, id, split, action, difficulty, judges, start_frame,
end_frame, event, athlete, is_reference, phases`; others are kept as they are.
"""

import gc
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, get_args

from podium.errors import ManifestError, UsageError
from podium.inputs.problems import Problems
from podium.inputs.table import MAX_NUMBER, Row, read_rows
from podium.performance import Performance, Phase, Split

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

MAX_NAMED = 30
"""So many columns of a table that lacks one are named."""


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
        rows = read_rows(self.path, "performances")
        first = next(rows, None)
        if first is None:
            raise ManifestError(
                f"{self.path}: lists no performances: give one per line below the header"
            )
        if "file_name" not in first.cells:
            raise _no_file_names(self.path, first)
        reader = _RowReader(self.path.parent)
        with _without_collection():
            performances = reader.read_all(chain([first], rows))
        if reader.problems:
            raise _refusal(self.path, reader.problems)
        return performances


@contextmanager
def _without_collection() -> Iterator[None]:
    """Stop looking for objects that only refer to each other: rows make none, and are many."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _no_file_names(path: Path, row: Row) -> ManifestError:
    names = [" ".join(name.split()) for name in row.cells]  # a name may have lines
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ManifestError(
        f"{path}: has no column 'file_name' (its columns are {', '.join(names[:MAX_NAMED])}{more}"
        "): name each video's file there, relative to this table"
    )


def _refusal(path: Path, problems: Problems) -> ManifestError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ManifestError(f"{path}: {count}, nothing was done: {problems.sentences()}")


class _RowReader:
    """Turns rows into performances and collects what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.problems = Problems()
        self._folder = folder
        self._lines: dict[str, int] = {}
        self._line = 0
        self._cells: Mapping[str, str] = {}

    def read_all(self, rows: Iterable[Row]) -> tuple[Performance, ...]:
        """Read all rows; of those there is a problem with, only that is kept."""
        performances: list[Performance] = []
        for row in rows:
            performance = self.read(row)
            if self.problems:
                performances.clear()
            else:
                performances.append(performance)
        return tuple(performances)

    def read(self, row: Row) -> Performance:
        self._line, self._cells = row.line, row.cells
        if row.n_surplus:
            n_columns = len(row.cells)
            self._problem(
                "has {n} cells under {n_columns} columns: quote a cell that holds a comma",
                n=n_columns + row.n_surplus,
                n_columns=n_columns,
            )
        path = self._path(row)
        start, end = self._frame("start_frame"), self._frame("end_frame")
        if start is not None and end is not None and end < start:
            self._problem("end_frame {end} is before start_frame {start}", start=start, end=end)
            end = None
        return Performance(
            id=self._id(path),
            path=path,
            score=self._parse("score", _finite, "a number, or empty where it is not known"),
            action=self._text("action"),
            difficulty=self._parse("difficulty", _positive, "a number above 0, or empty"),
            judges=self._parse("judges", _marks, "marks with ; between them") or (),
            split=self._parse("split", _split, "train, validation or test, or empty"),
            start_frame=start,
            end_frame=end,
            event=self._text("event"),
            athlete=self._text("athlete"),
            is_reference=self._parse("is_reference", _truth, "true or false") or False,
            phases=self._parse("phases", _phases, "name:first-last with ; between them") or (),
            extra=MappingProxyType(
                {key: cell for key, cell in row.cells.items() if key not in KNOWN_COLUMNS}
            ),
        )

    def _problem(self, kind: str, **values: object) -> None:
        self.problems.add(self._line, kind, **values)

    def _text(self, column: str) -> str | None:
        return self._cells.get(column) or None

    def _id(self, path: Path) -> str:
        given = self._text("id")
        id_ = given or path.stem
        first = self._lines.setdefault(id_, self._line)
        if first != self._line and (given or self._text("file_name")):
            self._problem("id {id!r} is already on line {first}", id=id_, first=first)
        return id_

    def _parse(self, column: str, parse: Callable[[str], T], wanted: str) -> T | None:
        text = self._text(column)
        if text is None:
            return None
        try:
            return parse(text)
        except OverflowError:
            self._problem(f"{column} {{text!r}} must be no larger than {MAX_NUMBER:g}", text=text)
        except ValueError:
            self._problem(f"{column} {{text!r}} must be {wanted}", text=text)
        return None

    def _frame(self, column: str) -> int | None:
        return self._parse(column, _natural, "a frame number, 0 or more")

    def _path(self, row: Row) -> Path:
        name = (self._text("file_name") or "").replace("\\", "/")
        path = self._folder / name
        if not name:
            self._problem("file_name is empty")
        elif name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            self._problem(
                "file_name {name!r} must lie in the table's folder or below it: "
                "put the table beside the videos, or a link to their folder beside the table",
                name=name,
            )
        elif not _is_file(path):
            as_written = self._folder / row.as_written["file_name"]
            if _is_file(as_written):  # its own name begins with an apostrophe
                return as_written
            self._problem("file_name {name!r} does not exist", name=name)
        return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than file systems allow
        return False


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    if abs(value) > MAX_NUMBER:
        raise OverflowError
    return value


def _positive(text: str) -> float:
    value = _finite(text)
    if value < 1 / MAX_NUMBER:
        raise ValueError
    return value


def _natural(text: str) -> int:
    value = _finite(text)
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
    phase = Phase(sys.intern(name.strip()), _natural(first), _natural(last))
    if phase.end_frame < phase.start_frame:
        raise ValueError
    return phase
