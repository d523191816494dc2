from dataclasses import replace

import numpy as np
import pytest
import torch

from messages import whole
from podium.errors import ModelError, UsageError
from podium.scorers import ScorerState
from podium.scorers._step_learning import StepPairs, TrainableSteps
from podium.scorers._step_network import StepNetwork, StepShape
from podium.scorers.step_attention import StepAttention, StepAttentionOptions

QUICK = StepAttentionOptions(n_networks=1, n_epochs=20)
SHAPE = StepShape(n_steps=3, n_inputs=5, n_hidden=4)


@pytest.fixture(scope="module")
def train(graded) -> list:
    return graded(30)


@pytest.fixture(scope="module")
def fitted(train) -> StepAttention:
    return StepAttention(replace(QUICK, n_epochs=60)).fit(train)


def test_it_answers_by_numpy_as_it_learned():
    torch.manual_seed(3)
    network = TrainableSteps(SHAPE, dropout=0.5).eval()
    torch.nn.init.normal_(network.places)
    arrays = {name: values.numpy() for name, values in network.state_dict().items()}
    generator = np.random.default_rng(0)
    ours, theirs = generator.normal(size=(2, 7, 3, 5)).astype(np.float32)
    known = generator.normal(size=7).astype(np.float32)
    found = StepNetwork.from_arrays(arrays, "", SHAPE)(ours, theirs, known)
    with torch.inference_mode():
        wanted = network(*map(torch.from_numpy, (ours, theirs, known)))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_attention_is_what_the_equation_says():
    """A step takes of the others as its query fits their keys: softmax(q k / sqrt(h)), by hand."""
    torch.manual_seed(4)
    arrays = {k: v.numpy() for k, v in TrainableSteps(SHAPE, 0).state_dict().items()}
    network = StepNetwork.from_arrays(arrays, "", SHAPE)
    ours, theirs = np.random.default_rng(1).normal(size=(2, 1, 3, 5)).astype(np.float32)
    own, other = (np.maximum(network.layers["embed"](x[0]), 0) for x in (ours, theirs))
    by_hand = []
    for asked in network.layers["query"](own):
        fits = [np.exp(asked @ key / 2) for key in network.layers["key"](other)]
        by_hand.append(np.array(fits) / sum(fits))
    np.testing.assert_allclose(network.attention(ours, theirs)[0], by_hand, rtol=1e-5)


def test_pairs_are_drawn_in_both_orders():
    steps = np.arange(4, dtype=np.float32).reshape(4, 1, 1)
    pairs = StepPairs(
        steps, np.arange(4.0), [np.array([i for i in range(4) if i != n]) for n in range(4)]
    )
    (ours, theirs, known), gaps = pairs.drawn(np.array([0, 3]), np.random.default_rng(0))
    np.testing.assert_array_equal(ours[:2], theirs[2:])
    np.testing.assert_array_equal(known, theirs[:, 0, 0])
    np.testing.assert_array_equal(gaps, ours[:, 0, 0] - theirs[:, 0, 0])
    np.testing.assert_array_equal(gaps[:2], -gaps[2:])


def test_the_gaps_of_steps_add_up_to_the_vote(fitted, graded):
    query = graded(3, seed=7)[0]
    gaps, chosen = fitted.gaps(query), fitted.voters(query)
    assert gaps.shape == (10, 4)
    votes = fitted.exemplars.targets[chosen] + gaps.sum(axis=1)
    np.testing.assert_allclose(fitted.votes(query), votes)
    predicted = votes.mean() * fitted.spread + fitted.centre
    np.testing.assert_allclose(fitted.predict([query]), [predicted])


def test_it_ranks_what_the_steps_show(fitted, graded):
    queries = graded(30, seed=7)
    true = [q.performance.score for q in queries]
    assert np.corrcoef(fitted.predict(queries), true)[0, 1] > 0.9


def test_only_the_step_that_is_spoilt_loses(train, graded):
    """Of performances whose last step alone tells the score, that step has the gap."""

    def last_only(samples):
        made = []
        for sample in samples:
            values = sample.features.values.copy()
            values[:-1, 0] = 5
            made.append(replace(sample, features=replace(sample.features, values=values)))
        return made

    scorer = StepAttention(StepAttentionOptions(n_networks=3, n_epochs=150)).fit(last_only(train))
    queries = last_only(graded(20, seed=7))
    spread = np.std([scorer.gaps(query).mean(axis=0) for query in queries], axis=0)
    assert spread.argmax() == 3


def test_attention_adds_up_to_one(fitted, train):
    looks = fitted.attention(train[0])
    assert looks.shape == (4, 4)
    np.testing.assert_allclose(looks.sum(axis=1), 1, rtol=1e-5)


def test_another_networks_array_is_refused(fitted):
    state = fitted.state()
    arrays = {**state.arrays, "network.0.tail": np.zeros(3, np.float32)}
    message = "the array network.0.tail belongs to another network"
    with pytest.raises(ModelError, match=whole(message)):
        StepAttention.restore(ScorerState(arrays, state.config))


def test_nobody_to_vote_is_refused():
    with pytest.raises(UsageError, match=whole("n_exemplars is 0: it must be 1 or more")):
        StepAttentionOptions(n_exemplars=0)
