"""The athlete at one moment: cut out of the frame, with the silhouette and the axis drawn."""

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.polygons import silhouettes
from podium.measures import Dive
from podium.report.overlay import axis_ends

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

SIDE = 240
"""Pictures are so many pixels wide and high."""

ROOM = 1.15
"""How much is shown about the athlete, in halves of the side of a window."""

SILHOUETTE, AXIS, VERTICAL = (255, 225, 77), (255, 79, 163), (255, 255, 255)
_SUBPIXEL = 4
"""So many binary digits of a pixel are drawn."""


def picture_of(dive: Dive, pixels: Pixels, index: int, *, vertical: bool = False) -> Pixels:
    """Show the athlete in frame `index`, (SIDE, SIDE, 3), if need be beside a vertical."""
    athlete = dive.athlete
    scale = pixels.shape[1] / athlete.height
    enlarged = SIDE / (2 * ROOM * athlete.reach)
    corner = athlete.middles[index] - ROOM * athlete.reach
    movement = np.array(
        [[enlarged / scale, 0, -enlarged * corner[0]], [0, enlarged / scale, -enlarged * corner[1]]]
    )
    size, border = (SIDE, SIDE), cv2.BORDER_REPLICATE
    cut = cv2.warpAffine(pixels[index], movement, size, flags=cv2.INTER_CUBIC, borderMode=border)
    picture = np.asarray(cut, np.uint8)
    for polygon in silhouettes(athlete)[index]:
        _line(picture, enlarged * (polygon - corner), SILHOUETTE, 1, closed=True)
    ends = enlarged * (axis_ends(dive)[index] - corner)
    if np.isfinite(ends).all():
        if vertical:
            _line(picture, _upright(ends), VERTICAL, 1)
        _line(picture, ends, AXIS, 2)
    return picture


def _upright(ends: Floats) -> Floats:
    """Return a vertical line as long as an axis, from its lower end."""
    low = ends[ends[:, 1].argmax()]
    return np.stack([low, low - [0, np.hypot(*(ends[1] - ends[0]))]])


def _line(
    picture: Pixels, places: Floats, colour: tuple[int, ...], width: int,
    *, closed: bool = False,
) -> None:  # fmt: skip
    points = np.round(places * 2**_SUBPIXEL).astype(np.int32)
    cv2.polylines(picture, [points], closed, colour, width, cv2.LINE_AA, _SUBPIXEL)
