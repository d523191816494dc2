"""C3D-SVR (Parmar and Morris, 2017): the mean of the clips' features, and a straight line."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from podium.features import Sample
from podium.scorers import Floats, ScorerState
from podium.scorers._support_vectors import Line, fit_line
from podium.target import Target, TargetChoice, choose_target


@dataclass(frozen=True)
class C3DSVROptions:
    """What is predicted."""

    target: TargetChoice = "auto"


class C3DSVR:
    """Averages the clips' features, whatever their order, and fits a line (linear SVR)."""

    name = "c3d_svr"

    def __init__(self, options: C3DSVROptions = C3DSVROptions(), seed: int = 0) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit the line; `validation` is not used."""
        self.target = choose_target(train, self.options.target)
        self._line = fit_line(mean_features(train), self.target.of(train), self.seed)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        if not queries:
            return np.zeros(0)
        return self.target.points(self._line(mean_features(queries)), queries)

    def state(self) -> ScorerState:
        """Give all that `restore` needs."""
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "target": self.target.to_json(),
            "bias": self._line.bias,
        }
        return ScorerState(self._line.arrays(), config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Make a fitted scorer of a saved state."""
        config = state.config
        scorer = cls(C3DSVROptions(**config["options"]), config["seed"])
        scorer.target = Target.from_json(config["target"])
        scorer._line = Line.of_arrays(state.arrays, config["bias"])
        return scorer


def mean_features(samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
    """Average each performance's clips and bring the mean to length 1, (performances, dim)."""
    means = [sample.features.values.mean(axis=0) for sample in samples]
    return np.stack([mean / max(float(np.linalg.norm(mean)), 1e-12) for mean in means])
