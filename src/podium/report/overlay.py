"""What is drawn over the video: the athlete's silhouette and axis, the path, and the entry angle.

Places are whole numbers, in `PARTS` of the width and the height of the picture, so that they hold
however large the video is shown.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from podium.athlete.polygons import silhouettes
from podium.athlete.values import Athlete
from podium.measures import Dive, Measurement

Floats = npt.NDArray[np.float64]

PARTS = 10_000
SMOOTH, REACH = 1.5, 6
"""Over so many frames a path is smoothed, and so many count at all."""


def overlay(dive: Dive, entry: Measurement | None = None) -> dict[str, Any]:
    """Return what the script of the page draws; of each frame the last that has begun is meant.

    `silhouettes` are lists of polygons, `axes` the two ends of an axis or nothing, `path` where the
    middle was in the common picture, and `cameras` what takes that into the picture of a frame.
    From `last` on, where the water is met, only the path is drawn. `entry` is from which frame to
    which the angle is shown, nothing where it was not measured.
    """
    athlete, water = dive.athlete, dive.moments.water
    last = len(athlete) - 1 if water is None else water.index
    share = PARTS / np.array([athlete.width, athlete.height])
    return {
        "parts": PARTS,
        "starts": [round(float(second), 4) for second in athlete.start_seconds],
        "silhouettes": _silhouettes(athlete, share),
        "axes": [_whole(ends) for ends in axis_ends(dive) * share],
        "path": [_whole(place) for place in smooth_path(dive) * share],
        "first": dive.moments.board_left.index if dive.moments.board_left else 0,
        "last": last,
        "cameras": _cameras(athlete, share),
        "entry": _entry(athlete, entry),
    }


def axis_ends(dive: Dive) -> Floats:
    """Return both ends of the axis of each frame, (frames, 2, 2); NaN where it is not seen."""
    half = dive.outline.length / 2
    along = np.stack([np.cos(dive.outline.angle), -np.sin(dive.outline.angle)], axis=1)
    reach = (half[:, None] * along)[:, None] * np.array([[[-1.0], [1.0]]])
    return np.asarray(dive.outline.middle[:, None] + reach)


def smooth_path(dive: Dive) -> Floats:
    """Return where the middle of the body is, (frames, 2), in the common picture.

    NaN before it is first seen and after it is last seen.
    """
    path = dive.athlete.in_common_picture(dive.outline.middle)
    seen = np.flatnonzero(np.isfinite(path).all(axis=1))
    if not len(seen):
        return path
    within = np.arange(seen[0], seen[-1] + 1)
    filled = np.stack([np.interp(within, seen, path[seen, axis]) for axis in (0, 1)], axis=1)
    # Beyond its ends a path is taken to go on as it came, so that smoothing does not shorten it.
    beyond = np.pad(filled, ((REACH, REACH), (0, 0)), mode="reflect", reflect_type="odd")
    path[within] = gaussian_filter1d(beyond, SMOOTH, axis=0)[REACH:-REACH]
    return path


def _silhouettes(athlete: Athlete, share: Floats) -> list[list[list[int]]]:
    return [[_whole(polygon * share) for polygon in frame] for frame in silhouettes(athlete)]


def _cameras(athlete: Athlete, share: Floats) -> list[list[float]]:
    """Return of each frame the six numbers of an affine movement, column by column, as SVG has."""
    from_common = np.linalg.inv(athlete.camera.to_first())
    linear = from_common[:, :2, :2] * share[:, None] / share[None]
    columns = [*linear.transpose(2, 0, 1), from_common[:, :2, 2] * share]
    rows = np.concatenate(columns, axis=1)
    return [[*(round(x, 5) for x in row[:4]), *(round(x, 1) for x in row[4:])]
            for row in rows.tolist()]  # fmt: skip


def _whole(places: Floats) -> list[int]:
    """Return places as one flat list of whole numbers, nothing where one is not known."""
    flat: Iterable[float] = places.ravel().tolist()
    return [round(x) for x in flat] if np.isfinite(places).all() else []


def _entry(athlete: Athlete, measured: Measurement | None) -> list[int]:
    if measured is None or not isinstance(measured.value, (int, float)):
        return []
    start, end = measured.start_seconds, measured.end_seconds
    if start is None or end is None:
        return []
    first, last = np.searchsorted(athlete.start_seconds, [start + 1e-6, end + 1e-6]) - 1
    return [max(int(first), 0), max(int(last), 0)]
