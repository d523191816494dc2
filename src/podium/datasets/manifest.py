"""Anyone's own table of performances: a CSV (or Parquet) file beside the videos.

The table is also a valid Hugging Face video-folder `metadata.csv`. Required column: `file_name`,
relative to the table. Known columns: `score, id, split, action, difficulty, judges, start_frame,
end_frame, event, athlete, is_reference, phases, playing_speed`, `score_NAME` of other scores of the
same performance, and of files of sequences `kind` and `frames_per_second`; others are kept as they
are.
"""

import gc
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TypeVar

from podium.datasets._columns import kind, phases, split, truth, whole
from podium.errors import ManifestError, UsageError
from podium.inputs.cells import Numbers, UnclearNumber, is_missing, without_fraction
from podium.inputs.given import FEATURE_SUFFIXES
from podium.inputs.names import Lookalikes
from podium.inputs.problems import Problems
from podium.inputs.table import MAX_NUMBER, Row, read_rows, surplus_kind
from podium.machine.addresses import SCHEMES, scheme_of, shown
from podium.performance import (
    FASTEST,
    HIGHEST_RATE,
    LEAST_RATE,
    SLOWEST,
    Kind,
    Performance,
    score_named,
)

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
    "playing_speed",
]

SPEEDS = f"from {SLOWEST:g} to {FASTEST:g} times as fast as it was, or empty"

NAMED_SCORE = (
    "a number, or empty where it is not known; rename the column where it is no score of the "
    "performance"
)

RATES = f"from {LEAST_RATE:g} to {HIGHEST_RATE:g} frames a second, or empty"

MAX_NAMED = 30
"""So many columns of a table that lacks one are named."""


@dataclass(frozen=True)
class Listed:
    """What a table lists, and what is wrong with it."""

    performances: tuple[Performance, ...]
    """Those whose file is there; what cannot be read of one is not known."""

    lines: tuple[int, ...]
    """The line of each, (performances,)."""

    n_rows: int
    """How many rows there are, those that cannot be used among them."""

    problems: Problems
    """Why rows cannot be used."""


class Manifest:
    """Your own videos and scores, listed in a CSV or Parquet file.

    `remote` are the kinds of addresses that it may list as well, such as `https`; nothing is
    fetched before a video is looked at.
    """

    def __init__(self, path: Path | None, remote: Collection[str] = ()) -> None:
        if path is None:
            raise UsageError(
                "the data set manifest is a table of your own: name it (podium benchmark manifest "
                "--root dives.csv)"
            )
        self.path = Path(path)
        self._remote = remote

    def performances(self) -> tuple[Performance, ...]:
        """Read the whole table.

        Raises
        ------
        MissingFile
            If there is no such table.
        ManifestError
            If any row cannot be used; the message lists every problem with its line.
        """
        return self.listed().performances

    def listed(self) -> Listed:
        """Read the whole table, as `performances` does, with the line of each.

        Raises
        ------
        MissingFile, ManifestError
            If there is no such table, or any row cannot be used.
        """
        listed = self._read(Problems(), keep=False)
        if listed.problems:
            raise _refusal(self.path, listed.problems)
        return listed

    def examined(self, problems: Problems) -> Listed:
        """Read what there is of the table, whatever is wrong with its rows: that is added.

        Raises
        ------
        MissingFile, ManifestError
            If there is no such table, or it is none of performances.
        """
        return self._read(problems, keep=True)

    def _read(self, problems: Problems, keep: bool) -> Listed:
        rows = read_rows(self.path, "performances")
        first = next(rows, None)
        if first is None:
            raise ManifestError(
                f"{self.path}: lists no performances: give one per line below the header"
            )
        if "file_name" not in first.cells:
            raise _no_file_names(self.path, first)
        reader = _RowReader(self.path.parent, problems, self._remote)
        with _without_collection():
            return reader.read_all(chain([first], rows), keep)


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

    def __init__(self, folder: Path, problems: Problems, remote: Collection[str]) -> None:
        self.problems = problems
        self._remote = remote
        self._lines: dict[str, int] = {}
        self._folder = folder
        self._lookalikes = Lookalikes()
        self._numbers = Numbers()
        self._line = 0
        self._cells: Mapping[str, str] = {}
        self._separator = ""
        self._listed = ""
        self._is_unclear = False

    def read_all(self, rows: Iterable[Row], keep: bool) -> Listed:
        """Read all rows; where there is a problem, only that is kept, unless all is to be."""
        performances: list[Performance] = []
        lines: list[int] = []
        n_rows = 0
        for n_rows, row in enumerate(rows, start=1):  # noqa: B007
            performance = self.read(row)
            if self.problems and not keep:
                performances.clear()
                lines.clear()
            elif performance:
                performances.append(performance)
                lines.append(row.line)
        if unclear := self._numbers.unclear():
            line, text, why = unclear
            self.problems.add(line, f"the number {{text!r}} {why}", text=text)
        return Listed(tuple(performances), tuple(lines), n_rows, self.problems)

    def read(self, row: Row) -> Performance | None:
        """Return what a row lists; nothing where its file, or which cell is which, is not known."""
        self._line, self._cells, self._separator = row.line, row.cells, row.separator
        self._listed, self._is_unclear = "", False
        if row.n_surplus:
            self._problem(
                surplus_kind(row.separator),
                n=len(row.cells) + row.n_surplus,
                n_columns=len(row.cells),
            )
            return None
        path = self._path(row)
        start, end = self._frame("start_frame"), self._frame("end_frame")
        if start is not None and end is not None and end < start:
            self._problem("end_frame {end} is before start_frame {start}", start=start, end=end)
            start = end = None
        performance = Performance(
            id=self._id(Path(self._listed or path or row.cells["file_name"])),
            path=path or self._folder,
            score=self._parse("score", self._finite, "a number, or empty where it is not known"),
            action=self._action(),
            difficulty=self._parse("difficulty", self._positive, "a number above 0, or empty"),
            judges=self._parse("judges", self._marks, "marks with ; between them") or (),
            split=self._parse("split", split, "train, validation or test, or empty"),
            start_frame=start,
            end_frame=end,
            event=self._text("event"),
            athlete=self._text("athlete"),
            playing_speed=self._parse("playing_speed", self._speed, SPEEDS),
            is_reference=self._parse("is_reference", truth, "true or false") or False,
            kind=self._kind(path),
            frames_per_second=self._rate(path),
            address=self._address(row),
            listed=self._listed,
            phases=self._parse("phases", phases, "name:first-last with ; between them") or (),
            extra=MappingProxyType(
                {
                    key: cell
                    for key, cell in row.cells.items()
                    if key not in KNOWN_COLUMNS and not score_named(key)
                }
            ),
            scores=MappingProxyType(self._scores()),
        )
        return performance if path else None

    def _problem(self, kind: str, **values: object) -> None:
        self.problems.add(self._line, kind, **values)

    def _text(self, column: str) -> str | None:
        text = self._cells.get(column, "")
        return None if is_missing(text) else text

    def _action(self) -> str | None:
        text = self._text("action")
        return text and without_fraction(text)

    def _id(self, path: Path) -> str:
        given = self._text("id")
        id_ = given or path.stem
        first = self._lines.setdefault(id_, self._line)
        if first != self._line and (given or self._cells["file_name"]):
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
        except UnclearNumber as unclear:
            if not self._is_unclear:  # the other numbers of the row are so for the same cause
                self._problem(f"{column} {{text!r}} {unclear}", text=text)
            self._is_unclear = True
        except ValueError:
            self._problem(f"{column} {{text!r}} must be {wanted}", text=text)
        return None

    def _scores(self) -> dict[str, float]:
        """Return the other scores that a row has, in the order of their columns."""
        named = {column: name for column in self._cells if (name := score_named(column))}
        found = {name: self._parse(c, self._finite, NAMED_SCORE) for c, name in named.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _kind(self, path: Path | None) -> Kind | None:
        """Return what a file of a sequence holds; of videos the column may say what it likes."""
        if not _is_sequence(path):
            return None
        return self._parse("kind", kind, "positions or angles, or empty")

    def _rate(self, path: Path | None) -> float | None:
        """Return how often a file of a sequence was recorded; of videos, their files say it."""
        if not _is_sequence(path):
            return None
        return self._parse("frames_per_second", self._hertz, RATES)

    def _frame(self, column: str) -> int | None:
        return self._parse(column, self._natural, "a frame number, 0 or more")

    def _address(self, row: Row) -> str:
        return row.cells["file_name"] if scheme_of(row.cells["file_name"]) else ""

    def _elsewhere(self, address: str) -> Path | None:
        """Return the name of what an address names, or nothing where it may not be fetched."""
        scheme = scheme_of(address)
        if scheme not in SCHEMES:
            self._problem(
                "file_name {name!r} must be a file, or begin with one of {known} and ://",
                name=shown(address), known=", ".join(SCHEMES),
            )  # fmt: skip
        elif scheme not in self._remote:
            self._problem(
                "file_name {name!r} lies elsewhere, and nothing is fetched unasked: podium "
                "predict, extract and train fetch such videos with --remote {scheme}, or copy it "
                "beside the table",
                name=shown(address), scheme=scheme,
            )  # fmt: skip
        elif _is_sequence(path := Path(shown(address))):
            self._problem(
                "file_name {name!r} is no video, and only videos are fetched: copy it beside the "
                "table",
                name=shown(address),
            )
        else:
            return path
        return None

    def _path(self, row: Row) -> Path | None:
        """Return the file of a row, or nothing where there is no such file, which is a problem."""
        if address := self._address(row):
            return self._elsewhere(address)
        name = self._cells["file_name"].replace("\\", "/")
        if not name:
            self._problem("file_name is empty")
        elif name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            self._problem(
                "file_name {name!r} must lie in the table's folder or below it: "
                "put the table beside the videos, or a link to their folder beside the table",
                name=name,
            )
        elif _is_file(path := self._folder / name):
            return path
        elif _is_file(as_written := self._folder / row.as_written["file_name"]):
            return as_written  # its own name begins with an apostrophe
        else:
            return self._lookalike(name)
        return None

    def _lookalike(self, name: str) -> Path | None:
        found = self._lookalikes.find(self._folder, name)
        if len(found) == 1:
            self._listed = PurePosixPath(name).as_posix()
            return found[0]
        if found:
            self._problem(
                "file_name {name!r} looks as the names of {n} files do, whose letters are encoded "
                "in other ways: rename all but one",
                name=name, n=len(found),
            )  # fmt: skip
        else:
            self._problem("file_name {name!r} does not exist", name=name)
        return None

    def _finite(self, text: str) -> float:
        value = self._numbers.read(text, self._separator, self._line)
        if not math.isfinite(value):
            raise ValueError
        if abs(value) > MAX_NUMBER:
            raise OverflowError
        return value

    def _positive(self, text: str) -> float:
        value = self._finite(text)
        if value < 1 / MAX_NUMBER:
            raise ValueError
        return value

    def _speed(self, text: str) -> float:
        value = self._finite(text)
        if not SLOWEST <= value <= FASTEST:
            raise ValueError
        return value

    def _hertz(self, text: str) -> float:
        value = self._finite(text)
        if not LEAST_RATE <= value <= HIGHEST_RATE:
            raise ValueError
        return value

    def _natural(self, text: str) -> int:
        return whole(self._finite(text))

    def _marks(self, text: str) -> tuple[float, ...]:
        marks = text.split(";")
        if len(marks) == 1 and "," in text:
            raise UnclearNumber("may be one mark or several: put ; between two marks")
        return tuple(map(self._finite, marks))


def _is_sequence(path: Path | None) -> bool:
    return path is not None and path.suffix.lower() in FEATURE_SUFFIXES


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than file systems allow
        return False
