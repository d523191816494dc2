"""The athlete as one sees them: tapered limbs, head and clothes, lit from above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ImageDraw

from podium.simulation.body import Array, Joint, Physique
from podium.simulation.camera import View

Colour = tuple[int, int, int]
Part = Literal["skin", "suit", "hair", "leg", "chest"]


@dataclass(frozen=True)
class Outfit:
    """The colours of the athlete."""

    skin: Colour
    hair: Colour
    suit: Colour
    covers_chest: bool
    covers_legs: bool = False

    def colour(self, part: Part) -> Colour:
        """Return the colour of a part of the body."""
        if part == "hair":
            return self.hair
        covered = (
            part == "suit"
            or (part == "chest" and self.covers_chest)
            or (part == "leg" and self.covers_legs)
        )
        return self.suit if covered else self.skin


_SKINS: tuple[Colour, ...] = (
    (244, 206, 178),
    (232, 184, 148),
    (214, 160, 120),
    (178, 122, 84),
    (128, 84, 58),
    (98, 64, 46),
)
_HAIRS: tuple[Colour, ...] = ((38, 28, 22), (84, 56, 34), (170, 128, 70), (20, 20, 24))
_SUITS: tuple[Colour, ...] = (
    (196, 24, 40),
    (24, 48, 140),
    (20, 20, 28),
    (16, 110, 80),
    (236, 176, 24),
    (120, 30, 130),
    (235, 235, 240),
    (220, 90, 20),
)


def draw_outfit(rng: np.random.Generator, is_gymnast: bool) -> Outfit:
    """Draw up an athlete's colours."""
    return Outfit(
        skin=_SKINS[rng.integers(len(_SKINS))],
        hair=_HAIRS[rng.integers(len(_HAIRS))],
        suit=_SUITS[rng.integers(len(_SUITS))],
        covers_chest=is_gymnast or bool(rng.random() < 0.5),
        covers_legs=is_gymnast and bool(rng.random() < 0.5),
    )


@dataclass(frozen=True)
class _Limb:
    """A tapered stretch of the body; radii are fractions of body height."""

    start: Joint
    end: Joint
    start_radius: float
    end_radius: float
    part: Part
    start_share: float = 0.0
    end_share: float = 1.0


def _pair(
    start: Joint,
    end: Joint,
    radii: tuple[float, float],
    part: Part,
    shares: tuple[float, float] = (0.0, 1.0),
) -> tuple[_Limb, _Limb]:
    left = _Limb(start, end, *radii, part, *shares)
    right = _Limb(Joint(start + 1), Joint(end + 1), *radii, part, *shares)
    return left, right


_J = Joint
_LIMBS: tuple[_Limb, ...] = (
    _Limb(_J.PELVIS, _J.WAIST, 0.054, 0.046, "suit"),
    _Limb(_J.WAIST, _J.CHEST, 0.047, 0.055, "chest"),
    _Limb(_J.LEFT_HIP, _J.RIGHT_HIP, 0.050, 0.050, "suit"),
    _Limb(_J.LEFT_SHOULDER, _J.RIGHT_SHOULDER, 0.034, 0.034, "chest"),
    _Limb(_J.CHEST, _J.HEAD, 0.028, 0.026, "skin"),
    _Limb(_J.CHEST, _J.HEAD, 0.052, 0.056, "skin", 0.98, 1.12),
    _Limb(_J.CHEST, _J.HEAD, 0.054, 0.052, "hair", 1.22, 1.36),
    *_pair(_J.LEFT_SHOULDER, _J.LEFT_HIP, (0.034, 0.042), "chest", (0.0, 0.74)),
    *_pair(_J.LEFT_SHOULDER, _J.LEFT_ELBOW, (0.031, 0.024), "skin"),
    *_pair(_J.LEFT_ELBOW, _J.LEFT_WRIST, (0.024, 0.017), "skin"),
    *_pair(_J.LEFT_WRIST, _J.LEFT_FINGERTIP, (0.018, 0.011), "skin"),
    *_pair(_J.LEFT_HIP, _J.LEFT_KNEE, (0.050, 0.034), "leg"),
    *_pair(_J.LEFT_HIP, _J.LEFT_KNEE, (0.052, 0.046), "suit", (0.0, 0.3)),
    *_pair(_J.LEFT_KNEE, _J.LEFT_ANKLE, (0.034, 0.022), "leg"),
    *_pair(_J.LEFT_KNEE, _J.LEFT_ANKLE, (0.034, 0.034), "leg", (0.1, 0.4)),
    *_pair(_J.LEFT_ANKLE, _J.LEFT_TOE, (0.022, 0.012), "skin"),
)


def _ends() -> tuple[Array, Array]:
    starts, ends = np.zeros((len(_LIMBS), len(Joint))), np.zeros((len(_LIMBS), len(Joint)))
    for row, limb in enumerate(_LIMBS):
        for matrix, share in ((starts, limb.start_share), (ends, limb.end_share)):
            matrix[row, limb.start] += 1 - share
            matrix[row, limb.end] += share
    return starts, ends


_STARTS, _ENDS = _ends()
_BONES = np.array([[limb.start, limb.end] for limb in _LIMBS])
_RADII = np.array([[limb.start_radius, limb.end_radius] for limb in _LIMBS])
# A limb that is drawn over another one of the same bone comes after it.
_OVERLAYS = np.array([0.002 * i for i in range(len(_LIMBS))])
_ROUND = np.linspace(-np.pi / 2, np.pi / 2, 7)
_LIGHT = np.array([-0.25, -0.32])


def draw_figure(
    draw: ImageDraw.ImageDraw,
    joints: Array,
    view: View,
    physique: Physique,
    outfit: Outfit,
    yaw_degrees: float,
) -> None:
    """Draw the athlete whose joints (joints, 3) are given in metres, far limbs first."""
    seen, depth = turn(joints, yaw_degrees)
    starts, ends = view.pixels(_STARTS @ seen), view.pixels(_ENDS @ seen)
    scale = physique.height_metres * physique.breadth * view.pixels_per_metre
    radii = _RADII * scale
    outlines = capsules(starts, ends, radii)
    lights = capsules(starts + _LIGHT * radii[:, :1], ends + _LIGHT * radii[:, 1:], radii * 0.55)
    limb_depth = (depth[_BONES[:, 0]] + depth[_BONES[:, 1]]) / 2
    for i in np.argsort(_OVERLAYS - limb_depth, kind="stable"):
        colour = outfit.colour(_LIMBS[i].part)
        shade = float(np.clip(0.84 - 0.9 * limb_depth[i], 0.62, 0.95))
        draw.polygon(outlines[i].ravel().tolist(), fill=_shade(colour, shade))
        draw.polygon(lights[i].ravel().tolist(), fill=_shade(colour, shade * 1.14))


def turn(joints: Array, yaw_degrees: float) -> tuple[Array, Array]:
    """Return the joints as a camera sees them that stands `yaw_degrees` aside, and their depth."""
    cos, sin = np.cos(np.deg2rad(yaw_degrees)), np.sin(np.deg2rad(yaw_degrees))
    centre = joints[Joint.PELVIS, 0]
    x, z = joints[:, 0] - centre, joints[:, 2]
    return np.stack([centre + x * cos + z * sin, joints[:, 1]], axis=-1), z * cos - x * sin


def capsules(starts: Array, ends: Array, radii: Array) -> Array:
    """Return outlines (limbs, points, 2) of tapered limbs from `starts` to `ends` (limbs, 2)."""
    along = ends - starts
    angle = np.arctan2(along[:, 1], along[:, 0])[:, None]
    corners = []
    for place, radius, turn in ((ends, radii[:, 1:], 0.0), (starts, radii[:, :1], np.pi)):
        around = angle + _ROUND + turn
        offset = np.stack([np.cos(around), np.sin(around)], axis=-1) * radius[:, :, None]
        corners.append(place[:, None, :] + offset)
    return np.concatenate(corners, axis=1)


def _shade(colour: Colour, shade: float) -> Colour:
    red, green, blue = (min(255, int(value * shade)) for value in colour)
    return red, green, blue
