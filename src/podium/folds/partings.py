"""Who may be a copy of whom, among so many that not each can be compared with all others.

All are parted into small crowds, again and again, each time by the sides of other directions, drawn
at random, on which they lie. Those that point nearly the same way are in one crowd again and again;
only those in one crowd are compared, so the work grows with their number. Two that are as alike as
0.65 are in one crowd of 400 out of 100,000 at least once in 64 times with a chance of about 0.99,
at 0.8 of more than 0.9999, where both show as many clips.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.folds.likeness import Array, Looks

Indices = npt.NDArray[np.intp]
Pairs = tuple[Indices, Indices]

N_PARTINGS = 64
MOST_TOGETHER = 512
"""So many are in one crowd, or somewhat more."""

SHIFTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""By how many clips one may be shown later than the other."""

NEARLY_SAME = 0.9
"""Whoever is as alike to somebody of a crowd is kept with it each time, else the best of all."""


def likely_pairs(looks: Looks) -> Pairs:
    """Return pairs of which one may be a copy of the other: of each, its most alike, and more."""
    flat = {by: _directed(looks.later(by)) for by in SHIFTS}
    best, whom = np.full(len(looks), -1, np.float32), np.zeros(len(looks), np.intp)
    same: list[Pairs] = []
    for parting in _partings(flat[0.0]):
        for by, asked in flat.items():
            alike, found = _most_alike(parting, flat[0.0], asked)
            better = alike > best
            best[better], whom[better] = alike[better], found[better]
            if not by:
                ours = np.flatnonzero(alike > NEARLY_SAME)
                same.append((ours, found[ours]))
    ours = np.flatnonzero(best > 0)
    return _once(len(looks), [*same, (ours, whom[ours])])


def _directed(looks: Looks) -> Array:
    """Return all clips of each performance as one row of length 1, or 0 where nothing differs."""
    flat = looks.values.reshape(len(looks), -1)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.where(lengths > 0, lengths, 1), np.float32)


@dataclass(frozen=True)
class _Parting:
    """One way to part all into crowds: by the sides of `directions` (numbers, n) on which they lie.

    A crowd that is too large, as of those that are equal, is dealt out into `n_dealt` at random.
    """

    directions: Array
    borders: Array
    n_dealt: Indices
    generator: np.random.Generator

    def crowds(self, rows: Array) -> Indices:
        """Return the number of the crowd of each."""
        sides = rows @ self.directions > self.borders
        code = sides @ (1 << np.arange(sides.shape[1]))
        before = np.cumsum(self.n_dealt) - self.n_dealt
        dealt = (self.generator.random(len(rows)) * self.n_dealt[code]).astype(np.intp)
        return np.asarray(before[code] + dealt, np.intp)


def _partings(rows: Array) -> Iterator[_Parting]:
    generator = np.random.default_rng(0)
    n_sides = max(1, int(np.ceil(np.log2(len(rows) / MOST_TOGETHER))))
    for _ in range(N_PARTINGS):
        directions = generator.standard_normal((rows.shape[1], n_sides), dtype=np.float32)
        borders = np.median(rows @ directions, axis=0)
        parting = _Parting(directions, borders, np.ones(1 << n_sides, np.intp), generator)
        sizes = np.bincount(parting.crowds(rows), minlength=1 << n_sides)
        n_dealt = np.maximum(1, -(-sizes // (2 * MOST_TOGETHER)))
        yield _Parting(directions, borders, n_dealt, generator)


def _most_alike(parting: _Parting, known: Array, asked: Array) -> tuple[Array, Indices]:
    """Return how alike each is to the most alike of its crowd, itself left out, and to whom."""
    best, whom = np.full(len(asked), -1, np.float32), np.zeros(len(asked), np.intp)
    n_crowds = int(parting.n_dealt.sum())
    of_known = _by_crowd(parting.crowds(known), n_crowds)
    of_asked = _by_crowd(parting.crowds(asked), n_crowds)
    for them, us in zip(of_known, of_asked, strict=True):
        if len(them) and len(us):
            alike = known[them] @ asked[us].T
            _, own, ours = np.intersect1d(them, us, assume_unique=True, return_indices=True)
            alike[own, ours] = -1
            found = alike.argmax(axis=0)
            best[us], whom[us] = alike[found, np.arange(len(us))], them[found]
    return best, whom


def _by_crowd(crowds: Indices, n_crowds: int) -> list[Indices]:
    """Return who is in each crowd, ascending."""
    order = np.argsort(crowds, kind="stable")
    return np.split(order, np.searchsorted(crowds[order], np.arange(1, n_crowds)))


def _once(n: int, pairs: Sequence[Pairs]) -> Pairs:
    """Return each pair once, whoever of the two comes first."""
    ours, theirs = (np.concatenate(side) for side in zip(*pairs, strict=True))
    pair = np.unique(np.minimum(ours, theirs) * n + np.maximum(ours, theirs))
    return pair // n, pair % n
