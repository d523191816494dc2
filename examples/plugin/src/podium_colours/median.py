"""A scorer: the median of all scores that it learned from, or another of their quantiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from podium.checks import check_options, require
from podium.errors import TrainingError
from podium.features import Sample
from podium.inputs.saved import values_of
from podium.scorers import Floats, ScorerState
from podium.scorers._target import Target, choose_target


@dataclass(frozen=True)
class MedianOptions:
    """Which of the scores it is; on the command line, `--set quantile=0.9`."""

    quantile: float = 0.5

    def __post_init__(self) -> None:
        check_options(self)
        require(0 <= self.quantile <= 1, "quantile", self.quantile, "from 0 to 1")


class Median:
    """Gives every performance the median score, times its difficulty where that is known."""

    name = "median"

    def __init__(self, options: MedianOptions = MedianOptions(), seed: int = 0) -> None:
        self.options = options
        self.target = Target(uses_execution=False)
        self._median = 0.0

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Remember the median."""
        if not train:
            raise TrainingError("there is no performance to learn from: give some with scores")
        self.target = choose_target(train, "auto")
        self._median = float(np.quantile(self.target.of(train), self.options.quantile))
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        return self.target.points(np.full(len(queries), self._median), queries)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        return ScorerState({}, {"target": self.target.to_json(), "median": self._median})

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Return a fitted scorer of a saved state; what does not fit is refused (`ModelError`)."""
        saved, scorer = values_of(state.config, "scorer", target=Any, median=float), cls()
        scorer.target, scorer._median = Target.from_json(saved["target"]), saved["median"]
        return scorer
