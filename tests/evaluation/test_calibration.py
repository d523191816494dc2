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
