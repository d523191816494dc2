"""The paper's scorer on performances of minutes: clips are put in step, whatever their pace."""

from dataclasses import replace

import numpy as np
import pytest

from messages import whole
from metric.test_matching import programme, slower
from podium.assessment.steps import compared_seconds, doubts_of_steps
from podium.assessment.worth import contributions
from podium.errors import UsageError
from podium.evaluation import metrics
from podium.features.values import Sample
from podium.features.warping import LONG_CLIPS
from podium.metric.matching import NOT_IN_STEP, count_from_end
from podium.scorers.siamese_lstm import SiameseLSTM
from samples import QUICK

N_TRAIN, N_CLIPS = 30, 120


def performance(make_sample, number: int, seed: int = 0) -> tuple[Sample, range]:
    """A performance in its own time, with a fault as bad as its score is low, and where that is."""
    drawn = np.random.default_rng([seed, number])
    at = np.concatenate([[0], np.cumsum(drawn.uniform(0.6, 1.4, N_CLIPS + number % 7))])
    values = slower(programme(seed, N_CLIPS), at / at[-1] * (N_CLIPS - 1))
    values += drawn.normal(0, 0.05, values.shape).astype(np.float32)
    start, badness = int(drawn.integers(10, N_CLIPS - 30)), (number % 10) / 4
    values[start : start + 12] += np.float32(badness)
    return make_sample(f"p{number}", values, score=90 - 10 * badness), range(start, start + 12)


@pytest.fixture(scope="module")
def made(make_sample) -> list[tuple[Sample, range]]:
    return [performance(make_sample, number) for number in range(N_TRAIN + 20)]


@pytest.fixture(scope="module")
def fitted(made) -> SiameseLSTM:
    options = replace(QUICK, pairs=replace(QUICK.pairs, threshold=6.0))
    return SiameseLSTM(options, seed=1).fit([sample for sample, _ in made[:N_TRAIN]])


def test_long_performances_are_put_in_step_and_short_ones_are_not(fitted):
    options = fitted.options
    assert (options.matching, options.head, options.n_last_clips) == ("in_step", "in_step", 0)
    assert QUICK.for_performances(LONG_CLIPS) is QUICK
    assert QUICK.for_performances(LONG_CLIPS + 1).in_step
    from_end = replace(QUICK, matching="from_end")
    assert from_end.for_performances(1_000) is from_end


def test_those_left_out_are_ordered_and_their_faults_are_found(fitted, made):
    left_out = made[N_TRAIN:]
    queries = [sample for sample, _ in left_out]
    scores = [query.performance.score for query in queries]
    assert metrics.spearman(fitted.predict(queries), scores) > 0.85
    for query, where in left_out:
        if query.performance.score < 75:
            alike = fitted.clip_similarity(query, fitted.references[0])
            assert np.mean(alike[list(where)]) < 0.3 < 0.6 < np.mean(np.delete(alike, where))


def test_none_scores_more_than_beside_itself(fitted, made):
    query = made[5][0]
    (own,), (other,) = fitted.compare([query], [query, fitted.references[0]]).T
    assert own >= other
    assert fitted.clip_similarity(query, query).min() == pytest.approx(1)


def test_contributions_are_of_the_moments_that_were_compared(fitted, made):
    query, where = next((s, w) for s, w in made[N_TRAIN:] if s.performance.score < 70)
    reference = fitted.references[0]
    costs = contributions(fitted, query, [reference])
    assert costs.shape == (len(query.features),)
    inside = costs[list(where)].sum()
    assert inside < -2
    assert abs(inside) > 3 * np.abs(np.delete(costs, where)).sum() / 8
    pairs = costs[: len(costs) // 2 * 2].reshape(-1, 2)  # neighbours are exchanged together
    np.testing.assert_array_equal(pairs[:, 0], pairs[:, 1])


def test_the_moments_compared_are_known_where_there_is_a_video(fitted, made):
    query, reference = made[N_TRAIN][0], made[3][0]
    seconds = compared_seconds(fitted, query, [reference])
    matched = fitted.matched(query, reference)
    assert seconds == tuple(matched + 0.5)
    assert not np.array_equal(matched, count_from_end(len(seconds), len(reference.features)))
    shipped = replace(reference, features=replace(reference.features, video=None))
    assert compared_seconds(fitted, query, [shipped]) == ()


def test_another_programme_is_doubted(fitted, made, make_sample):
    other, _ = performance(make_sample, 3, seed=1)
    (doubt,) = doubts_of_steps(fitted, other, ())
    assert doubt.kind == NOT_IN_STEP
    assert doubts_of_steps(fitted, made[N_TRAIN][0], ()) == ()
    beside = replace(made[3][0], performance=replace(made[3][0].performance, id="reference x"))
    assert fitted.clip_similarity(made[4][0], beside).mean() > 0.4
    assert doubts_of_steps(fitted, other, [beside])


def test_it_is_restored_as_it_was_saved(fitted, made):
    again = SiameseLSTM.restore(fitted.state())
    queries = [sample for sample, _ in made[N_TRAIN:]]
    np.testing.assert_array_equal(again.predict(queries), fitted.predict(queries))
    for one in (queries[0], replace(queries[1], performance=queries[0].performance)):
        np.testing.assert_array_equal(
            again.clip_similarity(one, again.references[0]),
            fitted.clip_similarity(one, fitted.references[0]),
        )
    assert again.usual_steps.usual_cost == fitted.usual_steps.usual_cost


def test_what_is_put_in_step_is_no_program_for_others():
    scorer = SiameseLSTM(QUICK.for_performances(LONG_CLIPS + 1))
    said = (
        "siamese_lstm cannot be written as ONNX with matching in_step: train it with matching "
        "from_end; --format safetensors writes the arrays of any"
    )
    with pytest.raises(UsageError, match=whole(said)):
        scorer.steps(None, None)
