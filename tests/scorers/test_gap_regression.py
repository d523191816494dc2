from dataclasses import replace

import numpy as np
import pytest
import torch

from podium.errors import ModelError, UsageError
from podium.scorers import ScorerState
from podium.scorers._exemplars import Exemplar, Exemplars
from podium.scorers._gap_learning import GapPairs, TrainableTree, tree_loss
from podium.scorers._gap_tree import GapTree, balanced_borders, interval_of
from podium.scorers.gap_regression import GapRegression, GapRegressionOptions

QUICK = GapRegressionOptions(n_networks=1, n_epochs=20)


def test_as_many_gaps_lie_in_each_interval():
    gaps = np.random.default_rng(0).normal(size=801) ** 3
    borders = balanced_borders(gaps, 8)
    assert (borders[0], borders[-1]) == (gaps.min(), gaps.max())
    counts = np.bincount(interval_of(gaps, borders), minlength=8)
    assert counts.tolist() == [100] * 7 + [101]


def test_gaps_beyond_all_borders_lie_in_the_outermost_intervals():
    borders = np.array([-2.0, -1.0, 0.0, 3.0])
    found = interval_of(np.array([-9.0, -1.5, -1.0, 0.0, 9.0]), borders)
    assert found.tolist() == [0, 0, 1, 2, 2]


def test_a_tree_answers_by_numpy_as_it_learned():
    torch.manual_seed(3)
    network = TrainableTree(5, 4, 3, dropout=0.5).eval()
    arrays = {name: values.numpy() for name, values in network.state_dict().items()}
    rows = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    chances, places = GapTree.from_arrays(arrays, "", 5, 4, 3)(rows)
    with torch.inference_mode():
        logarithms, wanted = network(torch.from_numpy(rows))
    np.testing.assert_allclose(chances, logarithms.exp(), rtol=1e-5)
    np.testing.assert_allclose(places, wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)


def test_the_loss_is_that_of_the_paper():
    likely = np.array([[0.2, 0.8], [0.6, 0.4]])
    places = np.array([[0.3, 0.1], [0.5, 0.9]])
    by_hand = [
        -np.log(0.8) - np.log(1 - 0.2) + (0.1 - 0.7) ** 2,
        -np.log(0.6) - np.log(1 - 0.4) + (0.5 - 0.4) ** 2,
    ]
    found = tree_loss(
        torch.tensor(np.log(likely)),
        torch.tensor(places),
        torch.tensor([1, 0]),
        torch.tensor([0.7, 0.4]),
    )
    assert float(found) == pytest.approx(np.mean(by_hand), rel=1e-5)


def test_pairs_are_drawn_in_both_orders():
    targets = np.array([0.0, 1.0, 3.0])
    rows = np.arange(3, dtype=np.float32)[:, None]
    peers = [np.array([1]), np.array([2]), np.array([0])]
    pairs = GapPairs(rows, targets, peers, np.array([-3.0, 0.0, 3.0]))
    read, leaves, places = pairs.drawn(np.array([0, 1]), np.random.default_rng(0))
    assert read.tolist() == [[0, 1, 1], [1, 2, 3], [1, 0, 0], [2, 1, 1]]
    assert leaves.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(places, [2 / 3, 1 / 3, 1 / 3, 2 / 3], rtol=1e-6)


def exemplars(*known: tuple[str, float], targets: list[float]) -> Exemplars:
    named = tuple(Exemplar(f"e{i}", *one) for i, one in enumerate(known))
    return Exemplars(named, np.zeros((len(named), 2), np.float32), np.array(targets))


@pytest.mark.parametrize(
    ("action", "difficulty", "wanted"),
    [("a", 2.0, [2, 1]), ("a", 3.0, [4]), ("a", 9.0, [2, 4, 1]), ("c", 2.0, [2, 3, 4, 1])],
)
def test_those_of_its_action_and_as_hard_vote(make_sample, action, difficulty, wanted):
    known = [("a", 2.0), ("a", 2.0), ("a", 2.0), ("b", 2.0), ("a", 3.0)]
    among = exemplars(*known, targets=[0.0, 5.0, 1.0, 2.0, 3.0])
    query = make_sample("e0", score=1.0, action=action, difficulty=difficulty)
    assert among.voters(query, 10).tolist() == wanted


def test_of_many_those_vote_whose_scores_are_spread_evenly(make_sample):
    among = exemplars(*[("a", 2.0)] * 9, targets=list(range(9)))
    query = make_sample("q", action="a", difficulty=2.0)
    assert among.voters(query, 3).tolist() == [1, 4, 7]


def test_it_votes_as_its_exemplars_and_gaps_say(graded):
    scorer = GapRegression(QUICK).fit(graded(30))
    query = graded(1, seed=1)[0]
    votes = scorer.votes(query)
    assert votes.shape == (10,)
    predicted = scorer.predict([query])[0]
    assert predicted == pytest.approx(votes.mean() * scorer.spread + scorer.centre)


def test_the_likeliest_leaf_may_say_the_gap(graded):
    state = GapRegression(QUICK).fit(graded(30)).state()
    options = {**state.config["options"], "leaf": "likeliest"}
    scorer = GapRegression.restore(ScorerState(state.arrays, {**state.config, "options": options}))
    scorer.trees = tuple(
        replace(tree, leaves=(tree.leaves[0] * 0, tree.leaves[1] * 0)) for tree in scorer.trees
    )
    query = graded(1, seed=1)[0]
    exemplars = scorer.exemplars
    gaps = scorer.votes(query) - exemplars.targets[exemplars.voters(query, 10)]
    assert np.isclose(gaps[:, None], scorer.borders[:-1]).any(axis=1).all()


def test_without_exemplars_nothing_is_restored(graded):
    state = GapRegression(QUICK).fit(graded(12)).state()
    with pytest.raises(ModelError, match=r"^scorer\.exemplars is empty: it needs one at least$"):
        GapRegression.restore(ScorerState(state.arrays, {**state.config, "exemplars": []}))


def test_impossible_options_are_refused():
    with pytest.raises(UsageError, match=r"^n_levels is 9: it must be 1 to 8$"):
        GapRegressionOptions(n_levels=9)
    with pytest.raises(UsageError, match=r"^n_exemplars is 0: it must be 1 or more$"):
        GapRegressionOptions(n_exemplars=0)
    with pytest.raises(UsageError, match=r"^dropout is 1\.0: it must be from 0 to below 1$"):
        GapRegressionOptions(dropout=1.0)
