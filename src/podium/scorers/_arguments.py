"""What argues for the class of a performance: how each angle stands among those of correct ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from podium.checks import is_finite, require

Floats = npt.NDArray[np.float64]

Moment = Literal["least", "half", "most"]

PERCENTILES: dict[Moment, int] = {"least": 0, "half": 50, "most": 100}
"""What is said of an angle, as a percentile of all frames."""

HANDS = "hands"
"""The one that is no angle: how far the hands are beneath the shoulders, in trunk lengths."""

USUAL = (10, 50, 90)
"""Between the first and the last of these percentiles lie eight in ten of the correct ones."""


@dataclass(frozen=True)
class Argument:
    """How large an angle is at some time, and what the score would be were it as usual."""

    angle: str
    """Which angle, such as `elbow`: the mean of both sides."""

    at: Moment
    """Whether it is the smallest or the largest that the angle becomes, or what half of the frames
    are below."""

    value: float
    """What it is, in degrees; of `hands`, in lengths of the trunk."""

    low: float
    """One in ten of the correct ones has less."""

    usual: float
    """The middle of the correct ones."""

    high: float
    """One in ten of the correct ones has more."""

    seconds: float | None
    """When it is so, in seconds of the video; `None` of half of the frames."""

    score_if_usual: float
    """What the score would be if all that is read of this angle were as in the middle of them."""

    def __post_init__(self) -> None:
        for name in ("value", "low", "usual", "high", "score_if_usual"):
            require(is_finite(getattr(self, name)), name, getattr(self, name), "a finite number")

    @property
    def beyond(self) -> float:
        """By how much it is more than usual, below 0 less; 0 where it is as in eight in ten."""
        return max(self.value - self.high, 0.0) + min(self.value - self.low, 0.0)


def usual_of_correct(rows: Floats, targets: Floats, actions: Sequence[str]) -> dict[str, Floats]:
    """Return the percentiles `USUAL` of the better of two classes, (3, numbers), of each action.

    Of all it is under "". There is none where scores are no two classes.
    """
    if len(np.unique(targets)) != 2:
        return {}
    named, is_correct = np.array(actions), targets == targets.max()
    chosen = {"": is_correct} | {one: is_correct & (named == one) for one in {*actions} - {""}}
    return {
        name: np.percentile(rows[which], USUAL, axis=0).astype(np.float32).astype(np.float64)
        for name, which in sorted(chosen.items())
        if which.any()
    }
