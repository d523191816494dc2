"""Scores by the difficulty alone, without a look at the video: a floor."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from podium.features.values import Sample
from podium.inputs.saved import values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target


class Difficulty:
    """A straight line from difficulty to score, which knows nothing of how it was done."""

    name = "difficulty"
    _slope = Learned[float]()
    _at_zero = Learned[float]()
    _usual = Learned[float]()

    def __init__(self, seed: int = 0) -> None:
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit the line by least squares; flat where all difficulties are the same or unknown."""
        self.target = choose_target(train, "score")
        known = [s.performance.difficulty for s in train if s.performance.difficulty is not None]
        self._usual = float(np.median(known)) if known else 1.0
        values, scores = self._difficulties(train), self.target.of(train)
        spread = np.var(values)
        self._slope = float(np.cov(values, scores, bias=True)[0, 1] / spread) if spread else 0.0
        self._at_zero = float(scores.mean() - self._slope * values.mean())
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        return self._at_zero + self._slope * self._difficulties(queries)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        line = {"slope": self._slope, "at_zero": self._at_zero, "usual": self._usual}
        return ScorerState({}, line)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        plain = values_of(state.config, "scorer", slope=float, at_zero=float, usual=float)
        scorer = cls()
        scorer._slope, scorer._at_zero = plain["slope"], plain["at_zero"]
        scorer._usual = plain["usual"]
        return scorer

    def _difficulties(self, samples: Sequence[Sample]) -> Floats:
        return np.array([s.performance.difficulty or self._usual for s in samples])
