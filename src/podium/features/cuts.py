"""Whether a film was cut in the middle of a performance, as where two takes were joined.

Nobody cuts between a take-off and its splash. A cut changes the colours more than anything near it
does, and no movement of the camera explains the picture after it by the one before: neither a
shift, nor the turn, shift and zoom that the corners of the picture agree on.
"""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.camera import estimate_camera
from podium.athlete.motion import moved_as
from podium.doubts import DoubtKind, Severity

CUT_INSIDE = DoubtKind("cut_inside", values=("seconds",), severity=Severity.GRAVE)
"""The film seems to be cut inside the performance, at so many `seconds` of the file."""

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

LEVEL = 0.8
"""Beyond this a change is a cut: the middle of a gap in the training dives, two of 300 of which
have a larger one in their flight. Of those whose flight goes on as another's 8, 12 and 20 frames
before the water .64, .84 and .97 are found (by colours and shifts alone .63, .68 and .84)."""

BESIDE = 6
"""So many changes before and after one are looked at to see whether it stands out."""

STEP = 4
N_DOWN, N_RIGHT = 7, 3
"""Every so manyeth pixel is compared, shifted by at most so many of them."""

BLUR = (5, 5)
LEAST_SEEN = 0.3
UNLIKE = 2.0
"""So little is a picture the one before it, where too small a part of that is still seen."""

LEAST_CONTRAST = 5.0
N_BITS = 3


def find_cut(pixels: Pixels) -> int | None:
    """Find the first frame after a cut, of (frames, height, width, 3); `None` where there is none.

    The first and the last `BESIDE` frames are only compared with.
    """
    if len(pixels) < 2 * BESIDE + 2:
        return None
    found = (standing_out(pixels) * unexplained(pixels) * left_over(pixels))[BESIDE:-BESIDE]
    index = int(np.argmax(found))
    return BESIDE + index + 1 if found[index] > LEVEL else None


def standing_out(pixels: Pixels) -> Floats:
    """Return by how much the colours of each frame but the first change, (frames - 1,).

    As a ratio to the largest change near it.
    """
    coarse = (pixels >> (8 - N_BITS)).astype(np.intp)
    colours = (coarse[..., 0] << 2 * N_BITS) + (coarse[..., 1] << N_BITS) + coarse[..., 2]
    counts = [np.bincount(one.ravel(), minlength=1 << 3 * N_BITS) for one in colours]
    return _beside(np.abs(np.diff(np.stack(counts), axis=0)).sum(axis=1) / colours[0].size)


def unexplained(pixels: Pixels) -> Floats:
    """Return how little each frame is the one before it, shifted, (frames - 1,).

    As a ratio to how much the brightness of a picture varies.
    """
    light = pixels[:, ::STEP, ::STEP].astype(np.float32).mean(axis=3)
    off = np.full(len(light) - 1, np.inf)
    for down in range(-N_DOWN, N_DOWN + 1):
        for right in range(-N_RIGHT, N_RIGHT + 1):
            before, after = _shifted(light[:-1], down, right), _shifted(light[1:], -down, -right)
            off = np.minimum(off, np.abs(before - after).mean(axis=(1, 2)))
    contrast = light[:-1].std(axis=(1, 2))
    return np.asarray(off / np.maximum(contrast, LEAST_CONTRAST), np.float64)


def left_over(pixels: Pixels) -> Floats:
    """Return what is left of each change when the camera's movement is taken out, (frames - 1,).

    As a ratio to the largest near it.
    """
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in pixels]
    steps = estimate_camera(pixels).steps
    return _beside(
        np.array([_rest(*both, step) for both, step in zip(pairwise(grey), steps, strict=True)])
    )


def _rest(before: Pixels, after: Pixels, step: Floats) -> float:
    """Return how little a picture is the one before it, moved as the camera did."""
    moved, inside = moved_as(np.asarray(cv2.GaussianBlur(before, BLUR, 0)), step)
    is_seen = inside == 255
    if is_seen.mean() < LEAST_SEEN:
        return UNLIKE
    apart = cv2.absdiff(moved, cv2.GaussianBlur(after, BLUR, 0))[is_seen]
    return float(apart.mean() / max(before.std(), LEAST_CONTRAST))


def _beside(changes: Floats) -> Floats:
    """Return each of some changes as a ratio to the largest of those near it."""
    near = np.lib.stride_tricks.sliding_window_view(np.pad(changes, BESIDE), 2 * BESIDE + 1)
    others = np.delete(near, BESIDE, axis=1).max(axis=1)
    return np.asarray(changes / np.maximum(others, 1e-6), np.float64)


def _shifted(light: npt.NDArray[np.float32], down: int, right: int) -> npt.NDArray[np.float32]:
    """Return the part of each picture that is still there when it is shifted."""
    height, width = light.shape[1:]
    return light[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
