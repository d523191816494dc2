"""How far from the vertical the body enters the water."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive
from podium.measures._line import Line, line_before_water
from podium.measures._values import Measurement, Phase, Reads

ENOUGH_VISIBLE = 0.7
"""Of the stretched body so much is still above the water when it is measured."""

LOOKED_AT_SECONDS = 0.05
"""Over so long the angle is averaged: the last frames in which enough is visible."""

UNCERTAIN = 8.0
"""Degrees: nine in ten rendered dives, their silhouettes as drawn, are measured as well as this."""


class EntryAngleDegrees:
    """Measures the angle of the body as it meets the water; below 0 short of vertical, above past.

    Signed by the way the body turns, which is seen in the same frames: a dive and its mirror image
    enter alike. The vertical is that of the picture.
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
        seconds = dive.athlete.start_seconds[line.frames]
        seen = _last_visible(line, seconds)
        angle = line.turning * float(np.rad2deg(line.angles[seen].mean()))
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            angle,
            angle - UNCERTAIN,
            angle + UNCERTAIN,
            float(seconds[seen].min()),
            float(seconds[seen].max()),
        )


def _last_visible(line: Line, seconds: npt.NDArray[np.float64]) -> slice:
    """Return which frames of a line are the last in which enough of the body is visible."""
    last = int(np.flatnonzero(line.visible >= ENOUGH_VISIBLE)[-1])
    first = int(np.searchsorted(seconds, seconds[last] - LOOKED_AT_SECONDS))
    return slice(first, last + 1)
