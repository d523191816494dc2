"""How alike both sides move."""

from typing import ClassVar

import numpy as np

from podium.measures._moving import BENDING, NOT_SEEN, each, found, is_seen, missing
from podium.measures._values import Measurement, Reads
from podium.movement import Movement


class SymmetryDegrees:
    """Measures by how much left and right differ on average: 0 degrees is the same on both sides.

    Of elbows, shoulders, hips and knees, as far as both sides were seen.
    """

    name: ClassVar[str] = "symmetry_degrees"
    unit: ClassVar[str] = "degrees"
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Measure it: the middle of all repetitions; without any, of the whole movement."""
        apart = [
            abs(movement.angles.of(f"left {joint}") - movement.angles.of(f"right {joint}"))
            for joint in BENDING
        ]
        known = [series for series in apart if is_seen(series)]
        if not known:
            return missing(self, NOT_SEEN)
        stacked = np.stack(known)
        mean = np.where(np.isfinite(stacked).all(axis=0), stacked.mean(axis=0), np.nan)
        parts = each(movement, mean) or [mean[np.isfinite(mean)]]
        values = [float(part.mean()) for part in parts if len(part)]
        return found(self, movement, values) if values else missing(self, NOT_SEEN)
