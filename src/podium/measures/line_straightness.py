"""How straight the body is as it meets the water."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive
from podium.measures._line import line_before_water
from podium.measures._values import Measurement, Phase, Reads

ENOUGH_VISIBLE = 0.85
"""Of the stretched body so much is above the water where it is looked at."""

LOOKED_AT = 3
"""In so many frames, the last of these."""

LEAST_PIXELS = 12
UNCERTAIN = 6.0
"""In degrees."""

Places = npt.NDArray[np.float64]


class LineStraightness:
    """Measures the bend between the upper and the lower half of the body: 0 degrees is straight.

    A hinge at the hips and an arched back bend it alike.
    """

    name: ClassVar[str] = "line_straightness"
    unit: ClassVar[str] = "degrees"
    phase: ClassVar[Phase] = Phase.ENTRY
    reads: ClassVar[Reads] = "dive"

    def __call__(self, dive: Dive) -> Measurement:
        """Measure it in the last frames in which the body is all above the water, or nearly."""
        line = line_before_water(dive)
        if line is None:
            reason = "line_not_seen" if dive.moments.water else "water_not_found"
            return Measurement(self.name, self.unit, self.phase, reason=reason)
        seen = np.flatnonzero(line.visible >= ENOUGH_VISIBLE)[-LOOKED_AT:]
        frames = line.frames[seen]
        bends = [
            bend_degrees(dive.athlete.masks[frame], float(line.angles[index]))
            for index, frame in zip(seen, frames, strict=True)
        ]
        value = float(np.median(bends))
        seconds = dive.athlete.start_seconds[frames]
        low, high = max(0.0, value - UNCERTAIN), value + UNCERTAIN
        start, end = float(seconds[0]), float(seconds[-1])
        return Measurement(self.name, self.unit, self.phase, value, low, high, start, end)


def bend_degrees(mask: npt.NDArray[np.bool_], from_upright: float) -> float:
    """Return by how much the halves of a silhouette point in different directions, in degrees.

    `from_upright` is the angle of its axis, in radians, counter-clockwise.
    """
    down, right = np.nonzero(mask)
    places = np.stack([right, -down], axis=1).astype(np.float64)
    places -= places.mean(axis=0)
    upwards = np.array([-np.sin(from_upright), np.cos(from_upright)])
    along = places @ upwards
    middle = (along.max() + along.min()) / 2
    halves = [places[along > middle], places[along < middle]]
    if min(len(half) for half in halves) < LEAST_PIXELS:
        return 0.0
    upper, lower = (_direction(half, upwards) for half in halves)
    return float(np.rad2deg(np.arccos(np.clip(upper @ lower, -1, 1))))


def _direction(places: Places, upwards: Places) -> Places:
    axis = np.linalg.eigh(np.cov(places.T))[1][:, 1]
    return np.asarray(axis * (1 if axis @ upwards >= 0 else -1))
