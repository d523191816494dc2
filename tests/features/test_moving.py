"""What moves, whatever it looks like: two videos of other halls are put in step by it."""

from pathlib import Path

import numpy as np
import pytest

from podium.errors import PodiumError
from podium.features import alignment
from podium.features import moving as module
from podium.features.alignment import align_moving, align_performances
from podium.features.moving import N_CELLS, Moving, moving
from podium.performance import Performance
from podium.simulation import write_video
from podium.video.frames import WHOLE, Part

RATE = 30
SIZE = 96, 72


def film(swing, background: int, body: tuple[int, int, int], shakes: float = 0.0, seed: int = 0):
    """Yield pictures of a body whose arm is at an angle, before a hall of its own."""
    import cv2

    drawn = np.random.default_rng(seed)
    hall = drawn.integers(0, 40, (SIZE[1] + 20, SIZE[0] + 20, 3)).astype(np.uint8) + background
    hall = cv2.GaussianBlur(hall, (0, 0), 3)
    cv2.rectangle(hall, (5, 10), (18, 90), (background // 2,) * 3, -1)
    for angle in swing:
        at = (np.array([10, 10]) + shakes * drawn.normal(0, 1, 2)).round().astype(int).clip(0, 20)
        picture = hall[at[1] : at[1] + SIZE[1], at[0] : at[0] + SIZE[0]].copy()
        middle = (60, 50) - (at - 10)
        end = middle + 22 * np.array([np.cos(angle), -np.sin(angle)])
        cv2.line(picture, middle, end.round().astype(int), body, 4)
        cv2.line(picture, middle, middle + np.array([0, 18]), body, 5)
        yield picture


def programme(shares: np.ndarray) -> np.ndarray:
    """Return the angle of the arm at each share of a programme of unequal swings."""
    stations = np.array([0, 1.4, 0.2, 2.6, 0.9, 3.0, 0.1, 0.8, 0, 2.2, 1.5, 2.9, 0.3, 0])
    place = np.clip(shares, 0, 1) * (len(stations) - 1)
    before = np.minimum(place.astype(int), len(stations) - 2)
    within = place - before
    smooth = within**2 * (3 - 2 * within)
    return stations[before] * (1 - smooth) + stations[before + 1] * smooth


N_FRAMES = 480


@pytest.fixture(autouse=True)
def _few_are_long(monkeypatch):
    monkeypatch.setattr(alignment, "LONG_CLIPS", 20)


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path, np.ndarray]:
    """Two videos of one programme, and the share of it at each frame of the first."""
    folder = tmp_path_factory.mktemp("pair")
    even = np.linspace(0, 1, N_FRAMES)
    bent = even + 0.05 * np.sin(2 * np.pi * even)
    ours, theirs = folder / "query.mp4", folder / "reference.mp4"
    write_video(ours, film(programme(bent), 60, (220, 180, 150), 1.0, 1), RATE)
    write_video(theirs, film(programme(even), 170, (20, 30, 60), 1.0, 2), RATE)
    return ours, theirs, bent


def test_long_ones_are_put_in_step_though_nothing_looks_alike(pair):
    ours, theirs, shares = pair
    found = align_performances(Performance("a", ours), Performance("b", theirs))
    at = np.array(found.query_seconds)
    true = np.interp(at * RATE, np.arange(N_FRAMES), shares * (N_FRAMES - 1)) / RATE
    off = np.abs(np.array(found.reference_seconds) - true)
    straight = np.abs(at - true)
    assert np.median(off) <= 2 / RATE
    assert np.median(off) < np.median(straight) / 3
    assert (np.diff(found.reference_seconds) >= 0).all()


def test_a_part_of_a_video_has_the_times_of_its_file(pair):
    ours, theirs, _ = pair
    start = 30
    one = Performance("a", ours, start_frame=start)
    other = Performance("b", theirs, start_frame=start)
    part = align_performances(one, other)
    assert part.query_seconds[0] == pytest.approx((start + 0.5) / RATE, abs=0.6)
    assert part.reference_seconds[0] == pytest.approx(start / RATE, abs=0.6)
    assert part.query_seconds[-1] == pytest.approx((N_FRAMES - 0.5) / RATE, abs=0.1)


def test_a_moment_is_a_row_of_the_grid_and_holds_so_many_frames(pair):
    one, some = moving(pair[0], WHOLE, 1), moving(pair[0], WHOLE, 5)
    assert one.values.shape == (N_FRAMES, N_CELLS**2)
    assert some.values.shape == (-(-N_FRAMES // 5), N_CELLS**2)
    assert some.start_seconds[1] == pytest.approx(5 / RATE, abs=1e-3)
    assert some.end_seconds[-1] == pytest.approx(N_FRAMES / RATE, abs=1e-3)


def test_moments_together_are_their_mean_and_last_from_the_first_to_the_last():
    starts = np.arange(7) / RATE
    one = Moving(np.arange(14, dtype=np.float32).reshape(7, 2), starts, starts + 1 / RATE)
    some = one.together(3)
    np.testing.assert_allclose(some.values, [[2, 3], [8, 9], [12, 13]])
    np.testing.assert_allclose(some.start_seconds, np.array([0, 3, 6]) / RATE)
    np.testing.assert_allclose(some.end_seconds, np.array([3, 6, 7]) / RATE)
    np.testing.assert_allclose(some.middle_seconds, np.array([1.5, 4.5, 6.5]) / RATE)
    np.testing.assert_array_equal(one.together(1).values, one.values)


def test_a_camera_that_shakes_is_no_movement(tmp_path):
    still = programme(np.zeros(60))
    swings = programme(np.linspace(0, 0.2, 60))
    shaken, moved = tmp_path / "shaken.mp4", tmp_path / "moved.mp4"
    write_video(shaken, film(still, 60, (220, 180, 150), 1.5), RATE)
    write_video(moved, film(swings, 60, (220, 180, 150), 1.5), RATE)
    found = {path: [_total(path)] for path in (shaken, moved)}
    assert found[moved][0] > 2 * found[shaken][0]


def _total(path: Path) -> float:
    from podium.video.frames import each_frame

    shown = (frame.pixels for frame in each_frame(path, width=SIZE[0], height=SIZE[1]))
    return sum(float(module._in_blocks(one).sum()) for one in module._each_movement(shown, 2))


def test_too_few_pictures_to_compare_are_still(tmp_path):
    path = tmp_path / "short.mp4"
    write_video(path, film(programme(np.zeros(2)), 60, (220, 180, 150)), RATE)
    assert len(moving(path, Part(0, 1), 1).values) == 2


def test_what_is_the_same_throughout_is_put_in_step_evenly():
    seconds = np.arange(50) / RATE
    still = Moving(np.zeros((50, 4), np.float32), seconds, seconds + 1 / RATE)
    found = align_moving(still, still)
    np.testing.assert_allclose(found.query_seconds, found.reference_seconds, atol=1e-9)
    assert found.cost == 0


def test_a_video_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"nothing")
    with pytest.raises(PodiumError):
        moving(path, WHOLE, 1)
