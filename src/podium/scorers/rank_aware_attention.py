"""Rank-aware attention (Doughty, Mayol-Cuevas and Damen, 2019): the pros and the cons.

One branch learns to look where skill shows, one where it is lacking, and a third looks everywhere
alike, for the other two to be better than.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.errors import UsageError
from podium.features.values import Sample
from podium.scorers._explanations import Explanation, ExplanationKind, at_clip
from podium.scorers._ranking import Ranking
from podium.scorers._sequence_regression import Batch, SequenceOptions, ordered_pairs

HIGH, LOW, UNIFORM = range(3)


@dataclass(frozen=True)
class RankAwareAttentionOptions(SequenceOptions):
    """The published margins and weights; `alike_below`, in standard deviations, leaves out pairs.

    `margin` of the ranking loss, `disparity` of each branch to the uniform one, `rank_aware`
    between the two branches; `diversity` weighs the loss that keeps the filters apart.
    """

    n_filters: int = 3
    n_attention: int = 32
    margin: float = 1.0
    disparity: float = 0.05
    rank_aware: float = 0.15
    diversity: float = 0.1
    alike_below: float = 0.35

    def __post_init__(self) -> None:
        super().__post_init__()
        weights = (self.margin, self.disparity, self.rank_aware, self.diversity, self.alike_below)
        if min(self.n_filters, self.n_attention) < 1 or min(weights) < 0:
            raise UsageError(f"{self}: sizes must be 1 or more, margins and weights 0 or more")


class AttentionFilters(nn.Module):
    """Several filters, each of which says how much every clip matters."""

    def __init__(self, n_inputs: int, options: RankAwareAttentionOptions) -> None:
        super().__init__()
        self.first = nn.Linear(n_inputs, options.n_filters * options.n_attention)
        self.second = nn.Parameter(torch.randn(options.n_filters, options.n_attention) * 0.1)

    def forward(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Return the weights, (performances, n_filters, clips); each row sums to 1."""
        hidden = torch.unflatten(torch.tanh(self.first(sequences)), -1, self.second.shape)
        looks: Tensor = (hidden * self.second).sum(dim=-1).transpose(1, 2)
        return looks.masked_fill(~is_clip[:, None], float("-inf")).softmax(dim=-1)


class RankAwareNetwork(nn.Module):
    """Three branches over the same clips; each sums them up and ranks the sum."""

    def __init__(self, n_inputs: int, options: RankAwareAttentionOptions) -> None:
        super().__init__()
        self.filters = nn.ModuleList([AttentionFilters(n_inputs, options) for _ in (HIGH, LOW)])
        self.ranks = nn.ModuleList([nn.Linear(n_inputs, 1) for _ in (HIGH, LOW, UNIFORM)])

    def forward(self, sequences: Tensor, is_clip: Tensor) -> tuple[Tensor, Tensor]:
        """Return the branches' ranks (performances, 3), and (performances, 2, n_filters, clips)."""
        weights = torch.stack([f(sequences, is_clip) for f in self.filters], dim=1)
        even = is_clip / is_clip.sum(dim=1, keepdim=True)
        sums = [*(weights.mean(dim=2) @ sequences).unbind(dim=1), (even[:, None] @ sequences)[:, 0]]
        ranks = [layer(s) for layer, s in zip(self.ranks, sums, strict=True)]
        return torch.cat(ranks, dim=1), weights


class RankAwareAttention(Ranking):
    """Learns where skill shows and where it lacks, and ranks by both (Doughty, 2019)."""

    name = "rank_aware_attention"
    options_type = RankAwareAttentionOptions

    def __init__(
        self, options: RankAwareAttentionOptions = RankAwareAttentionOptions(), seed: int = 0
    ) -> None:
        super().__init__(options, seed)

    def make_network(self, n_inputs: int) -> nn.Module:
        """Build the unfitted network."""
        return RankAwareNetwork(n_inputs, self.options)

    def outputs(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Add the ranks of the two attentive branches, (performances,)."""
        ranks: Tensor = self.network(sequences, is_clip)[0]
        return ranks[:, HIGH] + ranks[:, LOW]

    def loss(self, network: Any, batch: Batch) -> Tensor:
        """Return the four published losses, added."""
        ranks, weights = network(batch.sequences, batch.is_clip)
        better, worse = ordered_pairs(batch.targets, self.options.alike_below)
        if not len(better):
            return torch.zeros((), requires_grad=True)
        pairs = pair_losses(ranks[better], ranks[worse], self.options)
        diversity: Tensor = self.options.diversity * diversity_loss(weights)
        return pairs + diversity

    def attention(self, sample: Sample) -> npt.NDArray[np.float64]:
        """Return how much each clip mattered as showing skill, and lack of it, (2, clips)."""
        with torch.inference_mode():
            sequences, is_clip = self.inputs([sample])
            weights = self.network(sequences, is_clip)[1][0].mean(dim=1)[:, is_clip[0]]
        return np.asarray(weights.numpy(), np.float64)

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Say which clip weighed most as skill, and as lack of it; see `ExplainingScorer`."""
        kinds: tuple[ExplanationKind, ...] = ("shows_skill", "lacks_skill")
        return tuple(
            Explanation(
                kind, {"share": float(weights[clip] / weights.sum())}, **at_clip(query, clip)
            )
            for kind, weights in zip(kinds, self.attention(query), strict=True)
            for clip in [int(weights.argmax())]
        )


def pair_losses(better: Tensor, worse: Tensor, options: RankAwareAttentionOptions) -> Tensor:
    """Average the ranking, disparity and rank-aware losses of pairs, each (pairs, 3) of branches.

    Every branch should rank the better one higher; the attentive ones by more than the uniform;
    and skill seen in the better one should outrank the lack of it seen in the worse.
    """
    gaps = better - worse
    ranking = torch.relu(options.margin - gaps).sum(dim=1)
    disparity = torch.relu(options.disparity - gaps[:, :UNIFORM] + gaps[:, UNIFORM:].detach()).sum(
        dim=1
    )
    rank_aware = torch.relu(
        options.rank_aware - (better[:, HIGH] - worse[:, LOW]) + gaps[:, UNIFORM].detach()
    )
    return (ranking + disparity + rank_aware).mean()


def diversity_loss(weights: Tensor) -> Tensor:
    """Average the squared products of different filters: 0 where no two look at the same clip.

    `weights` is (performances, branches, n_filters, clips).
    """
    products = weights @ weights.transpose(-1, -2)
    n_filters = weights.shape[-2]
    others = products - torch.diag_embed(products.diagonal(dim1=-2, dim2=-1))
    return (others**2).sum(dim=(-1, -2)).mean() / max(n_filters * (n_filters - 1), 1)
