"""Ridge regression on what the clips show: the plain yardstick, with no reference at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.features.values import Sample
from podium.inputs.saved import array_of, values_of
from podium.metric.embedding import N_CLIPS, Normaliser, fit_normaliser, pad
from podium.networks.program import Term
from podium.scorers import Floats, ScorerState
from podium.scorers import _steps as written
from podium.scorers._learned import Learned
from podium.scorers._penalty import fit_penalised
from podium.scorers._target import Target, TargetChoice, choose_target

ALPHAS = 10.0 ** np.arange(-1, 5.1, 0.5)


@dataclass(frozen=True)
class RidgeOptions:
    """What is predicted, and from how many components of the features."""

    target: TargetChoice = "auto"
    n_components: int = 256

    def __post_init__(self) -> None:
        check_options(self, n_components=1)


class Ridge:
    """A weighted sum of all clips' features, aligned to the end; no comparison, no feedback."""

    name = "ridge"
    _normaliser = Learned[Normaliser]()
    _n_clips = Learned[int]()
    _weights = Learned[npt.NDArray[np.float32]]()
    _bias = Learned[float]()

    def __init__(self, options: RidgeOptions = RidgeOptions(), seed: int = 0) -> None:
        self.options = options
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit, with the strength of the penalty chosen on training performances left out."""
        self.target = choose_target(train, self.options.target)
        clips = np.concatenate([s.features.values for s in train])
        self._normaliser = fit_normaliser(clips, self.options.n_components)
        self._n_clips = max(len(s.features) for s in train)
        groups = [s.group for s in train]
        fitted = fit_penalised(self._inputs(train), self.target.of(train), groups, ALPHAS)
        self._weights, self._bias = fitted.coef_.astype(np.float32), float(fitted.intercept_)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        values = self._inputs(queries).astype(np.float64) @ self._weights + self._bias
        return self.target.points(values, queries)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays = {**self._normaliser.arrays(), "weights": self._weights}
        config = {"bias": self._bias, "n_clips": self._n_clips, "target": self.target.to_json()}
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        plain = values_of(state.config, "scorer", bias=float, n_clips=N_CLIPS, target=Any)
        scorer = cls()
        scorer._normaliser = Normaliser.from_arrays(state.arrays)
        scorer._n_clips, scorer._bias = plain["n_clips"], plain["bias"]
        n_inputs = scorer._n_clips * scorer._normaliser.dim
        scorer._weights = array_of(state.arrays, "weights", (n_inputs,))
        scorer.target = Target.from_json(plain["target"])
        return scorer

    def steps(self, query: Term, reference: Term | None) -> Term:
        """Write how features become predictions; see `WritableScorer`."""
        clips = written.normalised(self._normaliser, query)
        last, is_there = written.last_clips(clips, self._n_clips)
        row = (last * is_there).reshape(-1, len(self._weights))
        return row @ self._weights + self._bias

    def _inputs(self, samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
        if not samples:
            return np.zeros((0, len(self._weights)), np.float32)
        sequences = [self._normaliser(s.features.values)[-self._n_clips :] for s in samples]
        rows: npt.NDArray[np.float32] = pad(sequences, self._n_clips).reshape(len(sequences), -1)
        return rows
