"""C3D-LSTM-SVR (Parmar and Morris, 2017): the LSTM's state, scored by a straight line."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.inputs.saved import values_of
from podium.metric.curves import Curve
from podium.scorers import Floats, ScorerState
from podium.scorers._explanations import Explanation
from podium.scorers._learned import Learned
from podium.scorers._support_vectors import Line, fit_line
from podium.scorers._target import Target
from podium.scorers.c3d_lstm import C3DLSTM, C3DLSTMOptions, falls, falls_of


class C3DLSTMSVR:
    """The state of a fitted C3D-LSTM after the last clip, and a linear SVR on it."""

    name = "c3d_lstm_svr"
    _line = Learned[Line]()

    def __init__(self, options: C3DLSTMOptions = C3DLSTMOptions(), seed: int = 0) -> None:
        self._lstm = C3DLSTM(options, seed)

    @property
    def target(self) -> Target:
        """What is predicted."""
        return self._lstm.target

    @property
    def curves(self) -> tuple[Curve, ...]:
        """How the loss of the LSTM fell."""
        return self._lstm.curves

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit the LSTM, then the line on its last states."""
        self._lstm.fit(train, validation)
        groups = [s.group for s in train]
        self._line = fit_line(
            self._last_states(train), self.target.of(train), self._lstm.seed, groups
        )
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        line = self._line
        if not queries:
            return np.zeros(0)
        return self.target.points(line(self._last_states(queries)), queries)

    def running_scores(self, sample: Sample) -> Floats:
        """Return the score so far after each clip of a performance, in points, (clips,)."""
        return self.target.points_of(self._line(self._lstm.states(sample)), sample)

    def faulty_clips(self, sample: Sample) -> npt.NDArray[np.bool_]:
        """Return the clips at which the running score falls, (clips,)."""
        return falls(self.running_scores(sample))

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Say where the running score falls; see `ExplainingScorer`."""
        return falls_of(self.running_scores(query), query)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        line, lstm = self._line, self._lstm.state()
        return ScorerState({**lstm.arrays, **line.arrays()}, {**lstm.config, "bias": line.bias})

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        bias = values_of(state.config, "scorer", bias=float)["bias"]
        scorer = cls()
        scorer._lstm = C3DLSTM.restore(state)
        scorer._line = Line.from_arrays(state.arrays, bias, scorer._lstm.options.n_hidden)
        return scorer

    def _last_states(self, samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
        return np.stack([self._lstm.states(sample)[-1] for sample in samples])
