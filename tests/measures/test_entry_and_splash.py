from dataclasses import replace

import numpy as np
import pytest
from tests.measures.entering import FLIES_SECONDS, LENGTH, WATER, entering

from podium.athlete.outline import outline
from podium.measures._dive import Dive, Moment, Moments
from podium.measures.line_straightness import LineStraightness
from podium.measures.splash_height import SplashHeight
from podium.measures.splash_seconds import SplashSeconds
from podium.measures.splash_size import SplashSize
from podium.measures.tightness import Tightness

BLUE, WALL, WHITE = (20, 110, 200), (180, 180, 175), (250, 252, 253)


def filmed(dive: Dive, wide: float, high: float, lasts_seconds: float, shift: int = 0) -> Dive:
    """The pictures of a dive: a wall, water, and a white box on the water, in body lengths."""
    pixels = np.zeros((len(dive.athlete), 240, 320, 3), np.uint8)
    pixels[:, :110], pixels[:, 110:] = WALL, BLUE
    since = dive.athlete.start_seconds - FLIES_SECONDS - 0.1
    right = 160 + shift
    half, up = round(wide * LENGTH / 2), round(high * LENGTH)
    for picture, seconds in zip(pixels, since, strict=True):
        if 0 < seconds < lasts_seconds:
            picture[int(WATER) - up : int(WATER) + 1, right - half : right + half] = WHITE
    return replace(dive, pixels=pixels)


@pytest.mark.parametrize(("wide", "high"), [(0.4, 0.3), (0.8, 0.5), (1.2, 0.7)])
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_a_splash_is_as_large_as_it_is(wide: float, high: float, is_mirrored: bool) -> None:
    dive = filmed(entering(5, is_mirrored=is_mirrored), wide, high, 0.5)
    assert SplashSize()(dive).value == pytest.approx(wide * high, rel=0.15)
    assert SplashHeight()(dive).value == pytest.approx(high, abs=0.15)


def test_a_splash_lasts_as_long_as_it_is_seen() -> None:
    found = SplashSeconds()(filmed(entering(5), 0.8, 0.5, 0.4))
    assert found.value == pytest.approx(0.4, abs=0.08)


def test_what_is_still_splashing_at_the_end_has_no_length() -> None:
    dive = filmed(entering(5), 0.8, 0.5, 9.0)
    assert SplashSeconds()(dive).reason == "video_ends_too_early"


def test_water_that_stays_still_is_no_splash() -> None:
    dive = filmed(entering(5), 0.8, 0.5, 0.0)
    assert SplashSize()(dive).value == pytest.approx(0, abs=0.01)
    assert SplashSeconds()(dive).value == 0


@pytest.mark.parametrize("measure", [SplashSize(), SplashHeight(), SplashSeconds()])
def test_without_pictures_or_water_no_splash_is_measured(measure: SplashSize) -> None:
    dive = entering(5)
    assert measure(dive).reason == "pictures_not_given"
    never = replace(dive, moments=Moments(None, None, None))
    assert measure(never).reason == "water_not_found"


@pytest.mark.parametrize("bend", [0, 10, 20, 30])
def test_a_bent_line_is_measured_in_degrees(bend: float) -> None:
    found = LineStraightness()(entering(0, bend=bend))
    assert found.value == pytest.approx(bend, abs=4)


def closed(share: float) -> Dive:
    """A dive whose body is so long while it turns, of the stretched one."""
    dive = entering(0)
    small = entering(0, scale=share).athlete.masks
    masks = dive.athlete.masks.copy()
    come_out = 15
    masks[:come_out] = small[5]
    one = replace(dive.athlete, masks=masks)
    moments = Moments(Moment(0), Moment(come_out - 1), dive.moments.water)
    return replace(dive, athlete=one, outline=outline(one), moments=moments)


@pytest.mark.parametrize("share", [0.4, 0.55, 0.7])
def test_tightness_is_the_length_while_turning(share: float) -> None:
    assert Tightness()(closed(share)).value == pytest.approx(share, rel=0.06)


def test_tightness_says_what_is_lacking() -> None:
    dive = closed(0.5)
    water = dive.moments.water
    lacking = {
        "board_left_not_found": Moments(None, Moment(9), water),
        "come_out_not_found": Moments(Moment(0), None, water),
        "water_not_found": Moments(Moment(0), Moment(9), None),
        "turning_not_seen": Moments(Moment(0), Moment(5), water),
    }
    for reason, moments in lacking.items():
        assert Tightness()(replace(dive, moments=moments)).reason == reason


def test_a_wall_that_a_panning_camera_brings_into_view_is_no_splash() -> None:
    """Where the camera's own movement is not known, all of the picture seems to change at once."""
    dive = filmed(entering(5), 0.8, 0.8, 0.5)
    assert dive.pixels is not None
    seconds = dive.athlete.start_seconds
    pixels = dive.pixels.copy()
    pixels[seconds < FLIES_SECONDS + 0.05, :110] = BLUE
    pixels[seconds >= FLIES_SECONDS + 0.05, :110] = WHITE
    assert SplashSize()(replace(dive, pixels=pixels)).value == pytest.approx(0.8 * 0.8, rel=0.2)
