"""Finds a person and 33 joints in pictures, by BlazePose (Bazarevsky et al., 2020).

One network, the detector, finds the middle of a person's hips and a circle about the body; another
looks at the turned square about that circle, and finds the joints and the next circle. The numbers
here are those that the networks were trained with (MediaPipe 0.10.21, pose_detection and
pose_landmark_full; Apache-2.0).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.joints.regions import Region, about
from podium.joints.weights import ADVICE, DETECTOR, LANDMARKS, kept_folder, require_files
from podium.keypoints import BLAZEPOSE
from podium.machine import extras
from podium.networks.lite import LiteNetwork

Array = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

DETECTOR_SIDE, LANDMARK_SIDE = 224, 256
STRIDES = ((8, 2), (16, 2), (32, 6))
"""Of the detector's answers: every so many pixels there are so many."""

N_POINTS = 39
"""What the second network finds: the joints, the middle and edge of the circle, and four more."""

MIDDLE, EDGE = 33, 34
ROOM = 1.25
"""So much larger than the circle about a body is the square that is looked at."""

LEAST_SURE = 0.5
"""A person of whom the networks are less sure is none."""

SAME_BODY = 0.3
"""Boxes that share so much of their area are of one person."""

HEAT_SIDE, HEAT_REACH, LEAST_HEAT = 64, 3, 0.5
"""A map of where each point may be: how large it is, and what of it about a point counts."""


@dataclass(frozen=True)
class Look:
    """The joints of one person as they were found in one picture."""

    places: Array
    """Right and down in pixels of the picture, (33, 2)."""

    depth: Array
    """How much further than the hips from the camera, in the same pixels, (33,)."""

    visibility: Array
    """How surely each was seen, 0 to 1, (33,)."""

    world: Array
    """Right, down and away from the middle of the hips, in metres, (33, 3)."""

    sureness: float
    """How sure it is that there is a person, 0 to 1."""

    next_region: Region
    """Where to look in the next picture."""


class BlazePose:
    """Finds one person's joints in a picture; `folder` holds the two files of the networks.

    Raises
    ------
    WeightsError
        If they are not there (`podium fetch pose` gets them), or are others.
    MissingExtra
        If what runs them is not installed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or kept_folder()
        require_files(folder)
        with extras.needed_for("finding joints", "pose", "give files of keypoints"):
            n_anchors = len(_anchors())
            self._detect = LiteNetwork(
                folder / DETECTOR.name, (1, DETECTOR_SIDE, DETECTOR_SIDE, 3),
                [(1, n_anchors, 12), (1, n_anchors, 1)], ADVICE,
            )  # fmt: skip
            self._look = LiteNetwork(
                folder / LANDMARKS.name, (1, LANDMARK_SIDE, LANDMARK_SIDE, 3),
                [(1, N_POINTS * 5), (1, 1), (1, HEAT_SIDE, HEAT_SIDE, N_POINTS), (1, N_POINTS * 3)],
                ADVICE,
            )  # fmt: skip

    def search(self, picture: Pixels) -> Region | None:
        """Find where in a picture, (height, width, 3), the clearest person is; `None` if nobody."""
        height, width = picture.shape[:2]
        whole = Region(width / 2, height / 2, float(max(width, height)))
        given = whole.cut(picture, DETECTOR_SIDE) * 2 - 1
        answers, sure = self._detect(given[None])
        found = _clearest(answers[0], _share(sure[0, :, 0]))
        if found is None:
            return None
        middle, edge = whole.place(found)
        return about(middle, edge, ROOM)

    def look(self, picture: Pixels, region: Region) -> Look:
        """Find the joints of the person in a region of a picture, (height, width, 3)."""
        points, sure, heat, world = self._look(region.cut(picture, LANDMARK_SIDE)[None])
        points = points.reshape(N_POINTS, 5)
        in_region = _refined(_floats(points[:, :2] / LANDMARK_SIDE), heat[0])
        places = region.place(in_region)
        joints = slice(len(BLAZEPOSE))
        seen = np.minimum(_share(points[joints, 3]), _share(points[joints, 4]))
        height, width = picture.shape[:2]
        is_inside = ((places[joints] >= 0) & (places[joints] <= (width, height))).all(axis=1)
        metres = world.reshape(N_POINTS, 3)[joints]
        return Look(
            places=places[joints],
            depth=points[joints, 2] * np.float32(region.side / LANDMARK_SIDE),
            visibility=np.where(is_inside, seen, np.float32(0)),
            world=np.column_stack([region.turn(metres[:, :2]), metres[:, 2]]),
            sureness=float(sure[0, 0]),
            next_region=about(places[MIDDLE], places[EDGE], ROOM),
        )


def _share(values: Array) -> Array:
    """Return what lies on a line as shares between 0 and 1 (the logistic function)."""
    return _floats(1 / (1 + np.exp(-np.clip(values, -80, 80))))


def _floats(values: npt.NDArray[Any]) -> Array:
    return np.asarray(values, np.float32)


@cache
def _anchors() -> Array:
    """Return where each of the detector's answers is counted from, (answers, 2) of 0 to 1."""
    rows = []
    for stride, n_each in STRIDES:
        n = DETECTOR_SIDE // stride
        middles = (np.arange(n) + 0.5) / n
        grid = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
        rows.append(np.repeat(grid, n_each, axis=0))
    return np.concatenate(rows).astype(np.float32)


def _clearest(answers: Array, sure: Array) -> Array | None:
    """Return the middle and the edge of the person found most surely, (2, 2) of 0 to 1.

    What else was found of the same person counts by how sure it is.
    """
    is_sure = sure >= LEAST_SURE
    if not is_sure.any():
        return None
    sure, found = sure[is_sure], _floats(answers[is_sure] / DETECTOR_SIDE)
    anchors = _anchors()[is_sure]
    middles, halves = found[:, :2] + anchors, _floats(found[:, 2:4] / 2)
    best = int(np.argmax(sure))
    same = _overlap(middles - halves, middles + halves, best) >= SAME_BODY
    points = found[same, 4:8].reshape(-1, 2, 2) + anchors[same, None]
    return _floats(np.average(points, axis=0, weights=sure[same]))


def _overlap(lows: Array, highs: Array, one: int) -> Array:
    """Return how much of their common area each box shares with one of them."""
    shared = np.clip(np.minimum(highs, highs[one]) - np.maximum(lows, lows[one]), 0, None)
    areas, both = (highs - lows).prod(axis=1), shared.prod(axis=1)
    return _floats(both / np.maximum(areas + areas[one] - both, 1e-9))


def _refined(places: Array, heat: Array) -> Array:
    """Move points, (points, 2) of 0 to 1, to where their map is hottest about them.

    Points at which no map is hot stay. (MediaPipe's RefineLandmarksFromHeatmapCalculator.)
    """
    refined = places.copy()
    columns, rows = (places * HEAT_SIDE).astype(np.intp).T
    is_inside = (np.minimum(columns, rows) >= 0) & (np.maximum(columns, rows) < HEAT_SIDE)
    for point in np.flatnonzero(is_inside):
        top, left = max(rows[point] - HEAT_REACH, 0), max(columns[point] - HEAT_REACH, 0)
        stop = rows[point] + HEAT_REACH + 1, columns[point] + HEAT_REACH + 1
        near = _share(heat[top : stop[0], left : stop[1], point])
        if near.max() < LEAST_HEAT:
            continue
        down, right = np.indices(near.shape)
        total = near.sum()
        refined[point] = ((right * near).sum() / total + left, (down * near).sum() / total + top)
        refined[point] /= HEAT_SIDE
    return refined
