"""How exactly two performances are put in step that roughly are."""

import numpy as np
import pytest

from podium.features.moving import Moving
from podium.features.tempo import LEAST_KNOTS, steadier

RATE = 30


def moving(values: np.ndarray) -> Moving:
    starts = np.arange(len(values)) / RATE
    return Moving(values.astype(np.float32), starts, starts + 1 / RATE)


def programme(places: np.ndarray) -> np.ndarray:
    """Two numbers that no two places within a hundred moments share, (moments, 2)."""
    return np.stack([np.sin(places / 9), np.cos(places / 14)], axis=1)


REFERENCE = moving(programme(np.arange(300.0)))
NOISE = moving(np.random.default_rng(1).normal(size=(300, 3)))


def met(places: np.ndarray) -> np.ndarray:
    """When places of the reference are shown, in seconds."""
    return (places + 0.5) / RATE


@pytest.mark.parametrize("lag", [-6.0, -0.5, 0.0, 0.5, 6.0])
def test_a_constant_lag_is_found(lag):
    places = np.arange(20.0, 260.0)
    found = steadier(moving(programme(places)), REFERENCE, met(places - lag))
    np.testing.assert_allclose(found, met(places), atol=0.15 / RATE)


def test_a_tempo_that_jumps_is_followed_to_the_jump():
    places = 20 + np.cumsum(np.r_[np.full(110, 0.8), np.full(110, 1.25)])
    rough = np.linspace(places[0], places[-1], len(places))
    rough = places + 0.3 * (rough - places)
    found = steadier(moving(programme(places)), REFERENCE, met(rough))
    assert np.abs(rough - places).max() > 6
    assert np.abs(found - met(places)).max() < 1 / RATE


def test_one_odd_moment_does_not_move_it():
    places = np.arange(20.0, 260.0)
    values = programme(places)
    values[80] = programme(np.array([places[80] + 6]))[0]
    found = steadier(moving(values), REFERENCE, met(places))
    assert np.abs(found - met(places)).max() < 0.5 / RATE


def test_where_it_stands_still_the_tempo_around_it_goes_on():
    """Nothing tells these moments apart: they lie on the line between those that are known."""
    places = 20 + 0.9 * np.arange(240.0)
    still = np.clip(places, None, 110) + np.clip(places - 140, 0, None)
    shown = np.arange(300.0)
    reference = moving(programme(np.clip(shown, None, 110) + np.clip(shown - 140, 0, None)))
    inside = (places > 110) & (places < 140)
    rough = places + np.where(inside, 3 * np.sin(np.pi * (places - 110) / 30), 0)
    found = steadier(moving(programme(still)), reference, met(rough))
    assert np.abs(rough - places)[inside].max() > 2.9
    assert np.abs(found - met(places))[inside].max() < 0.5 / RATE


def test_the_matched_moments_never_go_back():
    drawn = np.random.default_rng(0)
    values = drawn.normal(size=(240, 3))
    rough = met(np.sort(drawn.uniform(0, 299, 240)))
    found = steadier(moving(values), NOISE, rough)
    assert (np.diff(found) >= 0).all()
    ends = NOISE.middle_seconds[[0, -1]]
    assert ends[0] <= found.min()
    assert found.max() <= ends[1]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_where_nothing_tells_moments_apart_all_stay(value):
    still = moving(np.full((60, 2), value))
    rough = still.middle_seconds + 0.05
    found = steadier(still, still, rough)
    np.testing.assert_allclose(found, np.minimum(rough, still.middle_seconds[-1]), atol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 6 * (LEAST_KNOTS - 1)])
def test_a_few_moments_stay(n):
    some = moving(programme(np.arange(float(n))))
    rough = some.middle_seconds
    assert steadier(some, some, rough).tolist() == rough.tolist()


def test_a_clock_that_begins_anew_leaves_all_as_it_was():
    starts = np.r_[np.arange(60.0), np.arange(60.0)] / RATE
    broken = Moving(NOISE.values[:120], starts, starts + 1 / RATE)
    rough = met(np.arange(120.0))
    assert steadier(broken, NOISE, rough).tolist() == rough.tolist()
    assert steadier(moving(NOISE.values[:120]), broken, rough).tolist() == rough.tolist()
