"""Panels: which judges' marks count, for how much, and in which years that is known to hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from podium.checks import require


@dataclass(frozen=True)
class Years:
    """The years in which something is known to hold: nothing is said of others."""

    first: int
    """The first year that is known."""

    last: int | None = None
    """The last one; `None`: it still holds."""

    def __post_init__(self) -> None:
        fits = self.last is None or self.last >= self.first
        require(fits, "last", self.last, f"{self.first} or later")

    def __contains__(self, year: int) -> bool:
        return self.first <= year and (self.last is None or year <= self.last)

    def __str__(self) -> str:
        if self.last is None:
            return f"from {self.first} on"
        return f"{self.first} to {self.last}" if self.last > self.first else f"in {self.first}"


@dataclass(frozen=True)
class Group:
    """Judges who look at the same thing, and how many marks are left out at each end."""

    n_judges: int
    """How many judges there are."""

    n_dropped: int = 0
    """How many of the highest marks do not count, and as many of the lowest."""

    def __post_init__(self) -> None:
        fits = 0 <= 2 * self.n_dropped < self.n_judges
        require(fits, "n_dropped", self.n_dropped, "less than half of the judges")

    @property
    def n_counting(self) -> int:
        """Return how many marks count."""
        return self.n_judges - 2 * self.n_dropped

    def counting(self, marks: Sequence[float]) -> list[float]:
        """Return the marks that count: the middle ones."""
        return sorted(marks)[self.n_dropped : self.n_judges - self.n_dropped]


@dataclass(frozen=True)
class Panel:
    """A panel of judges: its groups, in the order of the marks, and what their sum is taken by."""

    groups: tuple[Group, ...]
    """One for each thing that is judged; most sports have one."""

    years: Years
    """When it is known to be counted so."""

    factor: float = 1.0
    """What the sum of the marks that count is multiplied by."""

    @property
    def n_judges(self) -> int:
        """Return how many judges there are."""
        return sum(group.n_judges for group in self.groups)

    @property
    def n_counting(self) -> int:
        """Return how many marks count."""
        return sum(group.n_counting for group in self.groups)

    def mean_mark(self, marks: Sequence[float]) -> float:
        """Return the mean of the marks that count."""
        return self.execution(marks) / self.factor / self.n_counting

    def by_group(self, marks: Sequence[float]) -> list[tuple[Group, Sequence[float]]]:
        """Return each group of judges, and its marks."""
        require(len(marks) == self.n_judges, "number of marks", len(marks), f"{self.n_judges}")
        ends = [0]
        for group in self.groups:
            ends.append(ends[-1] + group.n_judges)
        spans = zip(self.groups, pairwise(ends), strict=True)
        return [(group, marks[a:b]) for group, (a, b) in spans]

    def execution(self, marks: Sequence[float]) -> float:
        """Return what a panel's marks make: the sum of those that count, times the factor."""
        parts = self.by_group(marks)
        counting = [mark for group, given in parts for mark in group.counting(given)]
        return sum(counting) * self.factor


@dataclass(frozen=True)
class Penalty:
    """What a referee may order: so many points off, or no more than so many."""

    name: str
    """What it is for, as in `restart`."""

    off: float = 0.0
    """How much is taken off: each mark or the score, as the rule says."""

    most: float | None = None
    """The highest mark that a judge may then give; `None` where there is no such limit."""
