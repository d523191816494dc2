"""Scores by the kind of action and its difficulty, without a look at the video: a floor."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from podium.features.values import Sample
from podium.inputs.saved import values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target


class TypeMean:
    """The mean of each action in training (times difficulty, where it is known)."""

    name = "type_mean"
    _overall = Learned[float]()
    _means = Learned[dict[str, float]]()

    def __init__(self, seed: int = 0) -> None:
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Average the target of each action."""
        self.target = choose_target(train, "auto")
        values = self.target.of(train)
        self._overall = float(values.mean())
        actions = np.array([s.performance.action or "" for s in train])
        self._means = {
            str(action): float(values[actions == action].mean()) for action in np.unique(actions)
        }
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        known, overall = self._means, self._overall
        means = [known.get(s.performance.action or "", overall) for s in queries]
        return self.target.points(np.array(means), queries)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        config = {"overall": self._overall, "means": self._means, "target": self.target.to_json()}
        return ScorerState({}, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"overall": float, "means": Mapping[str, float], "target": Any}
        plain = values_of(state.config, "scorer", **kinds)
        scorer = cls()
        scorer._overall, scorer._means = plain["overall"], plain["means"]
        scorer.target = Target.from_json(plain["target"])
        return scorer
