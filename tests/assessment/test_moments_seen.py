"""Clips are named by what was seen in them, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from drawn_dives import MOMENTS, drawn_dive, examined
from podium.assessment.measured import UNDER_SECONDS, moments_seen
from podium.measures._dive import Moment, Moments
from podium.video.frames import Frames

BOARD, OPENED, WATER = 4 / 30, 22 / 30, 1.0


@pytest.fixture
def seen(tmp_path):
    """A dive that leaves the board, opens and meets the water at known times."""
    dive, pixels = drawn_dive()
    n = len(pixels)
    frames = Frames(pixels, np.arange(n) / 30, n / 30, np.arange(n), n)
    return examined(tmp_path / "dive.mp4", dive, frames)


def clips_at(make_sample, *middles: float):
    """Features of clips whose middles lie at these times."""
    features = make_sample("q", n_clips=len(middles)).features
    starts = np.array(middles) - 0.2
    return replace(features, start_seconds=starts, end_seconds=starts + 0.4)


def test_a_clip_is_named_by_what_is_seen_in_its_middle(seen, make_sample):
    under = WATER + UNDER_SECONDS
    features = clips_at(
        make_sample, 0.0, BOARD + 0.01, OPENED - 0.01, OPENED + 0.01, under - 0.01, under + 0.01
    )
    assert moments_seen(seen, features) == (
        "take_off", "flight", "flight", "entry", "entry", "splash",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moments", "names"),
    [
        (Moments(None, None, MOMENTS.water), ("", "", "splash")),
        (Moments(MOMENTS.board_left, None, None), ("take_off", "", "")),
        (Moments(Moment(4), None, MOMENTS.water), ("take_off", "", "splash")),
        (Moments(None, MOMENTS.come_out, None), ("", "", "")),
        (Moments(None, None, None), ()),
    ],
)
def test_between_moments_that_were_not_seen_nothing_is_named(seen, make_sample, moments, names):
    less = replace(seen, dive=replace(seen.dive, moments=moments))
    assert moments_seen(less, clips_at(make_sample, 0.0, 0.5, 2.0)) == names


def test_where_nobody_was_measured_nothing_is_named(make_sample):
    assert moments_seen(None, clips_at(make_sample, 0.0)) == ()
