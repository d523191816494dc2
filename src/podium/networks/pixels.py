"""Pixels as the networks that ship read them."""

import numpy as np
import numpy.typing as npt

from podium.networks.program import Term

MIDDLE, SPREAD = np.float32(110), np.float32(60)
"""About the mean of a video's pixels, 0-255, and how far they are from it."""


def as_pixels(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return frames, (frames, height, width, 3), as (frames, 3, height, width) about 0."""
    pixels = np.empty((len(frames), 3, *frames.shape[1:3]), np.float32)
    np.subtract(frames.transpose(0, 3, 1, 2), MIDDLE, out=pixels)
    pixels /= SPREAD
    return pixels


def pixel_steps(clips: Term) -> Term:
    """Write the same of clips, uint8 (clips, frames, height, width, 3), with their axes."""
    return ((clips.cast() - float(MIDDLE)) / float(SPREAD)).turned(0, 1, 4, 2, 3)
