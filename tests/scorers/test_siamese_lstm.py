"""What the paper's scorer does beyond the contract: heads and metrics that read deviations."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from podium.errors import ModelError, UsageError
from podium.evaluation import metrics
from podium.features.values import Sample
from podium.metric.deviation import DeviationOptions
from podium.metric.learning import LearningOptions
from podium.metric.pairs import PairOptions
from podium.scorers import ScorerState
from podium.scorers._linear import fit_last_clips, fit_nonnegative_ridge, fit_ridge
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions
from samples import QUICK, last_clips

JOINT = replace(
    QUICK,
    n_networks=2,
    head="joint_and_clips",
    clip_metric="deviation",
    deviation=DeviationOptions(shrinkage=0.05),  # experts enough for six numbers a clip
    learning=LearningOptions(n_epochs=2, batch_size=64),
    pairs=PairOptions(threshold=5.0, n_similar=60, n_dissimilar=60),
)
N_TRAIN = 120
BEHIND = slice(N_TRAIN, N_TRAIN + 20)


@pytest.fixture(scope="module")
def samples(make_sample) -> list[Sample]:
    """Two actions whose clips bend either way by chance; the more they bend, the less they score.

    Of two performances with the same sum of their features one may be good and the other not.
    """
    generator = np.random.default_rng(3)
    made = []
    for number in range(N_TRAIN + 20):
        action = "ab"[number % 2]
        bend = (generator.random(4) < 0.3) * generator.choice([-1, 1], 4) * generator.uniform(1, 3)
        values = generator.normal(0, 0.2, (4, 6)).astype(np.float32)
        values[:, 0] += bend + (20 if action == "b" else 0)
        score = round(90 - 8 * float(np.abs(bend).sum()), 1)
        made.append(make_sample(f"s{number}", values, score=score, action=action, difficulty=3.0))
    return made


@pytest.fixture(scope="module")
def fitted(samples) -> SiameseLSTM:
    return SiameseLSTM(JOINT, seed=1).fit(samples[:N_TRAIN])


def rho(scorer: SiameseLSTM, queries: list[Sample]) -> float:
    return metrics.spearman(scorer.predict(queries), [q.performance.score for q in queries])


def test_a_head_that_reads_clips_tells_a_bend_either_way_from_none(fitted, samples):
    assert rho(fitted, samples[BEHIND]) > 0.7
    without = SiameseLSTM(replace(JOINT, head="joint"), seed=1).fit(samples[:N_TRAIN])
    assert rho(fitted, samples[BEHIND]) > rho(without, samples[BEHIND])


def test_other_references_are_as_if_it_had_been_fitted_with_them(fitted, samples):
    other = fitted.refit(samples[:N_TRAIN], "constant")
    anew = SiameseLSTM(replace(JOINT, references="constant"), seed=1).fit(samples[:N_TRAIN])
    np.testing.assert_array_equal(other.predict(samples[BEHIND]), anew.predict(samples[BEHIND]))
    assert {r.performance.id for r in other.references} != {
        r.performance.id for r in fitted.references
    }
    assert fitted.options.references == "best"


def test_how_clips_deviate_stays_with_the_frozen_metric(fitted, samples):
    """A scorer whose head and clips read deviations is refitted to other performances."""
    other = fitted.refit(samples[: N_TRAIN // 2])
    assert other.deviation is fitted.deviation
    query, reference = samples[40], fitted.references[0]
    np.testing.assert_array_equal(
        other.clip_similarity(query, reference), fitted.clip_similarity(query, reference)
    )
    assert rho(other, samples[BEHIND]) > 0.6
    again = SiameseLSTM.restore(other.state())
    np.testing.assert_array_equal(again.predict(samples[BEHIND]), other.predict(samples[BEHIND]))


def test_clips_are_faulty_where_they_bend(fitted, samples):
    similar, bent = [], []
    for query in samples[BEHIND]:
        (reference, *_) = fitted.partners(query, fitted.references)
        similar.append(fitted.clip_similarity(query, reference))
        usual = 20 if query.performance.action == "b" else 0
        bent.append(np.abs(query.features.values[:, 0] - usual) > 0.9)
    similar, bent = np.concatenate(similar), np.concatenate(bent)
    assert (similar[bent] < 0.5).mean() > 0.9
    assert np.median(similar[~bent]) > 0.5


def test_similarity_of_a_clip_is_a_half_at_the_border(fitted, samples):
    query, reference = samples[40], fitted.references[0]
    ours, theirs = query.features.values, reference.features.values
    distance = fitted.deviation.distances(ours, theirs)
    at_border = theirs + (ours - theirs) / distance[:, None].astype(np.float32)
    moved = replace(query, features=replace(query.features, values=at_border))
    np.testing.assert_allclose(fitted.clip_similarity(moved, reference), 0.5, rtol=1e-4)


def test_deviation_is_saved_with_the_scorer(fitted, samples):
    state = fitted.state()
    again = SiameseLSTM.restore(ScorerState(state.arrays, json.loads(json.dumps(state.config))))
    np.testing.assert_array_equal(again.predict(samples[BEHIND]), fitted.predict(samples[BEHIND]))
    query, reference = samples[40], fitted.references[0]
    np.testing.assert_array_equal(
        again.clip_similarity(query, reference), fitted.clip_similarity(query, reference)
    )


def test_a_scorer_that_reads_no_deviation_saves_none(samples):
    options = replace(JOINT, head="query_and_difference", clip_metric="network")
    state = SiameseLSTM(options, seed=1).fit(samples[:N_TRAIN]).state()
    assert not [key for key in state.arrays if key.startswith("deviation")]


def test_a_model_saved_before_deviation_was_known_is_read(samples):
    options = replace(JOINT, head="query_and_difference", clip_metric="network")
    fitted = SiameseLSTM(options, seed=1).fit(samples[:N_TRAIN])
    state = fitted.state()
    older = {
        key: value
        for key, value in state.config["options"].items()
        if key not in ("deviation", "clip_metric")
    }
    again = SiameseLSTM.restore(ScorerState(state.arrays, {**state.config, "options": older}))
    np.testing.assert_array_equal(again.predict(samples[BEHIND]), fitted.predict(samples[BEHIND]))


@pytest.fixture(scope="module")
def quick_state(samples) -> ScorerState:
    options = replace(QUICK, head="joint", clip_metric="network", n_networks=1)
    return SiameseLSTM(options, seed=1).fit(samples[:N_TRAIN]).state()


def saved_with(state: ScorerState, **changed) -> ScorerState:
    """The state with other options; of parts, what they have beside their own."""
    options = state.config["options"]
    parts = {k: {**options[k], **v} if isinstance(v, dict) else v for k, v in changed.items()}
    return ScorerState(state.arrays, {**state.config, "options": {**options, **parts}})


def test_a_model_saved_with_options_that_are_no_more_scores_the_same(quick_state, samples):
    former = saved_with(
        quick_state, combine="mean", pairs={"within_action": True}, siamese={"dropout": 0.2}
    )
    again, same = SiameseLSTM.restore(former), SiameseLSTM.restore(quick_state)
    assert again.options == same.options
    np.testing.assert_array_equal(again.predict(samples[BEHIND]), same.predict(samples[BEHIND]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"combine": "median"},
            "scorer.options.combine is 'median': this Podium knows mean only; "
            "train the model again",
        ),
        (
            {"clip_metric": "both"},
            "scorer.options.clip_metric is 'both': it must be one of network, deviation",
        ),
    ],
)
def test_a_model_that_predicts_as_podium_no_longer_does_is_refused(quick_state, changed, message):
    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        SiameseLSTM.restore(saved_with(quick_state, **changed))


# the last clips at full detail


@pytest.mark.parametrize("share", [0.5, 0.75])
def test_networks_and_last_clips_share_the_score(samples, share):
    options = replace(JOINT, n_last_clips=2, last_clips_share=share)
    both = SiameseLSTM(options, seed=1).fit(samples[:N_TRAIN])
    networks = SiameseLSTM(replace(options, n_last_clips=0), seed=1).fit(samples[:N_TRAIN])
    queries = samples[BEHIND]
    line = both.last_clips.predict(queries) * both.target.divisors(queries)
    shared = (1 - share) * networks.predict(queries) + share * line
    np.testing.assert_allclose(both.predict(queries), shared, rtol=1e-5)
    assert networks.last_clips is None
    restored = SiameseLSTM.restore(both.state())
    np.testing.assert_array_equal(restored.predict(queries), both.predict(queries))


def test_the_line_reads_the_last_clips_only(samples):
    fit_ridge = fit_last_clips(
        samples, np.arange(len(samples), dtype=float), 2, [""] * len(samples)
    )
    (query, *_) = samples
    changed = replace(query, features=replace(query.features, values=query.features.values.copy()))
    changed.features.values[:-2] += 100
    assert fit_ridge.predict([query]) == fit_ridge.predict([changed])
    changed.features.values[-2] += 1
    assert fit_ridge.predict([query]) != fit_ridge.predict([changed])
    short = last_clips(query, 1)
    assert np.isfinite(fit_ridge.predict([short])).all()


def with_moved_variants(samples, shifts) -> list[Sample]:
    """Give samples two variants each, in which the number that tells most is off by chance."""
    changed = []
    for sample, shift in zip(samples, shifts, strict=True):
        variants = []
        for by in shift:
            values = sample.features.values.copy()
            values[:, 0] += by
            variants.append(replace(sample.features, values=values))
        changed.append(replace(sample, variants=tuple(variants)))
    return changed


def test_the_steadier_the_line_the_less_variants_move_it(samples):
    shifts = np.random.default_rng(4).normal(0, 1, (len(samples), 2))
    given = with_moved_variants(samples, shifts)
    targets = np.array([sample.performance.score for sample in given])
    rows = [*given, *(replace(s, features=v) for s in given for v in s.variants)]
    labels = np.concatenate([targets, np.repeat(targets, 2)])
    moved = []
    for steadiness in (0.01, 1.0, 100.0):
        line = fit_last_clips(rows, labels, 2, [""] * len(given), steadiness)
        said = line.predict(rows)
        moved.append(np.abs(said[len(given) :] - np.repeat(said[: len(given)], 2)).mean())
        assert said[: len(given)].mean() == pytest.approx(targets.mean())
    assert moved[0] > moved[1] > moved[2]


def test_a_steady_line_needs_variants_to_be_held_by(samples):
    targets = np.array([sample.performance.score for sample in samples])
    lines = [fit_last_clips(samples, targets, 2, [""] * len(samples), by) for by in (0.0, 2.0)]
    np.testing.assert_array_equal(lines[0].weights, lines[1].weights)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steadiness": -1.0}, "steadiness is -1.0: it must be 0 or more"),
        ({"n_networks": 0}, "n_networks and n_components must be 1 or more, not 0 and 32"),
        (
            {"head": "joint_and_query"},
            "head is 'joint_and_query': choose one of joint, joint_in_order, query_and_difference, "
            "joint_and_clips, in_step",
        ),
        ({"clip_metric": "bogus"}, "clip_metric is 'bogus': choose one of network, deviation"),
        ({"clip_metric": "both"}, "clip_metric is 'both': choose one of network, deviation"),
        ({"clip_measure": "bogus"}, "clip_measure is 'bogus': choose one of share, sigmoid"),
        (
            {"references": "middle"},
            "references is 'middle': choose one of best, worst, constant, nearest",
        ),
        ({"target": "points"}, "target is 'points': choose one of auto, execution, score"),
        ({"n_last_clips": -1}, "n_last_clips and n_metric_actions must be 0 or more, not -1 and 0"),
        (
            {"last_clips_share": 1.0},
            "last_clips_share is 1.0: it must be between 0 and 1, and neither of them",
        ),
        (
            {"last_clips_share": 0.0},
            "last_clips_share is 0.0: it must be between 0 and 1, and neither of them",
        ),
    ],
)
def test_options_that_mean_nothing_are_refused(options, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        SiameseLSTMOptions(**options)


# beside itself and beside others


@pytest.mark.parametrize("clip_metric", ["network", "deviation"])
def test_none_scores_less_beside_itself_than_beside_another(samples, clip_metric):
    options = replace(JOINT, head="query_and_difference", clip_metric=clip_metric)
    scorer = SiameseLSTM(options, seed=1).fit(samples[:N_TRAIN])
    queries = samples[BEHIND]
    scores = scorer.compare(queries, queries)
    beside_itself = np.diagonal(scores)[:, None]
    assert (beside_itself >= scores - 1e-3).all()  # points; of numbers of 32 bits


def test_the_chosen_reference_has_a_say(samples):
    options = replace(JOINT, head="query_and_difference", clip_metric="network")
    scorer = SiameseLSTM(options, seed=1).fit(samples[:N_TRAIN])
    like, unlike = samples[0], samples[1]  # of one action, and of the other
    (query,) = samples[2:3]
    beside_like, beside_unlike = scorer.compare([query], [like, unlike])[0]
    assert beside_like > beside_unlike + 0.01


UNLIKE = np.column_stack([[0.0, 1, 2, 3, 4, 5], [3.0, 1, 2, 0, 4, 5]])
"""How six queries differ from their reference in two ways."""

SHOWN = np.array([[1.0], [-1], [1], [-1], [1], [-1]])
"""What they show by themselves."""


@pytest.mark.parametrize("gaining", [(), (0,), (1,), (0, 1)])
def test_what_differs_from_the_reference_can_cost_and_never_gain(gaining):
    effect = np.array([1.0 if i in gaining else -1.0 for i in range(2)])
    targets = 50 + 3 * SHOWN[:, 0] + UNLIKE @ effect
    weights, _ = fit_nonnegative_ridge(np.hstack([SHOWN, -UNLIKE]), targets, [""] * 6, 2)
    assert weights[0] > 0
    assert (weights[1:] >= 0).all()
    if not gaining:
        assert (weights[1:] > 0).all()
    if len(gaining) == 2:
        assert (weights[1:] == 0).all()


# variants


def shifted(sample: Sample) -> Sample:
    """A copy of another camera: everything is a little more in it, which a line would score."""
    values = sample.features.values + np.float32(0.7)
    return replace(sample, features=replace(sample.features, values=values))


def moved(scorer: SiameseLSTM, queries: list[Sample]) -> float:
    return float(
        np.abs(scorer.predict([shifted(q) for q in queries]) - scorer.predict(queries)).mean()
    )


def test_a_scorer_that_knew_variants_scores_them_alike(samples):
    options = replace(JOINT, head="query_and_difference", n_last_clips=2)
    train = [replace(s, variants=(shifted(s).features,)) for s in samples[:N_TRAIN]]
    knew = SiameseLSTM(options, seed=1).fit(train)
    for_pairs_only = SiameseLSTM(replace(options, scores_variants=False), seed=1).fit(train)
    queries = samples[BEHIND]
    assert moved(knew, queries) < moved(for_pairs_only, queries) / 2


def test_variants_have_no_say_in_how_strong_a_penalty_is():
    """With each row twice, leaving one out would find it again, and choose hardly any penalty."""
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(40, 30)), generator.normal(size=40)
    once, bias = fit_ridge(inputs, targets, [""] * 40)
    twice, same_bias = fit_ridge(np.vstack([inputs, inputs]), np.tile(targets, 2), [""] * 40)
    np.testing.assert_allclose(twice, once, rtol=1e-6)
    assert same_bias == pytest.approx(bias)
