"""The likeliest way to turn: how far the body has turned in each frame, and how often in all.

A hidden Markov model (Rabiner, 1989): states are how far it has turned since it stood or hung
straight, and how fast; in the air, speed changes little and never its sign.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEP = 6
"""Turns are counted in steps of so many degrees."""

TURN = 360 // STEP
HALF = TURN // 2
MAX_SPEED = 14
"""The fastest turn, in steps a frame."""

MAX_HALVES = 12
"""Half turns are counted up to here."""

_CHANGES = range(-4, 5)
_CHANGE = 1.2
"""By how much speed changes from one frame to the next, in steps a frame (standard deviation)."""

_START, _END = 15.0 / STEP, 20.0 / STEP
"""How far from straight the body is in the first and in the last frame (standard deviation)."""

_NEVER = -1e9


@dataclass(frozen=True)
class Hypothesis:
    """Which way the body turns: `clockwise` 1 or -1 as seen; and whether it hung head down."""

    clockwise: int
    is_armstand: bool


HYPOTHESES = tuple(Hypothesis(way, hung) for way in (1, -1) for hung in (False, True))


@dataclass(frozen=True)
class Paths:
    """What is known of all ways to turn."""

    scores: Floats
    """Of the best path, a logarithm: (hypotheses, half turns from 0 on)."""

    _back: npt.NDArray[np.int8]
    _ends: npt.NDArray[np.intp]
    """Of each path the last state: (hypotheses, half turns, 2)."""

    def turned(self, hypothesis: int, halves: int) -> Floats:
        """Return how far the body has turned in each frame, in degrees, (frames,)."""
        far, speed = self._ends[hypothesis, halves]
        path = [far]
        for back in self._back[:0:-1, hypothesis]:
            far, speed = far - speed, back[far, speed]
            path.append(far)
        return np.asarray((np.array(path[::-1]) - HALF // 2) * STEP, np.float64)


def best_paths(heads: Floats, steps: Floats, hypotheses: tuple[Hypothesis, ...]) -> Paths:
    """Find the best path for each hypothesis and number of half turns.

    `heads` (frames, TURN) is the logarithm of how likely the head is in each direction, from
    straight up clockwise; `steps` (frames - 1, 2 MAX_SPEED + 1) that of a turn from a frame to
    the next, from -MAX_SPEED to MAX_SPEED steps clockwise.
    """
    far = np.arange(MAX_HALVES * HALF + HALF) - HALF // 2
    seen = np.stack([heads[:, _directions(one, far)] for one in hypotheses], axis=1)
    speeds = np.arange(MAX_SPEED + 1)
    moved = np.stack([steps[:, MAX_SPEED + one.clockwise * speeds] for one in hypotheses], axis=1)
    begin = seen[0] - 0.5 * (far / _START) ** 2
    state = begin[:, :, None] - 0.02 * speeds
    back = np.zeros((len(heads), *state.shape), np.int8)
    for frame in range(1, len(heads)):
        faster, back[frame] = _change(state)
        state, back[frame] = _advance(faster + moved[frame - 1][:, None], back[frame])
        state += seen[frame][:, :, None]
    return _ended(state, far, back)


def _directions(one: Hypothesis, far: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return (one.clockwise * far + HALF * one.is_armstand) % TURN


def _change(state: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Return the best score of each new speed, and from which speed it came."""
    room = len(_CHANGES) // 2
    n_speeds = state.shape[2]
    wide = np.full((*state.shape[:2], n_speeds + 2 * room), _NEVER)
    wide[:, :, room : room + n_speeds] = state
    best, source = np.full(state.shape, 2 * _NEVER), np.zeros(state.shape, np.int8)
    speeds = np.arange(n_speeds, dtype=np.int8)
    for change in _CHANGES:
        scores = wide[:, :, room + change : room + change + n_speeds]
        scores = scores - 0.5 * (change / _CHANGE) ** 2
        is_better = scores > best
        best = np.where(is_better, scores, best)
        source = np.where(is_better, speeds + np.int8(change), source)
    return best, source


def _advance(state: Floats, source: npt.NDArray[np.int8]) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Move each state on by its speed."""
    moved, back = np.full(state.shape, _NEVER), np.zeros(source.shape, np.int8)
    for speed in range(state.shape[2]):
        stop = state.shape[1] - speed
        moved[:, speed:, speed] = state[:, :stop, speed]
        back[:, speed:, speed] = source[:, :stop, speed]
    return moved, back


def _ended(state: Floats, far: npt.NDArray[np.intp], back: npt.NDArray[np.int8]) -> Paths:
    best, speeds = state.max(axis=2), state.argmax(axis=2)
    halves = np.arange(MAX_HALVES + 1)
    away = (far - halves[:, None] * HALF) / _END
    scores = best[:, None] - 0.5 * away**2  # (hypotheses, half turns, far)
    ends = scores.argmax(axis=2)
    last = np.stack([ends, np.take_along_axis(speeds, ends, axis=1)], axis=-1)
    return Paths(scores.max(axis=2), back, last)
