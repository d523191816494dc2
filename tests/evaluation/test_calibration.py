import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import TrainingError
from podium.evaluation.calibration import Calibration, calibrate


def test_distances_are_sorted_and_without_sign():
    calibration = calibrate(np.array([5.0, 1.0, 7.0]), np.array([4.0, 4.0, 7.5]))
    assert calibration.distances.tolist() == [0.5, 1.0, 3.0]


@given(n=st.integers(1, 400), tenths=st.integers(1, 9))
def test_the_rank_is_that_of_split_conformal_prediction(n, tenths):
    calibration = Calibration(np.arange(1.0, n + 1))
    rank = math.ceil(Fraction(tenths, 10) * (n + 1))
    assert calibration.half_width(tenths / 10) == min(rank, n)


@pytest.mark.parametrize(("n", "rank"), [(1, 1), (8, 8), (9, 9), (10, 10), (19, 18), (99, 90)])
def test_nine_in_ten_by_hand(n, rank):
    assert Calibration(np.arange(1.0, n + 1)).half_width() == rank


def test_nine_in_ten_new_performances_are_within_the_range():
    generator = np.random.default_rng(0)
    n_within, n = 0, 4000
    for _ in range(n):
        residuals = generator.standard_t(3, 31) * 5
        calibration = calibrate(residuals[:30], np.zeros(30))
        n_within += abs(residuals[30]) <= calibration.half_width()
    # Exactly ceil(31 * .9) / 31 = 28 / 31 where there are no ties.
    assert n_within / n == pytest.approx(28 / 31, abs=0.015)
    assert n_within / n >= 0.89


def test_a_range_without_residuals_is_refused():
    message = "no performance was left out to learn a range from: give more of them"
    with pytest.raises(TrainingError, match=rf"^{re.escape(message)}$"):
        calibrate(np.array([]), np.array([]))


FEW = ["x"] * 30 + ["y"] * 40 + ["z"] * 20


def test_of_few_groups_the_one_that_is_farthest_off_counts():
    generator = np.random.default_rng(1)
    residuals = generator.normal(size=90)
    residuals[30:70] *= 4
    found = calibrate(residuals, np.zeros(90), FEW)
    alone = calibrate(residuals[30:70], np.zeros(40))
    assert (
        found.half_width() == alone.half_width() > calibrate(residuals, np.zeros(90)).half_width()
    )
    again = Calibration.from_arrays(found.arrays())
    assert again.half_width(0.7) == found.half_width(0.7)
    np.testing.assert_array_equal(again.groups, found.groups)


@pytest.mark.parametrize(
    "groups",
    [(), ["x"] * 90, [""] * 90, [f"g{i % 10}" for i in range(90)], ["x"] * 71 + ["y"] * 19],
    ids=["none", "one", "alone", "many", "small"],
)
def test_of_many_or_small_groups_all_are_taken_together(groups):
    residuals = np.random.default_rng(2).normal(size=90)
    found = calibrate(residuals, np.zeros(90), groups)
    assert found.groups is None
    assert found.half_width() == calibrate(residuals, np.zeros(90)).half_width()
    assert list(found.arrays()) == ["calibration.distances"]


def test_a_new_group_that_is_off_as_a_whole_is_held():
    """Groups are each off by something: of three, the widest range holds most of a fourth."""
    generator = np.random.default_rng(3)
    held = []
    for _ in range(300):
        offsets = generator.normal(size=4)
        known = np.concatenate([offset + generator.normal(size=40) for offset in offsets[:3]])
        found = calibrate(known, np.zeros(120), np.repeat(["a", "b", "c"], 40).tolist())
        held.append(np.mean(np.abs(offsets[3] + generator.normal(size=200)) <= found.half_width()))
    assert np.mean(held) > 0.85
