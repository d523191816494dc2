"""How straight the body is: whether shoulders, hips and ankles lie in one line."""

from typing import ClassVar

import numpy as np

from podium.measures._moving import NOT_SEEN, each, found, is_seen, missing
from podium.measures._values import Measurement, Reads
from podium.movement import Movement
from podium.movement.angles import BODY_LINE

STRAIGHT = 180.0


class BodyLineDegrees:
    """Measures the angle at the hips where it is furthest from straight, which is 180 degrees.

    Of a body that lies on hands and feet, less is hips that sag, more is hips that are too high.
    """

    name: ClassVar[str] = "body_line_degrees"
    unit: ClassVar[str] = "degrees"
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Measure it: the middle of all repetitions; without any, of the whole movement."""
        degrees = movement.angles.of(BODY_LINE)
        if not is_seen(degrees):
            return missing(self, NOT_SEEN)
        parts = each(movement, degrees) or [degrees[np.isfinite(degrees)]]
        furthest = [float(part[np.argmax(abs(part - STRAIGHT))]) for part in parts]
        return found(self, movement, furthest)
