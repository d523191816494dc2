"""The turned square of a picture that a network looks at, and the way back from it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MIN_SIDE = 8.0
"""Of a region, in pixels: nothing is recognised in less."""


@dataclass(frozen=True)
class Region:
    """A square of a picture, which may reach outside, and be turned."""

    x: float
    """Where its middle is, in pixels to the right."""

    y: float
    """Where its middle is, in pixels downwards."""

    side: float
    """How long a side is, in pixels."""

    angle: float = 0.0
    """By how much it is turned clockwise, in radians."""

    def cut(self, picture: Pixels, side: int) -> Array:
        """Return what is in it, upright, (side, side, 3) of 0 to 1; black outside the picture."""
        scale = self.side / side
        across, down = scale * self._axes()
        middle = np.array([self.x, self.y]) - (across + down) * (side - 1) / 2 - 0.5
        to_picture = np.column_stack([across, down, middle])
        picture, to_picture = _halved(picture, to_picture, scale)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cut = cv2.warpAffine(picture, to_picture, (side, side), None, flags)
        return np.asarray(cut, np.float32) / np.float32(255)

    def place(self, places: Array) -> Array:
        """Return where places in it, (n, 2) of 0 to 1, are in the picture, in pixels."""
        return np.asarray((places - 0.5) * self.side @ self._axes() + (self.x, self.y), np.float32)

    def turn(self, directions: Array) -> Array:
        """Return directions as seen in it, (n, 2), as they are in the picture."""
        return np.asarray(directions @ self._axes(), np.float32)

    def _axes(self) -> Floats:
        """Return one step to its right and one down its side, each as (right, down)."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cosine, sine], [-sine, cosine]])


def _halved(picture: Pixels, to_picture: Floats, scale: float) -> tuple[Pixels, Floats]:
    """Make a picture smaller where a step of the cut would pass over pixels, and the steps, too."""
    while scale >= 2:
        height, width = picture.shape[:2]
        smaller = (max(width // 2, 1), max(height // 2, 1))
        picture = np.asarray(cv2.resize(picture, smaller, None, 0, 0, cv2.INTER_AREA), np.uint8)
        ratio = np.array([[smaller[0] / width], [smaller[1] / height]])
        to_picture = to_picture * ratio
        to_picture[:, 2] += (ratio[:, 0] - 1) / 2
        scale /= 2
    return picture, to_picture


def about(middle: Array, edge: Array, room: float) -> Region:
    """Return the region about a body: from its middle to a point above its head, with some room.

    The point (right, down) lies on a circle about the middle that holds the whole body; the body
    is upright where it is straight above. (Bazarevsky et al., BlazePose, 2020, section 2.2.)
    """
    right, down = (float(value) for value in edge - middle)
    side = max(2 * math.hypot(right, down) * room, MIN_SIDE)
    return Region(float(middle[0]), float(middle[1]), side, math.atan2(right, -down))
