"""Pairwise deep ranking (Doughty, Damen and Mayol-Cuevas, 2018): which of two is better."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from podium.errors import UsageError
from podium.scorers._ranking import Ranking
from podium.scorers._sequence_regression import (
    Batch,
    SequenceOptions,
    masked_mean,
    ordered_pairs,
)


@dataclass(frozen=True)
class PairwiseRankOptions(SequenceOptions):
    """What a pair should differ by in rank, and which pairs count as alike.

    `alike_below` is in standard deviations of the scores: 0.35 are the paper's 5 points of diving.
    """

    n_hidden: int = 64
    margin: float = 1.0
    alike_below: float = 0.35
    dropout: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_hidden < 1 or min(self.margin, self.alike_below) < 0 or not 0 <= self.dropout < 1:
            raise UsageError(
                f"{self}: n_hidden must be 1 or more, margin and alike_below 0 or more, "
                "dropout from 0 to below 1"
            )


class ClipRanks(nn.Module):
    """Ranks each clip by itself; a performance's rank is the mean of its clips'."""

    def __init__(self, n_inputs: int, options: PairwiseRankOptions) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_inputs, options.n_hidden),
            nn.ReLU(),
            nn.Dropout(options.dropout),
            nn.Linear(options.n_hidden, 1),
        )

    def forward(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Rank (performances, clips, n_inputs), (performances,)."""
        return masked_mean(self.layers(sequences).squeeze(-1), is_clip)


class PairwiseRank(Ranking):
    """Learns which of two performances is better (Doughty, 2018), then points by a line."""

    name = "pairwise_rank"
    options_type = PairwiseRankOptions

    def __init__(self, options: PairwiseRankOptions = PairwiseRankOptions(), seed: int = 0) -> None:
        super().__init__(options, seed)

    def make_network(self, n_inputs: int) -> nn.Module:
        """Build the unfitted network, which both sides of a pair share."""
        return ClipRanks(n_inputs, self.options)

    def loss(self, network: Any, batch: Batch) -> Tensor:
        """Return the ranking loss of pairs that differ and the similarity loss of the others."""
        ranks = network(batch.sequences, batch.is_clip)
        return pair_loss(ranks, batch.targets, self.options.margin, self.options.alike_below)


def pair_loss(ranks: Tensor, targets: Tensor, margin: float, alike_below: float) -> Tensor:
    """Average over all pairs of a batch: better ones `margin` above, like ones within it."""
    better, worse = ordered_pairs(targets, alike_below)
    ordered = torch.relu(margin - ranks[better] + ranks[worse])
    first, second = torch.triu_indices(len(ranks), len(ranks), offset=1)
    alike = (targets[first] - targets[second]).abs() <= alike_below
    apart = torch.relu((ranks[first] - ranks[second])[alike].abs() - margin)
    losses = torch.cat([ordered, apart])
    return losses.mean() if len(losses) else ranks.sum() * 0
