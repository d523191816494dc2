"""How deep a repetition goes: how far the joint that moves most is bent at its turning point."""

from typing import ClassVar

import numpy as np

from podium.measures._moving import NO_REPETITION, each, found, missing, moves_most
from podium.measures._values import Measurement, Reads
from podium.movement import Movement


class DepthDegrees:
    """Measures the smallest angle of the joint that moves most: less is deeper.

    In a push-up it is that of the elbows, in a squat that of the knees.
    """

    name: ClassVar[str] = "depth_degrees"
    unit: ClassVar[str] = "degrees"
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Measure it: the middle of all repetitions."""
        joint = moves_most(movement)
        if joint is None:
            return missing(self, NO_REPETITION)
        parts = each(movement, movement.angles.of(joint))
        return found(self, movement, [float(np.min(part)) for part in parts])
