import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from messages import whole
from podium.errors import UsageError
from podium.evaluation import metrics
from podium.evaluation.metrics import Detection, Interval

POINTS = st.floats(-100, 100).map(lambda x: round(x, 2))
ROWS = st.lists(st.tuples(POINTS, POINTS), min_size=2, max_size=30)


def mean_ranks(values: list[float]) -> list[float]:
    return [sum(v < x for v in values) + (sum(v == x for v in values) + 1) / 2 for x in values]


def pearson(first: list[float], second: list[float]) -> float:
    a, b = sum(first) / len(first), sum(second) / len(second)
    top = sum((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    return top / math.sqrt(sum((x - a) ** 2 for x in first) * sum((y - b) ** 2 for y in second))


# rank correlation


@given(ROWS)
def test_spearman_is_pearson_of_mean_ranks(rows):
    first, second = (list(column) for column in zip(*rows, strict=True))
    rho = metrics.spearman(first, second)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert math.isnan(rho)
    else:
        assert rho == pytest.approx(pearson(mean_ranks(first), mean_ranks(second)))
        assert rho == pytest.approx(stats.spearmanr(first, second).statistic)


@given(ROWS)
def test_spearman_sees_order_only(rows):
    first, second = np.array(rows).T
    rho = metrics.spearman(first, second)
    assert metrics.spearman(first**3 + 7, second * 2 - 5) == pytest.approx(rho, nan_ok=True)
    assert metrics.spearman(-first, second) == pytest.approx(-rho, nan_ok=True)
    assert metrics.spearman(second, first) == pytest.approx(rho, nan_ok=True)


def test_spearman_by_hand():
    assert metrics.spearman([1, 2, 3], [10, 20, 90]) == pytest.approx(1)
    assert metrics.spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert metrics.spearman([1, 2, 3, 4], [2, 1, 4, 3]) == pytest.approx(0.6)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0]])
def test_rank_correlation_of_too_little_is_not_a_number(values):
    assert math.isnan(metrics.spearman(values, values))


def test_execution_correlation_divides_difficulty_out():
    difficulties = [2.0, 3.0, 4.0]
    true = [20 * 2.0, 19 * 3.0, 18 * 4.0]
    predicted = difficulties
    assert metrics.spearman(predicted, true) == pytest.approx(1)
    assert math.isnan(metrics.execution_spearman(predicted, true, difficulties))
    assert metrics.execution_spearman([20, 57, 90], true, difficulties) == pytest.approx(-1)


@pytest.mark.parametrize("difficulties", [[1.0], [1.0, 0.0], [1.0, -2.0], [1.0, math.nan]])
def test_execution_needs_every_difficulty(difficulties):
    message = (
        "execution needs a difficulty above 0 for every performance: leave out rows without one"
    )
    with pytest.raises(UsageError, match=whole(message)):
        metrics.execution_spearman([1, 2], [1, 2], difficulties)


# distances


@given(ROWS)
def test_mse_is_the_mean_of_squares(rows):
    first, second = zip(*rows, strict=True)
    expected = sum((a - b) ** 2 for a, b in rows) / len(rows)
    assert metrics.mse(first, second) == pytest.approx(expected)


@given(ROWS, st.floats(-50, 50), st.floats(1, 100))
def test_r_l2_is_mse_over_the_squared_range_in_hundredths(rows, low, width):
    first, second = zip(*rows, strict=True)
    expected = metrics.mse(first, second) / width**2 * 100
    assert metrics.r_l2(first, second, (low, low + width)) == pytest.approx(expected, rel=1e-6)


def test_distances_by_hand():
    assert metrics.mse([70, 80], [72, 77]) == pytest.approx(6.5)
    assert metrics.r_l2([70, 80], [72, 77], (0, 10)) == pytest.approx(6.5)
    assert metrics.r_l2([3], [0], (0, 3)) == pytest.approx(100)


def test_distances_of_nothing_are_not_a_number():
    assert math.isnan(metrics.mse([], []))
    assert math.isnan(metrics.r_l2([], [], (0, 1)))


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (math.nan, 1)])
def test_an_empty_range_is_refused(low, high):
    message = f"a score range of {low} to {high} is empty: high must be above low"
    with pytest.raises(UsageError, match=whole(message)):
        metrics.r_l2([1], [1], (low, high))


# what cannot be compared


@pytest.mark.parametrize("measure", [metrics.spearman, metrics.mse])
@pytest.mark.parametrize(
    ("first", "second", "shapes"),
    [([1, 2], [1], ("(2,)", "(1,)")), ([[1]], [[1]], ("(1, 1)", "(1, 1)"))],
)
def test_rows_of_other_lengths_are_refused(measure, first, second, shapes):
    message = (
        f"{shapes[0]} predictions cannot be compared with {shapes[1]} scores: "
        "there must be one of each for every performance"
    )
    with pytest.raises(UsageError, match=whole(message)):
        measure(first, second)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_not_finite_are_refused(bad):
    message = "a prediction or score is not a finite number: leave that row out"
    for first, second in (([1, bad], [1, 2]), ([1, 2], [1, bad])):
        with pytest.raises(UsageError, match=whole(message)):
            metrics.mse(first, second)


# bootstrap


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), noise=st.floats(0.1, 3))
def test_the_interval_holds_the_estimate(seed, noise):
    generator = np.random.default_rng(seed)
    true = generator.normal(size=60)
    predicted = true + noise * generator.normal(size=60)
    for measure in (metrics.mse, lambda a, b: float(np.corrcoef(a, b)[0, 1])):
        interval = metrics.bootstrap(measure, predicted, true, n_resamples=300)
        assert interval.low <= measure(predicted, true) <= interval.high


def test_the_interval_of_a_mean_is_the_textbooks():
    values = np.random.default_rng(0).normal(5, 2, 400)
    interval = metrics.bootstrap(lambda x: float(np.mean(x)), values)
    error = values.std(ddof=1) / math.sqrt(400)
    assert interval.low == pytest.approx(values.mean() - 1.96 * error, abs=0.02)
    assert interval.high == pytest.approx(values.mean() + 1.96 * error, abs=0.02)


def test_the_seed_fixes_the_interval_and_rows_stay_together():
    values = np.arange(20.0)
    one = metrics.bootstrap(metrics.spearman, values, values**2, n_resamples=50, seed=1)
    assert one == metrics.bootstrap(metrics.spearman, values, values**2, n_resamples=50, seed=1)
    assert (one.low, one.high) == (pytest.approx(1), pytest.approx(1))


def test_more_confidence_is_a_wider_interval():
    values = np.random.default_rng(0).normal(size=50)
    narrow, wide = (
        metrics.bootstrap(lambda x: float(np.mean(x)), values, confidence=c) for c in (0.5, 0.99)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0]])
def test_an_interval_of_nothing_is_not_a_number(values):
    interval = metrics.bootstrap(metrics.spearman, values, values, n_resamples=10)
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)


def test_an_interval_prints_in_two_places():
    assert str(Interval(0.123, 0.987)) == "0.12 to 0.99"


# faults


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=20))
def test_found_faults_are_counted_one_by_one(clips):
    found = metrics.detection([f for f, _ in clips], [w for _, w in clips])
    hits = sum(1 for flagged, faulty in clips if flagged and faulty)
    n_flagged = sum(1 for flagged, _ in clips if flagged)
    n_faulty = sum(1 for _, faulty in clips if faulty)
    assert (found.n_flagged, found.n_faulty) == (n_flagged, n_faulty)
    assert found.precision == pytest.approx(
        hits / n_flagged if n_flagged else math.nan, nan_ok=True
    )
    assert found.recall == pytest.approx(hits / n_faulty if n_faulty else math.nan, nan_ok=True)


def test_found_faults_by_hand():
    assert metrics.detection([1, 1, 0, 0, 1], [1, 0, 1, 0, 1]) == Detection(2 / 3, 2 / 3, 3, 3)


def test_flags_of_other_clips_are_refused():
    message = (
        "(3,) flags cannot be compared with (1,) faults: there must be one of each for every clip"
    )
    with pytest.raises(UsageError, match=whole(message)):
        metrics.detection([True, False, True], [True])


@given(ROWS)
def test_nothing_is_changed_in_place(rows):
    assume(len(rows) > 2)
    first, second = np.array(rows).T.copy()
    before = first.copy(), second.copy()
    metrics.spearman(first, second)
    metrics.bootstrap(metrics.mse, first, second, n_resamples=5)
    np.testing.assert_array_equal(first, before[0])
    np.testing.assert_array_equal(second, before[1])


# pair_accuracy


def test_pair_accuracy_counts_pairs():
    generator = np.random.default_rng(0)
    predicted, true = generator.integers(0, 6, 20), generator.integers(0, 6, 20)
    right = total = 0.0
    for i in range(20):
        for j in range(20):
            if true[i] > true[j]:
                total += 1
                right += (predicted[i] > predicted[j]) + 0.5 * (predicted[i] == predicted[j])
    assert metrics.pair_accuracy(predicted, true) == pytest.approx(right / total)


def test_pair_accuracy_of_equal_scores_is_unknown():
    assert np.isnan(metrics.pair_accuracy([1, 2], [5, 5]))


# distances and bias


def test_distances_and_bias_by_hand():
    predicted, true = [12, 18, 33], [10, 20, 30]
    assert metrics.mad(predicted, true) == pytest.approx(7 / 3)
    assert metrics.rmse(predicted, true) == pytest.approx(math.sqrt(17 / 3))
    assert metrics.bias(predicted, true) == pytest.approx(1)
    assert metrics.mape(predicted, true) == pytest.approx(100 * (0.2 + 0.1 + 0.1) / 3)
    assert metrics.mape([-8], [-10]) == pytest.approx(20)


def test_a_share_of_a_score_of_0_is_unknown():
    assert math.isnan(metrics.mape([1, 2], [0, 2]))


@pytest.mark.parametrize("measure", [metrics.mad, metrics.rmse, metrics.bias, metrics.mape])
def test_a_distance_of_nothing_is_not_a_number(measure):
    assert math.isnan(measure([], []))


# classes


@given(st.lists(st.tuples(POINTS, st.booleans()), max_size=30))
def test_auc_is_the_share_of_pairs(rows):
    said, truth = [s for s, _ in rows], [t for _, t in rows]
    found = metrics.auc(said, truth)
    pairs = [(s > o) + (s == o) / 2 for s, t in rows if t for o, of in rows if not of]
    if not pairs:
        assert math.isnan(found)
        return
    assert found == pytest.approx(sum(pairs) / len(pairs))
    assert found == pytest.approx(metrics.pair_accuracy(said, np.array(truth, float)))


def test_accuracy_is_by_the_nearest_label():
    assert metrics.accuracy([0.4, 0.6, 9, -3, 0.5], [0, 0, 1, 0, 1], (0, 1)) == 3.5 / 5
    assert metrics.accuracy([4, 5], [2, 8], (2, 8)) == 0.75
    assert math.isnan(metrics.accuracy([], [], (0, 1)))


def test_log_loss_by_hand():
    found = metrics.log_loss([0.9, 0.2], [True, False])
    assert found == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2)
    assert metrics.log_loss([0.5] * 3, [True, False, True]) == pytest.approx(math.log(2))
    assert metrics.log_loss([1, 0], [True, False]) == pytest.approx(0, abs=1e-15)
    assert metrics.log_loss([0.0], [True]) == pytest.approx(-math.log(np.finfo(float).eps))
    assert math.isnan(metrics.log_loss([], []))


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_what_is_no_probability_is_refused(value):
    message = "a probability is not from 0 to 1: measure these as scores"
    with pytest.raises(UsageError, match=whole(message)):
        metrics.log_loss([0.5, value], [True, False])
