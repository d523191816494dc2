"""What marks follow beside the performance: time, starting order, difficulty, the last mark."""

from dataclasses import dataclass

import numpy as np

from podium.audit.chance import LEVEL, Range, corrected, t_range
from podium.audit.table import Floats, Ints, MarkTable

MOST_TAKEN_OUT = 25
"""So many judges who stand out are taken out of what the others are compared with."""


@dataclass(frozen=True)
class Slope:
    """By how much marks rise with something."""

    slope: Range
    """In marks for each unit of it."""

    p: float
    """Of no rise."""


@dataclass(frozen=True)
class JudgeTrend:
    """By how much one judge's marks rise beside the others' marks."""

    judge: str
    """Who."""

    slope: Range
    """In marks."""

    p_corrected: float
    """Of no rise, corrected for the number of judges (Holm)."""

    @property
    def stands_out(self) -> bool:
        """Whether chance alone would not do this, corrected for the number of judges."""
        return self.p_corrected < LEVEL


@dataclass(frozen=True)
class Halo:
    """How much marks of one judge for one athlete have in common beside the performances."""

    share: float
    """The share of the variance of mark less the others' mean that goes with judge and athlete."""

    sd: float
    """The same in marks, as a standard deviation."""

    p: float
    """Of nothing in common."""


@dataclass(frozen=True)
class Trends:
    """What marks follow beside the performance; empty or `None` where it cannot be told."""

    drift: tuple[JudgeTrend, ...]
    """From the beginning of a session to its end, beside the others; the largest first."""

    order: Slope | None
    """The whole panel, from the first start of a session to the last, within an athlete."""

    difficulty: Slope | None
    """The whole panel, for each 1.0 of difficulty, within an athlete."""

    difficulty_judges: tuple[JudgeTrend, ...]
    """Each judge beside the others, for each 1.0 of difficulty, within an athlete."""

    halo: Halo | None
    """Within a session."""


def find_trends(table: MarkTable) -> Trends:
    """Measure drift, order bias, difficulty bias and halo."""
    moment = _moment(table)
    has_order = table.order_from == "order"
    at, session = moment[table.performance], table.session[table.performance]
    athlete = table.athlete[table.performance]
    return Trends(
        drift=_by_judge(table, at, table.groups(table.judge, session)),
        order=_slope(table.panel_mean, moment, table.athlete) if has_order else None,
        difficulty=_slope(table.panel_mean, table.difficulty, table.athlete),
        difficulty_judges=_by_judge(
            table, table.difficulty[table.performance], table.groups(table.judge, athlete)
        ),
        halo=find_halo(table),
    )


def _moment(table: MarkTable) -> Floats:
    """Return when in its session each performance took place, from 0, the first, to 1."""
    known = np.isfinite(table.order)
    first = np.full(len(table.sessions), np.inf)
    last = np.full(len(table.sessions), -np.inf)
    np.minimum.at(first, table.session[known], table.order[known])
    np.maximum.at(last, table.session[known], table.order[known])
    length = np.asarray(last - first)[table.session]
    since = table.order - first[table.session]
    unknown = np.full(len(since), np.nan)
    return np.asarray(np.divide(since, length, out=unknown, where=length > 0))


def _by_judge(table: MarkTable, follows: Floats, group: Ints) -> tuple[JudgeTrend, ...]:
    """Measure for each judge by how much the marks rise beside the others', within groups.

    Whoever stands out makes the others of the panel seem to fall. So what such a judge's marks rise
    by is taken out of what the others are compared with, the surest first.
    """
    steps = _steps(follows, group)
    risen = np.zeros(len(table))
    standing_out: list[int] = []
    while True:
        beside = _beside(table, risen)
        slopes, p = slopes_within(beside, follows, group, table.judge, len(table.judges))
        p_corrected = corrected(p)
        new = [n for n in np.argsort(p) if p_corrected[n] < LEVEL and n not in standing_out]
        if not new or len(standing_out) >= min(len(table.judges) // 2, MOST_TAKEN_OUT):
            break
        standing_out.append(int(new[0]))
        rises = np.zeros(len(table.judges))
        rises[standing_out] = [slopes[number].value for number in standing_out]
        risen = rises[table.judge] * steps
    known = np.flatnonzero(np.isfinite(p))
    trends = [JudgeTrend(table.judges[n], slopes[n], float(p_corrected[n])) for n in known]
    return tuple(sorted(trends, key=lambda trend: -abs(trend.slope.value)))


def _steps(follows: Floats, group: Ints) -> Floats:
    """Return how far each value lies from the mean of its group; 0 where it is not known."""
    known = np.isfinite(follows)
    steps = np.zeros(len(follows))
    if known.any():
        steps[known] = _centred(follows[known], group[known])
    return steps


def _beside(table: MarkTable, risen: Floats) -> Floats:
    """Return each mark less the mean of the others', without what theirs have risen by."""
    totals = table.per_performance(risen)[table.performance]
    n_others = table.n_in_panel[table.performance] - 1
    return np.asarray(table.deviation + (totals - risen) / n_others)


def _slope(values: Floats, follows: Floats, group: Ints) -> Slope | None:
    slopes, p = slopes_within(values, follows, group, np.zeros(len(values), np.int64), 1)
    return Slope(slopes[0], p[0]) if np.isfinite(p[0]) else None


def slopes_within(
    values: Floats, follows: Floats, group: Ints, owner: Ints, n_owners: int
) -> tuple[list[Range], list[float]]:
    """Return by how much values rise with what they follow, for each owner, and p of no rise.

    Only differences within groups count (a group has one owner); (items,) each. nan where too
    little varies.
    """
    from scipy.stats import t

    known = np.isfinite(follows) & np.isfinite(values)
    values, follows, owner = values[known], follows[known], owner[known]
    _, group = np.unique(group[known], return_inverse=True)
    y, x = _centred(values, group), _centred(follows, group)
    n_groups = np.bincount(owner[np.unique(group, return_index=True)[1]], minlength=n_owners)
    freedom = np.bincount(owner, minlength=n_owners) - n_groups - 1
    squares = np.bincount(owner, x * x, n_owners)
    products = np.bincount(owner, x * y, n_owners)
    usable = (squares > 1e-9) & (freedom >= 1)
    slope = np.where(usable, products / np.where(usable, squares, 1), np.nan)
    rest = np.bincount(owner, (y - np.nan_to_num(slope)[owner] * x) ** 2, n_owners)
    variance = rest / np.where(usable, freedom, 1) / np.where(usable, squares, 1)
    error = np.where(usable & (variance > 0), np.sqrt(variance), np.nan)
    p = 2 * t.sf(np.abs(slope / error), np.maximum(freedom, 1))
    ranges = [t_range(*map(float, one)) for one in zip(slope, error, freedom, strict=True)]
    return ranges, [float(one) for one in p]


def _centred(values: Floats, group: Ints) -> Floats:
    means = np.bincount(group, values) / np.maximum(np.bincount(group), 1)
    return np.asarray(values - means[group])


def find_halo(table: MarkTable) -> Halo | None:
    """Measure what marks of one judge for one athlete in one session have in common.

    One-way analysis of variance of mark less the others' mean, each judge's own level in the
    session taken out. `None` where no athlete has two performances in a session.
    """
    from scipy.stats import f

    session = table.session[table.performance]
    seat = table.groups(table.judge, session)
    group = table.groups(seat, table.athlete[table.performance])
    sizes = np.bincount(group)
    values = _centred(table.deviation, seat)
    n, n_groups, n_seats = len(table), len(sizes), int(seat.max()) + 1
    freedom = n_groups - n_seats, n - n_groups
    if min(freedom) < 1:
        return None
    means = np.bincount(group, values) / sizes
    between = float((sizes * means**2).sum()) / freedom[0]
    within = float(((values - means[group]) ** 2).sum()) / freedom[1]
    if within <= 0:
        return None
    size = (n - float((sizes**2).sum()) / n) / (n_groups - 1)
    common = max((between - within) / size, 0.0)
    p = float(f.sf(between / within, *freedom))
    return Halo(common / (common + within), float(np.sqrt(common)), p)
