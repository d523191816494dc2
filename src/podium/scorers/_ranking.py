"""What the scorers share that learn which of two performances is the better one."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import torch

from podium.evaluation import metrics
from podium.features.values import Sample
from podium.scorers import Floats
from podium.scorers._sequence_regression import SequenceRegression


class Ranking(SequenceRegression):
    """A network whose numbers only rank; a straight line makes points of them afterwards."""

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn the order of pairs, then the line from rank to target by least squares."""
        super().fit(train, validation)
        ranks, targets = self.ranks(train), self.target.of(train)
        varies = np.ptp(ranks) > 0
        self.spread, self.centre = (
            np.polyfit(ranks, targets, 1) if varies else (0.0, targets.mean())
        )
        self.spread, self.centre = float(self.spread), float(self.centre)
        return self

    def ranks(self, samples: Sequence[Sample]) -> Floats:
        """Return how good performances are in no unit, (performances,); higher is better."""
        with torch.inference_mode():
            rows = [float(self.outputs(*self.inputs([sample]))[0]) for sample in samples]
        return np.array(rows)

    def pair_accuracy(self, samples: Sequence[Sample]) -> float:
        """Return the share of pairs of scored performances that are put in the right order, 0-1."""
        return metrics.pair_accuracy(self.ranks(samples), self.target.of(samples))
