"""Whether a film was cut in the middle of a performance, as where two takes were joined.

Nobody cuts between a take-off and its splash. A cut changes the colours more than anything near it
does, and no movement of the camera explains the picture after it by the one before.
"""

import numpy as np
import numpy.typing as npt

from podium.doubts import DoubtKind, Severity

CUT_INSIDE = DoubtKind("cut_inside", values=("seconds",), severity=Severity.GRAVE)
"""The film seems to be cut inside the performance, at so many `seconds` of the file."""

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

LEVEL = 0.7
"""Beyond this a change is a cut. It was chosen on the training dives: two of 300 have such a change
in their flight, and about half of those whose flight goes on as another's (benchmarks/doubt.py)."""

BESIDE = 6
"""So many changes before and after one are looked at to see whether it stands out."""

STEP = 4
N_DOWN, N_RIGHT = 7, 3
"""Every so manyeth pixel is compared, shifted by at most so many of them."""

LEAST_CONTRAST = 5.0
N_BITS = 3


def find_cut(pixels: Pixels) -> int | None:
    """Find the first frame after a cut, of (frames, height, width, 3); `None` where there is none.

    The first and the last `BESIDE` frames are only compared with.
    """
    if len(pixels) < 2 * BESIDE + 2:
        return None
    found = (standing_out(pixels) * unexplained(pixels))[BESIDE:-BESIDE]
    index = int(np.argmax(found))
    return BESIDE + index + 1 if found[index] > LEVEL else None


def standing_out(pixels: Pixels) -> Floats:
    """Return by how much the colours of each frame but the first change, (frames - 1,).

    As a ratio to the largest change near it.
    """
    coarse = (pixels >> (8 - N_BITS)).astype(np.intp)
    colours = (coarse[..., 0] << 2 * N_BITS) + (coarse[..., 1] << N_BITS) + coarse[..., 2]
    counts = [np.bincount(one.ravel(), minlength=1 << 3 * N_BITS) for one in colours]
    changes = np.abs(np.diff(np.stack(counts), axis=0)).sum(axis=1) / colours[0].size
    near = np.lib.stride_tricks.sliding_window_view(np.pad(changes, BESIDE), 2 * BESIDE + 1)
    others = np.delete(near, BESIDE, axis=1).max(axis=1)
    return np.asarray(changes / np.maximum(others, 1e-6), np.float64)


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


def _shifted(light: npt.NDArray[np.float32], down: int, right: int) -> npt.NDArray[np.float32]:
    """Return the part of each picture that is still there when it is shifted."""
    height, width = light.shape[1:]
    return light[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
