"""What is about the athlete in every frame of a performance, by a window that follows them."""

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from podium.athlete import frames_of, silhouette
from podium.doubts import DoubtKind, Severity
from podium.examination.window import Window, window_of
from podium.machine.files import digest
from podium.measures import Dive, entry_of, look
from podium.measures import _moments as moments
from podium.performance import Performance
from podium.video.augmentation import WHOLE_PICTURE, Sides
from podium.video.frames import Frames
from podium.video.limits import Part

VERSION = 1
LEARNED = (silhouette.WEIGHTS, moments.WEIGHTS)
"""What was learned of athletes, and hangs together with where they are seen."""

ATHLETE_LOST = DoubtKind("athlete_lost", severity=Severity.GRAVE)
"""The athlete was not seen to meet the water: what is about it is not known."""


@dataclass(frozen=True)
class CloseUp(Window):
    """Where to look in the frames of a performance, and these frames at their full size."""

    frames: Frames
    """The performance: its times, numbers and doubts."""

    indices: npt.NDArray[np.intp]
    """Which picture each frame is, (frames,)."""

    def __call__(self, size: tuple[int, int], shown: Sides = WHOLE_PICTURE) -> Frames:
        """Return the frames as the window shows them, at a size of (width, height).

        Of each picture no more is known than what is `shown` of it: what is beyond its border is as
        its border is.
        """
        needed = np.unique(self.indices)
        looked_at = {i: self.look(int(i), size, shown) for i in needed}
        return replace(self.frames, pixels=np.stack([looked_at[i] for i in self.indices]))


class Seen(NamedTuple):
    """An athlete who was followed, and which frames of the file those are in which that was."""

    dive: Dive
    numbers: npt.NDArray[np.intp]
    at: tuple[float, float] | None = None
    """Where the athlete was said to be in the first frame; `None` for who moves most."""


@cache
def fingerprint() -> str:
    """Return what changes whenever an athlete would be followed in another way."""
    return "-".join((f"close-up-{VERSION}", *(digest(path)[:16] for path in LEARNED)))


def look_at(performance: Performance) -> Seen:
    """Follow the athlete of a performance, within its bounds and as fast as it was.

    Raises
    ------
    PodiumError
        If the video cannot be used.
    """
    speed = performance.playing_speed
    part = Part(performance.start_frame or 0, performance.end_frame)
    frames = frames_of(performance.path, part, speed)
    return Seen(look(frames.at_times(speed or 1.0)), frames.numbers)


def close_up(frames: Frames, seen: Seen, aspect: float) -> CloseUp:
    """Look closely at a performance, by the dive that was seen in it.

    `aspect` is how many times as wide as it is high the window is. Where the athlete was not seen
    to meet the water, all of each picture is looked at, and that is said.
    """
    dive, numbers, _ = seen
    assert dive.pixels is not None
    n_later = np.searchsorted(numbers, frames.numbers, side="right") - 1
    indices = np.asarray(np.clip(n_later, 0, len(numbers) - 1), np.intp)
    entry = entry_of(dive)
    if entry is None:
        height = float(dive.pixels.shape[1])
        corners = np.tile([(dive.pixels.shape[2] - height * aspect) / 2, 0.0], (len(numbers), 1))
        frames = replace(frames, doubts=(*frames.doubts, ATHLETE_LOST()))
        return CloseUp(dive.pixels, corners, height, frames, indices)
    window = window_of(dive, entry, aspect, int(indices.max()) + 1)
    return CloseUp(window.seen, window.corners, window.height, frames, indices)
