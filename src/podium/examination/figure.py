"""What is kept of a dive to draw it without its video: an outline, and when what happens."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import require, require_array
from podium.measures import Dive
from podium.measures._dive import Moment

Floats = npt.NDArray[np.float32]

N_CORNERS = 32
"""The outline of each frame is kept as so many corners."""

Seconds = tuple[float, float]
"""When something happens, and how far that may be off."""

Moments = tuple[Seconds | None, Seconds | None, Seconds | None]
"""When the board is left, the body opens and the water is met, as far as that was seen."""


def moment_seconds(dive: Dive) -> Moments:
    """Return when the board is left, the body opens and the water is met, as far as seen."""
    moments, starts = dive.moments, dive.athlete.start_seconds
    frame = float(starts[-1] - starts[0]) / max(len(starts) - 1, 1)

    def seconds(moment: Moment | None) -> Seconds | None:
        return (float(starts[moment.index]), moment.uncertainty * frame) if moment else None

    return seconds(moments.board_left), seconds(moments.come_out), seconds(moments.water)


@dataclass(frozen=True)
class Figure:
    """The outline of a body in each frame of a dive, small enough to be kept with a model.

    `outlines` (frames, corners, 2) are right and down, in lengths of the body, in a picture that
    stands still; NaN where the body was not seen. `seconds` (frames + 1,) are when each frame is
    shown and when the last gives way. `moments` are when the board is left, the body opens and the
    water is met, each with how far that may be off; `None` where it was not seen.
    """

    outlines: Floats
    seconds: npt.NDArray[np.float64]
    moments: Moments

    def __post_init__(self) -> None:
        require_array("outlines", self.outlines, np.floating, (None, None, 2))
        n_frames = len(self.outlines)
        require(n_frames > 0, "the number of outlines", n_frames, "1 or more")
        require_array("seconds", self.seconds, np.floating, (n_frames + 1,))
        rises = bool((np.diff(self.seconds) > 0).all())
        require(rises, "seconds", self.seconds, "in order of time")
