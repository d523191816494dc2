"""Athletes that meet the water, drawn: a rod that falls, turns, and goes under."""

import numpy as np

from podium.athlete.outline import outline
from podium.athlete.values import Athlete, CameraMotion
from podium.measures import Dive
from podium.measures._dive import Moment, Moments

SIDE, LENGTH, WIDTH = 96, 60.0, 8.0
WATER = 160.0
"""How far down in the picture the water begins."""

SPEED, FLIES_SECONDS = 400.0, 0.8
"""Pixels a second; and when the lower end of the rod meets the water."""


def silhouette(degrees: float, above: float, bend: float = 0.0, scale: float = 1.0) -> np.ndarray:
    """A rod whose axis is so far from upright, counter-clockwise, cut `above` pixels under it."""
    right, down = np.meshgrid(*[(np.arange(SIDE) - (SIDE - 1) / 2) / scale] * 2)
    angle = np.radians(degrees)
    up = -right * np.sin(angle) - down * np.cos(angle)
    across = right * np.cos(angle) - down * np.sin(angle)
    across = across - np.tan(np.radians(bend) / 2) * abs(up)
    rod = (abs(up) <= LENGTH / 2) & (abs(across) <= WIDTH / 2)
    return rod & (down <= above / scale)


def entering(
    degrees: float,
    *,
    turning: float = 200.0,
    frames_per_second: float = 30.0,
    is_mirrored: bool = False,
    bend: float = 0.0,
    scale: float = 1.0,
) -> Dive:
    """A dive whose rod is `degrees` past the vertical as its lower end meets the water.

    It goes on turning while it goes under.
    """
    seconds = np.arange(0, 1.6, 1 / frames_per_second)
    since = seconds - FLIES_SECONDS
    turned = degrees + turning * since
    downs = WATER - LENGTH * scale / 2 + SPEED * scale * since
    masks = [
        silhouette(-angle, WATER - down, bend, scale)
        for angle, down in zip(turned, downs, strict=True)
    ]
    masks = np.stack(masks)
    if is_mirrored:
        masks = masks[:, :, ::-1]
    n = len(seconds)
    middles = np.stack([np.full(n, 160.0), downs], axis=1)
    camera = CameraMotion(np.broadcast_to(np.eye(3), (n - 1, 3, 3)), np.ones(n - 1))
    one = Athlete(seconds, 320, 240, middles, SIDE / 2, masks, np.ones(n), camera)
    water = int(np.abs(since).argmin())
    return Dive(one, outline(one), Moments(Moment(0), None, Moment(water)))
