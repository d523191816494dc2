from dataclasses import replace

import numpy as np
import pytest

from drawn_dives import N_FRAMES, SKIN, WIDTH, drawn_dive, wall
from podium.athlete.values import CameraMotion
from podium.measures._dive import Moment, Moments
from podium.report.stroboscope import LONG_SIDE, N_SHOWN, stroboscope


def colours_at(pixels: np.ndarray, places: np.ndarray) -> np.ndarray:
    right, down = np.round(places).astype(int).T
    return pixels[down, right].astype(int)


@pytest.mark.parametrize("pans", [True, False])
def test_the_athlete_is_shown_at_equal_times_where_it_was(pans):
    falling = Moments(Moment(4), None, Moment(30 if pans else 18))
    dive, frames = drawn_dive(pans=pans, moments=falling)
    made = stroboscope(dive, frames)
    assert made is not None
    assert made.pixels.dtype == np.uint8
    assert max(made.pixels.shape[:2]) <= LONG_SIDE
    assert len(made.seconds) == len(made.places) == N_SHOWN
    assert made.seconds[[0, -1]] == pytest.approx([4 / 30, falling.water.index / 30])
    np.testing.assert_allclose(np.diff(made.seconds), np.diff(made.seconds).mean(), atol=1 / 30)
    assert np.abs(colours_at(made.pixels, made.places) - SKIN).max() < 25
    # As in the world it falls ever faster, whatever the camera did.
    assert (np.diff(made.places[1:, 1]) > 0).all()
    assert np.diff(made.places[:, 1])[-1] > 1.5 * np.diff(made.places[:, 1])[1]


def test_the_background_is_what_stands_still():
    dive, frames = drawn_dive()
    made = stroboscope(dive, frames)
    scale = (made.places[-1, 1] - made.places[0, 1]) / (0.18 * (30**2 - 4**2))
    corner = made.places[0] / scale - [54, 40 + 0.18 * 4**2]
    differences = []
    behind = wall()
    for down in range(40, made.pixels.shape[0] - 40, 7):
        for right in (8, made.pixels.shape[1] - 8):  # beside the athlete
            x, y = np.round(np.array([right, down]) / scale - corner).astype(int)
            if 4 < x < WIDTH - 4:
                differences.append(np.abs(made.pixels[down, right].astype(int) - behind[y, x]))
    assert len(differences) > 50
    assert np.median(differences) < 6
    assert np.mean(np.max(differences, axis=1) < 20) > 0.8  # the rest lies where tiles meet


def test_larger_frames_of_the_same_give_the_same_picture_sharper():
    dive, frames = drawn_dive()
    small = stroboscope(dive, frames)
    large = stroboscope(dive, frames.repeat(2, axis=1).repeat(2, axis=2))
    share = np.array(large.pixels.shape[1::-1]) / np.array(small.pixels.shape[1::-1])
    np.testing.assert_allclose(large.places, small.places * share, rtol=0.02)
    assert large.pixels.shape[0] >= small.pixels.shape[0]


def test_without_moments_the_whole_of_it_is_shown():
    dive, frames = drawn_dive(moments=Moments(None, None, None))
    made = stroboscope(dive, frames)
    assert made.seconds[[0, -1]] == pytest.approx([0, (N_FRAMES - 1) / 30])


def test_where_too_little_is_seen_there_is_no_picture():
    dive, frames = drawn_dive()
    unseen = replace(dive.athlete, masks=np.zeros_like(dive.athlete.masks))
    assert stroboscope(replace(dive, athlete=unseen), frames) is None
    backwards = replace(dive, moments=Moments(Moment(20), None, Moment(10)))
    assert stroboscope(backwards, frames) is None
    once = drawn_dive(1, moments=Moments(None, None, None))
    assert stroboscope(*once) is None


@pytest.mark.parametrize("entry", [(0, 0, 40.0), (0, 2, 5000.0), (1, 1, 1e-9)])
def test_a_camera_that_was_not_understood_gives_no_picture_rather_than_a_huge_one(entry):
    dive, frames = drawn_dive()
    row, column, value = entry
    steps = dive.athlete.camera.steps.copy()
    steps[10, row, column] = value
    lost = replace(dive.athlete, camera=CameraMotion(steps, dive.athlete.camera.agreement))
    made = stroboscope(replace(dive, athlete=lost), frames)
    assert made is None or max(made.pixels.shape[:2]) <= LONG_SIDE


def test_frames_are_left_as_they_were():
    dive, frames = drawn_dive()
    before = frames.copy()
    stroboscope(dive, frames)
    assert (frames == before).all()
