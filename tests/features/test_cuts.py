import numpy as np
import pytest

from podium.features.cuts import BESIDE, find_cut, left_over, standing_out, unexplained


def panorama(seed: int, level: int) -> np.ndarray:
    """A wide picture of soft spots about a level, for a camera to move over."""
    generator = np.random.default_rng(seed)
    spots = generator.normal(level, 30, (40, 14, 3)).repeat(12, axis=0).repeat(12, axis=1)
    return np.clip(spots, 0, 255).astype(np.uint8)


def panned(picture: np.ndarray, n_frames: int) -> np.ndarray:
    """What a camera sees that moves down over a picture, as one that follows a dive does."""
    return np.stack([picture[4 * i : 4 * i + 120, :160] for i in range(n_frames)])


def test_a_camera_that_follows_is_no_cut():
    assert find_cut(panned(panorama(0, 120), 40)) is None


@pytest.mark.parametrize("first", [BESIDE + 1, 20, 28])
def test_a_cut_is_found_at_its_first_frame(first):
    before, after = panned(panorama(0, 100), 40), panned(panorama(1, 150), 40)
    assert find_cut(np.concatenate([before[:first], after[first:]])) == first


def test_too_few_frames_to_compare_with_have_no_cut():
    before, after = panned(panorama(0, 100), 40), panned(panorama(1, 150), 40)
    short = np.concatenate([before[:BESIDE], after[: BESIDE + 1]])
    assert find_cut(short) is None


def test_a_change_stands_out_by_its_ratio_to_the_largest_near_it():
    pixels = np.zeros((20, 10, 10, 3), np.uint8)
    pixels[5:, 0] = 255  # a tenth of the picture changes, and later three
    pixels[9:, :4] = 255
    found = standing_out(pixels)
    assert found[4] == pytest.approx(1 / 3)
    assert found[8] == pytest.approx(3)


def test_what_is_only_shifted_is_explained():
    pixels = panned(panorama(2, 120), 10)
    assert unexplained(pixels).max() < 0.05
    other = np.concatenate([pixels[:5], panned(panorama(3, 120), 10)[5:]])
    assert int(np.argmax(unexplained(other))) == 4


def test_what_the_camera_did_is_taken_out_before_a_change_is_weighed():
    """A camera that jolts changes as many pixels as a cut does."""
    picture = panorama(4, 120)
    jolted = np.stack([picture[4 * i + 9 * (i >= 10) :][:120, :160] for i in range(20)])
    cut = np.concatenate([jolted[:10], panned(panorama(5, 120), 20)[10:]])
    assert left_over(jolted)[9] < 1.5
    assert left_over(cut)[9] > 5
    assert int(np.argmax(left_over(cut))) == 9


def test_of_what_the_camera_left_behind_nothing_is_compared():
    noise = np.random.default_rng(0).integers(0, 256, (14, 60, 80, 3), dtype=np.uint8)
    assert np.isfinite(left_over(noise)).all()
    black = np.zeros_like(noise)
    assert (left_over(black) == 0).all()
