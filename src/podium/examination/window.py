"""A window about the athlete that a camera's framing does not move.

It follows the athlete, as large as the stretched body makes it. From shortly before the water is
met it stands where that will be, whatever the camera does: there the splash is seen as large
beside the body as it was.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.values import Athlete
from podium.measures import Dive, Entry, settled
from podium.video.augmentation import WHOLE_PICTURE, Sides

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

HIGH = 2.0
"""A window is so many lengths of the stretched body high."""

ABOVE = 0.55
"""So much of it lies above where the water is met."""

STANDS_BEFORE = 12
"""From so many frames before the water is met the window stands still."""


@dataclass(frozen=True)
class Window:
    """Where to look in pictures, and these at their full size."""

    seen: Pixels
    """What is looked at, (pictures, height, width, 3)."""

    corners: Floats
    """The upper left corner of the window in each picture, (pictures, 2), right and down."""

    height: float
    """How high the window is, in pixels of the pictures."""

    def look(self, index: int, size: tuple[int, int], shown: Sides = WHOLE_PICTURE) -> Pixels:
        """Return what the window shows of a picture, at a size of (width, height).

        Of the picture no more is known than what is `shown` of it: what is beyond its border is as
        its border is.
        """
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


def window_of(dive: Dive, entry: Entry, aspect: float, n_shown: int) -> Window:
    """Return the window about the athlete of a dive that was seen to meet the water.

    `aspect` is how many times as wide as it is high the window is. Pictures after the first
    `n_shown` are not looked at.
    """
    assert dive.pixels is not None
    height = HIGH * entry.length
    middles = _middles(dive.athlete, entry, n_shown)
    return Window(dive.pixels, middles - np.array([aspect / 2, ABOVE]) * height, height)


def _middles(athlete: Athlete, entry: Entry, n_shown: int) -> Floats:
    """Return what the window is about in each picture, (pictures, 2): the athlete, or the water."""
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
