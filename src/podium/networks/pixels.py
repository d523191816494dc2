"""Pixels as the networks that ship read them."""

import numpy as np
import numpy.typing as npt

MIDDLE, SPREAD = np.float32(110), np.float32(60)
"""About the mean of a video's pixels, 0-255, and how far they are from it."""


def as_pixels(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return frames, (frames, height, width, 3), as (frames, 3, height, width) about 0."""
    pixels = np.empty((len(frames), 3, *frames.shape[1:3]), np.float32)
    np.subtract(frames.transpose(0, 3, 1, 2), MIDDLE, out=pixels)
    pixels /= SPREAD
    return pixels
