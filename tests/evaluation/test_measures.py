import json
import re

import numpy as np
import pytest
from scipy import stats

from podium.errors import UsageError
from podium.evaluation.measures import (
    FLOORS,
    floor_predictions,
    measure,
    true_scores,
    with_coverage,
)


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


@pytest.fixture
def dives(make_sample):
    """Six dives of two actions, whose execution is 10 times their place."""
    return [
        make_sample(
            f"d{i}", score=10.0 * (i + 1) * d, difficulty=d, action="ab"[i % 2]
        )
        for i, d in enumerate((1.5, 2.0, 2.5, 3.0, 1.5, 2.0))
    ]  # fmt: skip


def test_measures_are_those_of_scipy(dives):
    true = true_scores(dives)
    predicted = true[[1, 0, 2, 3, 5, 4]]
    difficulty = np.array([1.5, 2.0, 2.5, 3.0, 1.5, 2.0])
    found = measure(predicted, dives, (0, 100))
    assert found.n == 6
    assert found.spearman == pytest.approx(stats.spearmanr(predicted, true)[0])
    assert found.mse == pytest.approx(np.mean((predicted - true) ** 2))
    assert found.r_l2 == pytest.approx(np.mean(((predicted - true) / 100) ** 2) * 100)
    assert found.execution_spearman == pytest.approx(
        stats.spearmanr(predicted / difficulty, true / difficulty)[0]
    )
    assert found.interval.low <= found.spearman <= found.interval.high
    assert found.mse_interval.low <= found.mse <= found.mse_interval.high


def test_without_every_difficulty_there_is_no_execution(dives, make_sample):
    known = [*dives, make_sample("e", score=10.0)]
    assert np.isnan(measure(true_scores(known), known, (0, 100)).execution_spearman)


def test_an_empty_range_of_scores_has_no_r_l2(dives):
    assert np.isnan(measure(true_scores(dives), dives, (50, 50)).r_l2)


def test_plain_json_has_null_for_what_is_not_known(dives):
    plain = measure(np.ones(6), dives, (50, 50)).to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["spearman"] is plain["r_l2"] is plain["covered"] is None
    assert plain["interval"] == [None, None]
    assert plain["n"] == 6
    assert len(plain["mse_interval"]) == 2


def test_coverage_is_the_share_within_the_range(dives):
    true = true_scores(dives)
    low, high = true - 1, true + 1
    low[0], high[1] = true[0] + 0.5, true[1] - 0.5
    low[2] = true[2]
    found = with_coverage(measure(true, dives, (0, 100)), low, high, true)
    assert found.covered == pytest.approx(4 / 6)


def test_a_sample_without_a_score_is_named(dives, make_sample):
    message = "x has no score to be measured against: leave it out"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        true_scores([*dives, make_sample("x")])


def test_floors_know_the_mean_the_line_and_the_means_of_actions(dives, make_sample):
    queries = [make_sample("q", difficulty=4.0, action="a"), make_sample("r", action="z")]
    found = floor_predictions(dives, queries)
    assert tuple(found) == FLOORS
    true = true_scores(dives)
    difficulty = [s.performance.difficulty for s in dives]
    np.testing.assert_allclose(found["constant"], true.mean())
    line = np.polyfit(difficulty, true, 1)
    np.testing.assert_allclose(found["difficulty"], np.polyval(line, [4.0, 2.0]))
    np.testing.assert_allclose(found["type_mean"], [30 * 4.0, 35 * 2.0])
