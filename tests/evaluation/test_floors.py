from dataclasses import replace

import numpy as np
import pytest

from podium.evaluation import metrics
from podium.evaluation.floors import Artefact, left_out_floors, measured_floors
from podium.evaluation.measures import FLOORS, floor_predictions
from podium.folds.division import members_of

ALL = Artefact(1.0, 1.0)


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


@pytest.fixture
def dives(make_sample):
    """A factory of dives with random scores, by their actions, difficulties and groups."""

    def make(actions, difficulties=None, groups=None, seed=0):
        scores = np.random.default_rng(seed).uniform(30, 90, len(actions))
        difficulties = difficulties or [None] * len(actions)
        known = zip(scores, actions, difficulties, groups or [""] * len(actions), strict=True)
        return [
            replace(
                make_sample(f"d{i}", score=float(score), action=action, difficulty=difficulty),
                group=group,
            )
            for i, (score, action, difficulty, group) in enumerate(known)
        ]

    return make


def one_each(samples):
    return members_of([sample.group for sample in samples])


def artefact(samples, floor):
    return measured_floors(samples, one_each(samples), (30, 90))[floor].artefact


def test_left_out_floors_are_fitted_to_all_others(dives):
    samples = dives("aabbab", [1.5, 2.0, 2.5, 3.0, 1.5, 2.0])
    found = left_out_floors(samples, one_each(samples))
    for name in FLOORS:
        for i in range(6):
            others = [sample for j, sample in enumerate(samples) if j != i]
            alone = floor_predictions(others, [samples[i]])[name][0]
            assert found[name][i] == pytest.approx(alone)


def test_the_group_of_the_one_in_question_is_left_out_as_well(dives):
    groups = ["x", "x", "y", "", "y", "x"]
    samples = dives("aabbab", groups=groups)
    found = left_out_floors(samples, members_of(groups))
    for i, name in enumerate(groups):
        others = [
            s.performance.score
            for j, s in enumerate(samples)
            if j != i and (not name or groups[j] != name)
        ]
        assert found["constant"][i] == pytest.approx(np.mean(others))


def test_the_mean_of_the_others_ranks_the_wrong_way_round(dives):
    """Why it is blank: -1 whatever the scores."""
    samples = dives("a" * 12)
    true = [s.performance.score for s in samples]
    predicted = left_out_floors(samples, one_each(samples))["constant"]
    assert list(np.argsort(predicted)) == list(np.argsort(true))[::-1]


def test_a_floor_that_tells_none_apart_is_blank_and_the_constant_keeps_its_mse(dives):
    same = dives("a" * 12, [2.0] * 12)
    found = measured_floors(same, one_each(same), (30, 90))
    for name in FLOORS:  # one action, one difficulty: all are the mean of the others
        measures = found[name].measures
        assert not found[name].has_ranks
        assert np.isnan([measures.spearman, measures.execution_spearman]).all()
        assert np.isnan([measures.interval.low, measures.interval.high]).all()
    assert found["constant"].measures.mse > 0
    assert found["constant"].measures.mse_interval.low > 0


def test_what_has_nothing_to_go_by_is_no_floor(dives):
    same = dives("a" * 12, [2.0] * 12)
    found = measured_floors(same, one_each(same), (30, 90))
    for name in ("difficulty", "type_mean"):
        plain = found[name].measures.to_json()
        known = {key for key, value in plain.items() if value not in (None, [None, None])}
        assert known == {"n", "drawn"}
    of_two = dives("ab" * 6, [2.0] * 12)
    measured = measured_floors(of_two, one_each(of_two), (30, 90))
    assert np.isnan(measured["difficulty"].measures.mse)
    assert measured["type_mean"].measures.mse > 0


def test_actions_that_occur_once_are_told_apart_by_nobody(dives):
    samples = dives("abcdefghijkl")
    assert artefact(samples, "type_mean") == ALL
    assert not measured_floors(samples, one_each(samples), (30, 90))["type_mean"].has_ranks


def scored(samples, scores):
    return [
        replace(s, performance=replace(s.performance, score=float(score)))
        for s, score in zip(samples, scores, strict=True)
    ]


def test_difficulties_that_all_differ_are_told_apart(dives):
    difficulties = [1.5 + i / 10 for i in range(40)]
    noise = np.random.default_rng(1).normal(size=40)
    samples = scored(dives("a" * 40, difficulties), 20 * np.array(difficulties) + noise)
    found = measured_floors(samples, one_each(samples), (30, 90))["difficulty"]
    assert found.artefact.score == 0
    assert found.measures.spearman > 0.9


def test_a_line_through_zero_ranks_scores_but_not_execution(dives):
    """Divided by the difficulty it is level: only who was left out tells its values apart."""
    difficulties = np.array([1.5 + i % 4 / 2 for i in range(40)])
    executions = np.array([20 + i // 4 / 4 for i in range(40)])  # the same at each difficulty
    samples = scored(dives("a" * 40, list(difficulties)), executions * difficulties)
    predicted = left_out_floors(samples, one_each(samples))["difficulty"]
    assert metrics.spearman(predicted / difficulties, executions) < -0.9
    found = measured_floors(samples, one_each(samples), (30, 90))["difficulty"]
    assert found.measures.spearman > 0.8
    assert found.artefact.execution > 0.5
    assert np.isnan(found.measures.execution_spearman)


def test_one_action_times_difficulty_ranks_scores_but_not_execution(dives):
    samples = dives("a" * 12, [1.5 + i / 10 for i in range(12)])
    found = measured_floors(samples, one_each(samples), (30, 90))["type_mean"]
    measures = found.measures
    assert found.artefact == Artefact(0.0, 1.0)
    assert np.isfinite(measures.spearman)
    assert np.isnan(measures.execution_spearman)


def test_scores_that_have_nothing_to_do_with_it_rank_by_the_share_of_equals(dives):
    """Of five actions, a fifth of all pairs is of the same one, and comes out reversed."""
    ranks = []
    for seed in range(40):
        samples = dives([str(i % 5) for i in range(60)], seed=seed)
        true = [s.performance.score for s in samples]
        predicted = left_out_floors(samples, one_each(samples))["type_mean"]
        ranks.append(metrics.spearman(predicted, true))
    assert np.mean(ranks) == pytest.approx(-0.2, abs=0.1)
    assert 0.2 <= artefact(samples, "type_mean").score < 0.4


def test_two_actions_are_too_few_to_rank_by(dives):
    samples = dives("ab" * 20)
    found = measured_floors(samples, one_each(samples), (30, 90))["type_mean"]
    assert found.artefact.score == pytest.approx(0.5, abs=0.15)
    assert np.isnan(found.measures.spearman)


def test_an_action_that_is_a_group_is_told_by_nobody(dives):
    actions = [name for name in "abcd" for _ in range(3)]
    assert artefact(dives(actions, groups=actions), "type_mean") == ALL
    crossed = dives(actions, groups=["xyz"[i % 3] for i in range(12)])
    assert artefact(crossed, "type_mean").score < 0.3


def test_of_very_few_nothing_is_told(dives):
    for n in (2, 3):
        samples = dives("ab" * n, [1.0, 2.0] * n)[:n]
        assert all(artefact(samples, floor) == ALL for floor in FLOORS)
