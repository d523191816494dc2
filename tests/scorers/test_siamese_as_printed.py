"""What the paper's tables need of the scorer: its own setting, a frozen metric, embeddings."""

from dataclasses import replace

import numpy as np
import pytest

from podium.benchmark.siamese_as_printed import (
    Reading,
    embeddings,
    joint_embeddings,
    paper_options,
)
from podium.metric.embedding import fit_normaliser
from podium.metric.learning import LearningOptions
from podium.scorers._siamese_networks import NetworkLearning
from podium.scorers._target import choose_target
from podium.scorers.siamese_lstm import SiameseLSTM


@pytest.fixture(scope="module")
def train(graded) -> list:
    return [*graded(16, action="a"), *graded(14, seed=1, action="b")]


@pytest.fixture(scope="module")
def scorer(train) -> SiameseLSTM:
    options = replace(paper_options(n_pairs=200), learning=LearningOptions(n_epochs=2))
    return SiameseLSTM(options).fit(train)


def test_the_metric_stays_frozen_when_references_change(scorer, train):
    worst = scorer.refit(train, "worst")
    assert worst.members[0].network is scorer.members[0].network
    scores = {s.performance.action: [] for s in train}
    for sample in train:
        scores[sample.performance.action].append(sample.performance.score)
    assert sorted(r.performance.score for r in worst.references) == sorted(
        min(row) for row in scores.values()
    )
    assert scorer.references[0].performance.score in {max(row) for row in scores.values()}


def test_refitted_to_the_same_it_is_the_same(scorer, train):
    again = scorer.refit(train)
    np.testing.assert_array_equal(again.predict(train), scorer.predict(train))


def test_the_metric_goes_over_to_another_action(scorer, graded):
    vaults = graded(20, seed=3, action="vault")
    other = scorer.refit(vaults)
    assert {r.performance.action for r in other.references} == {"vault"}
    assert np.isfinite(other.predict(graded(5, seed=4, action="vault"))).all()


def test_embeddings_are_what_the_network_says(scorer, train):
    network = scorer.members[0].network
    ours = embeddings(scorer, train[:3])
    theirs = embeddings(scorer, scorer.references)
    joint = joint_embeddings(scorer, train[:3])
    assert (ours.shape, joint.shape) == ((3, 64), (3, 64))
    reference = next(i for i, r in enumerate(scorer.references) if r.performance.action == "a")
    by_hand = network.joint(theirs[[reference] * 3], ours)
    np.testing.assert_allclose(joint, by_hand, rtol=1e-5)


@pytest.mark.parametrize("choice", ["best", "worst", "constant"])
def test_a_lonely_reference_stands_beside_itself(scorer, train, choice):
    assert np.isfinite(joint_embeddings(scorer.refit(train, choice), train)).all()


def test_the_printed_similarity_of_a_clip_is_the_sigmoid(scorer, train):
    query, reference = train[2], scorer.references[0]
    shares = SiameseLSTM(replace(scorer.options, clip_measure="share")).fit(train)
    # A clip is wholly like itself as a share, and whatever the network says by the sigmoid.
    np.testing.assert_allclose(shares.clip_similarity(query, query), 1, rtol=1e-5)
    printed = scorer.clip_similarity(query, reference)
    assert not np.allclose(scorer.clip_similarity(query, query), 1)
    assert ((printed > 0) & (printed < 1)).all()


def test_what_is_printed_is_linear_and_in_one_order(scorer, train):
    """Equations 1 to 3 (III-B): no activation, and weights of their own for expert and query."""
    options = paper_options()
    assert (options.head, options.siamese.activation) == ("joint_in_order", "linear")
    (member,) = scorer.members
    embedded = embeddings(scorer, train[:4])
    first, second = embedded[:2], embedded[2:]
    expert, query = member.terms(first, second)
    said = member.predict(first, second)
    np.testing.assert_allclose(expert + query, said, rtol=1e-4, atol=1e-4)
    assert not np.allclose(said, member.predict(second, first))


def test_an_expert_moves_all_queries_of_its_type_alike(scorer, train):
    """A linear score is a(expert) + b(query), so that the order of queries never depends on it."""
    best, worst = (scorer.refit(train, choice) for choice in ("best", "worst"))
    references = [best.references[0], worst.references[0]]
    scores = scorer.compare(train, references)
    gaps = scores[:, 0] - scores[:, 1]
    np.testing.assert_allclose(gaps, gaps[0], rtol=1e-3, atol=1e-3)


def test_what_is_left_open_can_be_read_otherwise():
    read = paper_options(reading=Reading("relu", is_in_order=False, n_embedding=256))
    assert (read.head, read.siamese.activation) == ("joint", "relu")
    assert (read.siamese.n_embedding, read.n_components) == (256, 128)


def stopped_by(train: list, validation: list, n_actions: int) -> tuple[list, list]:
    """The actions of what phase one learns from, and of what stops it."""
    options = replace(paper_options(n_pairs=200), n_metric_actions=n_actions)
    target = choose_target(train, "score")
    normaliser = fit_normaliser(np.concatenate([s.features.values for s in train]), 4)
    seen = []

    class Watched(NetworkLearning):
        def _data(self, samples):
            seen.append(sorted({s.performance.action for s in samples}))
            return super()._data(samples)

    [*Watched(options, target, normaliser, 4, 1, 0).learned([0], train, validation)]
    return seen


def test_what_stops_phase_one_is_of_its_actions(train, graded):
    everything = [*train, *graded(12, seed=2, action="c")]
    assert stopped_by(everything, [], 2) == [["a", "b"], ["a", "b"]]
    assert stopped_by(everything, [], 0) == [["a", "b", "c"]] * 2
    validation = [*graded(8, seed=4, action="a"), *graded(8, seed=5, action="c")]
    assert stopped_by(everything, validation, 2) == [["a", "b"], ["a"]]
    others = graded(8, seed=5, action="c")
    assert stopped_by(everything, others, 2) == [["a", "b"], ["c"]]  # better than nothing


def test_a_score_is_said_as_the_expert_s_part_and_its_own(scorer, train):
    query = train[3]
    parts = scorer.explain(query)
    partners = scorer.partners(query, scorer.references)
    assert [one.name for one in parts] == [partner.performance.id for partner in partners]
    sums = [one.values["expert_points"] + one.values["own_points"] for one in parts]
    scores = scorer.compare([query], partners)[0]
    np.testing.assert_allclose(sums, scores, rtol=1e-4, atol=1e-3)
    own = {round(one.values["own_points"], 6) for one in parts}
    assert len(own) == 1  # it does not depend on the expert


def test_what_is_no_sum_is_not_parted(train):
    options = replace(paper_options(n_pairs=100, reading=Reading("relu")), n_networks=1)
    options = replace(options, learn_metric=False)
    assert SiameseLSTM(options).fit(train).explain(train[0]) == ()
