"""What the paper's scorer does beyond the contract: heads and metrics that read deviations."""

import json
from dataclasses import replace

import numpy as np
import pytest

from podium import metrics
from podium.features import Sample
from podium.metric_learning import LearningOptions
from podium.pairs import PairOptions
from podium.scorers import ScorerState
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions

QUICK = SiameseLSTMOptions(
    n_networks=2,
    head="joint_and_clips",
    clip_metric="deviation",
    learning=LearningOptions(n_epochs=2, batch_size=64),
    pairs=PairOptions(threshold=5.0, n_similar=60, n_dissimilar=60),
)
BEHIND = slice(40, 60)


@pytest.fixture(scope="module")
def samples(make_sample) -> list[Sample]:
    """Two actions whose clips bend either way by chance; the more they bend, the less they score.

    Of two performances with the same sum of their features one may be good and the other not.
    """
    generator = np.random.default_rng(3)
    made = []
    for number in range(60):
        action = "ab"[number % 2]
        bend = (generator.random(4) < 0.3) * generator.choice([-1, 1], 4) * generator.uniform(1, 3)
        values = generator.normal(0, 0.2, (4, 6)).astype(np.float32)
        values[:, 0] += bend + (20 if action == "b" else 0)
        score = round(90 - 8 * float(np.abs(bend).sum()), 1)
        made.append(make_sample(f"s{number}", values, score=score, action=action, difficulty=3.0))
    return made


@pytest.fixture(scope="module")
def fitted(samples) -> SiameseLSTM:
    return SiameseLSTM(QUICK, seed=1).fit(samples[:40])


def rho(scorer: SiameseLSTM, queries: list[Sample]) -> float:
    return metrics.spearman(scorer.predict(queries), [q.performance.score for q in queries])


def test_a_head_that_reads_clips_tells_a_bend_either_way_from_none(fitted, samples):
    assert rho(fitted, samples[BEHIND]) > 0.7
    without = SiameseLSTM(replace(QUICK, head="joint"), seed=1).fit(samples[:40])
    assert rho(fitted, samples[BEHIND]) > rho(without, samples[BEHIND])


def test_other_references_are_as_if_it_had_been_fitted_with_them(fitted, samples):
    other = fitted.with_references("constant", samples[:40])
    anew = SiameseLSTM(replace(QUICK, references="constant"), seed=1).fit(samples[:40])
    np.testing.assert_array_equal(other.predict(samples[BEHIND]), anew.predict(samples[BEHIND]))
    assert {r.performance.id for r in other.references} != {
        r.performance.id for r in fitted.references
    }
    assert fitted.options.references == "best"


def test_clips_are_faulty_where_they_bend(fitted, samples):
    similar, bent = [], []
    for query in samples[BEHIND]:
        (reference, *_) = fitted.partners(query, fitted.references)
        similar.append(fitted.clip_similarity(query, reference))
        usual = 20 if query.performance.action == "b" else 0
        bent.append(np.abs(query.features.values[:, 0] - usual) > 0.9)
    similar, bent = np.concatenate(similar), np.concatenate(bent)
    assert (similar[bent] < 0.5).mean() > 0.9
    assert np.median(similar[~bent]) > 0.5  # ten good performances make a rough border


def test_both_metrics_are_the_geometric_mean(fitted, samples):
    query, reference = samples[40], fitted.references[0]
    found = {}
    for metric in ("network", "deviation", "both"):
        scorer = SiameseLSTM(replace(QUICK, clip_metric=metric), seed=1).fit(samples[:40])
        found[metric] = scorer.clip_similarity(query, reference)
        np.testing.assert_allclose(scorer.clip_similarity(query, query), 1, rtol=1e-6)
    mean = np.sqrt(found["network"] * found["deviation"])
    np.testing.assert_allclose(found["both"], mean, rtol=1e-6)


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
    options = replace(QUICK, head="joint_and_query", clip_metric="network")
    state = SiameseLSTM(options, seed=1).fit(samples[:40]).state()
    assert not [key for key in state.arrays if key.startswith("deviation")]


def test_a_model_saved_before_deviation_was_known_is_read(samples):
    options = replace(QUICK, head="joint_and_query", clip_metric="network")
    fitted = SiameseLSTM(options, seed=1).fit(samples[:40])
    state = fitted.state()
    older = {
        key: value
        for key, value in state.config["options"].items()
        if key not in ("deviation", "clip_metric")
    }
    again = SiameseLSTM.restore(ScorerState(state.arrays, {**state.config, "options": older}))
    np.testing.assert_array_equal(again.predict(samples[BEHIND]), fitted.predict(samples[BEHIND]))
