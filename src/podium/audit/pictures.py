"""Pictures of an audit as places on lines, 0 to 1000: a row a judge, and a row a level."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from podium.audit.chance import LEVEL, Range
from podium.audit.findings import Audit
from podium.audit.opinion import Beside, SecondOpinion

WIDTH = 1000
MOST_ROWS = 60
"""So many judges are shown; of more, those farthest from the line."""


@dataclass(frozen=True)
class Line:
    """One row: who, the value with its range, and where these lie on the line."""

    name: str
    """A judge."""

    value: Range
    """In marks, or in what the picture is in."""

    n: int
    """How many marks it rests on."""

    stands_out: bool
    """Whether chance alone does not explain it."""

    x: float
    """Where the value lies, from 0 to `WIDTH`."""

    left: float
    """Where the range begins."""

    width: float
    """How wide the range is; 0 where it is not known."""


@dataclass(frozen=True)
class Picture:
    """Rows on one line, and where on it the value lies that means nothing out of the ordinary."""

    kind: str
    """`premium`, `bias` or `units`."""

    lines: tuple[Line, ...]
    """From the highest value to the lowest."""

    zero: float
    """Where that value lies, from 0 to `WIDTH`."""

    low: float
    """The value at the left end."""

    high: float
    """The value at the right end."""

    n_all: int
    """How many rows there would be, shown or not."""


@dataclass(frozen=True)
class Pair:
    """One row of two ranges on one line: the panel's and Podium's."""

    seen: Beside
    """What they are of."""

    panel: Line
    """Where the panel's mark lies."""

    podium: Line
    """Where Podium's lies."""


@dataclass(frozen=True)
class Pairs:
    """Performances as the panel and as Podium saw them, on one line."""

    rows: tuple[Pair, ...]
    """Those farthest apart first."""

    low: float
    """The mark at the left end."""

    high: float
    """The mark at the right end."""

    n_all: int
    """How many there would be, shown or not."""


_Given = tuple[str, Range, int, bool]


def pictures(audit: Audit) -> list[Picture]:
    """Return the pictures of judges: premium, level (a caterpillar plot), and distance."""
    own = audit.own_country.judges if audit.own_country else ()
    judges = audit.agreement.judges
    premium: Iterable[_Given] = ((j.judge, j.premium, j.n_matched, j.stands_out) for j in own)
    bias: Iterable[_Given] = ((j.judge, j.bias, j.n, j.bias_p < LEVEL) for j in judges)
    units: Iterable[_Given] = ((j.judge, j.units, j.n, j.units_p < LEVEL) for j in judges)
    made = [
        _picture("premium", premium, 0.0),
        _picture("bias", bias, 0.0),
        _picture("units", units, 1.0),
    ]
    return [one for one in made if one.lines]


def pairs(opinion: SecondOpinion) -> Pairs:
    """Return the picture of a second opinion: the panel's mark and Podium's, with their ranges."""
    shown = opinion.performances[:MOST_ROWS]
    ranges = [one for row in shown for one in (row.panel, row.podium)]
    known = [x for r in ranges for x in (r.value, r.low, r.high) if math.isfinite(x)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    edge = 0.02 * (high - low) or 0.5
    low, high = low - edge, high + edge

    def place(value: float) -> float:
        return round(WIDTH * (value - low) / (high - low), 1)

    rows = (
        Pair(
            row,
            _line((row.performance, row.panel, 1, row.apart > 0), place),
            _line((row.performance, row.podium, 1, row.apart > 0), place),
        )
        for row in shown
    )
    return Pairs(tuple(rows), low, high, len(opinion.performances))


def _picture(kind: str, given: Iterable[_Given], middle: float) -> Picture:
    known = [row for row in given if math.isfinite(row[1].value)]
    shown = sorted(known, key=lambda row: -abs(row[1].value - middle))[:MOST_ROWS]
    shown.sort(key=lambda row: -row[1].value)
    low, high = _ends([row[1] for row in shown], middle)

    def place(value: float) -> float:
        return round(WIDTH * (min(max(value, low), high) - low) / (high - low), 1)

    return Picture(
        kind=kind,
        lines=tuple(_line(row, place) for row in shown),
        zero=place(middle),
        low=low,
        high=high,
        n_all=len(known),
    )


def _line(row: _Given, place: Callable[[float], float]) -> Line:
    name, value, n, stands_out = row
    if not math.isfinite(value.low):
        return Line(name, value, n, stands_out, place(value.value), place(value.value), 0.0)
    left, right = place(value.low), place(value.high)
    return Line(name, value, n, stands_out, place(value.value), left, round(right - left, 1))


def _ends(values: Sequence[Range], middle: float) -> tuple[float, float]:
    """Return the ends of the line: all values, and ranges up to twice as far from the middle."""
    if not values:
        return middle - 1, middle + 1
    farthest = max(abs(one.value - middle) for one in values)
    reach = [one.low for one in values] + [one.high for one in values]
    far = max((abs(one - middle) for one in reach if math.isfinite(one)), default=0.0)
    end = min(max(far, farthest), 2 * farthest) or 1.0
    lowest = min([one for one in reach if math.isfinite(one)], default=middle - end)
    low = max(min(lowest, *(one.value for one in values), middle), middle - end)
    return low - 0.02 * end, middle + 1.02 * end
