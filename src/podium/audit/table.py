"""Marks as columns: who gave which mark to whom, and how far it lies from the rest of the panel."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

EQUAL = 1e-9
"""Two marks that differ by less are the same: sums of steps are not exact."""

NEUTRAL = frozenset(
    ("ain", "ana", "eor", "int", "ioa", "iop", "neu", "neutral", "none", "ntl", "rot", "xxx", "-")
)
"""Codes of no country, in small letters: a judge with one is nobody's compatriot."""


@dataclass(frozen=True, eq=False)
class MarkTable:
    """The marks of panels, a row a mark, and what is known of judges and performances.

    What a mark, a judge or a performance belongs to is its place in the tuple of names.
    """

    judges: tuple[str, ...]
    """The names of the judges."""

    judge_countries: tuple[str, ...]
    """The country of each judge, "" where it is not known, (judges,)."""

    performances: tuple[str, ...]
    """What performances are called."""

    athletes: tuple[str, ...]
    """The names of the athletes; of performances where athletes are not known."""

    athlete_countries: tuple[str, ...]
    """The country of the athlete of each performance, "" where not known, (performances,)."""

    sessions: tuple[str, ...]
    """The sessions, each with its own standings: event and round."""

    mark: Floats
    """(marks,)"""

    judge: Ints
    """Whose mark it is, (marks,)."""

    performance: Ints
    """What it was given for, (marks,)."""

    athlete: Ints
    """Whose performance it is, (performances,)."""

    session: Ints
    """In which session it took place, (performances,)."""

    difficulty: Floats
    """(performances,), nan where it is not known."""

    order: Floats
    """When in its session it took place, (performances,), nan where it is not known."""

    score: Floats
    """The published score, (performances,), nan where it is not known."""

    penalty: Floats
    """What was taken off, as the rule says from where, (performances,); 0 where nothing was."""

    named_elsewhere: tuple[str, ...] = ()
    """What tables of predictions call each performance: its `file_name`, else what the column
    `performance` says; "" where there is neither, (performances,) or none."""

    order_from: str = ""
    """The column that says when a performance took place; "" where none does."""

    def __len__(self) -> int:
        return len(self.mark)

    @cached_property
    def n_in_panel(self) -> Ints:
        """How many marks each performance has, (performances,)."""
        return np.bincount(self.performance, minlength=len(self.performances))

    @cached_property
    def panel_mean(self) -> Floats:
        """The mean mark of each performance, (performances,)."""
        return self.per_performance(self.mark) / self.n_in_panel

    @cached_property
    def others(self) -> Floats:
        """The mean mark of the other judges of the panel, (marks,)."""
        totals = self.per_performance(self.mark)[self.performance]
        return np.asarray((totals - self.mark) / (self.n_in_panel[self.performance] - 1))

    @cached_property
    def deviation(self) -> Floats:
        """By how much each mark lies above the mean of the other judges', (marks,)."""
        found = self.mark - self.others
        return np.where(np.abs(found) < EQUAL * (1 + np.abs(self.mark)), 0.0, found)

    @cached_property
    def matched(self) -> Truths:
        """Whether judge and athlete are of one country, (marks,)."""
        known = {name: number for number, name in enumerate(sorted(self._countries()))}
        judges = np.array([known.get(c.casefold(), -1) for c in self.judge_countries], np.int64)
        athletes = np.array([known.get(c.casefold(), -2) for c in self.athlete_countries], np.int64)
        return np.asarray(judges[self.judge] == athletes[self.performance])

    def _countries(self) -> set[str]:
        return {c.casefold() for c in self.judge_countries} - NEUTRAL - {""}

    @cached_property
    def by_mark(self) -> Ints:
        """The places of the marks, panel by panel, each from the lowest, (marks,)."""
        return np.lexsort((self.mark, self.performance))

    @cached_property
    def starts(self) -> Ints:
        """Where in `by_mark` each panel begins, (performances,)."""
        return np.cumsum(self.n_in_panel) - self.n_in_panel

    @cached_property
    def panel_median(self) -> Floats:
        """The median mark of each performance, (performances,)."""
        ordered, low = self.mark[self.by_mark], self.starts + (self.n_in_panel - 1) // 2
        return np.asarray((ordered[low] + ordered[self.starts + self.n_in_panel // 2]) / 2)

    @cached_property
    def others_median(self) -> Floats:
        """The median mark of the other judges of the panel, (marks,)."""
        ordered, start = self.mark[self.by_mark], self.starts[self.performance[self.by_mark]]
        n = self.n_in_panel[self.performance[self.by_mark]]
        own = np.arange(len(self)) - start

        def other(place: Ints) -> Floats:
            return np.asarray(ordered[start + place + (place >= own)])

        found = np.empty(len(self))
        found[self.by_mark] = (other((n - 2) // 2) + other((n - 1) // 2)) / 2
        return found

    def per_performance(self, values: Floats) -> Floats:
        """Add up values of marks by performance, (performances,)."""
        totals = np.bincount(self.performance, values, minlength=len(self.performances))
        return np.asarray(totals, np.float64)

    def per_judge(self, values: Floats) -> Floats:
        """Add up values of marks by judge, (judges,)."""
        return np.asarray(np.bincount(self.judge, values, len(self.judges)), np.float64)

    def rows_by_judge(self) -> list[Ints]:
        """Return the places of each judge's marks."""
        order = np.argsort(self.judge, kind="stable")
        ends = np.cumsum(np.bincount(self.judge, minlength=len(self.judges)))
        return np.split(order, ends[:-1])

    def groups(self, *columns: Ints) -> Ints:
        """Return a number for each combination of the columns that there is, from 0, (items,)."""
        together = np.zeros(len(columns[0]), np.int64)
        for column in columns:
            _, together = np.unique(
                together * (int(column.max()) + 1) + column, return_inverse=True
            )
        return together.astype(np.int64)
