import numpy as np
import pytest

from podium.athlete.outline import MIN_PIXELS, outline
from podium.athlete.values import Athlete, CameraMotion

SIDE = 96


def rod(degrees: float, length: float = 60.0, width: float = 10.0) -> np.ndarray:
    """A silhouette: a rod about the middle of its window."""
    right, down = np.meshgrid(np.arange(SIDE) - 47.5, np.arange(SIDE) - 47.5)
    angle = np.radians(degrees)
    along = right * np.cos(angle) - down * np.sin(angle)
    across = right * np.sin(angle) + down * np.cos(angle)
    return (abs(along) <= length / 2) & (abs(across) <= width / 2)


def athlete(*masks: np.ndarray, reach: float = 48.0) -> Athlete:
    n = len(masks)
    camera = CameraMotion(np.broadcast_to(np.eye(3), (n - 1, 3, 3)), np.ones(n - 1))
    middles = np.tile([100.0, 70.0], (n, 1))
    return Athlete(np.arange(n) / 30, 320, 240, middles, reach, np.stack(masks), np.ones(n), camera)


@pytest.mark.parametrize("degrees", [0, 20, 45, 89, -30, -75])
def test_the_axis_is_found_at_any_angle(degrees: float) -> None:
    found = outline(athlete(rod(degrees)))
    assert np.degrees(found.angle[0]) == pytest.approx(degrees, abs=1)
    assert found.length[0] == pytest.approx(60, rel=0.03)
    assert found.width[0] == pytest.approx(10, rel=0.08)
    assert found.area[0] == pytest.approx(600, rel=0.07)
    np.testing.assert_allclose(found.middle[0], [100, 70], atol=0.01)


def test_sizes_are_in_pixels_of_the_picture() -> None:
    found = outline(athlete(rod(30), reach=24.0))
    assert found.length[0] == pytest.approx(30, rel=0.03)
    assert found.area[0] == pytest.approx(150, rel=0.07)


def test_who_is_not_seen_has_no_outline() -> None:
    few = np.zeros((SIDE, SIDE), bool)
    few.flat[: MIN_PIXELS - 1] = True
    found = outline(athlete(np.zeros((SIDE, SIDE), bool), few, rod(10)))
    assert found.is_seen.tolist() == [False, False, True]
    assert np.isnan(found.middle[:2]).all()
    assert np.isnan(found.length[:2]).all()


def test_a_place_in_a_window_is_one_in_the_picture() -> None:
    one = athlete(rod(0), reach=24.0)
    # The middle of the window's first pixel lies a quarter of a pixel inside of its corner.
    np.testing.assert_allclose(one.in_picture(np.array([[0.0, 0.0]])), [[76.25, 46.25]])
    np.testing.assert_allclose(one.in_picture(np.array([[47.5, 47.5]])), [[100.0, 70.0]])


def test_places_in_the_common_picture_stand_still_with_the_world() -> None:
    two = athlete(rod(0), rod(0))
    step = np.array([[1.0, 0, -3], [0, 1, -5], [0, 0, 1]])
    moved = Athlete(
        two.start_seconds, 320, 240, two.middles, two.reach, two.masks, two.evidence,
        CameraMotion(step[None], np.ones(1)),
    )  # fmt: skip
    common = moved.in_common_picture(np.array([[10.0, 10.0], [7.0, 5.0]]))
    np.testing.assert_allclose(common, [[10, 10], [10, 10]])
