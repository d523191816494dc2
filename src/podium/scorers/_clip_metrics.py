"""How alike two performances are clip by clip, as `siamese_lstm` tells it: one class a choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from podium.features.values import Sample
from podium.metric.deviation import Deviation
from podium.metric.embedding import Normaliser, pad
from podium.metric.matching import put_in_step
from podium.metric.siamese import Siamese, clip_embeddings
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._linear import repeat_first

ClipMetricChoice = Literal["network", "deviation"]
ClipMeasure = Literal["share", "sigmoid"]

MEASURES: Mapping[ClipMeasure, Callable[[Siamese, Array, Array], Array]] = {
    "share": Siamese.clip_similarity,
    "sigmoid": Siamese.similarity,
}
"""What similarity is of two embeddings of clips, (..., n_embedding)."""


class ClipMetric(Protocol):
    """Tells how alike each clip of a query is to the reference's."""

    def __call__(self, query: Sample, reference: Sample) -> Floats:
        """Return the similarity of each clip of the query, 0 to 1, (clips,)."""
        ...


@dataclass(frozen=True)
class NetworkClips:
    """The paper's: each clip is embedded by itself (IV); the mean of several networks."""

    networks: Sequence[Siamese]
    normaliser: Normaliser
    n_clips: int
    measure: ClipMeasure

    def __call__(self, query: Sample, reference: Sample) -> Floats:
        """Return the similarity of each clip of the query, 0 to 1, (clips,)."""
        n_ours = len(query.features)
        theirs = repeat_first(self.normaliser(reference.features.values), n_ours)
        both = pad([self.normaliser(query.features.values), theirs], self.n_clips)
        rows = []
        for network in self.networks:
            ours, beside = clip_embeddings(network, both)
            rows.append(MEASURES[self.measure](network, beside, ours))
        return np.asarray(np.mean(rows, axis=0), np.float64)[-n_ours:]


@dataclass(frozen=True)
class DeviationClips:
    """Half as alike at the border of what good performances' clips differ by."""

    deviation: Deviation

    def __call__(self, query: Sample, reference: Sample) -> Floats:
        """Return the similarity of each clip of the query, 0 to 1, (clips,)."""
        distances = self.deviation.distances(query.features.values, reference.features.values)
        return np.asarray(np.exp2(-(distances**2)), np.float64)


@dataclass(frozen=True)
class InStepClips:
    """As `DeviationClips`, of normalised clips that are put in step first."""

    deviation: Deviation
    normaliser: Normaliser

    def __call__(self, query: Sample, reference: Sample) -> Floats:
        """Return the similarity of each clip of the query, 0 to 1, (clips,)."""
        ours, theirs = (self.normaliser(one.features.values) for one in (query, reference))
        distances = self.deviation.distances(ours, theirs, put_in_step(ours, theirs))
        return np.asarray(np.exp2(-(distances**2)), np.float64)
