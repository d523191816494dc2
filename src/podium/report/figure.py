"""An expert without a video: the silhouettes that were kept of a dive, drawn as a film."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from podium.examination.figure import Figure
from podium.video.frames import Frame
from podium.video.playback import Playback, playback_of

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 360, 270
SCALE = 90.0
"""A body is so many pixels long in the film."""

AIR, WATER, LINES = (18, 30, 40), (22, 74, 104), (44, 62, 76)
BODY, PATH = (242, 211, 168), (150, 170, 184)
_SUBPIXEL = 4


def film_of(figure: Figure) -> Playback:
    """Draw a figure as a film that plays like any other video, by a camera that follows it."""
    seconds = figure.seconds - figure.seconds[0]
    shown = zip(_pictures(figure), seconds[:-1], seconds[1:], strict=True)
    frames = (Frame(pixels, float(start), float(end)) for pixels, start, end in shown)
    return playback_of(frames, WIDTH, HEIGHT)


def _pictures(figure: Figure) -> Iterator[Pixels]:
    path = _path(figure.outlines)
    surface = _surface(figure)
    for index, outline in enumerate(figure.outlines):
        corner = path[index] - np.array([WIDTH, HEIGHT]) / 2 / SCALE
        picture = _place(corner, surface)
        _draw(picture, path[: index + 1] - corner, PATH, filled=False)
        if np.isfinite(outline).all():
            _draw(picture, outline - corner, BODY, filled=True)
        yield picture


def _path(outlines: Floats) -> Floats:
    """Return where the middle of the body is in each frame, (frames, 2), smoothly."""
    middles = outlines.mean(axis=1)
    seen = np.flatnonzero(np.isfinite(middles).all(axis=1))
    if not len(seen):
        return np.zeros_like(middles)
    every = np.arange(len(middles))
    whole = np.stack([np.interp(every, seen, middles[seen, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(gaussian_filter1d(whole, 2.0, axis=0, mode="nearest"), np.float32)


def _surface(figure: Figure) -> float:
    """Return how far down the water is: where the body is lowest when it is met."""
    water = figure.moments[2]
    if water is None:
        return float("inf")
    index = int(np.abs(figure.seconds[:-1] - water[0]).argmin())
    lowest = figure.outlines[index, :, 1].max()
    return float(lowest) if np.isfinite(lowest) else float("inf")


def _place(corner: Floats, surface: float) -> Pixels:
    """Draw what stands still: the water, and a line for each length of the body."""
    picture = np.full((HEIGHT, WIDTH, 3), AIR, np.uint8)
    for line in range(int(np.floor(corner[1])), int(np.ceil(corner[1] + HEIGHT / SCALE))):
        down = round((line - float(corner[1])) * SCALE)
        if 0 <= down < HEIGHT:
            picture[down] = LINES
    if np.isfinite(surface):
        picture[max(min(round((surface - float(corner[1])) * SCALE), HEIGHT), 0) :] = WATER
    return picture


def _draw(picture: Pixels, places: Floats, colour: tuple[int, ...], *, filled: bool) -> None:
    points = [np.round(places * SCALE * 2**_SUBPIXEL).astype(np.int32)]
    if filled:
        cv2.fillPoly(picture, points, colour, cv2.LINE_AA, _SUBPIXEL)
    else:
        cv2.polylines(picture, points, False, colour, 1, cv2.LINE_AA, _SUBPIXEL)
