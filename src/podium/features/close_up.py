"""What is about the athlete in every frame: a window that a camera's framing does not move.

It follows the athlete, as large as the stretched body makes it. From shortly before the water is
met it stands where that will be, whatever the camera does: there the splash is seen as large
beside the body as it was.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete import frames_of, silhouette
from podium.athlete.values import Athlete
from podium.doubts import DoubtKind, Severity
from podium.machine.files import digest
from podium.measures import Dive, Entry, entry_of, look, settled
from podium.measures import _moments as moments
from podium.performance import Performance
from podium.video.augmentation import WHOLE_PICTURE, Sides
from podium.video.frames import Frames
from podium.video.limits import Part

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

VERSION = 1
LEARNED = (silhouette.WEIGHTS, moments.WEIGHTS)
"""What was learned of athletes, and hangs together with where they are seen."""

HIGH = 2.0
"""A window is so many lengths of the stretched body high."""

ABOVE = 0.55
"""So much of it lies above where the water is met."""

STANDS_BEFORE = 12
"""From so many frames before the water is met the window stands still."""

ATHLETE_LOST = DoubtKind("athlete_lost", severity=Severity.GRAVE)
"""The athlete was not seen to meet the water: what is about it is not known."""


@dataclass(frozen=True)
class CloseUp:
    """Where to look in the frames of a performance, and these frames at their full size."""

    frames: Frames
    """The performance: its times, numbers and doubts."""

    seen: Pixels
    """What is looked at for each frame, (pictures, height, width, 3)."""

    indices: npt.NDArray[np.intp]
    """Which picture each frame is, (frames,)."""

    corners: Floats
    """The upper left corner of the window in each picture, (pictures, 2), right and down."""

    height: float
    """How high the window is, in pixels of the pictures."""

    def __call__(self, size: tuple[int, int], shown: Sides = WHOLE_PICTURE) -> Frames:
        """Return the frames as the window shows them, at a size of (width, height).

        Of each picture no more is known than what is `shown` of it: what is beyond its border is as
        its border is.
        """
        needed = np.unique(self.indices)
        looked_at = {i: self._look(int(i), size, shown) for i in needed}
        return replace(self.frames, pixels=np.stack([looked_at[i] for i in self.indices]))

    def _look(self, index: int, size: tuple[int, int], shown: Sides) -> Pixels:
        width, height = size
        left, top = self.corners[index]
        scale = height / self.height
        moved = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
        return np.asarray(
            cv2.warpAffine(
                _bordered(self.seen[index], shown), moved, (width, height), flags=cv2.INTER_AREA,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )  # fmt: skip


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
        return CloseUp(frames, dive.pixels, indices, corners, height)
    height = HIGH * entry.length
    middles = _middles(dive.athlete, entry, int(indices.max()) + 1)
    corners = middles - np.array([aspect / 2, ABOVE]) * height
    return CloseUp(frames, dive.pixels, indices, corners, height)


def _middles(athlete: Athlete, entry: Entry, n_shown: int) -> Floats:
    """Return what the window is about in each picture, (pictures, 2): the athlete, or the water.

    Pictures after the first `n_shown` are not looked at.
    """
    middles = athlete.middles.copy()
    camera, place = settled(athlete.camera), np.array([*entry.place, 1.0])
    for index in range(max(entry.frame - STANDS_BEFORE, 0), n_shown):
        middles[index] = (camera.between(entry.frame, index) @ place)[:2]
    return middles


def _bordered(picture: Pixels, shown: Sides) -> Pixels:
    """Return a picture of which only a part is known, the rest as the border of that part is."""
    if shown == WHOLE_PICTURE:
        return picture
    height, width = picture.shape[:2]
    left, top, right, bottom = (
        round(share * side) for share, side in zip(shown, (width, height) * 2, strict=True)
    )
    around = (top, height - bottom, left, width - right)
    part = picture[top:bottom, left:right]
    return np.asarray(cv2.copyMakeBorder(part, *around, cv2.BORDER_REPLICATE), np.uint8)
