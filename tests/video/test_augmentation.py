import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.errors import UsageError
from podium.video.augmentation import (
    COPIES,
    REFRAMED,
    Augmentation,
    AugmentationOptions,
    compress,
    draw,
    mask_background,
)
from podium.video.frames import Frames

NOTHING = {
    "zoom": 1.0, "brightness": 1.0, "equalise": False, "mask": False, "drop": 0.0, "seed": 0,
}  # fmt: skip


def frames_of(n_frames: int, seed: int = 0) -> Frames:
    pixels = np.random.default_rng(seed).integers(0, 200, (n_frames, 12, 16, 3), dtype=np.uint8)
    return Frames(pixels, np.arange(n_frames) / 10, n_frames / 10, np.arange(n_frames), n_frames)


def variant(**changes) -> Augmentation:
    return Augmentation(**{**NOTHING, **changes})


def test_a_variant_without_changes_is_the_original():
    frames = frames_of(5)
    same = variant()(frames)
    np.testing.assert_array_equal(same.pixels, frames.pixels)
    np.testing.assert_array_equal(same.start_seconds, frames.start_seconds)


@given(st.floats(0.5, 1.5))
def test_brightness_multiplies_every_pixel_and_clips(brightness):
    frames = frames_of(2)
    expected = np.clip(frames.pixels * brightness, 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(variant(brightness=brightness)(frames).pixels, expected)


def test_zoom_keeps_the_middle_and_loses_the_border():
    pixels = np.full((1, 40, 40, 3), 255, np.uint8)
    pixels[:, 4:-4, 4:-4] = 10
    zoomed = variant(zoom=1.6)(Frames(pixels, np.zeros(1), 1.0, np.zeros(1, int), 1)).pixels
    assert zoomed.shape == pixels.shape
    assert (zoomed == 10).all()


def test_equalising_spreads_the_values():
    pixels = np.random.default_rng(0).integers(0, 25, (2, 40, 60, 3), dtype=np.uint8)
    dull = Frames(pixels, np.arange(2.0), 2.0, np.arange(2), 2)
    assert variant(equalise=True)(dull).pixels.max() > 200


@given(
    n=st.integers(1, 40), drop=st.floats(0, 0.99), seed=st.integers(0, 99), least=st.integers(1, 20)
)
def test_dropping_leaves_some_frames_in_order_with_their_own_times(n, drop, seed, least):
    frames = frames_of(n)
    kept = variant(drop=drop, seed=seed)(frames, at_least=least)
    assert len(kept) == max(n - int(n * drop), min(least, n))
    for pixels, seconds in zip(kept.pixels, kept.start_seconds, strict=True):
        np.testing.assert_array_equal(pixels, frames.pixels[round(seconds * 10)])
    np.testing.assert_array_equal(kept.numbers, np.rint(kept.start_seconds * 10))
    assert (np.diff(kept.start_seconds) > 0).all()
    assert kept.end_seconds == frames.end_seconds


def masked_one_pixel_at_a_time(pixels: np.ndarray, threshold: float) -> np.ndarray:
    grey = [int(pixels[..., channel].mean()) for channel in range(3)]
    masked = pixels.copy()
    for i, y, x in np.ndindex(pixels.shape[:3]):
        neighbours = [j for j in (i - 1, i + 1) if 0 <= j < len(pixels)]
        here = pixels[i, y, x].mean()
        if all(abs(here - pixels[j, y, x].mean()) < threshold for j in neighbours):
            masked[i, y, x] = grey
    return masked


@settings(max_examples=20)
@given(n=st.integers(1, 4), seed=st.integers(0, 1000), high=st.integers(10, 255))
def test_what_stands_still_is_greyed_out(n, seed, high):
    pixels = np.random.default_rng(seed).integers(0, high, (n, 4, 5, 3), dtype=np.uint8)
    before = pixels.copy()
    expected = masked_one_pixel_at_a_time(pixels, 12.0)
    np.testing.assert_array_equal(mask_background(pixels), expected)
    np.testing.assert_array_equal(pixels, before)


def test_the_seed_fixes_the_variants():
    options = AugmentationOptions(n_variants=5)
    assert draw(options, 3) == draw(options, 3)
    assert draw(options, 3) != draw(options, 4)
    assert len({one.seed for one in draw(options, 3)}) == 5


@given(st.integers(0, 2**31))
def test_variants_stay_within_the_options(seed):
    options = AugmentationOptions(4, zoom=1.3, brightness=0.1, drop=0.2, equalise=0, mask=1)
    for one in draw(options, seed):
        assert 1 <= one.zoom <= 1.3
        assert 0.9 <= one.brightness <= 1.1
        assert 0 <= one.drop <= 0.2
        assert one.mask
        assert not one.equalise


def test_copies_stand_before_what_is_drawn():
    drawn = draw(AugmentationOptions(n_variants=3), 5)
    assert draw(AugmentationOptions(n_variants=3, copies=True), 5) == (*COPIES, *drawn)
    assert draw(AugmentationOptions(n_variants=0, copies=True), 5) == COPIES


def test_reframed_variants_stand_behind_copies():
    options = AugmentationOptions(n_variants=1, copies=True, reframed=True)
    (drawn,) = draw(AugmentationOptions(n_variants=1), 5)
    assert draw(options, 5) == (*COPIES, *REFRAMED, drawn)
    assert len(set(REFRAMED)) == 7


def test_what_is_shown_of_a_picture_fills_it():
    pixels = np.full((2, 40, 80, 3), 255, np.uint8)
    pixels[:, :20, 20:60] = 10
    frames = Frames(pixels, np.arange(2.0), 2.0, np.arange(2), 2)
    found = variant(shown=(0.25, 0, 0.75, 0.5))(frames)
    assert found.pixels.shape == pixels.shape
    assert (found.pixels[:, 1:-1, 1:-1] == 10).all()
    nearer = variant(shown=(0.25, 0, 0.75, 0.5), zoom=2.0)(frames)
    assert (nearer.pixels == 10).all()


@pytest.mark.parametrize(("earlier", "least", "left"), [(0, 1, 20), (4, 1, 16), (40, 3, 3)])
def test_a_variant_may_end_earlier(earlier, least, left):
    frames = frames_of(20)
    found = variant(earlier=earlier)(frames, at_least=least)
    np.testing.assert_array_equal(found.pixels, frames.pixels[:left])
    assert found.end_seconds == left / 10


def moving_picture(height: int, width: int) -> np.ndarray:
    """A bright disc that crosses a picture of soft waves, with the noise of a camera."""
    generator = np.random.default_rng(0)
    rows, columns = np.mgrid[:height, :width]
    waves = 90 + 40 * np.sin(rows / 5) + 20 * np.cos(columns / 7)
    frames = []
    for time in range(12):
        disc = (rows - height / 2) ** 2 + (columns - 4 * time) ** 2 < 80
        noisy = np.where(disc, 230, waves) + generator.normal(0, 6, (height, width))
        frames.append(np.repeat(noisy[..., None], 3, axis=2))
    return np.clip(frames, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(60, 80), (57, 79)])
def test_the_stronger_a_copy_is_compressed_the_more_it_has_lost(height, width):
    pixels = moving_picture(height, width)
    lost = []
    for rate_factor in (10, 25, 40):
        lossy = compress(pixels, rate_factor)
        assert (lossy.shape, lossy.dtype) == (pixels.shape, pixels.dtype)
        np.testing.assert_array_equal(lossy, compress(pixels, rate_factor))
        lost.append(np.abs(lossy.astype(float) - pixels).mean())
    assert 0 < lost[0] < lost[1] < lost[2] < 10


def test_a_compressed_variant_keeps_every_frame_and_its_time():
    pixels = moving_picture(60, 80)
    frames = Frames(pixels, np.arange(12) / 10, 1.2, np.arange(12), 12)
    lossy = variant(compression=30)(frames)
    np.testing.assert_array_equal(lossy.pixels, compress(pixels, 30))
    np.testing.assert_array_equal(lossy.start_seconds, frames.start_seconds)


def test_a_slower_copy_shows_some_frames_until_the_next():
    frames = frames_of(11)
    copied = variant(rate=0.8)(frames)
    shown = [0, 0, 1, 2, 3, 5, 5, 6, 7, 8, 10]
    np.testing.assert_array_equal(copied.pixels, frames.pixels[shown])
    np.testing.assert_array_equal(copied.start_seconds, frames.start_seconds)
    np.testing.assert_array_equal(variant(rate=1.0)(frames).pixels, frames.pixels)


def test_no_variants_can_be_asked_for():
    assert draw(AugmentationOptions(n_variants=0), 0) == ()


@pytest.mark.parametrize(
    "changed",
    [{"n_variants": -1}, {"zoom": 0.9}, {"drop": 1.0}, {"drop": -0.1},
     {"brightness": -0.1}, {"brightness": 1.1}, {"equalise": 1.1}, {"mask": -0.1}, {"anew": -1}],
)  # fmt: skip
def test_impossible_options_are_refused(changed):
    plain = {
        "n_variants": 7, "zoom": 1.2, "brightness": 0.2, "equalise": 0.3, "mask": 0.3, "drop": 0.1,
        "copies": False, "reframed": False, "anew": 0,
    } | changed  # fmt: skip
    shown = ", ".join(f"{name}={value!r}" for name, value in plain.items())
    message = (
        f"AugmentationOptions({shown}) cannot be applied: n_variants and anew must be 0 or more, "
        "zoom 1 or more, drop from 0 to below 1, the others from 0 to 1"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        AugmentationOptions(**changed)
