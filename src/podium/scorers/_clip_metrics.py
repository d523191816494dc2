"""How alike two performances are clip by clip, as `siamese_lstm` tells it: one class a choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from podium.features.values import Sample
from podium.metric.deviation import Deviation
from podium.metric.embedding import Normaliser, pad
from podium.metric.matching import ask_steps, put_in_step, step_cost
from podium.metric.siamese import Siamese, clip_embeddings
from podium.metric.steps import apart
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._in_step import Steps
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
    """Half as alike at the border of what is usual at that moment, of clips that are in step."""

    normaliser: Normaliser
    references: Sequence[Sample]
    steps: Steps
    """From which distance on a clip is unlike each of the references'."""

    def __call__(self, query: Sample, reference: Sample) -> Floats:
        """Return the similarity of each clip of the query, 0 to 1, (clips,)."""
        found, matched = apart(*(self.normaliser(s.features.values) for s in (query, reference)))
        shares = np.linalg.norm(found, axis=1) / self._border(reference)[matched]
        return np.asarray(np.exp2(-(shares**2)), np.float64)

    def _border(self, reference: Sample) -> Floats:
        """Return the borders of a reference; of one that is not known, those of one in step.

        Where none is, all of its moments have the usual border.
        """
        known = {one.performance.id: i for i, one in enumerate(self.references)}
        if reference.performance.id in known:
            return self.steps.borders[known[reference.performance.id]]
        actions = [one.performance.action for one in self.references]
        action = reference.performance.action
        nearest = actions.index(action) if action in actions else 0
        ours = self.normaliser(reference.features.values)
        theirs = self.normaliser(self.references[nearest].features.values)
        border = self.steps.borders[nearest]
        if ask_steps(step_cost(ours, theirs), self.steps.usual_cost):
            return np.full(len(ours), np.median(border))
        return np.asarray(border[put_in_step(ours, theirs)], np.float64)
