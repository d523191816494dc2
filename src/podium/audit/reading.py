"""Reads a table of marks, one a row, and says all that is wrong with it in one run."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from podium.audit.table import MarkTable
from podium.errors import ManifestError
from podium.inputs.cells import Numbers, UnclearNumber, is_missing
from podium.inputs.problems import Problems
from podium.inputs.table import MAX_NUMBER, Row, read_rows, surplus_kind
from podium.judging import ScoringRule

NAMED_BY = ("event", "round", "athlete", "dive")
"""What tells one performance from another where it has no name of its own."""

MOST_ROUNDS = 30
"""Dives that are numbered up to here come one after the other; higher numbers say which dive."""

_NAN = float("nan")


def read_marks(path: Path, rule: ScoringRule | None = None) -> MarkTable:
    """Read a table of marks: CSV or Parquet, one mark a row.

    It needs the columns `mark`, `judge`, and `performance` or what tells performances apart
    (`event`, `round`, `athlete`, `dive`); `judge_country`, `athlete_country`, `difficulty`,
    `order`, `score`, `penalty` and `file_name` are used where they are there. With a rule, marks
    must be of its range and steps, and panels of its size.

    Raises
    ------
    MissingFile, UnusableFile
        If there is no such table, or it cannot be read.
    ManifestError
        If any row cannot be used; the message lists every problem with its line.
    """
    rows = _in_small_letters(read_rows(path, "marks"))
    first = next(rows, None)
    if first is None:
        raise ManifestError(f"{path}: lists no marks: give one per line below the header")
    reader = _Reader(_require_columns(path, first), rule)
    for row in chain([first], rows):
        reader.take(row)
    if not reader.n_marks:
        raise ManifestError(f"{path}: lists no marks: the column mark is empty on every line")
    reader.check_panels()
    reader.check_numbers()
    if reader.problems:
        count = "1 problem" if len(reader.problems) == 1 else f"{len(reader.problems)} problems"
        raise ManifestError(f"{path}: {count}, nothing was done: {reader.problems.sentences()}")
    return reader.table()


def _in_small_letters(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows whose columns are named in small letters: `Mark` is `mark`."""
    for row in rows:
        if all(name.islower() for name in row.cells):
            yield row
        else:
            cells = {name.lower(): cell for name, cell in row.cells.items()}
            yield replace(row, cells={**cells, **row.cells})  # `mark` is read beside `Mark`


def _require_columns(path: Path, row: Row) -> tuple[str, ...]:
    """Return the columns by which performances are told apart."""
    columns = row.cells.keys()
    missing = [name for name in ("mark", "judge") if name not in columns]
    if not columns & {"performance", "athlete"}:
        missing.append("performance (or event, round, athlete, dive)")
    if missing:
        shown = ", ".join(" ".join(name.split()) for name in list(columns)[:20])
        raise ManifestError(
            f"{path}: has no column {', '.join(missing)} (its columns are {shown}): give one mark "
            "per line, with the judge who gave it and the performance it was given for"
        )
    if "performance" in columns:
        return tuple(name for name in ("event", "round", "performance") if name in columns)
    return tuple(name for name in NAMED_BY if name in columns)


class _Names:
    """Numbers names in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))


class _Facts:
    """What is said of judges or performances again on each line: it must be the same each time."""

    def __init__(self, what: str, columns: Iterable[str]) -> None:
        self.what = what
        self.columns = tuple(columns)
        self.found: dict[str, tuple[int, tuple[str, ...]]] = {}

    def take(self, name: str, line: int, cells: Mapping[str, str], problems: Problems) -> None:
        said = tuple(cells.get(column, "") for column in self.columns)
        first, before = self.found.setdefault(name, (line, said))
        if before == said:
            return
        for column, old, new in zip(self.columns, before, said, strict=True):
            if old != new:
                problems.add(
                    line,
                    f"{self.what} {{name!r}} has the {column} {{new!r}}, but {{old!r}} on line "
                    "{first}",
                    name=name, new=new, old=old, first=first,
                )  # fmt: skip


class _Reader:
    """Collects the columns, and what is wrong."""

    def __init__(self, named_by: tuple[str, ...], rule: ScoringRule | None) -> None:
        self.problems = Problems()
        self._named_by, self._rule = named_by, rule
        self._judges, self._performances = _Names(), _Names()
        self._judge_facts = _Facts("judge", ("judge_country",))
        self._facts = _Facts(
            "performance",
            ("athlete", "athlete_country", "event", "round", "dive",
             "difficulty", "order", "score", "penalty", "file_name", "performance"),
        )  # fmt: skip
        self._mark: list[float] = []
        self._judge: list[int] = []
        self._performance: list[int] = []
        self._lines: list[int] = []
        self._values: dict[str, list[float]] = {
            name: [] for name in ("difficulty", "order", "score", "penalty")
        }
        self._given: dict[tuple[int, int], int] = {}
        self._has_percent: bool | None = None
        self._n_missing = 0
        self._numbers = Numbers()
        self._is_unclear = False

    @property
    def n_marks(self) -> int:
        """How many lines have a mark, of whatever kind."""
        return len(self._mark)

    def take(self, row: Row) -> None:
        """Read one row."""
        if is_missing(row.cells["mark"]):
            self._n_missing += 1  # this judge gave none: the rest of the panel counts
            return
        self._line, self._cells, self._separator = row.line, row.cells, row.separator
        self._is_unclear = False
        if row.n_surplus:
            self._problem(
                surplus_kind(row.separator),
                n=len(row.cells) + row.n_surplus,
                n_columns=len(row.cells),
            )
            return
        name = " ".join(filter(None, (row.cells[column] for column in self._named_by)))
        if not name:
            are = "is" if len(self._named_by) == 1 else "are"
            self._problem(f"{' and '.join(self._named_by)} {are} empty")
        self._take_mark(name, row.cells["judge"])

    def _take_mark(self, name: str, judge: str) -> None:
        if not judge:
            self._problem("judge is empty")
        performance, number = self._performances.number(name), self._judges.number(judge)
        self._judge_facts.take(judge, self._line, self._cells, self.problems)
        self._facts.take(name, self._line, self._cells, self.problems)
        first = self._given.setdefault((performance, number), self._line)
        if first != self._line:
            self._problem(
                "judge {judge!r} already marked {name!r} on line {first}: a column that tells the "
                "performances apart may be missing (performance, or event, round, athlete, dive)",
                judge=judge, name=name, first=first,
            )  # fmt: skip
        if performance == len(self._lines):
            self._lines.append(self._line)
            self._take_values()
        self._mark.append(self._read_mark())
        self._judge.append(number)
        self._performance.append(performance)

    def _take_values(self) -> None:
        for column, wanted, fits in (
            ("difficulty", "a number above 0, or empty", lambda value: value > 0),
            ("order", "a number, or empty", math.isfinite),
            ("score", "a number, or empty", math.isfinite),
            ("penalty", self._penalties(), self._is_penalty),
        ):
            text = self._cells.get(column, "")
            value = _NAN if is_missing(text) else self._number(column, text, wanted, fits)
            self._values[column].append(value)

    def _penalties(self) -> str:
        highest = f" up to {self._rule.highest_mark:g}" if self._rule else ""
        return f"a number from 0{highest} (how many points are taken off), or empty"

    def _is_penalty(self, value: float) -> bool:
        return 0 <= value <= (self._rule.highest_mark if self._rule else MAX_NUMBER)

    def _read_mark(self) -> float:
        text = self._cells["mark"]
        mark = self._number("mark", self._without_percent(text), "a number", math.isfinite)
        rule = self._rule
        if rule is None or not math.isfinite(mark):
            return mark
        if not rule.is_mark(mark):
            self._problem(
                f"mark {{text!r}} must be from {rule.lowest_mark:g} to {rule.highest_mark:g} in "
                f"steps of {rule.mark_step:g} by the rule of {rule.name}",
                text=text,
            )
        return mark

    def _without_percent(self, text: str) -> str:
        """Take a percent sign away: all marks have one, or none has."""
        has_percent = text.endswith("%")
        if self._has_percent is None:
            self._has_percent = has_percent
        elif self._has_percent != has_percent:
            here, before = ("a", "none") if has_percent else ("no", "one")
            self._problem(
                f"mark {{text!r}} has {here} percent sign and those before it have {before}",
                text=text,
            )
        return text.removesuffix("%").rstrip()

    def _number(self, column: str, text: str, wanted: str, fits: Callable[[float], bool]) -> float:
        try:
            value = self._numbers.read(text, self._separator, self._line)
        except UnclearNumber as unclear:
            if not self._is_unclear:  # the other numbers of the row are so for the same cause
                self._problem(f"{column} {{text!r}} {unclear}", text=text)
            self._is_unclear = True
            return _NAN
        except ValueError:
            value = _NAN
        if abs(value) > MAX_NUMBER:
            self._problem(f"{column} {{text!r}} must be no larger than {MAX_NUMBER:g}", text=text)
        elif not (math.isfinite(value) and fits(value)):
            is_comma = self._separator == "," and "," in text
            hint = " (a decimal comma is read where ; separates the cells)" if is_comma else ""
            self._problem(f"{column} {{text!r}} must be {wanted}{hint}", text=text)
        return value

    def _problem(self, kind: str, **values: object) -> None:
        self.problems.add(self._line, kind, **values)

    def check_panels(self) -> None:
        """Refuse panels too small to compare a judge with, or of no size that the rule knows."""
        counts = np.bincount(np.array(self._performance, np.int64))
        rule = self._rule
        for name, n, line in zip(self._performances.numbers, counts, self._lines, strict=True):
            self._line = line
            if not name:
                continue  # which was said before
            if n < 2:
                self._problem(
                    "{name!r} has one mark: a judge is compared with the others of the panel",
                    name=name,
                )
            elif rule is not None and n not in rule.sizes():
                sizes = ", ".join(map(str, rule.sizes()))
                self._problem(
                    f"{{name!r}} has {{n}} marks: the panels of {rule.name} have {sizes}",
                    name=name, n=int(n),
                )  # fmt: skip

    def check_numbers(self) -> None:
        """Refuse numbers that may be thousands or decimals."""
        if unclear := self._numbers.unclear():
            self._line, text, why = unclear
            self._problem(f"the number {{text!r}} {why}", text=text)

    def table(self) -> MarkTable:
        """Return what was read."""
        facts = [said for _, said in self._facts.found.values()]
        sessions, athletes = _Names(), _Names()
        names = tuple(self._performances.numbers)
        session = [sessions.number(" ".join(filter(None, said[2:4]))) for said in facts]
        athlete = [athletes.number(said[0] or n) for said, n in zip(facts, names, strict=True)]
        order, order_from = self._order([said[4] for said in facts])
        return MarkTable(
            judges=tuple(self._judges.numbers),
            judge_countries=tuple(said[0] for _, said in self._judge_facts.found.values()),
            performances=names,
            athletes=tuple(athletes.numbers),
            athlete_countries=tuple(said[1] for said in facts),
            sessions=tuple(sessions.numbers),
            mark=np.array(self._mark),
            judge=np.array(self._judge, np.int64),
            performance=np.array(self._performance, np.int64),
            athlete=np.array(athlete, np.int64),
            session=np.array(session, np.int64),
            difficulty=np.array(self._values["difficulty"]),
            order=order,
            score=np.array(self._values["score"]),
            penalty=np.nan_to_num(np.array(self._values["penalty"])),
            named_elsewhere=tuple(said[9] or said[10] for said in facts),
            order_from=order_from,
            n_missing=self._n_missing,
        )

    def _order(self, dives: list[str]) -> tuple[np.ndarray, str]:
        """Return when performances took place, and the column that says so."""
        given = np.array(self._values["order"])
        if np.isfinite(given).any():
            return given, "order"
        if all(d.isascii() and d.isdecimal() and int(d[:9]) <= MOST_ROUNDS for d in dives):
            return np.array([float(dive) for dive in dives]), "dive"
        return given, ""
