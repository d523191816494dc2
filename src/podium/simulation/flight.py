"""Free flight: the centre of mass follows a parabola and the angular momentum never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from podium.errors import UsageError
from podium.simulation.body import (
    MASSES,
    Array,
    Physique,
    Pose,
    centre_of_mass,
    joints_of,
    mass_points,
)

GRAVITY = 9.81
"""Metres per second squared."""
_STEPS_PER_SECOND = 240


@dataclass(frozen=True)
class Key:
    """A pose that the athlete passes through at a known moment."""

    seconds: float
    pose: Pose
    drives: bool = False
    """Whether the athlete arrives at full speed, as in a jump, instead of coming to rest."""


def poses_at(keys: Sequence[Key], seconds: Array) -> Pose:
    """Return the poses at these moments, moving smoothly from one key to the next."""
    times = np.array([key.seconds for key in keys])
    columns = np.array([key.pose.columns() for key in keys])
    if len(keys) == 1:
        return Pose.from_columns(np.repeat(columns.T, len(seconds), axis=1))
    index = np.clip(np.searchsorted(times, seconds, side="right") - 1, 0, len(keys) - 2)
    share = np.clip((seconds - times[index]) / (times[index + 1] - times[index]), 0, 1)
    drives = np.array([key.drives for key in keys])[index + 1]
    # Minimum jerk: how people move when they hurry nothing (Flash and Hogan 1985).
    calm = share**3 * (10 - 15 * share + 6 * share**2)
    eased = np.where(drives, share**2, calm)[:, None]
    poses = Pose.from_columns((columns[index] * (1 - eased) + columns[index + 1] * eased).T)
    # Nothing brakes a twist in the air, so that it does not rest at the keys.
    return replace(poses, twist=np.interp(seconds, times, [float(k.pose.twist) for k in keys]))


def drop_seconds(rise_metres_per_second: float, drop_metres: float) -> float:
    """How long a jump takes until the centre of mass is `drop_metres` below where it left.

    Raises `UsageError` when the jump never gets that high.
    """
    square = rise_metres_per_second**2 + 2 * GRAVITY * drop_metres
    if square < 0:
        raise UsageError(
            f"a jump at {rise_metres_per_second} m/s never rises {-drop_metres} m; jump faster"
        )
    return float((rise_metres_per_second + np.sqrt(square)) / GRAVITY)


def parabola(start: Array, velocity: Array, seconds: Array) -> Array:
    """Where the centre of mass is, (moments, 3), `seconds` after it left `start`."""
    fall = np.array([0.0, -GRAVITY / 2, 0.0])
    return np.asarray(start + velocity * seconds[:, None] + fall * seconds[:, None] ** 2)


def moments_of_inertia(physique: Physique, pose: Pose) -> Array:
    """How hard the body is to somersault, in square metres (per kilogram of body mass)."""
    around = _around_centre(physique, pose)
    return np.asarray((MASSES * (around**2).sum(-1)).sum(-1))


def _around_centre(physique: Physique, pose: Pose) -> Array:
    joints = joints_of(physique, pose)
    return mass_points(joints)[..., :2] - centre_of_mass(joints)[:, None, :2]


def angular_momentum(points: Array, step_seconds: float) -> Array:
    """Return the angular momentum of `mass_points` in the plane of the somersault.

    Forwards is positive. In square metres per radian second (per kilogram), measured by
    differences between moments.
    """
    plane = points[..., :2] - (MASSES[:, None] * points[..., :2]).sum(1, keepdims=True)
    speed = np.gradient(plane, step_seconds, axis=0)
    cross = plane[..., 1] * speed[..., 0] - plane[..., 0] * speed[..., 1]
    return np.asarray((MASSES * cross).sum(-1))


def somersault(
    physique: Physique, keys: Sequence[Key], seconds: Array, lean_start: float, lean_end: float
) -> Pose:
    """Return the poses in flight, with the lean that one constant angular momentum gives them.

    The athlete leaves at `lean_start` at 0 s and arrives at `lean_end` at the last key, both in
    degrees: the angular momentum is the one that takes them there, so that a tight body spins
    fast and an open body slowly.
    """
    duration = keys[-1].seconds
    fine = np.linspace(0, duration, max(int(duration * _STEPS_PER_SECOND), 8))
    poses = poses_at(keys, fine)
    inertia = moments_of_inertia(physique, poses)
    own = angular_momentum(mass_points(joints_of(physique, poses)), fine[1] - fine[0])
    unit, drift = _integral(1 / inertia, fine), _integral(own / inertia, fine)
    momentum = (np.deg2rad(lean_end - lean_start) + drift[-1]) / unit[-1]
    lean = lean_start + np.rad2deg(momentum * unit - drift)
    return replace(poses_at(keys, seconds), lean=np.interp(seconds, fine, lean))


def _integral(values: Array, seconds: Array) -> Array:
    steps = (values[1:] + values[:-1]) / 2 * np.diff(seconds)
    return np.concatenate([[0.0], np.cumsum(steps)])
