import re

import numpy as np
import pytest

from podium.backbones.posture import Posture, PostureOptions, gradients, outlines
from podium.errors import UsageError

OPTIONS = PostureOptions()
COUNTS = "n_windows must be 1, 2, 4, 8 or 16, n_cells and n_directions 1 or more"
SIZES = "width (up to 160) and height (up to 120) must be multiples of n_cells"


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (16, 120, 160, 3)).astype(np.uint8)


def bar(angle_degrees: float, brightness: int = 200) -> np.ndarray:
    """A bright bar through the middle of every frame."""
    down, right = np.mgrid[0:120, 0:160] - np.array([60, 80])[:, None, None]
    radians = np.deg2rad(angle_degrees)
    is_bar = np.abs(right * np.sin(radians) - down * np.cos(radians)) < 4
    frame = np.where(is_bar, brightness, 60).astype(np.uint8)
    return np.repeat(np.repeat(frame[None, :, :, None], 16, axis=0), 3, axis=3)


def slow_outlines(clip: np.ndarray) -> np.ndarray:
    across, down = gradients(clip, OPTIONS)
    sums = np.zeros((8, 4, 4, 4))
    for frame, row, column in np.argwhere(np.hypot(across, down) > OPTIONS.weakest):
        x, y = float(across[frame, row, column]), float(down[frame, row, column])
        strength = np.hypot(x, y) - OPTIONS.weakest
        place = (np.arctan2(y, x) / np.pi * 4) % 4
        low, share = int(place), place - int(place)
        cell = (frame // 2, row // 18, column // 20)
        sums[cell][low % 4] += strength * (1 - share)
        sums[cell][(low + 1) % 4] += strength * share
    sums /= 2 * 18 * 20
    return np.sqrt(sums / (sums.sum() + 1e-3)).ravel()


def test_it_equals_a_slow_count_pixel_by_pixel() -> None:
    clip = bar(30)
    np.testing.assert_allclose(outlines(clip, OPTIONS), slow_outlines(clip), atol=2e-4)


def test_the_direction_of_a_body_is_seen() -> None:
    upright, level = (outlines(bar(angle), OPTIONS).reshape(8, 4, 4, 4) for angle in (90, 0))
    # Edges of an upright body change to the right (direction 0), of a level one downwards (2).
    assert (upright**2).sum((0, 1, 2)).argmax() == 0
    assert (level**2).sum((0, 1, 2)).argmax() == 2


def test_light_hardly_counts_and_posture_does() -> None:
    dim, bright, other = (outlines(c, OPTIONS) for c in (bar(90, 140), bar(90, 220), bar(60, 140)))
    assert np.linalg.norm(dim - bright) < 0.2 * np.linalg.norm(dim - other)


def test_what_lies_outside_the_middle_is_not_seen() -> None:
    clip = np.full((16, 120, 160, 3), 90, np.uint8)
    clip[:, :20] = 255
    clip[:, :, :35] = 255
    assert (outlines(clip, OPTIONS) == 0).all()


def test_the_shares_add_up_to_one() -> None:
    assert (outlines(noise(0), OPTIONS) ** 2).sum() == pytest.approx(1, abs=1e-2)


def test_black_white_and_grey_are_nothing() -> None:
    clips = np.stack([np.full((16, 120, 160, 3), v, np.uint8) for v in (0, 128, 255)])
    assert (Posture()(clips) == 0).all()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"n_windows": 3}, COUNTS),
        ({"n_cells": 0}, COUNTS),
        ({"width": 81}, SIZES),
        ({"height": 200}, SIZES),
    ],
)
def test_options_that_cannot_be_counted_are_refused(options: dict, reason: str) -> None:
    values = {**vars(OPTIONS), **options}
    shown = "PostureOptions(" + ", ".join(f"{k}={v}" for k, v in values.items()) + ")"
    with pytest.raises(UsageError, match=rf"^{re.escape(f'{shown}: {reason}')}$"):
        PostureOptions(**options)
