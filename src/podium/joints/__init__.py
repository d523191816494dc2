"""Frames become joints: where a person's shoulders, elbows, hips and others are in each of them."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.joints.blazepose import BlazePose as BlazePose
    from podium.joints.follow import JointsOptions as JointsOptions
    from podium.joints.follow import find_joints as find_joints
    from podium.joints.kept import kept_joints as kept_joints
    from podium.joints.values import Joints as Joints
    from podium.joints.values import mirror as mirror

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "blazepose": ("BlazePose",),
        "follow": ("JointsOptions", "find_joints"),
        "kept": ("kept_joints",),
        "values": ("Joints", "mirror"),
    },
)
