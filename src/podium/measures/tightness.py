"""How tight the body is while it turns."""

from typing import ClassVar

import numpy as np

from podium.measures._dive import Dive
from podium.measures._line import line_before_water, scales
from podium.measures._values import Measurement, Phase, Reads

STARTS_SECONDS = 0.25
"""So long after the board was left the body has closed."""

PERCENTILE = 30
"""Of the lengths while turning: the tight part, without a few frames in which little was seen."""

LEAST_FRAMES = 4
UNCERTAIN = 0.08
"""Of itself."""


class Tightness:
    """Measures how long the body is while it turns, against when stretched: less is tighter.

    Tucks and pikes differ by nature, as do twisting dives, which are stretched for a while.
    """

    name: ClassVar[str] = "tightness"
    unit: ClassVar[str] = "body lengths"
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it between the closing of the body and the come-out."""
        moments = dive.moments
        for moment, reason in (
            (moments.board_left, "board_left_not_found"),
            (moments.come_out, "come_out_not_found"),
            (moments.water, "water_not_found"),
        ):
            if moment is None:
                return Measurement(self.name, self.unit, self.phase, reason=reason)
        assert moments.board_left is not None
        assert moments.come_out is not None
        return self._between(dive, moments.board_left.index, moments.come_out.index)

    def _between(self, dive: Dive, left: int, come_out: int) -> Measurement:
        line = line_before_water(dive)
        if line is None:
            return Measurement(self.name, self.unit, self.phase, reason="line_not_seen")
        seconds = dive.athlete.start_seconds
        closed = int(np.searchsorted(seconds, seconds[left] + STARTS_SECONDS))
        lengths = (dive.outline.length * scales(dive))[closed : come_out + 1]
        lengths = lengths[np.isfinite(lengths)]
        if len(lengths) < LEAST_FRAMES:
            return Measurement(self.name, self.unit, self.phase, reason="turning_not_seen")
        stretched = line.length * float(scales(dive)[line.frames[-1]])
        value = float(np.percentile(lengths, PERCENTILE)) / stretched
        low, high = value * (1 - UNCERTAIN), value * (1 + UNCERTAIN)
        start, end = float(seconds[closed]), float(seconds[come_out])
        return Measurement(self.name, self.unit, self.phase, value, low, high, start, end)
