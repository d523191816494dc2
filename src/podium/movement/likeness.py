"""How alike two movements are in form, in framing and in person: three things kept apart."""

import numpy as np
import numpy.typing as npt

from podium.joints import Joints
from podium.movement.angles import SIDES, column, middle, places_of

Floats = npt.NDArray[np.float64]

USUAL_FALL = 0.35
"""A difference that is usual between good performances leaves a likeness of exp(-0.35), 0.70; one
of twice that, 0.50."""

FRAMING_FALL, PERSON_FALL = 1.0, 4.0
"""A picture in which the person is e times as large, or stands a frame's height aside, has a
likeness in framing of exp(-1); limbs that are a quarter longer, one in person of exp(-1)."""

LIMBS = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"),
    ("shoulder", "hip"),
)  # fmt: skip
"""Between which joints the limbs are by which people differ."""

LEAST_FRAMES = 3
LONGEST = 90
"""In a hundred lengths of a limb, so many are shorter than the one that is taken."""


def likeness_of(usual_differences: float) -> float:
    """Return how alike movements are that are so many usual differences apart, 0 to 1."""
    return float(np.exp(-USUAL_FALL * usual_differences))


def framing_likeness(ours: Joints, theirs: Joints) -> float | None:
    """Return how alike two pictures are framed; `None` where there is none."""
    if not (ours.width and theirs.width):
        return None
    own, other = _framing(ours), _framing(theirs)
    if own is None or other is None:
        return None
    return float(np.exp(-FRAMING_FALL * np.abs(own - other).sum()))


def person_likeness(ours: Joints, theirs: Joints) -> float | None:
    """Return how alike the proportions of two bodies are; `None` where few limbs were seen."""
    apart = np.abs(_limbs(ours) - _limbs(theirs))
    known = np.isfinite(apart)
    return float(np.exp(-PERSON_FALL * apart[known].mean())) if known.sum() > 2 else None


def _framing(joints: Joints) -> Floats | None:
    """Return the logarithm of the size, the place, and how far the shoulders face the camera."""
    seen = joints.seen
    shown = seen.sum(axis=1) > 1
    if shown.sum() < LEAST_FRAMES:
        return None
    places = np.where(seen[..., None], np.asarray(joints.positions, np.float64), np.nan)[shown]
    extents = np.nanmax(places, axis=1) - np.nanmin(places, axis=1)
    size = max(float(np.median(np.linalg.norm(extents, axis=1))), 1e-6)
    right, down = np.median(np.nanmean(places, axis=1), axis=0)
    return np.array([np.log(size), right - joints.width / 2, down, _shoulders(joints) / size])


def _shoulders(joints: Joints) -> float:
    """Return how far the left shoulder is to the right of the other; 0 where seen from a side."""
    left, right = (column(joints, f"{side} shoulder") for side in SIDES)
    if left is None or right is None:
        return 0.0
    return float(np.median(joints.positions[:, left, 0] - joints.positions[:, right, 0]))


def _limbs(joints: Joints) -> Floats:
    """Return the logarithms of the lengths of limbs, less their mean; NaN of those not seen.

    In a picture a limb is as long as it is seen at its longest, or nearly.
    """
    places, seen = places_of(joints), joints.seen
    lengths = []
    for one, other in LIMBS:
        ends = [middle(joints, places, seen, name) for name in (one, other)]
        known = np.linalg.norm(ends[0] - ends[1], axis=1)
        known = known[np.isfinite(known) & (known > 0)]
        enough = len(known) >= LEAST_FRAMES
        lengths.append(np.log(np.percentile(known, LONGEST)) if enough else np.nan)
    logs = np.array(lengths)
    known_logs = logs[np.isfinite(logs)]
    return logs - (known_logs.mean() if len(known_logs) else 0.0)
