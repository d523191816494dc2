"""Scores by one judge's mark: not a floor but a ceiling, for it has seen what the panel saw."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from podium.features.values import Sample
from podium.inputs.saved import values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target
from podium.scorers.type_mean import TypeMean


class OneJudge:
    """One judge of the panel, where marks are given; else the mean of the action.

    The seed says which judge. It reads the marks of the performance that it scores, which no model
    may: a model that agrees better with the panel than this has probably seen something it should
    not have.
    """

    name = "one_judge"
    reads = "judges"
    _slope = Learned[float]()
    _at_zero = Learned[float]()
    _without_marks = Learned[TypeMean]()

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit the line from the mark (and difficulty, where known) to the score."""
        self._without_marks = TypeMean(self.seed).fit(train)
        self.target = self._without_marks.target
        self._slope, self._at_zero = 1.0, 0.0
        marked = [s for s in train if s.performance.judges]
        if len(marked) > 1:
            inputs = np.array([self._mark(s) for s in marked])
            scores = np.array([s.performance.score for s in marked], float)
            line = np.polyfit(inputs, scores, 1) if np.ptp(inputs) else (0.0, scores.mean())
            self._slope, self._at_zero = float(line[0]), float(line[1])
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        means = self._without_marks.predict(queries)
        for index, query in enumerate(queries):
            if query.performance.judges:
                means[index] = self._slope * self._mark(query) + self._at_zero
        return means

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        line = {"slope": self._slope, "at_zero": self._at_zero, "seed": self.seed}
        return ScorerState({}, {**line, "without_marks": dict(self._without_marks.state().config)})

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"seed": int, "slope": float, "at_zero": float, "without_marks": Any}
        plain = values_of(state.config, "scorer", **kinds)
        scorer = cls(plain["seed"])
        scorer._slope, scorer._at_zero = plain["slope"], plain["at_zero"]
        scorer._without_marks = TypeMean.restore(ScorerState({}, plain["without_marks"]))
        scorer.target = scorer._without_marks.target
        return scorer

    def _mark(self, sample: Sample) -> float:
        marks = sample.performance.judges
        return float(self.target.points_of(np.array(marks[self.seed % len(marks)]), sample))
