"""Whether two performances are so alike that one must be a copy of the other.

Dives of one athlete are alike, those of two are less so: how alike two must be hangs on how alike
each is to those that come next after its nearest ones, which may be copies, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

N_COPIES = 4
"""So many of the nearest may be copies of a performance."""

N_OTHERS = 30
MIN_OTHERS = 8
"""By so many of those that come next it is told what is usual; with fewer it cannot be."""

LEAST_SPREAD = 0.01

SAME = 0.96
"""Whoever is as alike as this is the same, whatever is usual: a file that was read again."""

LEAST_ALIKE = 0.65
"""Whoever is less alike is none: two different dives came to 0.62, exercises in the same rhythm to
0.53."""

ENOUGH = 70.0
"""So much evidence makes a pair of performances copies."""


@dataclass(frozen=True)
class Usual:
    """How alike performances are to those that are no copies: each (performances,).

    `level` is the mean, `spread` the standard deviation.
    """

    level: Floats
    spread: Floats

    def __getitem__(self, which: npt.NDArray[np.intp]) -> Self:
        """Return that of some."""
        return type(self)(self.level[which], self.spread[which])

    @classmethod
    def of_all(cls, parts: Sequence[Self]) -> Self:
        """Return that of one part after the other."""
        return cls(
            np.concatenate([part.level for part in parts]),
            np.concatenate([part.spread for part in parts]),
        )


def usual_of(alike: npt.NDArray[np.floating[Any]]) -> Usual:
    """Return what is usual for each of some, by how alike all others are to them, (others, some).

    Where too few others are there, nothing but the same is told: the level is 1.
    """
    if len(alike) < N_COPIES + MIN_OTHERS:
        return Usual(np.ones(alike.shape[1]), np.ones(alike.shape[1]))
    n_near = min(N_COPIES + N_OTHERS, len(alike))
    nearest = np.sort(np.partition(alike, len(alike) - n_near, axis=0)[-n_near:], axis=0)
    others = nearest[: n_near - N_COPIES].astype(np.float64)
    return Usual(others.mean(axis=0), others.std(axis=0) + LEAST_SPREAD)


def evidence(
    alike: npt.NDArray[np.floating[Any]], ours: Usual, theirs: Usual, n_numbers: int
) -> Floats:
    """Return how much tells for pairs being copies, by how alike they are, (pairs,); 0 is nothing.

    By chance, two are the less alike the more numbers of a clip are compared, as one over the
    square root.
    """
    above = (alike - ours.level) / ours.spread + (alike - theirs.level) / theirs.spread
    found = np.maximum(above, 0) / 2 * alike * np.sqrt(n_numbers)
    return np.asarray(np.where(alike > SAME, np.inf, np.where(alike > LEAST_ALIKE, found, 0)))


def no_less_than(usual: Usual) -> Usual:
    """Return what is usual among all at least, by what it is among some of them.

    The nearest of all are nearer and less spread than those of some: that they are half as spread
    is a lenient guess.
    """
    return Usual(usual.level, (usual.spread + LEAST_SPREAD) / 2)
