"""How the body lies in each frame: its middle, its axis, how long and how wide it is.

From the first and second moments of its silhouette (Hu, 1962): of a rod, the variance along it is a
twelfth of its squared length.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.athlete.values import Athlete
from podium.checks import require_array

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]

MIN_PIXELS = 40
"""A silhouette of fewer pixels, of its own, says nothing of how the body lies."""


@dataclass(frozen=True)
class Outline:
    """How the body lies in each frame, in pixels of the picture; NaN where it is not seen.

    One number a frame, (frames,), but for `middle`, (frames, 2), right and down.
    """

    middle: Floats
    angle: Floats
    """Of the long axis, in radians: 0 lies flat, above 0 its right end is the higher; from -pi/2 to
    pi/2, as both ends of an axis look alike."""

    length: Floats
    """Along the axis."""

    width: Floats
    """Across it."""

    area: Floats

    def __post_init__(self) -> None:
        require_array("middle", self.middle, np.floating, (None, 2))
        for name in ("angle", "length", "width", "area"):
            require_array(name, getattr(self, name), np.floating, (len(self.middle),))

    @property
    def is_seen(self) -> Masks:
        """In which frames the body is seen, (frames,)."""
        return np.isfinite(self.angle)


def outline(athlete: Athlete) -> Outline:
    """Describe the silhouettes of an athlete."""
    rows = np.array([_moments(mask) for mask in athlete.masks]).reshape(len(athlete), 6)
    middle = athlete.in_picture(rows[:, :2])
    length, width, area = rows[:, 3], rows[:, 4], rows[:, 5]
    pixel = athlete.pixel
    return Outline(middle, rows[:, 2], length * pixel, width * pixel, area * pixel**2)


def _moments(mask: Masks) -> list[float]:
    """Return right, down, angle, length, width and area of a silhouette, in its own pixels."""
    down, right = np.nonzero(mask)
    if len(down) < MIN_PIXELS:
        return [np.nan] * 6
    places = np.stack([right, -down]).astype(np.float64)  # up, so that angles are as drawn
    variances, axes = np.linalg.eigh(np.cov(places))
    across, up = axes[:, 1]
    angle = np.arctan2(up, across)
    if across < 0:
        angle = np.arctan2(-up, -across)
    width, length = np.sqrt(12 * np.maximum(variances, 0))
    return [right.mean(), down.mean(), angle, length, width, float(len(down))]
