"""How alike two performances are, whatever became of their videos on the way.

A copy may have been compressed, brightened, saved at another rate, or cut at its start or end. What
stays is how it changes from clip to clip. So each performance is reduced to the numbers in which
performances differ, its own mean is taken off (a copy that is darker is so throughout), and what is
left is compared by its cosine, a bit earlier and a bit later as well: between two clips lies about
the mean of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError
from podium.features.values import Sample

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MAX_CLIPS = 24
"""Of longer performances the last clips are compared."""

MAX_LEARNED = 2_000
"""From so many clips it is learned in which numbers performances differ, drawn at random."""

N_DIRECTIONS = 250
"""In so many numbers it is learned how performances differ."""

N_NUMBERS = 180
"""So many of them, the steadiest in copies, are compared."""

CLIPS_A_DIRECTION = 3
"""With fewer clips to learn from, less is told apart."""

LEAST_VARIANCE = 1e-6
"""What varies less, as a share of what varies most, is noise of the computer's."""

FARTHEST = 8.0
"""No clip is farther from the usual, in standard deviations: what is, counts as if it were not."""

SHIFTS = tuple(float(by) for by in np.linspace(-1, 1, 9))
"""By how many clips one may be shown later than the other."""

LEAST_SHARED = 0.6
"""Which share of the shorter one's clips must lie beside clips of the longer one."""

MIN_SHARED = 2
MIN_FOR_MEAN = 3
"""A performance of fewer clips does not change enough for its own mean to be taken off."""


@dataclass(frozen=True)
class Looks:
    """Performances as they are compared, counted from their ends.

    `values` is (performances, clips, numbers), 0 before the first clip of the shorter ones, and
    `present` (performances, clips), 1 for a clip and 0 for none.
    """

    values: Array
    present: Array

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, which: slice | npt.NDArray[np.intp]) -> Self:
        """Return some of them."""
        return type(self)(self.values[which], self.present[which])

    def first(self, n: int) -> Self:
        """Return them with the first numbers only: quicker, and not as sure."""
        return type(self)(np.ascontiguousarray(self.values[:, :, :n]), self.present)

    def energy(self) -> Array:
        """Return how much each clip differs from the mean, (performances, clips)."""
        found: Array = np.einsum("pcn,pcn->pc", self.values, self.values)
        return found

    def later(self, by: float) -> Self:
        """Return them as if each clip began so many clips later."""
        whole, part = int(np.floor(by)), np.float32(by - np.floor(by))
        values, present = _moved(self.values, whole), _moved(self.present, whole)
        if not part:
            return type(self)(values, present)
        both = present * _moved(self.present, whole + 1)
        mixed = (1 - part) * values + part * _moved(self.values, whole + 1)
        return type(self)(mixed * both[:, :, None], both)


@dataclass(frozen=True)
class View:
    """In which numbers performances differ: `mean`, `scale` (dim,), `directions` (dim, numbers)."""

    mean: Array
    scale: Array
    directions: Array

    def look(self, features: Sequence[Array], n_clips: int) -> Looks:
        """Return performances, each (clips, dim), as they are compared, by their last `n_clips`.

        Raises
        ------
        FeatureError
            If the features are of another length than those it was learned from.
        """
        values = np.zeros((len(features), n_clips, self.directions.shape[1]), np.float32)
        present = np.zeros(values.shape[:2], np.float32)
        for row, clips in enumerate(features):
            reduced = self._reduced(clips[-n_clips:])
            values[row, n_clips - len(reduced) :] = reduced
            present[row, n_clips - len(reduced) :] = 1
        return Looks(values, present)

    def _reduced(self, clips: Array) -> Array:
        if clips.shape[1] != len(self.mean):
            raise FeatureError(
                f"features have {clips.shape[1]} numbers per clip, but those learned from have "
                f"{len(self.mean)}: use the backbone that the model was trained with"
            )
        standard = (clips.astype(np.float64) - self.mean) / self.scale
        reduced = np.clip(standard @ self.directions.astype(np.float64), -FARTHEST, FARTHEST)
        if len(reduced) >= MIN_FOR_MEAN:
            reduced -= reduced.mean(axis=0)
        return reduced.astype(np.float32)


def longest(features: Sequence[Array]) -> int:
    """Return how many clips are compared, at most, of performances of (clips, dim)."""
    return min(MAX_CLIPS, max(len(clips) for clips in features))


def learn_view(samples: Sequence[Sample]) -> View:
    """Learn in which numbers performances differ, and in which of these their variants do not."""
    clips = np.concatenate([sample.features.values for sample in samples]).astype(np.float64)
    if len(clips) > MAX_LEARNED:
        drawn = np.random.default_rng(0).choice(len(clips), MAX_LEARNED, replace=False)
        clips = clips[np.sort(drawn)]
    mean, scale = clips.mean(axis=0), clips.std(axis=0)
    scale = np.where(scale > LEAST_VARIANCE * max(float(scale.max()), 1e-12), scale, 1)
    directions = _whitening((clips - mean) / scale)
    view = View(*(one.astype(np.float32) for one in (mean, scale, directions)))
    steadied = directions @ _steadying(view, samples)
    return View(view.mean, view.scale, steadied[:, :N_NUMBERS].astype(np.float32))


def _whitening(standard: Floats) -> Floats:
    """Return the directions in which clips, (clips, dim), differ most, as long in all of them."""
    _, sizes, directions = np.linalg.svd(standard, full_matrices=False)
    n_told = max(1, min(N_DIRECTIONS, len(standard) // CLIPS_A_DIRECTION))
    kept = sizes[:n_told] ** 2 > LEAST_VARIANCE * max(float(sizes[0]) ** 2, 1e-12)
    kept[0] = True
    lengths = np.maximum(sizes[:n_told][kept], 1e-9) / np.sqrt(len(standard))
    return np.asarray(directions[:n_told][kept].T / lengths, np.float64)


def _steadying(view: View, samples: Sequence[Sample]) -> Floats:
    """Return directions of the numbers of a view, the steadiest first, the others the shorter.

    In the steadiest the variants of a performance differ least from it; where there are none, the
    numbers stay as they are.
    """
    off = [
        view._reduced(variant.values) - view._reduced(sample.features.values)
        for sample in samples
        for variant in sample.variants
        if len(variant) == len(sample.features)
    ]
    if not off:
        return np.eye(view.directions.shape[1])
    apart = np.concatenate(off).astype(np.float64)
    variances, directions = np.linalg.eigh(apart.T @ apart / len(apart))
    return np.asarray(directions / np.sqrt(1 + np.maximum(variances, 0)), np.float64)


def alikeness(known: Looks, asked: Looks, shifts: Sequence[float] = SHIFTS) -> Array:
    """Return how alike each of some is to each of others, (known, asked): 1 is the same.

    -1 where they share too few clips.
    """
    best = np.full((len(known), len(asked)), -1, np.float32)
    flat, energy = known.values.reshape(len(known), -1), known.energy()
    shorter = np.minimum(known.present.sum(axis=1)[:, None], asked.present.sum(axis=1))
    for by in shifts:
        moved = asked.later(by)
        products = flat @ moved.values.reshape(len(moved), -1).T
        sizes = (energy @ moved.present.T) * (known.present @ moved.energy().T)
        shared = known.present @ moved.present.T
        enough = shared >= np.maximum(LEAST_SHARED * shorter, np.minimum(MIN_SHARED, shorter))
        fits = enough & (sizes > 0)
        found = np.where(fits, products / np.sqrt(np.where(fits, sizes, 1)), -1)
        np.maximum(best, found, out=best)
    return best


def alikeness_in_pairs(known: Looks, asked: Looks) -> Array:
    """Return how alike each is to the one in the same place of the others, as `alikeness` says."""
    best = np.full(len(known), -1, np.float32)
    shorter = np.minimum(known.present.sum(axis=1), asked.present.sum(axis=1))
    for by in SHIFTS:
        moved = asked.later(by)
        products = np.einsum("pcn,pcn->p", known.values, moved.values)
        ours, theirs = known.energy() * moved.present, moved.energy() * known.present
        sizes = ours.sum(axis=1) * theirs.sum(axis=1)
        shared = (known.present * moved.present).sum(axis=1)
        enough = shared >= np.maximum(LEAST_SHARED * shorter, np.minimum(MIN_SHARED, shorter))
        fits = enough & (sizes > 0)
        np.maximum(best, np.where(fits, products / np.sqrt(np.where(fits, sizes, 1)), -1), out=best)
    return best


def _moved(rows: Array, by: int) -> Array:
    """Return (performances, clips, ...) with the clips so many places earlier, and 0 for others."""
    moved = np.zeros_like(rows)
    n_clips = rows.shape[1]
    if by >= 0:
        moved[:, : max(n_clips - by, 0)] = rows[:, by:]
    else:
        moved[:, -by:] = rows[:, :by]
    return moved
