"""What belongs together in time, against a slow search of all ways."""

from functools import cache

import numpy as np
import pytest

from podium.movement.alignment import SLOW, align


def test_the_cheapest_of_all_ways_is_found():
    rng = np.random.default_rng(0)
    for _ in range(10):
        ours, theirs = rng.normal(size=(9, 3)), rng.normal(size=(9, 3))
        steps = align(ours, theirs)
        assert total(ours, theirs, steps) == pytest.approx(cheapest(ours, theirs))


def costs(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return np.abs(ours[:, None] - theirs[None]).mean(axis=2)


def total(ours: np.ndarray, theirs: np.ndarray, steps: np.ndarray) -> float:
    each = costs(ours, theirs)
    still = (np.diff(steps, axis=0).sum(axis=1) == 1).sum()
    return float(each[steps[:, 0], steps[:, 1]].sum() + still * SLOW * np.median(each))


def cheapest(ours: np.ndarray, theirs: np.ndarray) -> float:
    each = costs(ours, theirs)
    slow, reach = SLOW * np.median(each), (0.25 * len(each) + 1) * len(each)

    @cache
    def least(i: int, j: int) -> float:
        if min(i, j) < 0 or abs(i * len(each) - j * len(each)) > reach:
            return np.inf
        if i == j == 0:
            return float(each[0, 0])
        before = (least(i - 1, j - 1), least(i - 1, j) + slow, least(i, j - 1) + slow)
        return float(each[i, j] + min(before))

    return least(len(each) - 1, len(each) - 1)


def test_the_same_belongs_to_itself():
    course = np.sin(np.linspace(0, 6, 30))[:, None]
    assert (align(course, course) == np.arange(30)[:, None]).all()


def test_a_pause_is_stood_through():
    course = np.linspace(0, 1, 20)[:, None]
    paused = np.concatenate([course[:10], np.repeat(course[9:10], 5, axis=0), course[10:]])
    steps = align(paused, course)
    assert tuple(steps[0]) == (0, 0)
    assert tuple(steps[-1]) == (24, 19)
    assert abs(paused[steps[:, 0]] - course[steps[:, 1]]).max() < 0.06


def test_what_was_not_seen_says_nothing():
    course = np.stack([np.linspace(0, 1, 12), np.full(12, np.nan)], axis=1)
    assert (align(course, course) == np.arange(12)[:, None]).all()
