"""What `figure` makes of heat maps, written as steps of a program for other runtimes."""

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from podium.backbones.figure import BODY_PIXELS, HEAT_PIXELS, N_ANGLES, POINTS
from podium.networks.program import Term

Points = Mapping[str, Term]
"""Where each point is, (frames, 2), right and down in pixels."""


def window_steps(heat: Term, seen: Term, n_cells: tuple[int, int], n_windows: int) -> Term:
    """Write angles, lengths and what is seen, over windows of time: (clips, numbers).

    `heat` is (frames, points, rows, columns) with `n_cells` rows and columns, `seen` logits of
    (frames, points), with the frames of all clips one after the other.
    """
    positions = _mean_positions(heat, n_cells)
    at = {name: positions.taken(np.array(i), axis=1) for i, name in enumerate(POINTS)}
    share_seen = seen.then("Sigmoid").mean(1, keeps=True)
    frames = (_angles(at, positions) * share_seen).beside(share_seen, axis=1)
    windows = frames.reshape(-1, 16 // n_windows, N_ANGLES + 1).mean(1)
    return windows.reshape(-1, n_windows * (N_ANGLES + 1))


def _mean_positions(heat: Term, n_cells: tuple[int, int]) -> Term:
    """Write `mean_positions`: (frames, points, 2)."""
    n_rows, n_columns = n_cells
    flat = heat.reshape(-1, len(POINTS), n_rows * n_columns).then("Softmax", axis=2)
    rows, columns = (np.arange(n, dtype=np.float32) + np.float32(0.5) for n in n_cells)
    places = np.stack([np.tile(columns, n_rows), np.repeat(rows, n_columns)], axis=1)
    return flat @ (places * np.float32(HEAT_PIXELS))


def _angles(at: Points, positions: Term) -> Term:
    """Write `angles`: (frames, 28), a column each in the same order."""
    feet, hands = (_middle(at, point) for point in ("ankle", "fingertip"))
    trunk = at["chest"] - at["pelvis"]
    columns = [
        *_leaning(trunk),
        *_leaning(hands - feet),
        *_leaning(at["chest"] - feet),
        *_bends(at, "left", trunk),
        *_bends(at, "right", trunk),
        *_apart(at, "fingertip", "chest"),
        *_apart(at, "ankle", "pelvis"),
        *_apart(at, "knee", "pelvis"),
        _length(hands - feet) / BODY_PIXELS,
        *_spread(positions),
    ]
    return columns[0].beside(*columns[1:], axis=1)


def _middle(at: Points, point: str) -> Term:
    return (at[f"left_{point}"] + at[f"right_{point}"]) / 2


def _leaning(axis: Term) -> tuple[Term, Term]:
    """Write how an axis leans: right and down together, and right without its sign."""
    unit = axis / (_length(axis) + 1e-6)
    return unit, _column(unit, 0).then("Abs")


def _bends(at: Points, side: str, trunk: Term) -> list[Term]:
    leg = [at["chest"], at["pelvis"], *(at[f"{side}_{p}"] for p in ("knee", "ankle", "toe"))]
    along = [after - before for before, after in pairwise(leg)]
    upper_arm = at[f"{side}_elbow"] - at["chest"]
    lower_arm = at[f"{side}_fingertip"] - at[f"{side}_elbow"]
    bends = [_angle_between(first, second) for first, second in pairwise(along)]
    return [*bends, _angle_between(upper_arm, trunk), _angle_between(upper_arm, lower_arm)]


def _apart(at: Points, point: str, middle: str) -> tuple[Term, Term]:
    left, right = at[f"left_{point}"], at[f"right_{point}"]
    angle = _angle_between(left - at[middle], right - at[middle])
    return angle, _length(left - right) / (BODY_PIXELS / 2)


def _spread(positions: Term) -> tuple[Term, Term]:
    middle = positions.mean(1, keeps=True)
    apart = positions - middle
    radius = (apart * apart).total(2).then("Sqrt").mean(1, keeps=True)
    down = _column(middle.reshape(-1, 2), 1)
    return radius / (BODY_PIXELS / 2), (down - 60) / 30


def _angle_between(first: Term, second: Term) -> Term:
    """Write `angle_between`, with an arc tangent of one number."""
    (x, y), (u, v) = ((_column(one, 0), _column(one, 1)) for one in (first, second))
    area = (x * v - y * u).then("Abs")
    alike = x * u + y * v
    straight = area.then("Equal", area.like(0.0))
    ahead = alike.then("Less", area.like(0.0)).cast() * math.pi
    slanted = area.like(math.pi / 2) - (alike / area).then("Atan")
    return straight.then("Where", ahead, slanted)


def _column(points: Term, index: int) -> Term:
    """Write one number of each point of (frames, 2): (frames, 1)."""
    return points.taken(np.array([index]), axis=1)


def _length(vectors: Term) -> Term:
    return (vectors * vectors).total(1, keeps=True).then("Sqrt")
