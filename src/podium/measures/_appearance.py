"""How a dive looks, as one row of numbers: what learned classes are told by.

Before the take-off the body is seen as it stands, in the air as it is in itself, with its turning
taken away; both as if it travelled to the right and turned clockwise. Time is counted in parts of
the flight, so that neither frame rate nor height matter.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from podium.measures._dive import Dive
from podium.measures._path import Hypothesis
from podium.measures._polar import N_DIRECTIONS, N_RINGS, Shapes, shapes_of
from podium.measures._turning import Turning

Floats = npt.NDArray[np.float64]

BEFORE_SECONDS, AFTER_SECONDS = 0.5, 0.25
"""From when to when about leaving the board the body is looked at as it stands."""

N_BEFORE, N_FLYING = 8, 8
"""In so many parts the time before and in the air is cut."""

_DIRECTIONS, _RINGS = 12, 6
"""Silhouettes are so coarse here."""


def travel(dive: Dive, turning: Turning) -> int:
    """Return 1 where a dive travels to the right of the picture, -1 to the left.

    In the air a body's speed sideways stays the same, so its median is taken.
    """
    first = turning.flight.first
    frames = np.arange(first, min(first + len(turning.flight.shapes), len(dive.athlete)) - 1)
    middle, steps = dive.outline.middle, dive.athlete.camera.steps[frames]
    points = np.concatenate([middle[frames], np.ones((len(frames), 1))], axis=1)
    carried = np.einsum("fij,fj->fi", steps, points)[:, 0]
    speeds = middle[frames + 1, 0] - carried
    return -1 if np.isfinite(speeds).any() and np.nanmedian(speeds) < 0 else 1


def standing(dive: Dive, turning: Turning) -> Floats:
    """Return how the body looks about the take-off, and how it rises and falls."""
    left = dive.moments.board_left
    seconds = dive.athlete.start_seconds
    leaves = seconds[left.index] if left is not None else seconds[turning.flight.first]
    edges = np.linspace(leaves - BEFORE_SECONDS, leaves + AFTER_SECONDS, N_BEFORE + 1)
    places = np.searchsorted(seconds, edges)
    part = slice(int(places[0]), max(int(places[-1]), int(places[0]) + 1))
    shapes = shapes_of(dive.athlete.masks[part])
    if travel(dive, turning) < 0:
        shapes = shapes[:, ::-1]
    rows = np.concatenate([_coarse(shapes), _heights(dive, part)[:, None]], axis=1)
    return _in_parts(rows, places - places[0])


def _heights(dive: Dive, part: slice) -> Floats:
    """Return how high the athlete is, in windows, above where it is in the middle of the time."""
    places = dive.athlete.in_common_picture(dive.athlete.middles)[part, 1]
    return np.asarray((np.median(places) - places) / (2 * dive.athlete.reach))


def flying(turning: Turning, hypothesis: Hypothesis, halves: int) -> Floats:
    """Return how the body looks in the air, its turning taken away."""
    flight = turning.flight
    turned = turning.turned(hypothesis, halves) + 180.0 * hypothesis.is_armstand
    shapes = flight.shapes if hypothesis.clockwise > 0 else flight.shapes[:, ::-1]
    upright = np.stack([_turned_back(*one) for one in zip(shapes, turned, strict=True)])
    edges = np.linspace(0, len(shapes), N_FLYING + 1).round().astype(int)
    outline = flight.outline
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = np.stack([np.gradient(turned) / 40, np.log(outline.length / outline.width)], axis=1)
    rows = np.nan_to_num(rows, posinf=0.0, neginf=0.0)
    coarse = _coarse(upright)
    return np.concatenate(
        [_in_parts(coarse, edges), _in_parts(rows, edges), _spread(coarse, edges)]
    )


def _turned_back(shape: Shapes, degrees: float) -> Shapes:
    cells = degrees * N_DIRECTIONS / 360
    low = int(np.floor(cells))
    share = cells - low
    mixed = np.roll(shape, -low, axis=0) * (1 - share) + np.roll(shape, -low - 1, axis=0) * share
    return np.asarray(mixed, np.float32)


def _coarse(shapes: Shapes) -> Floats:
    """Return shapes as rows of coarser cells, (frames, cells)."""
    parts = (_DIRECTIONS, N_DIRECTIONS // _DIRECTIONS, _RINGS, N_RINGS // _RINGS)
    return np.asarray(shapes.reshape(-1, *parts).mean(axis=(2, 4)).reshape(len(shapes), -1), float)


def _in_parts(rows: Floats, edges: npt.NDArray[np.intp]) -> Floats:
    """Return the mean of each part of the time; an empty part is as its first row."""
    last = len(rows) - 1
    parts = [
        rows[min(start, last) : max(stop, min(start, last) + 1)].mean(axis=0)
        for start, stop in pairwise(edges)
    ]
    return np.concatenate(parts)


def _spread(rows: Floats, edges: npt.NDArray[np.intp]) -> Floats:
    """Return how much the body changes within the parts of the time."""
    parts = [rows[start : max(stop, start + 1)].std(axis=0) for start, stop in pairwise(edges[::2])]
    return np.concatenate(parts)
