"""The judges' panel of diving: the middle three marks, added, times difficulty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podium.checks import require
from podium.errors import UsageError
from podium.performance import Performance

COUNTING = 3
HIGHEST_MARK = 10.0
TOLERANCE_POINTS = 0.06
JUDGE_SD = 0.56
"""By how much one judge differs from the panel's median (standard deviation, in marks)."""


@dataclass(frozen=True)
class Marks:
    """A score as a judge would say it: the mean mark, in half points, and its range."""

    mark: float
    low: float
    high: float

    def __post_init__(self) -> None:
        require(self.low <= self.high, "high", self.high, f"low, {self.low:g}, or more")


def panel_score(marks: Sequence[float], difficulty: float) -> float:
    """Add the middle three of the marks and multiply by the difficulty.

    Raises
    ------
    UsageError
        If there are fewer than three.
    """
    if len(marks) < COUNTING:
        raise UsageError(f"a panel of {len(marks)} has no middle three: give three marks or more")
    ordered = sorted(marks)
    first = (len(ordered) - COUNTING) // 2
    return sum(ordered[first : first + COUNTING]) * difficulty


def is_judged_by_panel(performances: Sequence[Performance]) -> bool:
    """Say whether the scores of these performances follow the panel's rule, wherever it shows."""
    shown = [p for p in performances if len(p.judges) >= COUNTING and p.score and p.difficulty]
    follow = [
        abs(panel_score(p.judges, p.difficulty or 0) - (p.score or 0)) < TOLERANCE_POINTS
        for p in shown
    ]
    return len(follow) >= 10 and float(np.mean(follow)) >= 0.95


def as_marks(score: float, low: float, high: float, difficulty: float) -> Marks:
    """Say a score and its range as mean marks in half points, from 0 to 10."""
    return Marks(*(_half_points(value / difficulty / COUNTING) for value in (score, low, high)))


def _half_points(mark: float) -> float:
    return min(max(round(mark * 2) / 2, 0.0), HIGHEST_MARK)
