import numpy as np
import pytest

from podium.athlete.motion import each_difference, skin_likeness
from podium.athlete.track import CELL, Seed, best_path, evidence
from podium.athlete.values import CameraMotion


def still(n_frames: int) -> CameraMotion:
    return CameraMotion(np.broadcast_to(np.eye(3), (n_frames - 1, 3, 3)), np.ones(n_frames - 1))


def ball(
    n_frames: int = 12, speed: int = 9, colour: tuple[int, ...] = (200, 140, 110)
) -> np.ndarray:
    """A ball of the hue of skin that crosses a blue picture."""
    frames = np.full((n_frames, 120, 160, 3), (30, 60, 120), np.uint8)
    for index, frame in enumerate(frames):
        frame[50:70, 10 + speed * index : 30 + speed * index] = colour
    return frames


def path_of(frames: np.ndarray, seed: Seed | None = None) -> tuple[np.ndarray, np.ndarray]:
    differences = list(each_difference(frames, still(len(frames)), 30.0))
    maps = np.stack([evidence(d, f) for d, f in zip(differences, frames, strict=True)])
    return best_path(maps, seed)


def test_what_moves_is_followed() -> None:
    places, along = path_of(ball())
    middles = np.array([[20 + 9 * i, 60] for i in range(12)])
    assert np.abs(places - middles)[1:-1].max() <= 2 * CELL
    assert along[2:-2].min() > 0.5


def test_what_moves_twice_as_fast_is_seen_where_it_is_and_not_where_it_was() -> None:
    frames = ball(speed=10)
    differences = np.stack(list(each_difference(frames, still(12), 30.0)))
    # Where it was two frames before and where it will be, one of the two differences is low.
    assert differences[5, 60, 70] > 100
    assert differences[5, 60, 50] == 0
    assert differences[5, 60, 90] == 0


def test_the_brighter_of_two_is_followed_unless_the_other_is_named() -> None:
    frames = ball()
    for index, frame in enumerate(frames):
        frame[90:110, 130 - 8 * index : 140 - 8 * index] = (60, 90, 140)
    assert path_of(frames)[0][6, 1] < 70
    named, _ = path_of(frames, Seed(0, 135.0, 100.0))
    assert named[6, 1] > 85
    np.testing.assert_allclose(named[0], [134, 102])


@pytest.mark.parametrize("seed", [Seed(0, -5.0, 1e6), Seed(11, 1e9, -1.0)])
def test_a_place_outside_of_the_picture_is_its_border(seed: Seed) -> None:
    places, _ = path_of(ball(), seed)
    right, down = places[seed.index]
    assert (right, down) in {(2.0, 118.0), (158.0, 2.0)}


def test_where_nothing_moves_there_is_no_evidence() -> None:
    places, along = path_of(np.full((5, 120, 160, 3), 90, np.uint8))
    assert (along == 0).all()
    assert places.shape == (5, 2)


def test_a_single_picture_has_a_path_of_one_place() -> None:
    places, along = path_of(ball(1))
    assert places.shape == (1, 2)
    assert (along == 0).all()


def test_skin_of_any_lightness_has_a_hue_that_water_has_not() -> None:
    colours = [(224, 172, 140), (198, 134, 96), (141, 85, 56), (90, 56, 40), (30, 110, 200)]
    *skins, water = skin_likeness(np.array([colours], np.uint8))[0]
    assert min(skins) > 0.3
    assert water == 0


def test_the_difference_to_one_neighbour_counts_half() -> None:
    frames = np.zeros((3, 8, 8, 3), np.uint8)
    frames[2] = 100
    first, _, last = each_difference(frames, still(3), 30.0)
    assert (first[2:-2, 2:-2] == 50).all()
    assert (last[2:-2, 2:-2] == 50).all()
