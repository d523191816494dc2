"""How a body that a camera saw is bent and held, whichever side of it was seen.

Depth that a network guesses from a picture is left out. So is which side it is: left and right are
averaged, for a person who is filmed from the left does what one filmed from the right does.
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from podium.joints import Joints
from podium.keypoints import BLAZEPOSE
from podium.movement.angles import angles_of, line_of, middle, places_of

Floats = npt.NDArray[np.float64]
InPicture = Literal["elbow", "shoulder", "hip", "knee", "body line", "trunk", "hands"]
"""Angles in degrees; `hands` is how far the hands are beneath the shoulders, in trunk lengths."""

ALL: tuple[InPicture, ...] = get_args(InPicture)

HERTZ = 30.0
"""Of so many frames a second angles are smoothed as if they were."""


def series_in_picture(frames: npt.NDArray[np.floating], wanted: Sequence[InPicture] = ()) -> Floats:
    """Describe joints of BlazePose, (frames, 33, 2 or 3), by what is wanted, (frames, numbers).

    Where nothing is named, all is wanted.
    """
    joints = _joints(frames)
    angles = angles_of(joints)
    return np.stack(
        [_hands(joints) if one == "hands" else angles.of(one) for one in wanted or ALL], axis=1
    )


def _joints(frames: npt.NDArray[np.floating]) -> Joints:
    n_frames = len(frames)
    return Joints(
        positions=np.asarray(frames[..., :2], np.float64),
        visibility=np.ones((n_frames, len(BLAZEPOSE))),
        names=BLAZEPOSE,
        times=np.arange(n_frames) / HERTZ,
        width=1.0,
    )


def _hands(joints: Joints) -> Floats:
    shoulders, hips, _ = line_of(joints)
    hands = middle(joints, places_of(joints), joints.seen, "wrist")
    trunk = float(np.median(np.linalg.norm(shoulders - hips, axis=1)))
    return np.asarray((hands[:, 1] - shoulders[:, 1]) / max(trunk, 1e-6))
