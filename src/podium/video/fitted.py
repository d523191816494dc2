"""Videos of any shape in frames of one: nothing is stretched, black about the picture fills them.

Where joints and angles are looked for, a picture that is squeezed shows another body.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.video.frames import Frames, decode, probe
from podium.video.limits import Box


def decode_fitted(
    path: Path,
    *,
    width: int,
    height: int,
    start_frame: int | None = None,
    end_frame: int | None = None,
    box: Box | None = None,
    how: Callable[..., Frames] = decode,
) -> Frames:
    """Decode a video as `decode` does, as large as it fits into `width` x `height`.

    `how` is another way to look at it, such as `podium.video.sketch.sketch`.

    Raises
    ------
    MissingFile, VideoError
        As `decode` does.
    """
    about = probe(path)
    decoded = partial(how, path, start_frame=start_frame, end_frame=end_frame)
    across, down = fitting(about.shape(box), (width, height))
    frames = decoded(width=across, height=down, box=box)
    across, down = fitting(about.shape(frames.box), (width, height))
    if (across, down) == frames.picture_size:
        return frames
    return decoded(width=across, height=down, box=frames.box)


def fitting(shape: tuple[float, float], room: tuple[int, int]) -> tuple[int, int]:
    """Return the largest (width, height) of a shape within a room, in whole pixels."""
    scale = min(room[0] / shape[0], room[1] / shape[1])
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def padded(frames: Frames, *, width: int, height: int) -> Frames:
    """Put black about frames that fit into `width` x `height`, as much on either side."""
    if not frames.are_held or frames.picture_size == (width, height):
        return frames
    return replace(frames, pixels=surrounded(frames.pixels, width, height))


def surrounded(pixels: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    """Put black about pictures, (..., height, width, 3), that fit into `width` x `height`."""
    down, across = pixels.shape[-3:-1]
    if (down, across) == (height, width):
        return pixels
    whole = np.zeros((*pixels.shape[:-3], height, width, 3), np.uint8)
    top, left = (height - down) // 2, (width - across) // 2
    whole[..., top : top + down, left : left + across, :] = pixels
    return whole
