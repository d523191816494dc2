import re

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.backbones.motion import Motion, MotionOptions, camera, direction, sharpness, stretch
from podium.errors import UsageError

Pixels = npt.NDArray[np.uint8]
WIDTH, HEIGHT = Motion.frame_size
SHAPE = (16, HEIGHT, WIDTH, 3)


@pytest.fixture(scope="module")
def motion() -> Motion:
    return Motion()


def textured(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Pixels:
    """Blocks of random colours, (height, width, 3)."""
    blocks = np.random.default_rng(seed).integers(40, 200, (height // 8 + 1, width // 8 + 1, 3))
    return np.kron(blocks, np.ones((8, 8, 1)))[:height, :width].astype(np.uint8)


def ball_over(seed: int, step: int = 6) -> Pixels:
    """A white square that crosses a still background from left to right, (16, h, w, 3)."""
    clip = np.repeat(textured(seed)[None], 16, axis=0)
    for i, frame in enumerate(clip):
        frame[50:70, 5 + step * i : 25 + step * i] = 250
    return clip


def panned(seed: int, down: int, right: int) -> Pixels:
    """A still scene that the image moves over by whole pixels a frame, (16, h, w, 3)."""
    margin = 16 * max(abs(down), abs(right), 1)
    scene = textured(seed, HEIGHT + 2 * margin, WIDTH + 2 * margin)
    starts = [(margin - down * i, margin - right * i) for i in range(16)]
    return np.stack([scene[top : top + HEIGHT, left : left + WIDTH] for top, left in starts])


def noise(seed: int, n_clips: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (n_clips, *SHAPE), dtype=np.uint8)


def brightness_of(clip: Pixels) -> npt.NDArray[np.float32]:
    return (clip.astype(np.float32).mean(axis=3) / 255).astype(np.float32)


def test_a_clip_becomes_one_row_of_float32(motion):
    features = motion(noise(0, 2))
    assert features.shape == (2, motion.dim)
    assert features.dtype == np.float32


def test_no_clips_become_no_rows(motion):
    assert motion(np.zeros((0, *SHAPE), np.uint8)).shape == (0, motion.dim)


def test_the_fingerprint_follows_the_options(motion):
    assert Motion().fingerprint == motion.fingerprint
    assert Motion(MotionOptions(n_windows=4)).fingerprint != motion.fingerprint


@pytest.mark.parametrize(
    "options",
    [
        MotionOptions(n_windows=1, n_levels=2, contrasts=(0.1,), step=8),
        MotionOptions(n_windows=8, n_levels=5, step=3),
    ],
    ids=["coarse", "fine"],
)
def test_any_options_give_rows_of_the_promised_length(options):
    motion = Motion(options)
    assert motion(noise(0, 1)).shape == (1, motion.dim)


@settings(max_examples=6)
@given(seed=st.integers(0, 2**32 - 1), cut=st.integers(1, 2))
def test_a_clip_is_described_alike_in_any_batch(motion, seed, cut):
    clips = noise(seed, 3)
    together = motion(clips)
    apart = np.concatenate([motion(clips[:cut]), motion(clips[cut:])])
    np.testing.assert_array_equal(together, apart)
    np.testing.assert_array_equal(together[::-1], motion(clips[::-1]))


def test_the_clips_are_left_as_they_were(motion):
    clips = noise(1, 1)
    before = clips.copy()
    motion(clips)
    np.testing.assert_array_equal(clips, before)


@settings(max_examples=10)
@given(colour=st.tuples(*[st.integers(0, 255)] * 3))
def test_an_even_clip_of_any_colour_is_described_in_finite_numbers(motion, colour):
    features = motion(np.full((1, *SHAPE), colour, np.uint8))
    assert np.isfinite(features).all()


def test_noise_is_described_in_finite_numbers(motion):
    assert np.isfinite(motion(noise(2, 1))).all()


def test_counts_agree_with_counting_one_pixel_at_a_time():
    frames = np.random.default_rng(3).integers(0, 256, (4, 6, 7, 3), dtype=np.uint8)
    brightness = brightness_of(frames)
    options = MotionOptions(n_windows=2, n_levels=4, contrasts=(0.1, 0.3))
    counts = np.zeros((2, 4, 3))
    for i, row, column in np.ndindex(4, 6, 7):
        here = brightness[i, row, column]
        right = brightness[i, row, min(column + 1, 6)]
        below = brightness[i, min(row + 1, 5), column]
        edge = max(abs(right - here), abs(below - here))
        level = int(frames[i, row, column].min()) // 64
        counts[i // 2, level, int(edge >= 0.1) + int(edge >= 0.3)] += 1
    expected = np.sqrt(counts / (2 * 6 * 7)).ravel()
    np.testing.assert_allclose(sharpness(frames, brightness, options), expected, atol=1e-6)


def test_time_run_backwards_is_described_otherwise(motion):
    clip = ball_over(4)
    forwards, backwards = motion(np.stack([clip, clip[::-1]]))
    assert np.linalg.norm(forwards - backwards) > 0.1


def test_an_edge_that_moves_right_is_counted_as_moving_right():
    options = MotionOptions(n_windows=1)
    brightness = np.zeros((16, 20, 60), np.float32)
    for i in range(16):
        brightness[i, :, 10 + i : 14 + i] = 1
    rightwards = direction(brightness, options)
    leftwards = direction(brightness[::-1], options)
    assert rightwards[:8].argmax() == 5  # right, and more across than down
    assert leftwards[:8].argmax() == 1


@pytest.mark.parametrize(("down", "right"), [(0, 0), (2, 0), (0, -3), (-4, 1)])
def test_the_camera_is_measured_in_pixels_a_frame(down, right):
    movement = camera(brightness_of(panned(5, down, right)), MotionOptions()).reshape(2, 3)
    rooted = np.sign([down, right]) * np.sqrt(np.abs([down, right]))
    np.testing.assert_allclose(movement[:, :2], np.tile(rooted, (2, 1)), atol=1e-5)


def test_a_darker_copy_is_more_alike_than_another_clip(motion):
    clip, other = ball_over(6), panned(7, 2, 0)
    darker = (clip * 0.9).astype(np.uint8)
    here, dark, elsewhere = motion(np.stack([clip, darker, other]))
    assert np.linalg.norm(here - dark) < np.linalg.norm(here - elsewhere)


def test_a_copy_with_other_levels_is_described_nearly_alike(motion):
    clip = ball_over(6)
    expanded = np.clip(clip * 1.14 - 18, 0, 255).astype(np.uint8)  # as real copies differ
    here, copy, elsewhere = motion(np.stack([clip, expanded, ball_over(9)]))
    assert np.linalg.norm(here - copy) < 0.5 * np.linalg.norm(here - elsewhere)


def test_levels_are_stretched_to_the_whole_scale():
    frames = np.linspace(50, 150, 101).astype(np.uint8).repeat(12 * 4 * 3).reshape(101, 12, 4, 3)
    levels = stretch(frames, MotionOptions(darkest=0.1, brightest=0.9))[:, 0, 0, 0].astype(int)
    assert abs(levels - np.linspace(0, 255, 101)).max() <= 1


def test_an_even_clip_is_not_stretched_into_noise():
    frames = np.random.default_rng(1).integers(100, 104, (4, 8, 8, 3), dtype=np.uint8)
    levels = stretch(frames, MotionOptions(least_range=51))
    assert np.ptp(levels) <= 4 * 255 // 51


def test_where_in_the_image_it_happens_hardly_matters(motion):
    clip, shifted = ball_over(8), np.roll(ball_over(8), 24, axis=1)
    here, there, elsewhere = motion(np.stack([clip, shifted, ball_over(9, step=1)]))
    assert np.linalg.norm(here - there) < np.linalg.norm(here - elsewhere)


@pytest.mark.parametrize(
    ("clips", "found"),
    [
        (np.zeros((1, 8, HEIGHT, WIDTH, 3), np.uint8), "uint8 of (1, 8, 120, 160, 3)"),
        (np.zeros(SHAPE, np.uint8), "uint8 of (16, 120, 160, 3)"),
        (np.zeros((1, 16, WIDTH, HEIGHT, 3), np.uint8), "uint8 of (1, 16, 160, 120, 3)"),
        (np.zeros((1, *SHAPE), np.float32), "float32 of (1, 16, 120, 160, 3)"),
    ],
    ids=["8 frames", "no clips axis", "turned", "float"],
)
def test_clips_of_another_kind_are_refused(motion, clips, found):
    message = f"clips are {found}: they must be uint8 of (clips, 16, 120, 160, 3)"
    with pytest.raises(ValueError, match=rf"^{re.escape(message)}$"):
        motion(clips)


@pytest.mark.parametrize(
    "changed", [{"n_windows": 0}, {"n_windows": 9}, {"n_levels": 1}, {"step": 0}]
)
def test_numbers_out_of_range_are_refused(changed):
    shown = {"n_windows": 2, "n_levels": 8, "step": 2} | changed
    message = (
        f"MotionOptions(n_windows={shown['n_windows']}, n_levels={shown['n_levels']}, "
        f"contrasts=(0.01, 0.03, 0.06, 0.12, 0.25), step={shown['step']}, "
        "darkest=0.1, brightest=0.9, least_range=40): n_windows must be "
        "from 1 to 8, n_levels from 2 to 64, step from 1 to 8"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        MotionOptions(**changed)


@pytest.mark.parametrize("contrasts", [(), (0.2, 0.1), (0.1, 0.1)])
def test_contrasts_that_do_not_rise_are_refused(contrasts):
    message = (
        f"MotionOptions(n_windows=2, n_levels=8, contrasts={contrasts}, step=2, darkest=0.1, "
        "brightest=0.9, least_range=40): contrasts must be one or more fractions in rising order"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        MotionOptions(contrasts=contrasts)


@pytest.mark.parametrize(
    "changed", [{"darkest": 0.91}, {"darkest": -0.1}, {"brightest": 1.1}, {"least_range": 0}]
)
def test_levels_out_of_range_are_refused(changed):
    shown = {"darkest": 0.1, "brightest": 0.9, "least_range": 40} | changed
    message = (
        "MotionOptions(n_windows=2, n_levels=8, contrasts=(0.01, 0.03, 0.06, 0.12, 0.25), step=2, "
        f"darkest={shown['darkest']}, brightest={shown['brightest']}, "
        f"least_range={shown['least_range']}): darkest must be below brightest, both from 0 to 1, "
        "least_range from 1 to 255"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        MotionOptions(**changed)
