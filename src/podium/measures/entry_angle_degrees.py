"""How far from the vertical the body enters the water."""

from typing import ClassVar

import numpy as np

from podium.measures._dive import Dive
from podium.measures._line import Line, line_before_water
from podium.measures._values import Measurement, Phase, Reads

UNCERTAIN = 18.0
"""Degrees: nine in ten rendered dives, as found in their films, are measured as well as this, and
half of them within 5: where another frame was taken for the line, the angle is far off."""


class EntryAngleDegrees:
    """Measures the angle of the body as it meets the water; below 0 short of vertical, above past.

    Signed by the way the body turns, which is seen in the same frames: a dive and its mirror image
    enter alike. The vertical is that of the picture. It is the angle at the moment of the water, as
    the body goes on turning while it goes under; where the line ends earlier, its last one.
    """

    name: ClassVar[str] = "entry_angle_degrees"
    unit: ClassVar[str] = "degrees"
    phase: ClassVar[Phase] = Phase.ENTRY
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where the line before the water is seen and turns."""
        line = line_before_water(dive)
        if line is None:
            reason = "line_not_seen" if dive.moments.water else "water_not_found"
            return Measurement(self.name, self.unit, self.phase, reason=reason)
        if not line.turning:
            return Measurement(self.name, self.unit, self.phase, reason="turning_not_seen")
        met = _met(dive, line)
        angle = line.turning * float(np.rad2deg(line.angles[met]))
        low, high = angle - UNCERTAIN, angle + UNCERTAIN
        seconds = float(dive.athlete.start_seconds[line.frames[met]])
        return Measurement(self.name, self.unit, self.phase, angle, low, high, seconds, seconds)


def _met(dive: Dive, line: Line) -> int:
    """Return in which of its frames a line meets the water, or comes nearest to that."""
    assert dive.moments.water is not None
    return int(np.abs(line.frames - dive.moments.water.index).argmin())
