"""Features -> what networks read: clips on one scale, and performances of one length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError
from podium.inputs.saved import array_of
from podium.video.clips import MAX_CLIPS

Array = npt.NDArray[np.float32]

N_CLIPS = range(1, MAX_CLIPS + 1)
"""How many clips a saved network may read."""


@dataclass(frozen=True)
class Normaliser:
    """Brings the features of every backbone to one scale, and to fewer numbers where asked.

    `mean` and `scale` are (dim,), `components` (dim, n_components): learned from the clips of the
    training performances only.
    """

    mean: Array
    scale: Array
    components: Array

    @property
    def dim(self) -> int:
        """How many numbers describe a clip afterwards."""
        return int(self.components.shape[1])

    def __call__(self, values: Array) -> Array:
        """Normalise (clips, dim) to (clips, n_components).

        Raises
        ------
        FeatureError
            If the features are of another length than those it was fitted to.
        """
        if values.shape[1] != len(self.mean):
            raise FeatureError(
                f"features have {values.shape[1]} numbers per clip, but the model reads "
                f"{len(self.mean)}: use the backbone that the model was trained with"
            )
        normalised = ((values - self.mean) / self.scale) @ self.components
        return normalised.astype(np.float32)

    def arrays(self) -> dict[str, Array]:
        """Return it as the arrays that are saved."""
        return {
            "normaliser.mean": self.mean,
            "normaliser.scale": self.scale,
            "normaliser.components": self.components,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], dim: int | None = None) -> Self:
        """Build it from saved arrays, which must be for features of `dim` numbers, if given.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        mean = array_of(arrays, "normaliser.mean", (dim,))
        scale = array_of(arrays, "normaliser.scale", mean.shape, above=0)
        return cls(mean, scale, array_of(arrays, "normaliser.components", (len(mean), None)))


def fit_normaliser(clips: Array, n_components: int) -> Normaliser:
    """Learn a scale, and the `n_components` directions in which clips differ most (PCA).

    `clips` is (clips, dim) over all training performances. Components are scaled so that the
    first has unit variance; the others keep their size relative to it, tempered by a square root.
    """
    mean, scale = clips.mean(axis=0), clips.std(axis=0)
    scale = np.where(scale > 1e-6 * max(float(scale.max()), 1e-12), scale, 1).astype(np.float32)
    scaled = ((clips - mean) / scale).astype(np.float64)
    n_kept = max(1, min(n_components, len(clips) - 1, clips.shape[1]))
    variances, directions = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    order = np.argsort(variances)[::-1][:n_kept]
    kept = directions[:, order] * np.sign(directions[:, order].sum(axis=0) + 1e-12)
    sizes = np.sqrt(np.maximum(variances[order], 1e-9))
    components = kept / np.sqrt(sizes * sizes[0])
    return Normaliser(mean.astype(np.float32), scale, components.astype(np.float32))


def pad(sequences: Sequence[Array], n_clips: int) -> Array:
    """Stack performances as (performances, clips, dim), zeros before the shorter ones.

    All end at the same clip, as the paper's do ("initial clips are padded ones", table VII).
    Longer ones than `n_clips` keep all of their clips.
    """
    longest = max([n_clips, *(len(sequence) for sequence in sequences)])
    stacked = np.zeros((len(sequences), longest, sequences[0].shape[1]), np.float32)
    for row, sequence in enumerate(sequences):
        stacked[row, longest - len(sequence) :] = sequence
    return stacked
