"""Clip-wise C3D with a ranking loss (Li, Chai and Chen, 2018): a network for each clip's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from podium.errors import UsageError
from podium.features.values import Sample
from podium.scorers._sequence_regression import (
    Batch,
    SequenceOptions,
    SequenceRegression,
    last_clips,
    ordered_pairs,
)


@dataclass(frozen=True)
class ClipwiseRankOptions(SequenceOptions):
    """The size of each clip's network, and how much the order of a pair counts.

    `rank_weight` weighs the ranking loss beside the squared error, `margin` is how far apart the
    scores of a pair should be, in standard deviations.
    """

    n_hidden: int = 16
    n_joined: int = 64
    rank_weight: float = 1.0
    margin: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.n_hidden, self.n_joined) < 1 or min(self.rank_weight, self.margin) < 0:
            raise UsageError(f"{self}: sizes must be 1 or more, rank_weight and margin 0 or more")


class ClipNetworks(nn.Module):
    """A small network for each place, counted from the end; what they give is joined."""

    def __init__(self, n_clips: int, n_inputs: int, options: ClipwiseRankOptions) -> None:
        super().__init__()
        self.places = nn.ModuleList([nn.Linear(n_inputs, options.n_hidden) for _ in range(n_clips)])
        self.joined = nn.Linear(n_clips * options.n_hidden, options.n_joined)
        self.output = nn.Linear(options.n_joined, 1)

    def forward(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Score (performances, clips, n_inputs), (performances,); absent clips give zeros."""
        sequences, is_clip = last_clips(sequences, is_clip, len(self.places))
        each = [
            torch.relu(place(sequences[:, clip])) * is_clip[:, clip : clip + 1]
            for clip, place in enumerate(self.places)
        ]
        scores: Tensor = self.output(torch.relu(self.joined(torch.cat(each, dim=1))))
        return scores.squeeze(-1)


class ClipwiseRank(SequenceRegression):
    """A small network for each clip's place in time, taught scores and their order (Li, 2018)."""

    name = "clipwise_rank"
    options_type = ClipwiseRankOptions

    def __init__(self, options: ClipwiseRankOptions = ClipwiseRankOptions(), seed: int = 0) -> None:
        super().__init__(options, seed)

    def make_network(self, n_inputs: int) -> nn.Module:
        """Build the unfitted networks."""
        return ClipNetworks(self.n_clips, n_inputs, self.options)

    def loss(self, network: Any, batch: Batch) -> Tensor:
        """Return the squared error, and a hinge on pairs that come in the wrong order."""
        scores = network(batch.sequences, batch.is_clip)
        squared = nn.functional.mse_loss(scores, batch.targets)
        ranking = ranking_hinge(scores, batch.targets, self.options.margin)
        weighed: Tensor = self.options.rank_weight * ranking
        return squared + weighed

    def rank(self, queries: Sequence[Sample]) -> list[Sample]:
        """Put performances in order, the best first."""
        scores = self.predict(queries)
        return [queries[place] for place in (-scores).argsort(kind="stable")]


def ranking_hinge(scores: Tensor, targets: Tensor, margin: float) -> Tensor:
    """Average, over pairs, by how much the worse is not `margin` below the better; 0 of none."""
    better, worse = ordered_pairs(targets)
    if not len(better):
        return scores.sum() * 0
    return torch.relu(margin - scores[better] + scores[worse]).mean()
