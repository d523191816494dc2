"""A dive as measures see it: the athlete, how the body lies, and the moments that divide it."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from podium.athlete.outline import Outline
from podium.athlete.values import Athlete

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """When something happened: in frame `index`, nine of ten times within `uncertainty` of it."""

    index: int
    uncertainty: float = 0.0


@dataclass(frozen=True)
class Moments:
    """The moments of a dive, each `None` where it is not to be found."""

    board_left: Moment | None
    come_out: Moment | None
    water: Moment | None


@dataclass(frozen=True, eq=False)
class Dive:
    """All that measures read; frames are those in which the athlete was followed."""

    athlete: Athlete
    outline: Outline
    moments: Moments
    height_metres: float | None = None
    """How high the platform or board is above the water, where it is given."""

    pixels: npt.NDArray[np.uint8] | None = None
    """The frames, (frames, height, width, 3), for what is not the athlete, such as the splash."""

    def at_times(self, factor: float) -> "Dive":
        """Return the same dive, each frame of it shown at so many times its time."""
        times = self.athlete.start_seconds * factor
        return replace(self, athlete=replace(self.athlete, start_seconds=times))
