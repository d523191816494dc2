"""Where faces are in each frame of a video, and how many frames show one that was found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import require, require_array

Floats = npt.NDArray[np.float64]

NONE: Floats = np.zeros((0, 3))
"""No faces."""

_CLOCK = 1e-4


@dataclass(frozen=True)
class Faces:
    """Where to hide something in each frame.

    Circles are (right, down, radius) in heights of the upright picture, with whatever black bars it
    has.
    """

    times: Floats
    """When each frame is shown, in seconds from the first of the file, (frames,)."""

    circles: tuple[Floats, ...]
    """Of each frame those about faces, (faces, 3)."""

    n_found: int
    """In how many frames a face was found; in others it is where it was a moment before or after,
    if at all."""

    are_all_looked_for: bool = True
    """Whether everybody's face was looked for, not the athlete's alone."""

    def __post_init__(self) -> None:
        require_array("times", self.times, np.floating, (len(self.circles),))
        for one in self.circles:
            require_array("circles", one, np.floating, (None, 3))
        is_possible = 0 <= self.n_found <= len(self)
        require(is_possible, "n_found", self.n_found, f"0 to {len(self)}")

    def __len__(self) -> int:
        return len(self.times)

    @property
    def n_held(self) -> int:
        """In how many more frames a face is hidden where it was a moment before or after."""
        return sum(len(one) > 0 for one in self.circles) - self.n_found

    def at(self, seconds: float) -> Floats:
        """Return the circles of the frame that is on screen then, (faces, 3)."""
        index = int(np.searchsorted(self.times, seconds + _CLOCK, side="right")) - 1
        return self.circles[max(index, 0)] if len(self) else NONE


def together(circles: Sequence[Floats]) -> Floats:
    """Return circles of several frames as those of one, (faces, 3)."""
    return np.concatenate(circles) if circles else NONE
