"""Whether marks are higher where judge and athlete are of one country, and by how much."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from podium.audit.chance import (
    LEVEL,
    Range,
    clustered_error,
    corrected,
    drawn_sums,
    n_draws,
    share_beyond,
    sign_test,
    t_range,
)
from podium.audit.exchange import exchange_test
from podium.audit.table import Floats, Ints, MarkTable, Truths

FEW_JUDGES = 5
"""With fewer judges that have such marks, the range rests on judge and athlete, not on judge."""

NEAR_PLACES = 6
"""Medals are near for the first so many of a session."""


@dataclass(frozen=True)
class JudgePremium:
    """By how much one judge's marks are higher for some athletes than for all others."""

    judge: str
    """Who."""

    country: str
    """The judge's."""

    premium: Range
    """In marks; the range takes marks to be independent of each other."""

    n_matched: int
    """How many marks it rests on."""

    n_athletes: int
    """How many athletes these were for."""

    p: float
    """Of a permutation of the judge's marks, two sides."""

    p_corrected: float
    """The same, corrected for the number of judges (Holm)."""

    p_by_athlete: float
    """Of a permutation of athletes, whose marks stay together."""

    @property
    def stands_out(self) -> bool:
        """Whether chance alone would not do this, corrected for the number of judges."""
        return self.p_corrected < LEVEL


@dataclass(frozen=True)
class Premium:
    """By how much marks of one kind lie higher beside the other judges' than all the rest."""

    premium: Range
    """In marks: the mean of mark less the others' mean, there less elsewhere."""

    there: float
    """The mean of mark less the others' mean on the marks in question."""

    elsewhere: float
    """The same on the rest."""

    n_matched: int
    """How many marks are in question."""

    n_above: int
    """How many of them lie above the others' mean."""

    n_equal: int
    """How many are equal to it."""

    n_below: int
    """How many lie below it."""

    range_of: Literal["judges", "marks"]
    """What the range is about: judges in general, of whom these are some, or, where they are fewer
    than `FEW_JUDGES`, marks of these judges."""

    p: float
    """Of these judges' marks, two sides: any mark of a panel might as well have been that of the
    judge in question (`exchange_test`)."""

    sign_p: float
    """Of the sign test: above against below."""

    judges: tuple[JudgePremium, ...]
    """Those who have such marks, the highest premium first."""


def own_country(table: MarkTable, seed: int = 0) -> Premium | None:
    """Measure the premium of marks for athletes of the judge's own country.

    The rest, of all judges, is the comparison. `None` where there is no such mark, or no other.
    """
    athlete = table.athlete[table.performance]
    return contrast(table, table.matched, np.ones(len(table), bool), athlete, seed)


def against_rivals(table: MarkTable, places: Floats, seed: int = 0) -> Premium | None:
    """Measure how marks for rivals differ, where medals were near for judge's compatriot and rival.

    `places` are those of each performance's athlete in the session, (performances,). The comparison
    are all other marks for athletes of other countries. `None` where there is no such mark.
    """
    near = places[table.performance] <= NEAR_PLACES
    seat = table.groups(table.judge, table.session[table.performance])
    has_compatriot = np.bincount(seat, near & table.matched)[seat] > 0
    entry = table.groups(table.athlete[table.performance], table.session[table.performance])
    chosen = near & has_compatriot & ~table.matched
    return contrast(table, chosen, ~table.matched, entry, seed)


def contrast(
    table: MarkTable, chosen: Truths, compared: Truths, unit: Ints, seed: int = 0
) -> Premium | None:
    """Measure by how much chosen marks lie higher than the rest of the compared, (marks,) each.

    Of each judge, marks of one `unit` are all chosen or none is.
    """
    chosen = chosen & compared
    n, n_rest = int(chosen.sum()), int((compared & ~chosen).sum())
    if not n or not n_rest:
        return None
    deviation = table.deviation
    there, elsewhere = float(deviation[chosen].mean()), float(deviation[compared & ~chosen].mean())
    above, below = int((deviation[chosen] > 0).sum()), int((deviation[chosen] < 0).sum())
    cluster = _cluster(table, chosen)
    return Premium(
        premium=_range(table, chosen, compared, (there, elsewhere), cluster),
        there=there,
        elsewhere=elsewhere,
        n_matched=n,
        n_above=above,
        n_equal=n - above - below,
        n_below=below,
        range_of="judges" if cluster is table.judge else "marks",
        p=exchange_test(table, chosen, compared, seed),
        sign_p=sign_test(above, below),
        judges=_judges(table, chosen, compared, unit, seed),
    )


def _cluster(table: MarkTable, chosen: Truths) -> Ints:
    """Return which marks go together: those of a judge, or where these are few, for an athlete."""
    if len(np.unique(table.judge[chosen])) >= FEW_JUDGES:
        return table.judge
    return table.groups(table.judge, table.athlete[table.performance])


def _range(
    table: MarkTable,
    chosen: Truths,
    compared: Truths,
    means: tuple[float, float],
    cluster: Ints,
) -> Range:
    """Return the range of the difference of the means, there and elsewhere."""
    there, elsewhere = means
    residual = np.where(chosen, table.deviation - there, elsewhere - table.deviation)
    influence = residual / np.where(chosen, chosen.sum(), (compared & ~chosen).sum())
    error, _ = clustered_error(np.where(compared, influence, 0.0), cluster)
    return t_range(there - elsewhere, error, len(np.unique(cluster[chosen])) - 1)


def _judges(
    table: MarkTable, chosen: Truths, compared: Truths, unit: Ints, seed: int
) -> tuple[JudgePremium, ...]:
    """Measure each judge."""
    numbers = np.unique(table.judge[chosen])
    draws = n_draws(len(numbers))
    by_judge, generator = table.rows_by_judge(), np.random.default_rng(seed)
    found = []
    for number in numbers:
        rows = by_judge[number][compared[by_judge[number]]]
        one = _Judge(table.deviation[rows], chosen[rows], unit[rows])
        drawn = drawn_sums(one.deviation, one.n, draws, generator)
        found.append((int(number), one, one.p(drawn), one.p_by_athlete(draws, generator)))
    p_corrected = corrected([p for _, _, p, _ in found])
    judges = [
        JudgePremium(
            judge=table.judges[number],
            country=table.judge_countries[number],
            premium=one.range(),
            n_matched=one.n,
            n_athletes=one.n_athletes,
            p=p,
            p_corrected=float(many),
            p_by_athlete=by_athlete,
        )
        for (number, one, p, by_athlete), many in zip(found, p_corrected, strict=True)
    ]
    return tuple(sorted(judges, key=lambda judge: -_known(judge.premium.value)))


def _known(value: float) -> float:
    return value if np.isfinite(value) else -np.inf


class _Judge:
    """The marks of one judge, and those in question among them."""

    def __init__(self, deviation: Floats, chosen: Truths, athlete: Ints) -> None:
        self.deviation, self.chosen = deviation, chosen
        _, self._athlete = np.unique(athlete, return_inverse=True)
        self._is_own = np.bincount(self._athlete, chosen) > 0
        self.n, self.n_rest = int(chosen.sum()), int((~chosen).sum())
        self.n_athletes = int(self._is_own.sum())

    @property
    def value(self) -> float:
        if not self.n_rest:
            return float("nan")
        return float(self.deviation[self.chosen].mean() - self.deviation[~self.chosen].mean())

    def range(self) -> Range:
        """Return the range that goes with the permutation of marks: both kinds spread alike."""
        freedom = len(self.deviation) - 2
        if not self.n_rest or freedom < 1:
            return Range(self.value, float("nan"), float("nan"))
        parts = (self.deviation[self.chosen], self.deviation[~self.chosen])
        spread = sum(float(((part - part.mean()) ** 2).sum()) for part in parts) / freedom
        return t_range(self.value, float(np.sqrt(spread * (1 / self.n + 1 / self.n_rest))), freedom)

    def p(self, drawn: Floats) -> float:
        if not self.n_rest:
            return float("nan")
        rest = float(self.deviation.sum()) - drawn
        return share_beyond(drawn / self.n - rest / self.n_rest, self.value)

    def p_by_athlete(self, n_draws: int, generator: np.random.Generator) -> float:
        """Return p where athletes are drawn, with all their marks."""
        sums, counts = np.bincount(self._athlete, self.deviation), np.bincount(self._athlete)
        if self._is_own.all():
            return float("nan")
        columns = np.column_stack([sums, counts]).astype(np.float64)
        drawn = drawn_sums(columns, self.n_athletes, n_draws, generator)
        total = columns.sum(axis=0)
        own = columns[self._is_own].sum(axis=0)

        def difference(part: Floats) -> Floats:
            rest = total - part
            return np.asarray(part[..., 0] / part[..., 1] - rest[..., 0] / rest[..., 1])

        return share_beyond(difference(drawn), float(difference(own)))
