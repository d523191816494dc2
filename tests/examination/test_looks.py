"""How an entry looks: which frames its clips show, and where there is nothing to be seen."""

from dataclasses import replace

import numpy as np
import pytest

from drawn_dives import drawn_dive
from podium.examination.looks import _frames, clips_of, entry_looks
from podium.measures import Dive, Moments


def seen() -> Dive:
    dive, pixels = drawn_dive(pans=False)
    return replace(dive, pixels=pixels)


def test_an_entry_is_described_in_three_clips() -> None:
    clips = clips_of(seen())
    assert clips is not None
    assert clips.shape == (3, 1152)
    assert np.isfinite(clips).all()
    assert set(entry_looks(seen())) <= {"looks_executed", "looks_faulty"}  # drawn, unlike a dive


@pytest.mark.parametrize("per_second", [24, 30, 60])
def test_clips_last_as_long_whatever_the_frame_rate(per_second: int) -> None:
    seconds = np.arange(4 * per_second) / per_second
    shown = seconds[_frames(seconds, 2 * per_second)]
    wanted = 2 + (np.arange(48) - 24) / 30
    assert np.abs(shown - wanted).max() <= 0.5 / per_second + 1e-9


def test_before_the_first_frame_and_after_the_last_one_nothing_moves() -> None:
    shown = _frames(np.arange(20) / 30, 10)
    assert shown.tolist() == [0] * 14 + list(range(20)) + [19] * 14


def test_where_nobody_meets_the_water_nothing_is_seen() -> None:
    dive = seen()
    assert entry_looks(replace(dive, pixels=None)) == {}
    assert entry_looks(replace(dive, moments=Moments(None, None, None))) == {}
