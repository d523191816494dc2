"""How far each moment is from the reference's, once both are in step."""

from itertools import pairwise

import numpy as np
import pytest

from metric.test_matching import programme, slower
from podium.metric.matching import put_in_step
from podium.metric.steps import FLOOR, apart, fit_borders


def drawn_performances(n: int, seed: int = 3) -> list[np.ndarray]:
    """Performances of one programme, each in its own time and a little off."""
    drawn, theirs = np.random.default_rng(seed), programme()
    found = []
    for number in range(n):
        at = np.concatenate([[0], np.cumsum(drawn.uniform(0.6, 1.4, 58 + number % 5))])
        one = slower(theirs, at / at[-1] * 59)
        found.append((one + drawn.normal(0, 0.05, one.shape)).astype(np.float32))
    return found


def nearest_on_the_way(clip: np.ndarray, stations: np.ndarray) -> float:
    """The slow and obvious way: tried at a thousand places between each two stations."""
    shares = np.linspace(0, 1, 1001)[:, None]
    ways = [a + shares * (b - a) for a, b in pairwise(stations)]
    return float(np.linalg.norm(np.concatenate(ways) - clip, axis=1).min())


def test_clips_are_measured_from_the_way_between_the_references():
    theirs = programme()
    ours = slower(theirs, np.linspace(0, 59, 41)) + np.float32(0.2)
    found, matched = apart(ours, theirs)
    np.testing.assert_array_equal(matched, put_in_step(ours, theirs))
    for clip, place, off in zip(ours, matched, np.linalg.norm(found, axis=1), strict=True):
        stations = theirs[max(place - 1, 0) : place + 2]
        assert off == pytest.approx(nearest_on_the_way(clip, stations), rel=0.02)


def test_half_a_clip_ahead_is_no_difference():
    theirs = programme()
    ours = slower(theirs, np.arange(59) + 0.5)
    assert np.linalg.norm(apart(ours, theirs)[0], axis=1).max() < 1e-3


def test_the_border_lets_so_many_clips_of_good_ones_pass():
    theirs, others = programme(), drawn_performances(12)
    border = fit_borders(theirs, others, [True] * 12, 0.1)
    assert border.shape == (60,)
    assert border.min() >= FLOOR * np.median(border) * 0.99
    shares = []
    for other in others:
        found, matched = apart(other, theirs)
        shares += list(np.linalg.norm(found, axis=1) / border[matched])
    assert 0.05 < np.mean(np.array(shares) > 1) < 0.2


def test_moments_that_vary_more_have_a_wider_border():
    theirs, others = programme(), drawn_performances(12)
    drawn = np.random.default_rng(5)
    for other in others:
        other[30:40] += drawn.normal(0, 0.6, (10, 6)).astype(np.float32)
    border = fit_borders(theirs, others, [True] * 12, 0.1)
    assert border[31:38].mean() > 2 * border[:25].mean()


@pytest.mark.parametrize("n_others", [0, 1, 2])
def test_few_others_make_one_border_for_all_moments(n_others):
    others = drawn_performances(n_others)
    border = fit_borders(programme(), others, [False] * n_others, 0.1)
    assert np.ptp(border) == 0
    assert border[0] > 0


def test_clips_that_differ_are_found_wherever_they_are():
    theirs, others = programme(), drawn_performances(10)
    border = fit_borders(theirs, others[:9], [True] * 9, 0.07)
    faulty = others[9].copy()
    faulty[20:26] += np.float32(1.5)
    found, matched = apart(faulty, theirs)
    shares = np.linalg.norm(found, axis=1) / border[matched]
    assert shares[20:26].min() > 1.5
    assert np.mean(np.delete(shares, range(17, 29)) < 1) > 0.8
