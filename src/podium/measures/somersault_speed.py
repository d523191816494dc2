"""How fast the body turns at its fastest."""

from typing import ClassVar

import numpy as np

from podium.measures._counted import why_not
from podium.measures._dive import Dive
from podium.measures._kind import Kind, kind_of
from podium.measures._values import Measurement, Phase, Reads

LASTING_SECONDS = 0.3
"""The fastest turn is the mean over so long."""

UNCERTAIN = 0.15
"""The share of its value by which it may be wrong: nine in ten rendered dives are as near."""


class SomersaultSpeed:
    """Measures how many somersaults a second the body turns at its fastest."""

    name: ClassVar[str] = "somersault_speed"
    unit: ClassVar[str] = "somersaults/s"
    phase: ClassVar[Phase] = Phase.FLIGHT
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it where take-off and water are known."""
        read = kind_of(dive)
        if read is None:
            return Measurement(self.name, self.unit, self.phase, reason=why_not(dive))
        speed, start, end = _fastest(read, dive)
        return Measurement(
            self.name,
            self.unit,
            self.phase,
            speed,
            speed * (1 - UNCERTAIN),
            speed * (1 + UNCERTAIN),
            start,
            end,
        )


def _fastest(read: Kind, dive: Dive) -> tuple[float, float, float]:
    """Return somersaults a second, and from when to when they are the fastest."""
    turned = read.turning.turned(*read.best) / 360
    first = read.turning.flight.first
    seconds = dive.athlete.start_seconds[first : first + len(turned)]
    stops = np.searchsorted(seconds, seconds + LASTING_SECONDS - 1e-6)
    starts = np.flatnonzero(stops < len(seconds))
    if not len(starts):
        starts, stops = np.array([0]), np.array([len(seconds) - 1])
    stops = stops[starts]
    speeds = (turned[stops] - turned[starts]) / (seconds[stops] - seconds[starts])
    best = int(speeds.argmax())
    return float(speeds[best]), float(seconds[starts[best]]), float(seconds[stops[best]])
