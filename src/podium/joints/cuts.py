"""Whether a film was joined of several: where it was, another person may be followed.

A cut changes the picture more than anything near it does. Where the joints jump at that moment,
what was measured before and after it is not of one movement.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from podium.doubts import DoubtKind, Severity
from podium.joints.values import Joints

PERSON_CHANGES = DoubtKind(
    "person_changes", values=("seconds",), optional=("about",), severity=Severity.GRAVE
)
"""The film seems to be cut at so many `seconds`, and the joints jump: it may be another person."""

Pixels = npt.NDArray[np.uint8]
Small = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

SIZE = (64, 48)
"""Pictures are compared as small as that."""

BESIDE = 6
"""So many changes before and after one are looked at to see whether it stands out."""

UNLIKE = 0.4
"""A cut changes a picture by this share of its contrast, and `STANDS_OUT` times as much as any
change near it: of 122 push-ups none does so, of 300 joined of two 98 % (measured on these)."""

STANDS_OUT = 2.0
LEAST_CONTRAST = 5.0

JUMPS = 0.05
"""Joints jump where half of those that are seen move so far at once, in sizes of the body, and
stay there: 98 % of the same 300 do."""

STAYS = 5
"""So many frames before and after are looked at to see whether they stay."""

LEAST_JOINTS = 4


def small(picture: Pixels) -> Small:
    """Return a picture, (height, width, 3), as few grey squares."""
    grey = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA).mean(axis=2)
    return np.asarray(grey, np.float32)


def change_of_person(pictures: Sequence[Small], joints: Joints) -> float | None:
    """Return when a film is cut and the joints jump, in seconds; `None` where it never is.

    `pictures` are those of all frames, small.
    """
    for index in _cuts(np.stack(pictures)):
        if _jump(joints, index) > JUMPS:
            return float(joints.times[index])
    return None


def _cuts(pictures: Small) -> list[int]:
    """Return the first frame after each cut."""
    if len(pictures) < 2:
        return []
    changes = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2)).astype(np.float64)
    contrast = np.maximum(pictures[:-1].std(axis=(1, 2)), LEAST_CONTRAST)
    near = np.lib.stride_tricks.sliding_window_view(np.pad(changes, BESIDE), 2 * BESIDE + 1)
    others = np.delete(near, BESIDE, axis=1).max(axis=1)
    is_cut = (changes > UNLIKE * contrast) & (changes > STANDS_OUT * others)
    return [int(index) + 1 for index in np.flatnonzero(is_cut)]


def _jump(joints: Joints, index: int) -> float:
    """Return how far joints move at a frame, in sizes of the body, and stay there."""
    places = np.asarray(joints.positions, np.float64)
    size = max(float(np.median(np.linalg.norm(np.ptp(places, axis=1), axis=1))), 1e-9)
    both = joints.seen[index] & joints.seen[index - 1]
    chosen = both if both.sum() >= LEAST_JOINTS else np.ones_like(both)
    before = np.median(places[max(index - STAYS, 0) : index], axis=0)
    after = np.median(places[index : index + STAYS], axis=0)
    moved = (places[index] - places[index - 1], after - before)
    return min(float(np.median(np.linalg.norm(one[chosen], axis=1))) for one in moved) / size
