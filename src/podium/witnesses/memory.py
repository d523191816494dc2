"""Which performances were learned from: of these, and of copies of them, a score is no news.

A copy may be cut, compressed or saved at another rate (`podium.folds.likeness`). What is kept of a
clip is half a byte for each of the numbers that are compared; no picture can be made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.features.values import Sample
from podium.folds.copies import near_copies, usual_among
from podium.folds.evidence import ENOUGH, Usual, evidence, usual_of
from podium.folds.likeness import MAX_CLIPS, Looks, View, alikeness, learn_view, longest
from podium.inputs.saved import array_of
from podium.witnesses._folds import interleaved, measure_left_out

Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

STEP = 0.5
"""How exactly numbers are kept, in standard deviations; there are sixteen steps, about 0."""

MIDDLE = 8

MAX_ASKED = 5_000
"""Of more that were left out, so many are asked, evenly: each is compared with all others."""

LENIENCE = 1.1
"""There must be so many times the evidence that there is for any performance left out."""


@dataclass(frozen=True)
class Memory:
    """What is kept of the performances that were learned from.

    `kept` is what they look like by `view`, `usual` how alike each is to others of them, and
    `enough` how much evidence it takes.
    """

    view: View
    kept: Looks
    usual: Usual
    enough: float = ENOUGH

    def remembers(self, values: Array) -> bool:
        """Return whether clips, (clips, dim), are those of a performance learned from, or a copy.

        Raises
        ------
        FeatureError
            If the features are of another length than those that were learned from.
        """
        return self.evidence(values) > self.enough

    def evidence(self, values: Array) -> float:
        """Return how much tells for clips, (clips, dim), being of what was learned from."""
        _, n_clips, n_numbers = self.kept.values.shape
        alike = alikeness(self.kept, self.view.look([values], n_clips))
        return float(evidence(alike[:, 0], self.usual, usual_of(alike), n_numbers).max())

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {
            "memory.mean": self.view.mean,
            "memory.scale": self.view.scale,
            "memory.directions": self.view.directions.astype(np.float16),
            "memory.kept": _packed(self.kept),
            "memory.lengths": _lengths(self.kept),
            "memory.levels": self.usual.level.astype(np.float32),
            "memory.spreads": self.usual.spread.astype(np.float32),
            "memory.enough": np.array([self.enough]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], dim: int) -> Self | None:
        """Build it from saved arrays, for features of `dim` numbers.

        `None` where the model was made without.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        if "memory.kept" not in arrays:
            return None
        mean = array_of(arrays, "memory.mean", (dim,))
        scale = array_of(arrays, "memory.scale", (dim,), above=0)
        directions = array_of(arrays, "memory.directions", (dim, None), np.float16)
        n_numbers = directions.shape[1]
        lengths = array_of(arrays, "memory.lengths", (None,), np.uint8, least=1)
        if lengths.max() > MAX_CLIPS:
            raise ModelError(
                f"the array memory.lengths holds {lengths.max()}: it must be from 1 to {MAX_CLIPS}"
            )
        n_clips = int(lengths.sum(dtype=np.int64))
        packed = array_of(arrays, "memory.kept", (n_clips, -(-n_numbers // 2)), np.uint8)
        level = array_of(arrays, "memory.levels", lengths.shape)
        spread = array_of(arrays, "memory.spreads", lengths.shape, above=0)
        return cls(
            View(mean, scale, directions.astype(np.float32)),
            _looks(packed, lengths, n_numbers),
            Usual(level.astype(np.float64), spread.astype(np.float64)),
            float(array_of(arrays, "memory.enough", (1,), np.float64)[0]),
        )


def learn_memory(samples: Sequence[Sample]) -> Memory:
    """Keep what is needed to know performances again.

    How much evidence that takes is set on performances that were left out.
    """
    copies = {index for together in near_copies(samples) for index in together}
    apart = [sample for index, sample in enumerate(samples) if index not in copies]
    every = -(-len(apart) // MAX_ASKED)
    folds = ((others, left_out[::every]) for others, left_out in interleaved(apart))
    left_out = measure_left_out(folds, _learn, _evidence) if len(apart) > 1 else ()
    return replace(_learn(samples), enough=max(ENOUGH, LENIENCE * max(left_out, default=0.0)))


def _evidence(memory: Memory, left_out: Sequence[Sample]) -> list[float]:
    """Return how much tells for others; nothing counts that is the same."""
    found = [memory.evidence(sample.features.values) for sample in left_out]
    return [one for one in found if np.isfinite(one)]


def _learn(samples: Sequence[Sample]) -> Memory:
    view = learn_view(samples)
    features = [sample.features.values for sample in samples]
    seen = view.look(features, longest(features))
    kept = _looks(_packed(seen), _lengths(seen), seen.values.shape[2])
    rounded = View(view.mean, view.scale, view.directions.astype(np.float16).astype(np.float32))
    return Memory(rounded, kept, usual_among(kept))


def _lengths(looks: Looks) -> Bytes:
    """Return how many clips each performance has."""
    return np.asarray(looks.present.sum(axis=1), np.uint8)


def _packed(looks: Looks) -> Bytes:
    """Return the clips of one performance after the other, two numbers in a byte."""
    values = looks.values[looks.present > 0]
    steps = np.clip(np.rint(values / STEP) + MIDDLE, 0, 2 * MIDDLE - 1).astype(np.uint8)
    even = np.pad(steps, ((0, 0), (0, steps.shape[1] % 2)))
    return np.asarray(even[:, ::2] * (2 * MIDDLE) + even[:, 1::2], np.uint8)


def _looks(packed: Bytes, lengths: Bytes, n_numbers: int) -> Looks:
    """Return what was packed, of performances of so many clips each."""
    steps = np.stack(np.divmod(packed, 2 * MIDDLE), axis=-1).reshape(len(packed), -1)
    n_clips = int(lengths.max())
    present = np.arange(n_clips) >= n_clips - lengths.astype(np.int64)[:, None]
    values = np.zeros((*present.shape, n_numbers), np.float32)
    values[present] = (steps[:, :n_numbers].astype(np.float32) - MIDDLE) * STEP
    return Looks(values, present.astype(np.float32))
