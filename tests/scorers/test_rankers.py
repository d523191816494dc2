"""The scorers that learn from the order of pairs, against losses written out pair by pair."""

import re
from itertools import combinations, permutations

import numpy as np
import pytest
import torch

from podium.errors import UsageError
from podium.evaluation import metrics
from podium.scorers.clipwise_rank import ClipwiseRank, ClipwiseRankOptions, ranking_hinge
from podium.scorers.pairwise_rank import PairwiseRank, PairwiseRankOptions, pair_loss
from podium.scorers.rank_aware_attention import (
    RankAwareAttention,
    RankAwareAttentionOptions,
    diversity_loss,
    pair_losses,
)


@pytest.fixture
def ranks() -> torch.Tensor:
    return torch.tensor([0.3, -1.2, 2.0, 0.1, 0.4])


@pytest.fixture
def targets() -> torch.Tensor:
    return torch.tensor([1.0, 1.2, -0.5, 0.9, 0.9])


def test_the_hinge_is_the_mean_over_ordered_pairs(ranks, targets):
    by_hand = [
        max(0.0, float(0.5 - ranks[i] + ranks[j]))
        for i, j in permutations(range(5), 2)
        if targets[i] > targets[j]
    ]
    assert float(ranking_hinge(ranks, targets, 0.5)) == pytest.approx(np.mean(by_hand))


def test_the_hinge_of_no_pairs_is_nothing(ranks):
    assert float(ranking_hinge(ranks, torch.ones(5), 0.5)) == 0


def test_the_pair_loss_orders_what_differs_and_joins_what_is_alike(ranks, targets):
    by_hand = []
    for i, j in combinations(range(5), 2):
        gap, apart = float(targets[i] - targets[j]), float(ranks[i] - ranks[j])
        if abs(gap) > 0.15:
            by_hand.append(max(0.0, 1.0 - np.sign(gap) * apart))
        else:
            by_hand.append(max(0.0, abs(apart) - 1.0))
    assert float(pair_loss(ranks, targets, 1.0, 0.15)) == pytest.approx(np.mean(by_hand))


def test_the_pair_loss_of_one_performance_is_nothing():
    assert float(pair_loss(torch.ones(1), torch.ones(1), 1.0, 0.1)) == 0


def test_the_rank_aware_losses_are_as_published():
    options = RankAwareAttentionOptions()
    generator = torch.Generator().manual_seed(0)
    better = torch.randn(6, 3, generator=generator)
    worse = torch.randn(6, 3, generator=generator)
    by_hand = []
    for b, w in zip(better.tolist(), worse.tolist(), strict=True):
        high, low, even = (b[k] - w[k] for k in range(3))
        total = sum(max(0, 1 - gap) for gap in (high, low, even))
        total += sum(max(0, 0.05 - gap + even) for gap in (high, low))
        by_hand.append(total + max(0, 0.15 - (b[0] - w[1]) + even))
    assert float(pair_losses(better, worse, options)) == pytest.approx(np.mean(by_hand), rel=1e-5)


def test_filters_that_look_at_different_clips_are_diverse():
    apart = torch.eye(3)[None, None]
    assert float(diversity_loss(apart)) == 0
    assert float(diversity_loss(torch.eye(3)[[0, 0, 0]][None, None])) == pytest.approx(1)


@pytest.mark.parametrize("kind", [PairwiseRank, RankAwareAttention])
def test_rankers_put_pairs_in_order(kind, graded):
    scorer = kind().fit(graded(40))
    queries = graded(15, seed=1)
    assert scorer.pair_accuracy(queries) > 0.75
    by_score = metrics.pair_accuracy(
        scorer.predict(queries), [query.performance.score for query in queries]
    )
    assert scorer.pair_accuracy(queries) == pytest.approx(by_score)


def test_attention_is_shared_out_among_the_clips(graded):
    scorer = RankAwareAttention().fit(graded(20))
    weights = scorer.attention(graded(1, seed=2)[0])
    assert weights.shape == (2, 4)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)


def test_clipwise_knows_which_place_matters(graded):
    """The same clips in another order are another performance to it."""
    scorer = ClipwiseRank().fit(graded(30))
    assert len(scorer.network.places) == 4
    best = scorer.rank(graded(10, seed=3))
    assert best[0].performance.score > best[-1].performance.score


@pytest.mark.parametrize(
    ("options", "wrong", "said"),
    [
        (ClipwiseRankOptions, {"n_hidden": 0},
         "sizes must be 1 or more, rank_weight and margin 0 or more"),
        (PairwiseRankOptions, {"dropout": 1.0},
         "n_hidden must be 1 or more, margin and alike_below 0 or more, "
         "dropout from 0 to below 1"),
        (RankAwareAttentionOptions, {"diversity": -1.0},
         "sizes must be 1 or more, margins and weights 0 or more"),
    ],
)  # fmt: skip
def test_impossible_options_are_refused(options, wrong, said):
    with pytest.raises(UsageError, match=rf"^{options.__name__}\(.*\): {re.escape(said)}$"):
        options(**wrong)
