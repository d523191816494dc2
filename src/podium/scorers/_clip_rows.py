"""What a dense network reads of a performance: its last clips, on one scale, in a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import TrainingError
from podium.features.values import Sample
from podium.metric.embedding import Normaliser, fit_normaliser
from podium.networks.layers import Array
from podium.scorers._linear import repeat_first

MIN_PERFORMANCES = 5
"""Fewer performances than this teach nothing."""


@dataclass(frozen=True)
class ClipRows:
    """Brings the last `n_clips` clips of performances to one scale, each performance to a row."""

    normaliser: Normaliser
    n_clips: int

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return self.n_clips * self.normaliser.dim

    def __call__(self, samples: Sequence[Sample]) -> Array:
        """Return the rows, (performances, width); the first clip stands for those that lack."""
        rows = [self.normaliser(s.features.values)[-self.n_clips :] for s in samples]
        whole = [repeat_first(row, self.n_clips).ravel() for row in rows]
        return np.array(whole, np.float32).reshape(len(samples), self.width)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved; without the number of clips."""
        return dict(self.normaliser.arrays())

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], n_clips: int) -> Self:
        """Build it from saved arrays; `ModelError` where one is missing, or does not fit."""
        return cls(Normaliser.from_arrays(arrays), n_clips)


def fit_clip_rows(train: Sequence[Sample], n_last_clips: int, n_components: int) -> ClipRows:
    """Learn the scale of clips; no performance has more of them in a row than the longest has.

    Raises
    ------
    TrainingError
        If there are too few performances.
    """
    if len(train) < MIN_PERFORMANCES:
        raise TrainingError(
            f"{len(train)} performances are too few to learn from: "
            f"give {MIN_PERFORMANCES} or more with scores"
        )
    clips = np.concatenate([sample.features.values for sample in train])
    longest = max(len(sample.features) for sample in train)
    return ClipRows(fit_normaliser(clips, n_components), min(n_last_clips, longest))
