from dataclasses import replace

import numpy as np
import pytest
from tests.measures.entering import FLIES_SECONDS, entering

from podium.measures._dive import Moments
from podium.measures.entry_angle_degrees import EntryAngleDegrees

MEASURE = EntryAngleDegrees()


@pytest.mark.parametrize("degrees", [-35, -20, -8, 0, 7, 18, 30])
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_short_is_below_and_past_is_above_the_vertical(degrees: float, is_mirrored: bool) -> None:
    found = MEASURE(entering(degrees, is_mirrored=is_mirrored))
    assert found.value == pytest.approx(degrees, abs=3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < degrees < found.high


@pytest.mark.parametrize("frames_per_second", [24, 25, 30, 50, 60])
@pytest.mark.parametrize("scale", [0.6, 1.0])
def test_neither_the_rate_nor_the_size_matters(frames_per_second: float, scale: float) -> None:
    dive = entering(12, frames_per_second=frames_per_second, scale=scale)
    assert MEASURE(dive).value == pytest.approx(12, abs=4)


def test_who_turns_past_the_level_comes_the_long_way_round() -> None:
    assert MEASURE(entering(10, turning=500)).value == pytest.approx(10, abs=4)


def test_it_is_seen_as_the_body_goes_in() -> None:
    found = MEASURE(entering(0))
    assert found.start_seconds is not None
    assert found.end_seconds is not None
    assert FLIES_SECONDS - 0.1 < found.start_seconds <= found.end_seconds < FLIES_SECONDS + 0.1


def test_what_is_not_seen_is_not_measured() -> None:
    dive = entering(0)
    assert MEASURE(still := entering(0, turning=0)).reason == "turning_not_seen"
    assert np.isfinite(still.outline.angle).any()
    never = type(dive)(dive.athlete, dive.outline, Moments(None, None, None))
    assert MEASURE(never).reason == "water_not_found"


@pytest.mark.parametrize("first", [-2, -1, 0, 1])
def test_a_few_frames_in_which_spray_is_taken_for_the_body_do_not_decide(first: int) -> None:
    dive = entering(10)
    assert dive.moments.water is not None
    spoilt = dive.moments.water.index + first + np.arange(2)
    angles = dive.outline.angle.copy()
    angles[spoilt] = 0.3
    found = MEASURE(replace(dive, outline=replace(dive.outline, angle=angles)))
    assert found.value == pytest.approx(10, abs=5)
    shown = int(np.abs(dive.athlete.start_seconds - found.start_seconds).argmin())
    assert shown not in spoilt
    assert abs(shown - dive.moments.water.index) <= 2


def test_a_line_that_is_lost_long_before_the_water_says_nothing_of_the_entry() -> None:
    dive = entering(10)
    assert dive.moments.water is not None
    widths = dive.outline.width.copy()
    lost = slice(dive.moments.water.index - 7, None)
    widths[lost] = dive.outline.length[lost]
    found = MEASURE(replace(dive, outline=replace(dive.outline, width=widths)))
    assert found.value is None
    assert found.reason == "line_not_seen"
