"""Add a scorer: a performance gets the mean score of the three it is most alike.

A file like this one in `src/podium/scorers/` is a choice in every command. From anywhere else it is
named `module:Class`: `podium train dives.csv --out my_model --scorer nearest:Nearest`.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from podium.features import Sample
from podium.inputs.saved import array_of, values_of
from podium.metric import Normaliser, fit_normaliser
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target

N_NEIGHBOURS = 3


class Nearest:
    """The mean of the three training performances whose clips are, on average, the nearest."""

    name = "nearest"
    _scores = Learned[Floats]()
    _means = Learned[Floats]()
    _normaliser = Learned[Normaliser]()

    def __init__(self, seed: int = 0) -> None:
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Remember where each training performance lies, and what it scored."""
        self.target = choose_target(train, "auto")
        self._scores = self.target.of(train)
        self._normaliser = fit_normaliser(np.concatenate([s.features.values for s in train]), 16)
        self._means = self._mean_clips(train)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        means = self._means
        if not queries:
            return np.zeros(0)
        apart = np.linalg.norm(self._mean_clips(queries)[:, None] - means[None], axis=2)
        nearest = np.argsort(apart, axis=1, kind="stable")[:, :N_NEIGHBOURS]
        return self.target.points(self._scores[nearest].mean(axis=1), queries)

    def state(self) -> ScorerState:
        """Return all that `restore` needs: arrays, and plain values."""
        own = {"means": self._means, "scores": self._scores}
        return ScorerState({**self._normaliser.arrays(), **own}, {"target": self.target.to_json()})

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Return a fitted scorer of a saved state; what does not fit is refused (`ModelError`)."""
        scorer = cls()
        scorer.target = Target.from_json(values_of(state.config, "scorer", target=Any)["target"])
        scorer._normaliser = Normaliser.from_arrays(state.arrays)
        scorer._means = array_of(state.arrays, "means", (None, scorer._normaliser.dim), np.float64)
        scorer._scores = array_of(state.arrays, "scores", scorer._means.shape[:1], np.float64)
        return scorer

    def _mean_clips(self, samples: Sequence[Sample]) -> Floats:
        rows = [self._normaliser(s.features.values).mean(axis=0) for s in samples]
        return np.stack(rows).astype(np.float64)
