import numpy as np
import pytest

from podium.athlete.camera import estimate_camera
from podium.athlete.values import CameraMotion

RNG = np.random.default_rng(5)
WALL = RNG.integers(0, 255, (60, 80, 3), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
"""Tiles of 8 pixels, 480 x 640: much to hold on to."""


def pan(n_frames: int, right: int, down: int) -> np.ndarray:
    """A camera that moves over the wall by so many pixels a frame."""
    return np.stack([WALL[50 + down * i :, 50 + right * i :][:240, :320] for i in range(n_frames)])


def test_a_camera_that_pans_is_followed() -> None:
    camera = estimate_camera(pan(6, right=3, down=5))
    # What stands still moves against the camera in the picture, and by as much each frame.
    expected = np.array([[1.0, 0, -3], [0, 1, -5], [0, 0, 1]])
    np.testing.assert_allclose(camera.steps, np.broadcast_to(expected, (5, 3, 3)), atol=0.1)
    assert (camera.agreement > 0.9).all()
    corner = camera.to_first()[5] @ [0, 0, 1]
    np.testing.assert_allclose(corner[:2], [15, 25], atol=0.2)


def test_what_moves_by_itself_does_not_count() -> None:
    frames = pan(4, right=2, down=0)
    for index, frame in enumerate(frames):
        frame[100:140, 40 + 12 * index : 70 + 12 * index] = WALL[200:240, 200:230]
    camera = estimate_camera(frames)
    np.testing.assert_allclose(camera.steps[:, 0, 2], -2, atol=0.1)
    np.testing.assert_allclose(camera.steps[:, 1, 2], 0, atol=0.1)


def test_a_zoom_is_followed() -> None:
    import cv2

    frames = np.stack(
        [
            cv2.warpAffine(WALL, np.array([[s, 0.0, 0.0], [0.0, s, 0.0]]), (320, 240))
            for s in (1, 1.02)
        ]
    )
    step = estimate_camera(frames).steps[0]
    np.testing.assert_allclose(step[0, 0], 1.02, atol=0.002)


@pytest.mark.parametrize("grey", [0, 128])
def test_nothing_to_hold_on_to_is_a_camera_that_stands_still(grey: int) -> None:
    camera = estimate_camera(np.full((3, 240, 320, 3), grey, np.uint8))
    np.testing.assert_array_equal(camera.steps, np.broadcast_to(np.eye(3), (2, 3, 3)))
    np.testing.assert_array_equal(camera.agreement, [0, 0])


def test_a_single_picture_has_no_steps() -> None:
    camera = estimate_camera(pan(1, 0, 0))
    assert camera.steps.shape == (0, 3, 3)
    np.testing.assert_array_equal(camera.to_first(), [np.eye(3)])


def test_movements_lead_both_ways() -> None:
    step = np.array([[1.0, 0, 4], [0, 1, 2], [0, 0, 1]])
    camera = CameraMotion(np.stack([step, step]), np.ones(2))
    np.testing.assert_allclose(camera.between(0, 2) @ [0, 0, 1], [8, 4, 1])
    np.testing.assert_allclose(camera.between(2, 0) @ [8, 4, 1], [0, 0, 1])
    np.testing.assert_allclose(camera.between(1, 1), np.eye(3))
