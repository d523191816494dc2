"""Whether values changed over time by more than chance makes them differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from podium.errors import UsageError

MIN_VALUES = 4
"""Of fewer, nothing is said: a line through three is nearly always steep."""

RANGE_SDS = 2 * 1.6449
"""A range that holds nine in ten is so many standard deviations wide."""


@dataclass(frozen=True)
class Trend:
    """How values changed from the first day to the last, and how sure that is."""

    first: float
    """Where the line is on the first day."""

    change: float
    """How much higher it is on the last day, in the unit of the values."""

    low: float
    """The change is believed to be this or more, nineteen times of twenty."""

    high: float
    """The change is believed to be this or less, nineteen times of twenty."""

    @property
    def direction(self) -> Literal["up", "down", "unclear"]:
        """Where the values went, or that the change may be chance."""
        return "up" if self.low > 0 else "down" if self.high < 0 else "unclear"


def trend(
    days: Sequence[float], values: Sequence[float], widths: Sequence[float] = ()
) -> Trend | None:
    """Fit a line to values over time, and say how far it rose; `None` where that is too few.

    `days` are when, in any order and unit, `widths` how wide the 90 % range of each value is. The
    values are believed to differ by as much as they do about the line, or as much as their ranges
    say, whichever is more: what all of them have in common, such as a model that is always too
    kind, does not count, so the interval is rather too wide than too narrow.

    Raises
    ------
    UsageError
        If there are not as many days, or widths, as values.
    """
    if len(days) != len(values) or len(widths) not in (0, len(values)):
        raise UsageError(f"{len(days)} days, {len(values)} values, {len(widths)} widths")
    when, seen = np.asarray(days, float), np.asarray(values, float)
    length = float(np.ptp(when)) if len(when) else 0.0
    if len(seen) < MIN_VALUES or length == 0:
        return None
    since = when - when.mean()
    squares, middle = float((since**2).sum()), float(seen.mean())
    slope = float((since * seen).sum()) / squares
    rest = seen - middle - slope * since
    variance = float((rest**2).sum()) / (len(seen) - 2)
    known = float(np.mean((np.asarray(widths, float) / RANGE_SDS) ** 2)) if len(widths) else 0.0
    error = sqrt(max(variance, known) / squares)
    either = float(stdtrit(len(seen) - 2, 0.975)) * error * length
    change = slope * length
    first = middle + slope * float(since.min())
    return Trend(first, change, change - either, change + either)
