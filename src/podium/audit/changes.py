"""What judges' marks changed: places and medals without a judge, or by another way of counting."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from podium.audit.table import Floats, Ints, MarkTable, Truths
from podium.judging import ScoringRule

MEDALS = 3
MOST_SHOWN = 50
"""So many changes of medals are listed; all are counted."""

SAME_TOTAL = 1e-6
"""Totals that differ by less share a place."""


@dataclass(frozen=True)
class Moved:
    """An athlete who would have come in elsewhere, with a medal before or after."""

    session: str
    """Where."""

    athlete: str
    """Who."""

    place: int
    """As the marks are."""

    place_without: int
    """As it would have been."""


@dataclass(frozen=True)
class Change:
    """How often places would have been others."""

    name: str
    """Without whom or what, or by which way of counting."""

    n_sessions: int
    """In how many sessions there was something to change."""

    n_sessions_changed: int
    """In how many of them any place would have been another."""

    n_places: int
    """How many athletes would have come in elsewhere."""

    n_medals: int
    """How many athletes would have had another medal, one instead of none, or none."""

    moved: tuple[Moved, ...]
    """Those, at most `MOST_SHOWN`."""


@dataclass(frozen=True)
class Standing:
    """A total of one athlete in one session, and the place it makes."""

    session: str
    """Where."""

    athlete: str
    """Who."""

    total: float
    """The sum of the scores."""

    place: int
    """1 is the best; equal totals share it."""


@dataclass(frozen=True)
class Changes:
    """What would have been different."""

    counted_by: str
    """`rule` where a rule was given; else `marks`: places are by the mean mark of all judges."""

    standings: tuple[Standing, ...]
    """All sessions, as the marks are, best first."""

    without_judge: tuple[Change, ...]
    """Each judge's marks replaced by the mean of the others', the largest change first."""

    without_matched: Change
    """The same for all marks for athletes of the judge's own country."""

    otherwise: tuple[Change, ...]
    """All sessions counted in another way: `all`, `without_extremes` (highest and lowest left
    out), `median`."""


class Counting:
    """Adds up a table, and says which places change when other marks or ways are put in.

    With a rule, scores are as the sport counts them in a year (without one, lately). Marks of a
    panel are in the order of the table.
    """

    def __init__(
        self, table: MarkTable, rule: ScoringRule | None = None, year: int | None = None
    ) -> None:
        self._table, self.rule, self._year = table, rule, year
        self._entry = _numbered(table.session, table.athlete)
        firsts = np.unique(self._entry, return_index=True)[1]
        self.session, self.athlete = table.session[firsts], table.athlete[firsts]
        difficulty = np.where(np.isfinite(table.difficulty), table.difficulty, 1.0)
        self._worth: list[tuple[float, float]] = list(
            zip(difficulty.tolist(), table.penalty.tolist(), strict=True)
        )
        self.scores = self._scores()
        self.places = self._places(self.scores)

    def _scores(self) -> Floats:
        if self.rule is None:
            return self._table.panel_mean
        return self._by_rule(self.rule, self._panels())

    def _by_rule(self, rule: ScoringRule, panels: Iterable[Sequence[float]]) -> Floats:
        pairs = zip(panels, self._worth, strict=True)
        return np.array([rule.score(marks, *worth, year=self._year) for marks, worth in pairs])

    def mean_marks(self) -> Floats:
        """Return the mean of the marks that count, (performances,): of all without a rule."""
        if self.rule is None:
            return self._table.panel_mean
        panels = self._panels()
        counted = [self.rule.panel(len(marks), self._year) for marks in panels]
        return np.array([p.mean_mark(marks) for p, marks in zip(counted, panels, strict=True)])

    def _panels(self) -> list[list[float]]:
        ordered = self._table.mark[np.argsort(self._table.performance, kind="stable")]
        return [part.tolist() for part in np.split(ordered, self._table.starts[1:])]

    def replaced(self) -> Floats:
        """Return the score of each mark's performance with that mark as the others' mean is."""
        table, rule = self._table, self.rule
        if rule is None:
            return table.others
        panels, found = self._panels(), np.empty(len(table))
        rows = np.argsort(table.performance, kind="stable")
        seats = (np.arange(len(table)) - table.starts[table.performance[rows]]).tolist()
        performances, others = table.performance[rows].tolist(), table.others[rows].tolist()
        for row, performance, seat, other in zip(rows, performances, seats, others, strict=True):
            marks = panels[performance].copy()
            marks[seat] = other
            difficulty, penalty = self._worth[performance]
            found[row] = rule.score(marks, difficulty, penalty, self._year)
        return found

    def with_marks(self, mark: Floats) -> "Counting":
        """Return the same table counted with other marks, (marks,)."""
        return Counting(replace(self._table, mark=mark), self.rule, self._year)

    def totals(self, scores: Floats) -> Floats:
        """Add up scores, (performances,), by session and athlete."""
        return np.asarray(np.bincount(self._entry, scores), np.float64)

    def _places(self, scores: Floats) -> Ints:
        totals = self.totals(scores)
        order = np.lexsort((-totals, self.session))
        session, total = self.session[order], totals[order]
        is_new = np.ones(len(order), bool)
        is_new[1:] = (session[1:] != session[:-1]) | (total[:-1] - total[1:] > SAME_TOTAL)
        at = np.arange(len(order))
        begins = np.ones(len(order), bool)
        begins[1:] = session[1:] != session[:-1]
        first = np.maximum.accumulate(np.where(is_new, at, 0))
        start = np.maximum.accumulate(np.where(begins, at, 0))
        places = np.empty(len(order), np.int64)
        places[order] = first - start + 1
        return places

    def places_of_performances(self) -> Floats:
        """Return the place of each performance's athlete in the session, (performances,)."""
        return self.places[self._entry].astype(np.float64)

    def change(self, name: str, scores: Floats, is_affected: Truths) -> Change:
        """Say what other scores change; (performances,) both."""
        places = self._places(scores)
        moved = places != self.places
        medals = moved & (np.minimum(places, self.places) <= MEDALS)
        changed = np.unique(self.session[moved])
        return Change(
            name=name,
            n_sessions=len(np.unique(self._table.session[is_affected])),
            n_sessions_changed=len(changed),
            n_places=int(moved.sum()),
            n_medals=int(medals.sum()),
            moved=tuple(self._moved(np.flatnonzero(medals)[:MOST_SHOWN], places)),
        )

    def _moved(self, entries: Ints, places: Ints) -> Iterable[Moved]:
        table = self._table
        for entry in entries:
            yield Moved(
                table.sessions[self.session[entry]],
                table.athletes[self.athlete[entry]],
                int(self.places[entry]),
                int(places[entry]),
            )

    def standings(self) -> tuple[Standing, ...]:
        """Return all totals and places, session by session, best first."""
        table, totals = self._table, self.totals(self.scores)
        return tuple(
            Standing(
                table.sessions[self.session[entry]],
                table.athletes[self.athlete[entry]],
                float(totals[entry]),
                int(self.places[entry]),
            )
            for entry in np.lexsort((self.places, self.session))
        )

    def counted(self, count: Callable[[Floats, Ints, Ints], Floats]) -> Floats:
        """Return scores by another way, (performances,): as if all gave the mean of what counts."""
        table = self._table
        sums = np.concatenate([[0.0], np.cumsum(table.mark[table.by_mark])])
        mean = count(sums, table.starts, table.n_in_panel)
        if self.rule is None:
            return mean
        pairs = zip(mean.tolist(), table.n_in_panel.tolist(), strict=True)
        return self._by_rule(self.rule, ([mark] * n for mark, n in pairs))


def _numbered(*columns: Ints) -> Ints:
    """Return a number for each combination of the columns, in their order."""
    together = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        together = together * (int(column.max()) + 1) + column
    return np.unique(together, return_inverse=True)[1].astype(np.int64)


def _all(sums: Floats, starts: Ints, sizes: Ints) -> Floats:
    return np.asarray((sums[starts + sizes] - sums[starts]) / sizes)


def _without_extremes(sums: Floats, starts: Ints, sizes: Ints) -> Floats:
    dropped = np.where(sizes > 2, 1, 0)
    counted = sums[starts + sizes - dropped] - sums[starts + dropped]
    return np.asarray(counted / (sizes - 2 * dropped))


def _median(sums: Floats, starts: Ints, sizes: Ints) -> Floats:
    low, high = starts + (sizes - 1) // 2, starts + sizes // 2
    return np.asarray((sums[low + 1] - sums[low] + sums[high + 1] - sums[high]) / 2)


OTHERWISE = {"all": _all, "without_extremes": _without_extremes, "median": _median}
"""Ways of counting, by name."""


def find_changes(table: MarkTable, counting: Counting) -> Changes:
    """Say what would have been different without each judge, and by other ways of counting."""
    replaced = counting.replaced()
    everywhere = np.ones(len(table.performances), bool)
    return Changes(
        counted_by="rule" if counting.rule else "marks",
        standings=counting.standings(),
        without_judge=_without_judges(table, counting, replaced),
        without_matched=_without_matched(table, counting),
        otherwise=tuple(
            counting.change(name, counting.counted(count), everywhere)
            for name, count in OTHERWISE.items()
        ),
    )


def _without_judges(table: MarkTable, counting: Counting, replaced: Floats) -> tuple[Change, ...]:
    found = []
    for name, rows in zip(table.judges, table.rows_by_judge(), strict=True):
        scores, affected = counting.scores.copy(), np.zeros(len(counting.scores), bool)
        scores[table.performance[rows]] = replaced[rows]
        affected[table.performance[rows]] = True
        found.append(counting.change(name, scores, affected))
    return tuple(sorted(found, key=lambda change: (-change.n_medals, -change.n_places)))


def _without_matched(table: MarkTable, counting: Counting) -> Change:
    """Replace all marks for compatriots by the mean of the panel's other marks, where there are."""
    matched = table.matched
    n_left = table.per_performance((~matched).astype(np.float64))
    left = table.per_performance(np.where(matched, 0.0, table.mark))
    mean = np.divide(left, n_left, out=table.panel_mean.copy(), where=n_left > 0)
    usable = matched & (n_left > 0)[table.performance]
    mark = np.where(usable, mean[table.performance], table.mark)
    affected = np.zeros(len(table.performances), bool)
    affected[table.performance[usable]] = True
    scores = counting.with_marks(mark).scores
    return counting.change("matched", scores, affected)
