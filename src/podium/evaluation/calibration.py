"""How far a score may be off: a range that holds nine in ten, from performances never fitted to.

Split conformal prediction (Vovk et al., 2005) from out-of-fold residuals: every training
performance was scored once by a model that had not seen it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError, TrainingError
from podium.inputs.saved import array_of

CONFIDENCE = 0.9


@dataclass(frozen=True)
class Calibration:
    """Distances between predicted and true targets, (performances,), sorted, in target units."""

    distances: npt.NDArray[np.float64]

    def half_width(self, confidence: float = CONFIDENCE) -> float:
        """Return the distance that a new performance stays within, with that confidence, 0-1.

        With too few residuals to promise it, the largest distance seen.
        """
        rank = math.ceil((len(self.distances) + 1) * confidence)
        return float(self.distances[min(rank, len(self.distances)) - 1])

    @property
    def is_measured(self) -> bool:
        """Whether it gives a range: one of width 0 would promise that scores are exact."""
        return self.half_width() > 0

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Build it from saved arrays.

        Raises
        ------
        ModelError
            If there are no distances, they are not sorted, or they give a range of width 0.
        """
        found = cls(array_of(arrays, "calibration.distances", (None,), np.float64, least=0))
        if (np.diff(found.distances) < 0).any():
            raise ModelError("the array calibration.distances is not sorted")
        if not found.is_measured:
            raise ModelError("the array calibration.distances gives a range of width 0")
        return found


def calibrate(predicted: npt.NDArray[np.float64], true: npt.NDArray[np.float64]) -> Calibration:
    """Learn the range from out-of-fold predictions and the truth, both in target units.

    Raises
    ------
    TrainingError
        If there are no residuals.
    """
    if not len(predicted):
        raise TrainingError("no performance was left out to learn a range from: give more of them")
    return Calibration(np.sort(np.abs(predicted - true)))
