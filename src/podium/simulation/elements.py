"""The elements of a routine on the floor: a few key poses each, and what can go wrong in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from podium.simulation.body import Array, Pose, blend

STANDING = Pose(arm_spread=8.0)


@dataclass(frozen=True)
class Element:
    """One element: it begins and ends standing, and passes through its key poses in between."""

    name: str
    keys: tuple[Pose, ...]
    """Each is reached after as long as the one before it."""

    travels_metres: float = 0.0
    """How far it goes, ahead or back."""

    def poses(self, shares: Array) -> Pose:
        """Return the pose at each share of its time, 0 to 1, (moments,)."""
        stations = (STANDING, *self.keys, STANDING)
        place = np.clip(shares, 0, 1) * (len(stations) - 1)
        columns = np.stack([pose.columns() for pose in stations])
        before = np.minimum(place.astype(int), len(stations) - 2)
        within = place - before
        smooth = (within**2 * (3 - 2 * within))[:, None]
        return Pose.from_columns((columns[before] * (1 - smooth) + columns[before + 1] * smooth).T)

    def flawed(self, kind: str, severity: float) -> Element:
        """Return the element as it is with a flaw, 0 (none) to 1 (it could not be worse)."""
        return replace(self, keys=tuple(_spoiled(pose, kind, severity) for pose in self.keys))


ELEMENTS = (
    Element("squat", (Pose(hip=85, knee=120, ankle=-20, shoulder=90, spine=15),) * 2),
    Element(
        "lunge",
        (Pose(leg_split=45, hip=15, knee=35, shoulder=90), Pose(leg_split=45, hip=15, knee=45)),
        0.5,
    ),
    Element("bow", (Pose(hip=20, spine=75, shoulder=150), Pose(hip=30, spine=85, shoulder=170))),
    Element(
        "arabesque",
        (
            Pose(leg_split=38, spine=40, shoulder=110, lean=25),
            Pose(leg_split=45, spine=50, shoulder=125, lean=38),
        ),
    ),
    Element("star", (Pose(leg_spread=38, shank_spread=38, arm_spread=85),) * 2),
    Element(
        "kick",
        (
            Pose(leg_split=55, hip=30, arm_spread=50),
            Pose(arm_spread=85),
            Pose(leg_split=-55, hip=30),
        ),
    ),
    Element(
        "reach", (Pose(shoulder=178, ankle=35), Pose(shoulder=178, spine=-20), Pose(arm_spread=85))
    ),
    Element("turn", (Pose(shoulder=90, twist=120), Pose(shoulder=170, twist=240), Pose(twist=360))),
    Element(
        "scale", (Pose(hip=60, knee=20, arm_spread=85), Pose(hip=88, knee=5, arm_spread=85)), -0.5
    ),
    Element(
        "wave", (Pose(arm_split=70, shoulder=90), Pose(arm_split=-70, shoulder=90), Pose(spine=25))
    ),
)
"""What routines are made of."""

KINDS = ("bent knees", "bent arms", "too small", "crooked")
"""How an element can go wrong."""

_KNEES, _ELBOWS, _SMALLER, _CROOKED = 55.0, 80.0, 0.55, 30.0
"""Degrees, or a share, by which the worst flaw of each kind spoils a key pose."""


def _spoiled(pose: Pose, kind: str, severity: float) -> Pose:
    if kind == "bent knees":
        return replace(pose, knee=pose.knee + _KNEES * severity, hip=pose.hip + 15 * severity)
    if kind == "bent arms":
        return replace(pose, elbow=pose.elbow + _ELBOWS * severity)
    if kind == "crooked":
        return replace(pose, lean=pose.lean + _CROOKED * severity, spine=pose.spine + 20 * severity)
    return blend(pose, replace(STANDING, twist=pose.twist), _SMALLER * severity)
