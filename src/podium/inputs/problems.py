"""All that is wrong with a table, in one line: a few of each kind in full, else their lines."""

import re
from collections.abc import Sequence
from typing import NamedTuple

SHOWN = 5
"""So many problems of one kind are said in full."""

MAX_SPANS = 200
"""So many lines, or runs of lines, are named of the rest of a kind; then only where it ends."""

MAX_VALUE_CHARACTERS = 400
"""A value is said up to here: a cell may be as long as a book."""


_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\S*/\S*|\d[\d.,:]*")


def kind_of(reason: str, *names: str) -> str:
    """Return what a sentence has in common with others that differ in names and numbers only."""
    for name in names:
        reason = reason.replace(name, "") if name else reason
    return _VARYING.sub("", reason)


class Kind(NamedTuple):
    """The problems of one kind: the first few by their lines, and how many there are of it."""

    first: tuple[tuple[int, str], ...]
    n: int


class Problems:
    """What is wrong with a table; however much it is, only what will be said of it is kept.

    `shown` problems of one kind are said in full.
    """

    def __init__(self, shown: int = SHOWN) -> None:
        self._shown = shown
        self._alike: dict[str, _Alike] = {}

    def __len__(self) -> int:
        return sum(alike.n for alike in self._alike.values())

    def add(self, line: int, kind: str, alike: str = "", /, **values: object) -> None:
        """Add a problem: a sentence with places for values, which is its kind.

        Where the sentence is a place and no more, `alike` says what else it is like. Lines come in
        rising order.
        """
        one = self._alike.setdefault(kind + alike, _Alike(kind, self._shown))
        one.add(line, values)

    def sentences(self) -> str:
        """Return all problems by line; those beyond the first few of a kind by their lines only."""
        return "; ".join(f"line {line}: {words}" for line, words in self.by_line())

    def by_line(self) -> list[tuple[int, str]]:
        """Return each line that is said something of, and what."""
        return sorted(one for alike in self._alike.values() for one in alike.sentences())

    def kinds(self, n_first: int = SHOWN) -> tuple[Kind, ...]:
        """Return the first few of each kind, and how many there are, by the line of the first."""
        found = [Kind(alike.first(n_first), alike.n) for alike in self._alike.values()]
        return tuple(sorted(found))


class _Alike:
    """The problems of one kind."""

    def __init__(self, kind: str, most: int) -> None:
        self.n = 0
        self._kind = kind
        self._most = most
        self._shown: list[tuple[int, str]] = []
        self._runs: list[list[int]] = []
        self._last = 0

    def add(self, line: int, values: dict[str, object]) -> None:
        self.n += 1
        if len(self._shown) < self._most:
            words = self._kind.format(**{name: _short(value) for name, value in values.items()})
            self._shown.append((line, words))
            return
        self._last = line
        if self._runs and line <= self._runs[-1][1] + 1:
            self._runs[-1][1] = line
        elif len(self._runs) <= MAX_SPANS:  # one more than is said, so that runs said are whole
            self._runs.append([line, line])

    def first(self, n: int) -> tuple[tuple[int, str], ...]:
        return tuple(self._shown[:n])

    def sentences(self) -> list[tuple[int, str]]:
        if not self._runs:
            return self._shown
        *first, (line, words) = self._shown
        rest = self.n - len(self._shown)
        word = "line" if rest == 1 else "lines"
        where = f"{rest} more like it ({word} {self._spans()})"
        return [*first, (line, f"{words}, and {where}")]

    def _spans(self) -> str:
        named = spans(self._runs[:MAX_SPANS])
        all_are_named = len(self._runs) <= MAX_SPANS
        return named if all_are_named else f"{named} and others up to {self._last}"


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > MAX_VALUE_CHARACTERS:
        return f"{value[:MAX_VALUE_CHARACTERS]}..."
    return value


def spans(runs: Sequence[Sequence[int]]) -> str:
    """Write runs of lines, first and last, as in `3, 7 to 41, 50`."""
    return ", ".join(_run(first, last) for first, last in runs)


def _run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first}, {last}" if last == first + 1 else f"{first} to {last}"
