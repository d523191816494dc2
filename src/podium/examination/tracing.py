"""A dive that was followed becomes a figure: the outline of the body in each frame."""

import numpy as np
import numpy.typing as npt

from podium.athlete.polygons import silhouettes
from podium.examination.figure import N_CORNERS, Figure, moment_seconds
from podium.measures import Dive

BEFORE, AFTER = 12, 1
"""So many frames before the board is left, and after the water is met, are kept."""

STRETCHED = 90
"""The body is as long as it is in the longest tenth of the frames, in percent of them."""


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
