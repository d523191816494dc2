"""The athlete's body: its segments, their masses, and where the joints are in a pose.

Segment lengths and masses are fractions of body height and mass after Winter, Biomechanics and
Motor Control of Human Movement, 4th edition, tables 4.1 and figure 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Angle = float | Array


class Joint(IntEnum):
    """The points of the body that are followed; left and right of a pair are neighbours."""

    PELVIS = 0
    WAIST = 1
    CHEST = 2
    HEAD = 3
    LEFT_SHOULDER = 4
    RIGHT_SHOULDER = 5
    LEFT_ELBOW = 6
    RIGHT_ELBOW = 7
    LEFT_WRIST = 8
    RIGHT_WRIST = 9
    LEFT_FINGERTIP = 10
    RIGHT_FINGERTIP = 11
    LEFT_HIP = 12
    RIGHT_HIP = 13
    LEFT_KNEE = 14
    RIGHT_KNEE = 15
    LEFT_ANKLE = 16
    RIGHT_ANKLE = 17
    LEFT_TOE = 18
    RIGHT_TOE = 19


@dataclass(frozen=True)
class Pose:
    """The angles of the joints, in degrees; each a number, or one number a moment.

    All are zero when the athlete stands upright with hanging arms and flat feet.
    """

    hip: Angle = 0.0
    knee: Angle = 0.0
    ankle: Angle = 0.0
    """Positive when the toes are pointed."""
    spine: Angle = 0.0
    neck: Angle = 0.0
    shoulder: Angle = 0.0
    """180 when the arms are overhead."""
    elbow: Angle = 0.0
    leg_spread: Angle = 0.0
    shank_spread: Angle = 0.0
    arm_spread: Angle = 0.0
    leg_split: Angle = 0.0
    """How far the left leg is ahead of the right one, on each side of the mean."""
    arm_split: Angle = 0.0
    lean: Angle = 0.0
    """Of the pelvis towards the way the athlete faced at the start; grows with forward turns."""
    twist: Angle = 0.0

    def columns(self) -> Array:
        """Return the angles as one array, (angles,) or (angles, moments)."""
        return np.array(np.broadcast_arrays(*(getattr(self, f.name) for f in fields(self))), float)

    @classmethod
    def from_columns(cls, columns: Array) -> Pose:
        """Return the pose whose `columns` these are."""
        return cls(*columns)


def blend(start: Pose, end: Pose, share: Angle) -> Pose:
    """Return the pose that lies `share` of the way from one pose to another."""
    first, last = start.columns(), end.columns()
    if np.ndim(share):
        first, last = first[:, None], last[:, None]
    return Pose.from_columns(first + (last - first) * share)


@dataclass(frozen=True)
class Physique:
    """How tall and how broad the athlete is."""

    height_metres: float = 1.65
    breadth: float = 1.0
    """Thickness of the limbs relative to an average athlete."""
    leg_share: float = 1.0
    """Length of the legs relative to an average athlete."""


_TRUNK, _HEAD = 0.288, 0.11
_UPPER_ARM, _FOREARM, _HAND = 0.186, 0.146, 0.085
_THIGH, _SHANK, _FOOT = 0.245, 0.246, 0.11
_HALF_SHOULDERS, _HALF_HIPS = 0.108, 0.052

_J = Joint
# From joint, to joint, share of the body's mass.
_RODS: tuple[tuple[Joint, Joint, float], ...] = (
    (_J.PELVIS, _J.WAIST, 0.220),
    (_J.WAIST, _J.CHEST, 0.277),
    (_J.CHEST, _J.HEAD, 0.081),
    (_J.LEFT_SHOULDER, _J.LEFT_ELBOW, 0.028),
    (_J.RIGHT_SHOULDER, _J.RIGHT_ELBOW, 0.028),
    (_J.LEFT_ELBOW, _J.LEFT_WRIST, 0.016),
    (_J.RIGHT_ELBOW, _J.RIGHT_WRIST, 0.016),
    (_J.LEFT_WRIST, _J.LEFT_FINGERTIP, 0.006),
    (_J.RIGHT_WRIST, _J.RIGHT_FINGERTIP, 0.006),
    (_J.LEFT_HIP, _J.LEFT_KNEE, 0.100),
    (_J.RIGHT_HIP, _J.RIGHT_KNEE, 0.100),
    (_J.LEFT_KNEE, _J.LEFT_ANKLE, 0.0465),
    (_J.RIGHT_KNEE, _J.RIGHT_ANKLE, 0.0465),
    (_J.LEFT_ANKLE, _J.LEFT_TOE, 0.0145),
    (_J.RIGHT_ANKLE, _J.RIGHT_TOE, 0.0145),
)


def _rod_points() -> tuple[Array, Array]:
    # A sixth of the mass at each end and the rest in the middle turn exactly like a uniform rod.
    places, masses = [], []
    for start, end, mass in _RODS:
        for share, portion in ((0.0, 1 / 6), (0.5, 2 / 3), (1.0, 1 / 6)):
            place = np.zeros(len(Joint))
            place[start] += 1 - share
            place[end] += share
            places.append(place)
            masses.append(mass * portion)
    return np.array(places), np.array(masses)


_PLACES, MASSES = _rod_points()


def mass_points(joints: Array) -> Array:
    """Return the points with `MASSES`, (moments, points, 3), of joints (moments, joints, 3)."""
    return np.asarray(np.matmul(_PLACES, joints))


def centre_of_mass(joints: Array) -> Array:
    """Return the point that flies on a parabola, (moments, 3), of joints (moments, joints, 3)."""
    return np.asarray(np.matmul(MASSES @ _PLACES, joints))


def joints_of(physique: Physique, pose: Pose) -> Array:
    """Where the joints are, twisted but not yet leaning, relative to the pelvis.

    Returns metres (moments, joints, 3): ahead, up, to the left.
    """
    pose = Pose.from_columns(np.deg2rad(np.atleast_2d(pose.columns().T).T))
    joints = np.zeros((np.size(pose.hip), len(Joint), 3))
    _place_trunk(joints, pose)
    for side, left in ((0, 1.0), (1, -1.0)):
        _place_arm(joints, pose, side, left)
        _place_leg(joints, pose, side, left, physique.leg_share)
    return _twist(joints * physique.height_metres, np.asarray(pose.twist))


def _towards(angle: Angle, spread: Angle = 0.0) -> Array:
    """Return the direction of a limb that hangs down at zero and points ahead at 90 degrees."""
    parts = (np.cos(spread) * np.sin(angle), -np.cos(spread) * np.cos(angle), np.sin(spread))
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def _place_trunk(joints: Array, pose: Pose) -> None:
    joints[:, Joint.WAIST] = -_towards(-0.35 * pose.spine) * _TRUNK * 0.45
    joints[:, Joint.CHEST] = joints[:, Joint.WAIST] - _towards(-pose.spine) * _TRUNK * 0.55
    head = -_towards(-(pose.spine + pose.neck)) * _HEAD
    joints[:, Joint.HEAD] = joints[:, Joint.CHEST] + head


def _place_arm(joints: Array, pose: Pose, side: int, left: float) -> None:
    upper = pose.shoulder - pose.spine + left * pose.arm_split
    # Arms overhead come together, so that the hands meet above the head.
    inwards = 0.30 * np.clip((np.asarray(pose.shoulder) - 2.0) / 1.1, 0, 1)
    spread = left * (pose.arm_spread - inwards)
    shoulder = joints[:, Joint.CHEST] + np.array([0, -0.02, left * _HALF_SHOULDERS])
    elbow = shoulder + _towards(upper, spread) * _UPPER_ARM
    wrist = elbow + _towards(upper + pose.elbow, spread) * _FOREARM
    tip = wrist + _towards(upper + 1.05 * pose.elbow, spread * 0.5) * _HAND
    for first, place in (
        (Joint.LEFT_SHOULDER, shoulder),
        (Joint.LEFT_ELBOW, elbow),
        (Joint.LEFT_WRIST, wrist),
        (Joint.LEFT_FINGERTIP, tip),
    ):
        joints[:, first + side] = place


def _place_leg(joints: Array, pose: Pose, side: int, left: float, length: float) -> None:
    thigh = pose.hip + left * pose.leg_split
    shank = thigh - pose.knee
    hip = joints[:, Joint.PELVIS] + np.array([0, 0, left * _HALF_HIPS])
    # Closed legs touch at the knees and ankles.
    knee = hip + _towards(thigh, left * (pose.leg_spread - 0.08)) * _THIGH * length
    ankle = knee + _towards(shank, left * (pose.shank_spread - 0.06)) * _SHANK * length
    toe = ankle + _towards(shank + np.pi / 2 - pose.ankle, left * pose.shank_spread) * _FOOT
    for first, place in (
        (Joint.LEFT_HIP, hip),
        (Joint.LEFT_KNEE, knee),
        (Joint.LEFT_ANKLE, ankle),
        (Joint.LEFT_TOE, toe),
    ):
        joints[:, first + side] = place


def _twist(joints: Array, twist: Array) -> Array:
    cos, sin = np.cos(twist)[:, None], np.sin(twist)[:, None]
    ahead, up, left = joints[..., 0], joints[..., 1], joints[..., 2]
    return np.stack([ahead * cos + left * sin, up, left * cos - ahead * sin], axis=-1)


def leaning(joints: Array, lean_degrees: Angle) -> Array:
    """Return the joints turned about the left-right axis, head first towards the front."""
    lean = np.deg2rad(np.atleast_1d(lean_degrees))[:, None]
    cos, sin = np.cos(lean), np.sin(lean)
    ahead, up = joints[..., 0], joints[..., 1]
    return np.stack([ahead * cos + up * sin, up * cos - ahead * sin, joints[..., 2]], axis=-1)


def middle(joints: Array, left_joint: Joint) -> Array:
    """Return the point half-way between a left joint and its right neighbour, (moments, 3)."""
    return np.asarray((joints[:, left_joint] + joints[:, left_joint + 1]) / 2)
