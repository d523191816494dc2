"""A drawn body that turns, as silhouettes: a stretched one with a head, shoulders and feet."""

import numpy as np
import numpy.typing as npt

from podium.athlete.camera import CameraMotion
from podium.athlete.outline import outline
from podium.athlete.values import Athlete
from podium.measures import Dive, Moment, Moments

WAITS, FLIES, AFTER = 15, 42, 8
N_FRAMES = WAITS + FLIES + AFTER


def angles(halves: int) -> npt.NDArray[np.float64]:
    """How far it has turned in each frame, clockwise: it waits, turns, and enters the water."""
    turned = np.concatenate(
        [np.zeros(WAITS), np.linspace(0, halves, FLIES), np.full(AFTER, halves)]
    )
    return np.asarray(np.pi * turned)


def body(angle: float) -> npt.NDArray[np.bool_]:
    """One silhouette; the arms reach over the head, the shoulders are broad, the feet narrow."""
    right, down = np.meshgrid(np.arange(96) - 47.5, np.arange(96) - 47.5)
    up = right * np.sin(angle) - down * np.cos(angle)
    across = right * np.cos(angle) + down * np.sin(angle)
    width = np.interp(up, [-34, -30, 0, 10, 16, 18, 34], [2, 2.5, 4, 6, 6, 3, 2])
    return np.asarray((abs(up) <= 34) & (abs(across) <= width))


def turning_dive(halves: int, clockwise: int = 1, rightward: int = 1) -> Dive:
    """A dive of so many half turns, that way as seen, which travels that way in the picture."""
    masks = np.stack([body(clockwise * angle) for angle in angles(halves)])
    flown = np.clip(np.arange(N_FRAMES) - WAITS, 0, None)
    middles = np.stack([160 + rightward * 1.5 * flown, 60 + 0.06 * flown**2], axis=1)
    still = CameraMotion(np.broadcast_to(np.eye(3), (N_FRAMES - 1, 3, 3)), np.ones(N_FRAMES - 1))
    seconds = np.arange(N_FRAMES) / 30
    seen = Athlete(seconds, 320, 240, middles, 48.0, masks, np.ones(N_FRAMES), still)
    water = Moment(WAITS + FLIES + 4)
    return Dive(seen, outline(seen), Moments(Moment(WAITS), Moment(WAITS + 30), water))
