"""How far two performances lag that are roughly in step."""

import numpy as np
import pytest

from podium.features.lag import LAG, N_STEPS, STEP, lags
from podium.features.moving import Moving

RATE = 30


def moving(values: np.ndarray) -> Moving:
    starts = np.arange(len(values)) / RATE
    return Moving(values.astype(np.float32), starts, starts + 1 / RATE)


def programme(places: np.ndarray) -> np.ndarray:
    """Two numbers that no two places within a hundred moments share, (moments, 2)."""
    return np.stack([np.sin(places / 9), np.cos(places / 14)], axis=1)


@pytest.mark.parametrize("lag", [-5.0, -0.5, 0.0, 0.5, 7.0])
def test_a_constant_lag_is_found_to_half_a_moment(lag):
    places = np.arange(20.0, 180.0)
    found = lags(moving(programme(places)), moving(programme(np.arange(200.0))), places - lag)
    np.testing.assert_allclose(found, lag, atol=STEP / 2)


def test_a_lag_that_grows_is_followed():
    places = np.arange(20.0, 180.0)
    true = np.linspace(-4, 4, len(places))
    found = lags(moving(programme(places)), moving(programme(np.arange(200.0))), places - true)
    assert np.abs(found - true).max() <= 2 * STEP


def test_one_odd_moment_does_not_move_it():
    places = np.arange(20.0, 180.0)
    values = programme(places)
    values[80] = programme(np.array([places[80] + 6]))
    found = lags(moving(values), moving(programme(np.arange(200.0))), places)
    assert np.abs(found).max() <= STEP


def test_where_nothing_tells_moments_apart_there_is_no_lag():
    still = moving(np.ones((40, 2)))
    assert not lags(still, still, np.arange(40.0)).any()
    assert 0 < LAG * N_STEPS * STEP < 0.02


def test_a_lag_reaches_no_further_than_is_looked():
    places = np.arange(40.0, 160.0)
    found = lags(moving(programme(places)), moving(programme(np.arange(200.0))), places - 20)
    assert np.abs(found).max() <= N_STEPS * STEP


def test_a_single_moment_is_matched_with_a_single_one():
    one = moving(np.ones((1, 2)))
    assert lags(one, one, np.zeros(1)).tolist() == [0.0]
