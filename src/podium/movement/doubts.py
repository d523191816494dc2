"""When joints are too little to go by, whatever is measured of them."""

from collections.abc import Iterator

import numpy as np

from podium.doubts import Doubt, DoubtKind, Severity
from podium.joints import Joints
from podium.movement.angles import SIDES, column

SEEN_TOO_LITTLE = DoubtKind(
    "seen_too_little", values=("percent",), optional=("about",), severity=Severity.GRAVE
)
"""The body was seen well in so many `percent` of the frames only."""

BODY = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")

SEEN_JOINTS = 0.4
"""A body is seen well in a frame where this share of its joints is: one side, and a little more."""

LEAST_FRAMES = 0.9
"""In so many frames it must be: 117 of 122 push-ups are, and in the others joints are guesses."""


def share_well_seen(joints: Joints) -> float:
    """Return in which share of the frames a body is seen well, 0 to 1."""
    columns = [column(joints, f"{side} {name}") for side in SIDES for name in BODY]
    seen = joints.seen[:, [c for c in columns if c is not None]].mean(axis=1)
    return float((seen >= SEEN_JOINTS).mean())


def doubts_of_joints(joints: Joints, about: str = "") -> Iterator[Doubt]:
    """Yield what is to be doubted of joints; of another's than the performance, by its name.

    Of another's only what is grave.
    """
    for doubt in joints.doubts:
        if not about:
            yield doubt
        elif doubt.severity is Severity.GRAVE:
            yield Doubt(doubt.kind, doubt.values, about)
    share = share_well_seen(joints)
    if share < LEAST_FRAMES:
        yield SEEN_TOO_LITTLE(percent=float(np.floor(100 * share)), about=about)
