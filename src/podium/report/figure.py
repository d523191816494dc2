"""An expert without a video: the silhouettes that were kept of a dive, drawn as a film."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from podium.checks import require, require_array
from podium.measures import Dive
from podium.report.in_step import Moments, moment_seconds
from podium.report.overlay import silhouettes
from podium.video.frames import Frame
from podium.video.playback import Playback, playback_of

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

N_CORNERS = 32
"""The outline of each frame is kept as so many corners."""

BEFORE, AFTER = 12, 1
"""So many frames before the board is left, and after the water is met, are kept."""

STRETCHED = 90
"""The body is as long as it is in the longest tenth of the frames, in percent of them."""

WIDTH, HEIGHT = 360, 270
SCALE = 90.0
"""A body is so many pixels long in the film."""

AIR, WATER, LINES = (18, 30, 40), (22, 74, 104), (44, 62, 76)
BODY, PATH = (242, 211, 168), (150, 170, 184)
_SUBPIXEL = 4


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


def figure_of(dive: Dive) -> Figure | None:
    """Keep of a dive what is needed to draw it; `None` where the body was not seen in it."""
    athlete, outline, moments = dive.athlete, dive.outline, dive.moments
    first = max(moments.board_left.index - BEFORE, 0) if moments.board_left else 0
    last = moments.water.index + AFTER if moments.water else len(athlete)
    frames = range(first, min(last + 1, len(athlete)))
    if not outline.is_seen[frames.start : frames.stop].any():
        return None
    common, polygons = _upright(athlete.camera.to_first(), frames), silhouettes(athlete)
    length = float(np.nanpercentile(outline.length, STRETCHED))
    kept = np.full((len(frames), N_CORNERS, 2), np.nan, np.float32)
    for row, index in enumerate(frames):
        if polygons[index]:
            corners = _even(max(polygons[index], key=len))
            kept[row] = (corners @ common[index, :2, :2].T + common[index, :2, 2]) / length
    return Figure(kept, _times(athlete.start_seconds, frames), moment_seconds(dive))


def _upright(common: npt.NDArray[np.float64], frames: range) -> npt.NDArray[np.float64]:
    """Make the middle frame's picture the common one: before a dive, the camera may be lost."""
    middle = common[frames[len(frames) // 2]]
    return np.asarray(np.linalg.inv(middle) @ common)


def _even(polygon: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a polygon with `N_CORNERS` corners, equally far apart along its border."""
    closed = np.concatenate([polygon, polygon[:1]])
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    wanted = np.linspace(0, along[-1], N_CORNERS, endpoint=False)
    return np.stack([np.interp(wanted, along, closed[:, axis]) for axis in (0, 1)], axis=1)


def _times(starts: npt.NDArray[np.float64], frames: range) -> npt.NDArray[np.float64]:
    usual = float(np.median(np.diff(starts))) if len(starts) > 1 else 1 / 30
    return np.append(starts, starts[-1] + usual)[frames.start : frames.stop + 1]


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
