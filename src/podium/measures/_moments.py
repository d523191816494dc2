"""When the board was left, the body opened and the water was met, found in the video itself.

A small network over time reads what each frame says (`_described`) and answers how probable it is
that a moment lies there, or nowhere. It learned from marked dives: scripts/train_moments.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.athlete.outline import Outline
from podium.athlete.values import Athlete
from podium.inputs.saved import Arrays, array_of, read_arrays
from podium.measures._described import as_rows, describe
from podium.measures._dive import Moment, Moments
from podium.networks.layers import TimeConvolution, relu

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "_learned" / "moments.safetensors"

MARKED = ("board_left", "somersaults", "come_out", "water")
"""What the network looks for, in the order in which it happens."""

N_NUMBERS = 21
WIDTH, REACH = 32, 9
APART = (1, 2, 2)
"""How many outputs a layer has, how many frames it looks at, and how far they lie apart."""

MIN_SEEN = 8
"""In so many frames the body is to be seen for anything to be found."""

NEAR = 2
"""A moment is put where it is most probable that it lies within so many frames."""

IS_THERE = 0.5
"""A moment is found where it is at least so probable that there is one."""

HELD = 0.9
"""How probable it is that a moment lies within its uncertainty."""

MOST_UNSURE = 15
"""A moment that may be farther off than so many frames was not found."""


@dataclass(frozen=True)
class MomentNetwork:
    """Layers over time, and how probable it is beforehand that a moment is `nowhere`."""

    layers: tuple[TimeConvolution, ...]
    nowhere: Array

    def __call__(self, rows: Array) -> Floats:
        """Return the probability of each moment at each frame, and (last) that there is none.

        Takes (frames, numbers), gives (moments, frames + 1).
        """
        seen = rows
        for layer in self.layers[:-1]:
            seen = relu(layer(seen))
        found = np.vstack([self.layers[-1](seen), self.nowhere[None]]).T.astype(np.float64)
        likely = np.exp(found - found.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "MomentNetwork":
        """Build it from the arrays that were saved.

        Raises
        ------
        ModelError
            If one is missing, or does not fit.
        """
        shapes = [(WIDTH, N_NUMBERS, REACH), *[(WIDTH, WIDTH, REACH)] * (len(APART) - 1)]
        layers = [
            TimeConvolution.from_arrays(arrays, f"layers.{index}.", shape, apart)
            for index, (shape, apart) in enumerate(zip(shapes, APART, strict=True))
        ]
        last = TimeConvolution.from_arrays(arrays, "last.", (len(MARKED), WIDTH, 1))
        return cls((*layers, last), array_of(arrays, "nowhere", (len(MARKED),)))


@cache
def moment_network() -> MomentNetwork:
    """Return the network that ships."""
    return MomentNetwork.from_arrays(read_arrays(WEIGHTS))


def find_moments(athlete: Athlete, outline: Outline) -> Moments:
    """Find the moments that divide a dive, each `None` where it is not in the video."""
    if outline.is_seen.sum() < MIN_SEEN:
        return Moments(None, None, None)
    found = chosen(moment_network()(as_rows(describe(athlete, outline))))
    return Moments(found["board_left"], found["come_out"], found["water"])


def chosen(probable: Floats) -> dict[str, Moment | None]:
    """Choose the most probable frames, one after the other, (moments, frames + 1).

    (Dynamic programming: Bellman, 1957.)
    """
    there = [index for index, row in enumerate(probable) if row[-1] < IS_THERE]
    rows = probable[there, :-1]
    frames = in_order([_near(row) for row in rows]) if there else []
    found: dict[str, Moment | None] = dict.fromkeys(MARKED)
    for index, row, frame in zip(there, rows, frames, strict=True):
        unsure = _uncertainty(row, frame)
        found[MARKED[index]] = Moment(frame, unsure) if unsure <= MOST_UNSURE else None
    return found


def in_order(rows: Sequence[Floats]) -> list[int]:
    """Return the frame of each row, (frames,), none before another, most probable together."""
    total, came_from = np.log(rows[0] + 1e-9), []
    for row in rows[1:]:
        best = np.maximum.accumulate(total)
        is_new = np.concatenate([[True], total[1:] > best[:-1]])
        came_from.append(np.maximum.accumulate(np.where(is_new, np.arange(len(total)), 0)))
        total = best + np.log(row + 1e-9)
    frames = [int(total.argmax())]
    for before in reversed(came_from):
        frames.append(int(before[frames[-1]]))
    return frames[::-1]


def _near(row: Floats) -> Floats:
    """Return how probable it is that a moment lies near each frame, and a little, just there."""
    around = np.pad(row, NEAR)
    near = np.lib.stride_tricks.sliding_window_view(around, 2 * NEAR + 1).sum(axis=1)
    return np.asarray(near + row / 20)


def _uncertainty(row: Floats, frame: int) -> float:
    """Return within how many frames a moment lies, nine times of ten, if it is there."""
    apart = np.abs(np.arange(len(row)) - frame)
    within = np.bincount(apart, row).cumsum() / max(float(row.sum()), 1e-9)
    return float(np.searchsorted(within, HELD - 1e-9))
