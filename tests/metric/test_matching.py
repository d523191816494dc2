"""Which clip is compared with which: counted from the end, or put in step."""

import numpy as np
import pytest

from podium.metric import matching
from podium.metric.matching import (
    averaged,
    count_from_end,
    put_in_step,
    step_cost,
)


def programme(seed: int = 0, n_clips: int = 60, dim: int = 6) -> np.ndarray:
    """Moments that change smoothly, (clips, dim)."""
    steps = np.random.default_rng(seed).normal(size=(n_clips + 8, dim))
    smooth = np.stack([np.convolve(column, np.ones(9) / 3, "valid") for column in steps.T], axis=1)
    return smooth.astype(np.float32)


def slower(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The moments at such places of a sequence, between its clips."""
    places = np.arange(len(values))
    return np.stack([np.interp(at, places, column) for column in values.T], axis=1).astype("f4")


@pytest.mark.parametrize(
    ("n_ours", "n_theirs", "expected"),
    [(3, 3, [0, 1, 2]), (2, 4, [2, 3]), (4, 2, [0, 0, 0, 1]), (1, 1, [0])],
)
def test_counting_is_from_the_end(n_ours, n_theirs, expected):
    assert count_from_end(n_ours, n_theirs).tolist() == expected


def test_what_is_slower_here_and_quicker_there_is_put_in_step():
    theirs = programme()
    at = np.concatenate([np.linspace(0, 20, 40), np.linspace(21, 59, 30)])
    found = put_in_step(slower(theirs, at), theirs)
    assert np.abs(found - at).max() <= 1
    assert (np.diff(found) >= 0).all()
    assert (found[0], found[-1]) == (0, 59)


def test_a_sequence_is_in_step_with_itself():
    theirs = programme()
    assert put_in_step(theirs, theirs).tolist() == list(range(60))


def test_neighbours_of_very_long_ones_are_matched_together(monkeypatch):
    theirs = programme(n_clips=200)
    at = np.linspace(0, 199, 260)
    monkeypatch.setattr(matching, "MAX_MATCHED", 100)
    found = put_in_step(slower(theirs, at), theirs)
    assert np.abs(found - at).max() <= 3
    assert put_in_step(theirs, theirs).tolist() == list(range(200))


def test_neighbours_are_averaged_from_the_end():
    values = np.arange(10, dtype=np.float32)[:, None]
    assert averaged(values, 1) is values
    assert averaged(values, 3).ravel().tolist() == [0, 2, 5, 8]
    assert averaged(values, 5).ravel().tolist() == [2, 7]
    assert averaged(values, 20).ravel().tolist() == [4.5]


def test_another_programme_is_hardly_more_in_step_than_chance():
    theirs = programme()
    ours = slower(theirs, np.linspace(0, 59, 80))
    same, other = step_cost(ours, theirs), step_cost(ours, programme(seed=1))
    assert same < 0.2 < other
    assert matching.ask_steps(same, 0.2) == ()
    (doubt,) = matching.ask_steps(other, 0.2)
    assert doubt.kind == matching.NOT_IN_STEP
    assert doubt.values == {"cost": round(other, 2), "usual": 0.2}
