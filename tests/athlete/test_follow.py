import numpy as np

from podium.athlete.follow import follow, largest_piece
from podium.athlete.silhouette import SIDE, window
from podium.athlete.track import Seed
from podium.athlete.values import Athlete
from podium.simulation import stage
from podium.video.frames import Frames


def frames_of(pixels: np.ndarray) -> Frames:
    n = len(pixels)
    return Frames(pixels, np.arange(n) / 30, n / 30, np.arange(n), n)


def blobs(n_frames: int, *ways: tuple[int, int]) -> np.ndarray:
    """Blobs of the hue of skin that cross a blue picture, each from a row and by a speed."""
    frames = np.full((n_frames, 240, 320, 3), (30, 60, 120), np.uint8)
    for index, frame in enumerate(frames):
        for row, speed in ways:
            left = 60 + speed * index
            frame[row : row + 44, left : left + 16] = (205, 150, 120)
    return frames


def skin_of(windows: np.ndarray) -> np.ndarray:
    """What blobs are to be found by: their red."""
    return (windows[..., 0] > 120).astype(np.float32)


def overlap(athlete: Athlete, index: int, true: np.ndarray) -> float:
    place = (*athlete.middles[index], athlete.reach)
    whole = window(true.astype(np.uint8) * 255, *place) > 127
    found = athlete.masks[index]
    return float((whole & found).sum() / (whole | found).sum())


def test_a_rendered_diver_is_found_and_ends_at_the_water():
    dive = stage("107", {}, 7, None)
    true = np.stack(list(dive.silhouettes()))
    athlete = follow(frames_of(np.stack(list(dive.frames()))))
    seen = np.flatnonzero(true.sum(axis=(1, 2)) > 150)
    assert np.median([overlap(athlete, index, true[index]) for index in seen]) > 0.65
    assert athlete.masks[-10:].sum(axis=(1, 2)).max() < 40


def test_it_is_the_same_each_time():
    frames = frames_of(blobs(14, (100, 9), (30, -3)))
    one, other = (vars(follow(frames)) for _ in range(2))
    for both in (one, other):
        both |= vars(both.pop("camera"))
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)


def test_what_moves_is_followed_and_its_window_lies_about_it():
    pixels = blobs(14, (100, 9))
    athlete = follow(frames_of(pixels), find=skin_of)
    for index in range(14):
        assert overlap(athlete, index, pixels[index, ..., 0] > 120) > 0.8
    middles = 68 + 9 * np.arange(14)
    np.testing.assert_allclose(athlete.middles[2:-2, 0], middles[2:-2], atol=athlete.reach / 4)


def test_a_seed_says_who_is_meant():
    pixels = blobs(14, (30, 9), (160, 8))
    for down in (52, 182):
        athlete = follow(frames_of(pixels), Seed(5, 108, down), find=skin_of)
        np.testing.assert_allclose(athlete.middles[3:-3, 1], down, atol=20)


def test_where_nothing_moves_there_is_nobody():
    noise = np.random.default_rng(0).normal(0, 3, (8, 240, 320, 3))
    still = np.clip(blobs(1)[0] + noise, 0, 255).astype(np.uint8)
    assert not follow(frames_of(still)).masks.any()


def test_one_frame_and_two_are_followed():
    for n in (1, 2):
        athlete = follow(frames_of(blobs(n, (100, 9))))
        assert athlete.masks.shape == (n, SIDE, SIDE)
        assert len(athlete.middles) == len(athlete.evidence) == n


def test_of_two_pieces_the_larger_is_kept_with_what_all_but_touches_it():
    sure = np.zeros((SIDE, SIDE), np.float32)
    sure[10:30, 10:30] = sure[32:40, 10:30] = sure[70:80, 70:80] = 0.9
    found = largest_piece(sure)
    assert found.sum() == 20 * 20 + 8 * 20
    assert not found[60:].any()
