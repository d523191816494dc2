"""One regressor for each kind of action (the paper's table I, "dive specific regression")."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from podium.errors import ModelError
from podium.features.values import Sample
from podium.inputs.saved import part_of, values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target
from podium.scorers.c3d_lstm import C3DLSTM, C3DLSTMOptions

MIN_OF_ACTION = 10
"""Performances of an action without which it gets no regressor of its own."""

REST = "_rest"


class TypeRegressors:
    """A C3D-LSTM for each action, fitted to that action only; rare actions share one."""

    name = "type_regressors"
    _by_action = Learned[dict[str, C3DLSTM]]()

    def __init__(self, options: C3DLSTMOptions = C3DLSTMOptions(), seed: int = 0) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit a regressor to each action, and one to all for actions with too few of them.

        All predict the same target, decided from all of `train`.
        """
        rest = C3DLSTM(self.options, self.seed).fit(train, validation)
        self._by_action, self.target = {REST: rest}, rest.target
        for action in sorted({str(s.performance.action) for s in train}):
            ours = _of_action(train, action)
            if len(ours) >= MIN_OF_ACTION:
                scorer = C3DLSTM(self.options, self.seed)
                self._by_action[action] = scorer.fit(ours, _of_action(validation, action))
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        known = self._by_action
        rows = [
            known.get(str(query.performance.action), known[REST]).predict([query])
            for query in queries
        ]
        return np.concatenate(rows) if rows else np.zeros(0)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        states = {action: scorer.state() for action, scorer in self._by_action.items()}
        arrays = {
            f"{number}.{key}": value
            for number, state in enumerate(states.values())
            for key, value in state.arrays.items()
        }
        return ScorerState(
            arrays, {"regressors": [[action, state.config] for action, state in states.items()]}
        )

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kind = tuple[tuple[str, Any], ...]
        plain = values_of(state.config, "scorer", regressors=kind)["regressors"]
        regressors = {
            action: C3DLSTM.restore(ScorerState(part_of(state.arrays, f"{number}."), config))
            for number, (action, config) in enumerate(plain)
        }
        if REST not in regressors:
            raise ModelError(f"scorer.regressors lacks {REST}")
        scorer = cls(regressors[REST].options, regressors[REST].seed)
        scorer._by_action, scorer.target = regressors, regressors[REST].target
        return scorer


def _of_action(samples: Sequence[Sample], action: str) -> list[Sample]:
    return [sample for sample in samples if str(sample.performance.action) == action]
