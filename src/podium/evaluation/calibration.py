"""How far a score may be off: a range that holds nine in ten, from performances never fitted to.

Split conformal prediction (Vovk et al., 2005) from out-of-fold residuals: every training
performance was scored once by a model that had not seen it. Where it was left out with its whole
group, such as an event, and there are few, a new group may lie as far off as any of these: the
range is that of the group that needs the widest one. Of many groups, all residuals are taken
together.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError, TrainingError
from podium.folds.division import are_grouped, owners_of
from podium.inputs.saved import array_of

CONFIDENCE = 0.9

MAX_GROUPS = 9
MIN_OF_GROUP = 20
"""Of no more groups than this, none smaller, the one that needs the widest range counts."""


@dataclass(frozen=True)
class Calibration:
    """How far predictions lay from the truth in performances that were left out."""

    distances: npt.NDArray[np.float64]
    """Between predicted and true targets, (performances,), sorted, in target units."""

    groups: npt.NDArray[np.int64] | None = None
    """The number of each one's group, (performances,), where the widest counts; else `None`."""

    def half_width(self, confidence: float = CONFIDENCE) -> float:
        """Return the distance that a new performance stays within, with that confidence, 0-1.

        With too few residuals to promise it, the largest distance seen.
        """
        if self.groups is None:
            return _quantile(self.distances, confidence)
        each = [self.distances[self.groups == group] for group in np.unique(self.groups)]
        return max(_quantile(distances, confidence) for distances in each)

    @property
    def is_measured(self) -> bool:
        """Whether it gives a range: one of width 0 would promise that scores are exact."""
        return self.half_width() > 0

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        found: dict[str, npt.NDArray[Any]] = {"calibration.distances": self.distances}
        return found if self.groups is None else {**found, "calibration.groups": self.groups}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Build it from saved arrays.

        Raises
        ------
        ModelError
            If there are no distances, they are not sorted, or they give a range of width 0.
        """
        distances = array_of(arrays, "calibration.distances", (None,), np.float64, least=0)
        groups = None
        if "calibration.groups" in arrays:
            groups = array_of(arrays, "calibration.groups", distances.shape, np.int64)
        found = cls(distances, groups)
        if (np.diff(found.distances) < 0).any():
            raise ModelError("the array calibration.distances is not sorted")
        if not found.is_measured:
            raise ModelError("the array calibration.distances gives a range of width 0")
        return found


def calibrate(
    predicted: npt.NDArray[np.float64],
    true: npt.NDArray[np.float64],
    groups: Sequence[str] = (),
) -> Calibration:
    """Learn the range from out-of-fold predictions and the truth, both in target units.

    `groups` names the group of each that was left out as a whole, where groups were.

    Raises
    ------
    TrainingError
        If there are no residuals.
    """
    if not len(predicted):
        raise TrainingError("no performance was left out to learn a range from: give more of them")
    distances = np.abs(predicted - true)
    order = np.argsort(distances, kind="stable")
    owners = owners_of(groups)[order] if are_grouped(groups) else None
    if owners is not None and not _counts_apart(owners):
        owners = None
    return Calibration(distances[order], owners)


def _counts_apart(owners: npt.NDArray[np.int64]) -> bool:
    """Return whether groups are few, and large enough for a range of their own."""
    sizes = np.bincount(owners)
    return bool(len(sizes) <= MAX_GROUPS and sizes.min() >= MIN_OF_GROUP)


def _quantile(distances: npt.NDArray[np.float64], confidence: float) -> float:
    rank = math.ceil((len(distances) + 1) * confidence)
    return float(distances[min(rank, len(distances)) - 1])
