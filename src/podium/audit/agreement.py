"""How far judges lie from each other, in marks and in units of what is usual at that level."""

from dataclasses import dataclass

import numpy as np

from podium.audit.chance import LEVEL, Range, clustered_error, corrected, t_range
from podium.audit.table import Floats, Ints, MarkTable

LEVELS = (0.30, 0.45, 0.55, 0.65, 0.75, 0.85)
"""Where levels end, as shares of the scale: those in which diving was measured (0 to 10)."""

LEAST_MARKS = 50
"""A level of fewer marks is put together with the next."""

LEAST_PERFORMANCES = 30
MOST_GROUPS = 10
"""What is usual is told for up to so many groups of performances, of like panel means."""


@dataclass(frozen=True)
class Level:
    """How far marks lie apart where the panel's median lies from `low` up to `high`."""

    low: float
    """The lowest median that belongs to it."""

    high: float
    """The first that no longer does, but for the last level."""

    n: int
    """How many marks."""

    sd: float
    """Of mark less the panel's median."""


@dataclass(frozen=True)
class JudgeAgreement:
    """How far one judge lies from the others of the panel."""

    judge: str
    """Who."""

    n: int
    """How many marks."""

    bias: Range
    """The mean of mark less the others' mean; marks for one athlete go together."""

    bias_p: float
    """Of no bias, corrected for the number of judges."""

    sd: float
    """Of mark less the others' mean."""

    rms: float
    """The root of the mean square of mark less the others' mean."""

    units: Range
    """How far marks scatter beside the others', in units of what is usual at that level: 1 is as
    usual. Each judge's own level (`bias`) plays no part."""

    rms_units: float
    """`rms` in the same units: own level and scatter together."""

    units_p: float
    """Of scattering as far as the rest of the panel does, corrected, two sides."""

    kappa: float
    """Quadratically weighted kappa with the median of the others; nan where nothing varies."""

    @property
    def stands_apart(self) -> bool:
        """Whether marks scatter more beside the others' than chance alone explains."""
        return self.units_p < LEVEL and self.units.value > 1


@dataclass(frozen=True)
class Agreement:
    """How well a panel agrees."""

    levels: tuple[Level, ...]
    """From the lowest to the highest."""

    sd: float
    """Of mark less the panel's median, over all levels."""

    icc: Range
    """Of one mark: the share of the variance that is between performances (Shrout, Fleiss 1979)."""

    icc_panel: float
    """Of the mean of a panel."""

    kappa: float
    """Quadratically weighted kappa of a mark with the median of the others."""

    judges: tuple[JudgeAgreement, ...]
    """The most generous first."""


def agree(table: MarkTable, scale: tuple[float, float]) -> Agreement:
    """Measure how well judges agree; `scale` is the lowest and the highest mark there can be."""
    from_median = table.mark - table.panel_median[table.performance]
    icc, icc_panel = intraclass(table)
    return Agreement(
        levels=spread_by_level(table, scale),
        sd=float(from_median.std()),
        icc=icc,
        icc_panel=icc_panel,
        kappa=weighted_kappa(table.mark, table.others_median),
        judges=_judges(table),
    )


def spread_by_level(table: MarkTable, scale: tuple[float, float]) -> tuple[Level, ...]:
    """Return the spread of marks about the panel's median, level by level of that median."""
    median = table.panel_median[table.performance]
    apart = table.mark - median
    lowest, highest = scale
    edges = [lowest + share * (highest - lowest) for share in LEVELS]
    # A step of a mark that is no binary fraction may fall beside the edge that it is.
    place = np.searchsorted(np.array(edges) - 1e-9 * (highest - lowest), median, side="right")
    bounds = [lowest, *edges, highest]
    return tuple(
        Level(bounds[first], bounds[last + 1], int(here.sum()), float(apart[here].std()))
        for first, last in _filled(np.bincount(place, minlength=len(bounds) - 1))
        if (here := (place >= first) & (place <= last)).any()
    )


def _filled(counts: Ints) -> list[tuple[int, int]]:
    """Put levels together until each has enough marks: the first and last of each."""
    found: list[tuple[int, int]] = []
    first = n = 0
    for place, count in enumerate(counts):
        n += int(count)
        if n >= LEAST_MARKS:
            found.append((first, place))
            first, n = place + 1, 0
    if n and found:
        found[-1] = found[-1][0], len(counts) - 1
    return found or [(0, len(counts) - 1)]


def usual_spread(table: MarkTable) -> Floats:
    """Return how far a mark usually lies from the others' mean at its panel's level, (marks,)."""
    n_groups = min(max(len(table.performances) // LEAST_PERFORMANCES, 1), MOST_GROUPS)
    edges = np.quantile(table.panel_mean, np.arange(1, n_groups) / n_groups)
    group = np.searchsorted(edges, table.panel_mean, side="right")[table.performance]
    squares = np.bincount(group, table.deviation**2) / np.maximum(np.bincount(group), 1)
    return np.asarray(np.sqrt(squares)[group])


def intraclass(table: MarkTable) -> tuple[Range, float]:
    """Return the intraclass correlation of one mark, with its range, and that of a panel's mean.

    ICC(1,1) and ICC(1,k) of Shrout and Fleiss (1979), for panels of any size; nan where no mark
    differs from another.
    """
    from scipy.stats import f

    n, n_marks = len(table.performances), len(table)
    sizes = table.n_in_panel
    size = (n_marks - float((sizes**2).sum()) / n_marks) / (n - 1) if n > 1 else float("nan")
    within = float(((table.mark - table.panel_mean[table.performance]) ** 2).sum())
    between = float((sizes * (table.panel_mean - table.mark.mean()) ** 2).sum())
    freedom = n - 1, n_marks - n
    if n < 2 or within <= 0 or between <= 0:
        nan = float("nan")
        return Range(nan, nan, nan), nan
    ratio = (between / freedom[0]) / (within / freedom[1])
    low, high = ratio / f.ppf(0.975, *freedom), ratio * f.ppf(0.975, *freedom[::-1])
    single = [float((r - 1) / (r + size - 1)) for r in (ratio, low, high)]
    return Range(*single), float(1 - 1 / ratio)


def weighted_kappa(first: Floats, second: Floats) -> float:
    """Return the quadratically weighted kappa of two judges' marks, (performances,) each.

    Cohen (1968), on any scale: no classes of marks are needed. nan where nothing varies.
    """
    by_chance = first.var() + second.var() + (first.mean() - second.mean()) ** 2
    if by_chance <= 0:
        return float("nan")
    return float(1 - ((first - second) ** 2).mean() / by_chance)


def _judges(table: MarkTable) -> tuple[JudgeAgreement, ...]:
    from scipy.stats import t

    rows = table.rows_by_judge()
    usual = usual_spread(table)
    squares = _squares(table.deviation, usual)
    units, units_p = _units(table, _squares(table.level_free(np.ones(len(table), bool)), usual))
    biases, bias_p = [], []
    for mine in rows:
        deviation = table.deviation[mine]
        value = float(deviation.mean())
        athlete = table.athlete[table.performance[mine]]
        error, n = clustered_error((deviation - value) / len(mine), athlete)
        biases.append(t_range(value, error, n - 1))
        known = n > 1 and error > 0
        bias_p.append(float(2 * t.sf(abs(value) / error, n - 1)) if known else float("nan"))
    judges = [
        JudgeAgreement(
            judge=table.judges[number],
            n=len(mine),
            bias=biases[number],
            bias_p=float(p),
            sd=float(table.deviation[mine].std()),
            rms=float(np.sqrt((table.deviation[mine] ** 2).mean())),
            units=units[number],
            rms_units=float(np.sqrt((squares[mine]).mean())),
            units_p=float(units_p[number]),
            kappa=weighted_kappa(table.mark[mine], table.others_median[mine]),
        )
        for number, (mine, p) in enumerate(zip(rows, corrected(bias_p), strict=True))
    ]
    return tuple(sorted(judges, key=lambda judge: -judge.bias.value))


def _squares(deviation: Floats, usual: Floats) -> Floats:
    """Return squares in units of what is usual; 0 where nobody ever differs."""
    return np.divide(deviation, usual, out=np.zeros(len(usual)), where=usual > 0) ** 2


def _units(table: MarkTable, squares: Floats) -> tuple[list[Range], Floats]:
    """Measure each judge in units of what is usual, and test it by who gave which mark.

    Each of a panel's marks might as well have been another judge's of the panel: the sum of squares
    of one judge then has a mean and a variance that are known, and nearly a gamma distribution.
    """
    from scipy.stats import gamma

    mean = table.per_performance(squares) / table.n_in_panel
    apart = (squares - mean[table.performance]) ** 2
    variance = table.per_performance(apart) / table.n_in_panel
    found = table.per_judge(squares)
    expected = table.per_judge(mean[table.performance])
    spread = table.per_judge(variance[table.performance])
    known = (expected > 0) & (spread > 0)
    shape = np.where(known, expected**2 / np.where(known, spread, 1), 1.0)
    scale = np.where(known, spread / np.where(known, expected, 1), 1.0)
    tails = np.minimum(gamma.sf(found, shape, scale=scale), gamma.cdf(found, shape, scale=scale))
    p = np.where(known, np.minimum(2 * tails, 1), np.nan)
    return _unit_ranges(table, squares), corrected(p.tolist())


def _unit_ranges(table: MarkTable, squares: Floats) -> list[Range]:
    """Return each judge's root of the mean square, with a range that is as wide in logarithms."""
    n = table.per_judge(np.ones(len(table)))
    mean = table.per_judge(squares) / n
    variance = table.per_judge((squares - mean[table.judge]) ** 2) / np.maximum(n - 1, 1)
    error = np.sqrt(variance / n) / (2 * np.where(mean > 0, mean, np.nan))
    ranges = []
    for value, wide, count in zip(np.sqrt(mean), error, n, strict=True):
        logarithm = t_range(0.0, float(wide), float(count) - 1)
        factors = np.exp([logarithm.low, logarithm.high])
        ranges.append(Range(float(value), *(float(value * factor) for factor in factors)))
    return ranges
