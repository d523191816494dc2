"""The camera: it follows the athlete a little late, shakes and zooms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podium.simulation.body import Array, centre_of_mass
from podium.simulation.motion import Motion
from podium.simulation.options import SimulationOptions

_LOWEST_WATER_SHARE = 0.72
_LOWEST_FLOOR_SHARE = 0.84


@dataclass(frozen=True)
class View:
    """What the camera sees in one frame."""

    centre: Array
    """The point in the middle of the picture, in metres: away from the start, up."""
    pixels_per_metre: float
    width: int
    height: int

    def pixels(self, metres: Array) -> Array:
        """Where points (..., 2) are in the picture: right, down."""
        middle = np.array([self.width / 2, self.height / 2])
        offset = (metres - self.centre) * np.array([1.0, -1.0])
        return np.asarray(middle + offset * self.pixels_per_metre)

    def enlarge(self, factor: int) -> View:
        """Return the same view in a larger picture."""
        return View(
            self.centre, self.pixels_per_metre * factor, self.width * factor, self.height * factor
        )


def follow(
    motion: Motion, body_metres: float, options: SimulationOptions, rng: np.random.Generator
) -> list[View]:
    """One view a frame, such that a standing athlete takes 58 to 68 % of the picture's height."""
    n_frames, rate = motion.n_frames, options.frames_per_second
    share = rng.uniform(0.58, 0.68)
    swell = 1 + 0.05 * np.sin(np.linspace(0, rng.uniform(2, 6), n_frames) + rng.uniform(0, 6))
    scales = options.height * share / body_metres * swell
    shake = _shake(n_frames, rng) * options.camera_jitter_metres
    centres = _late(_targets(motion, options.height / scales), rng.uniform(0.03, 0.07) * rate)
    return [
        View(centre, float(scale), options.width, options.height)
        for centre, scale in zip(centres + shake, scales, strict=True)
    ]


def _targets(motion: Motion, view_metres: Array) -> Array:
    targets = centre_of_mass(motion.joints)[:, :2]
    lowest = _LOWEST_FLOOR_SHARE if motion.entry is None else _LOWEST_WATER_SHARE
    # The water or the floor stays in the lower part of the picture.
    targets[:, 1] = np.maximum(targets[:, 1], view_metres * (lowest - 0.5))
    return targets


def _late(targets: Array, lag_frames: float) -> Array:
    follows = np.exp(-1 / max(lag_frames, 0.1))
    centres = targets.copy()
    for i in range(1, len(targets)):
        centres[i] = follows * centres[i - 1] + (1 - follows) * targets[i]
    return centres


def _shake(n_frames: int, rng: np.random.Generator) -> Array:
    shake = np.zeros((n_frames, 2))
    for i, push in enumerate(rng.normal(0, 0.45, (n_frames, 2))):
        shake[i] = 0.9 * shake[i - 1] + push
    return shake
