"""Where the athlete is in each frame: the best path through what moves."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.motion import skin_likeness

Floats = npt.NDArray[np.float64]
Maps = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

CELL = 4
"""Paths lead over cells of so many pixels."""

MAX_DIFFERENCE = 40.0
"""What differs more than this, of 255, counts for no more."""

COLOURLESS = 0.3
"""What counts of a difference where nothing has the hue of skin."""

BLUR = 6.0
"""Over so many pixels evidence is gathered."""

MIDDLE = 0.5
"""Cameras follow the athlete: the width of the usual place, in widths of the picture."""

REACH = 6
"""How many cells the athlete may move from frame to frame."""

COST = 0.02
"""What a movement costs, for each squared cell, where clear evidence in a frame counts 1."""

NEAR = 9
"""How many cells about a place are its surroundings, where the user named the athlete."""

DIM = 0.1
"""Evidence below this share of the clear counts for little even where there is no better."""

USUAL_SHARE = 80
"""Evidence counts 1 where it is as clear as in the clearest fifth of the frames."""


def evidence(difference: npt.NDArray[np.uint8], frame: Pixels) -> Maps:
    """Return how much there is to see of an athlete about each cell of a frame, (rows, columns)."""
    height, width = difference.shape
    clear = np.minimum(difference, MAX_DIFFERENCE).astype(np.float32) / MAX_DIFFERENCE
    clear *= COLOURLESS + skin_likeness(frame)
    size = (width // CELL, height // CELL)
    blurred = cv2.GaussianBlur(clear, (0, 0), BLUR) * _middle(height, width)
    return np.asarray(cv2.resize(blurred, size, interpolation=cv2.INTER_AREA), np.float32)


@lru_cache(maxsize=8)
def _middle(height: int, width: int) -> Maps:
    down, right = (np.linspace(-0.5, 0.5, n, dtype=np.float32) for n in (height, width))
    return np.exp(-((right[None] / MIDDLE) ** 2 + (down[:, None] / MIDDLE) ** 2) / 2)


@dataclass(frozen=True)
class Seed:
    """Where the user says that the athlete is: in frame `index`, `right` and `down` in pixels."""

    index: int
    right: float
    down: float


def best_path(maps: Maps, seed: Seed | None = None) -> tuple[Floats, Floats]:
    """Find the path through evidence, (frames, rows, columns), that gathers most of it.

    Gives where it leads, (frames, 2), right and down in pixels, and how much evidence there is
    along it, (frames,), about 1 where it is clear. Movements cost, so that nobody jumps across the
    picture (dynamic programming: Bellman, 1957). With a `seed` it leads by that place.
    """
    maps = maps / max(float(np.percentile(maps.max(axis=(1, 2)), USUAL_SHARE)), 1e-6)
    maps = _by_seed(maps, seed)
    best, came_from = maps[0], []
    for current in maps[1:]:
        best, moves = _move(best)
        came_from.append(moves)
        best = best + current
    cells = [np.asarray(np.unravel_index(int(best.argmax()), best.shape))]
    for moves in reversed(came_from):
        row, column = cells[-1]
        cells.append(cells[-1] + _MOVES[moves[row, column]])
    rows, columns = np.asarray(cells[::-1]).T
    along = maps[np.arange(len(maps)), rows, columns]
    places = np.stack([columns, rows], axis=1) * CELL + CELL / 2
    return places.astype(np.float64), along.astype(np.float64)


_MOVES = np.array(
    [
        (down, right)
        for down in range(-REACH, REACH + 1)
        for right in range(-REACH, REACH + 1)
        if down**2 + right**2 <= REACH**2
    ]
)
_NOWHERE = np.float32(-1e9)


def _move(best: Maps) -> tuple[Maps, npt.NDArray[np.int16]]:
    """Return the best that leads to each cell, and by which of the moves (backwards) it came.

    Rows lie behind each other with their borders, so that each move is one step of memory away.
    """
    rows, columns = best.shape
    wide = columns + 2 * REACH
    borders = ((REACH, REACH + 1), (REACH, REACH))
    around = np.pad(best.astype(np.float64), borders, constant_values=float(_NOWHERE)).ravel()
    offered, known = np.empty(rows * wide), np.full(rows * wide, float(_NOWHERE))
    found, rounded = known.astype(np.float32), np.empty(rows * wide, np.float32)
    better, said = np.empty(rows * wide, np.bool_), np.empty(rows * wide, np.uint8)
    moves = np.zeros(rows * wide, np.uint8)
    for index, (down, right) in enumerate(_MOVES.tolist()):
        start = (REACH + down) * wide + REACH + right
        np.subtract(around[start : start + len(known)], COST * (down**2 + right**2), out=offered)
        np.greater(offered, known, out=better)
        np.multiply(better.view(np.uint8), np.uint8(index), out=said)
        np.maximum(moves, said, out=moves)  # moves come in their order: the last is the highest
        np.copyto(rounded, offered, casting="same_kind")
        np.maximum(found, rounded, out=found)
        np.copyto(known, found)
    inside = np.s_[:, :columns]
    return found.reshape(rows, wide)[inside], moves.reshape(rows, wide)[inside].astype(np.int16)


def _by_seed(maps: Maps, seed: Seed | None) -> Maps:
    if seed is None:
        return maps
    rows, columns = maps.shape[1:]
    # Whoever was named may move less than another: each counts as much in its own surroundings.
    around = np.stack([cv2.dilate(one, np.ones((NEAR, NEAR), np.uint8)) for one in maps])
    maps = np.asarray(maps / np.maximum(around, DIM), np.float32)
    row = min(max(int(seed.down // CELL), 0), rows - 1)
    column = min(max(int(seed.right // CELL), 0), columns - 1)
    only = np.full((rows, columns), _NOWHERE)
    only[row, column] = maps[seed.index, row, column]
    maps[seed.index] = only
    return maps
