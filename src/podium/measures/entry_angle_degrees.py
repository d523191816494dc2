"""How far from the vertical the body enters the water."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive
from podium.measures._line import (
    THIN,
    Ints,
    from_upright,
    line_before_water,
    since_water,
    stretched_frames,
)
from podium.measures._values import Measurement, Phase, Reads

Floats = npt.NDArray[np.float64]

BEFORE_SECONDS, AFTER_SECONDS = 0.25, 0.15
"""From so long before the water is met until so long after, frames say how the body enters."""

LEAST_FRAMES = 2
"""So many of them show the body as a line, or nothing is said."""

ANGLES = np.arange(-60.0, 61.0)
"""Entries are looked for among these, in whole degrees: they are not known better than that."""

SPEEDS = np.arange(0.0, 900.0, 50.0)
"""The body turns about as fast as one of these until then, in degrees a second."""

STILLS_SECONDS = 0.02
"""The water brakes the turning within about so long: the body turns on a little as it goes in."""

UNSEEN_FRAMES = 0.5
"""It turns on for no longer than so many after it was last seen: what is said is what is seen."""

FARTHEST = 20.0
"""Degrees: a frame that is farther off shows something else, however far."""

LEAST_WEIGHT = 0.05
"""Of a frame in which the body is hardly longer than wide; of a thin one it is 1."""

UPRIGHT = 0.002
"""Where two entries agree as well, the one nearer to upright is taken."""

UNCERTAIN = 9.0
"""Degrees: nine in ten rendered dives, as found in their films, are measured as well as this."""


class EntryAngleDegrees:
    """Measures the angle of the body as it meets the water; below 0 short of vertical, above past.

    Signed by the way the body turns, which is seen in the same frames: a dive and its mirror image
    enter alike. The vertical is that of the picture. The body turns on until it meets the water, or
    is no longer seen, and is soon stilled as it goes under: the entry is the one with which most
    frames before and after agree, so that a few in which spray, wall or water were taken for the
    body do not decide it.
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
        frames = _near_water(dive)
        if len(frames) < LEAST_FRAMES:
            return Measurement(self.name, self.unit, self.phase, reason="line_not_seen")
        angle = _entry(dive, frames, line.turning)
        low, high = angle - UNCERTAIN, angle + UNCERTAIN
        seconds = _shown_best(dive, frames, line.turning, angle)
        return Measurement(self.name, self.unit, self.phase, angle, low, high, seconds, seconds)


def _near_water(dive: Dive) -> Ints:
    """Return the frames that say how the body enters."""
    frames = stretched_frames(dive)
    since = since_water(dive)[frames]
    return np.asarray(frames[(since >= -BEFORE_SECONDS) & (since <= AFTER_SECONDS)])


def _entry(dive: Dive, frames: Ints, turning: float) -> float:
    """Return the angle that most frames agree with, with the speed that suits it best."""
    body, since = dive.outline, since_water(dive)[frames]
    step_seconds = float(np.median(np.diff(dive.athlete.start_seconds)))
    before = np.minimum(since - min(float(since[-1]) + UNSEEN_FRAMES * step_seconds, 0.0), 0)
    after = STILLS_SECONDS * (1 - np.exp(-np.maximum(since, 0) / STILLS_SECONDS))
    seen = _seen(dive, frames, turning)
    weights = np.maximum(1 - body.width[frames] / body.length[frames] / THIN, LEAST_WEIGHT)
    expected = ANGLES[:, None, None] + SPEEDS[None, :, None] * (before + after)
    off = _apart(seen, expected)
    costs = np.minimum(off, FARTHEST) @ weights + UPRIGHT * np.abs(ANGLES[:, None])
    return float(ANGLES[costs.min(axis=1).argmin()])


def _shown_best(dive: Dive, frames: Ints, turning: float, angle: float) -> float:
    """Return when the picture shows that angle: nearest to the water, of the frames that do.

    Where none does, it is the frame that shows the body nearest to the water.
    """
    agree = frames[_apart(_seen(dive, frames, turning), angle) <= UNCERTAIN]
    shown = agree if agree.size else frames
    best = shown[np.abs(since_water(dive)[shown]).argmin()]
    return float(dive.athlete.start_seconds[best])


def _seen(dive: Dive, frames: Ints, turning: float) -> Floats:
    """Return how far the axis is from upright in each frame, in degrees, by the way it turns."""
    return np.asarray(turning * np.rad2deg(from_upright(dive.outline.angle[frames])))


def _apart(one: Floats, other: Floats | float) -> Floats:
    """Return how far axes are apart in degrees, to 90: an axis has no ends."""
    return np.asarray(np.abs((one - other + 90) % 180 - 90))
