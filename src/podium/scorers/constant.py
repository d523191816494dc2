"""Gives everyone the average score: the floor that any scorer must be above."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from podium.features.values import Sample
from podium.inputs.saved import values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target


class Constant:
    """The mean score of training, whatever the video shows."""

    name = "constant"
    _mean = Learned[float]()

    def __init__(self, seed: int = 0) -> None:
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Take the mean score of training."""
        self.target = choose_target(train, "score")
        self._mean = float(np.mean(self.target.of(train)))
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        return np.full(len(queries), self._mean)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        return ScorerState({}, {"mean": self._mean})

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        scorer = cls()
        scorer._mean = values_of(state.config, "scorer", mean=float)["mean"]
        return scorer
