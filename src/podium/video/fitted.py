"""Videos of any shape in frames of one: nothing is stretched, black about the picture fills them.

Where joints and angles are looked for, a picture that is squeezed shows another body.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

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
) -> Frames:
    """Decode a video as `decode` does, as large as it fits into `width` x `height`.

    Raises
    ------
    MissingFile, VideoError
        As `decode` does.
    """
    about = probe(path)
    decoded = partial(decode, path, start_frame=start_frame, end_frame=end_frame)
    across, down = fitting(about.shape(box), (width, height))
    frames = decoded(width=across, height=down, box=box)
    across, down = fitting(about.shape(frames.box), (width, height))
    if (down, across) == frames.pixels.shape[1:3]:
        return frames
    return decoded(width=across, height=down, box=frames.box)


def fitting(shape: tuple[float, float], room: tuple[int, int]) -> tuple[int, int]:
    """Return the largest (width, height) of a shape within a room, in whole pixels."""
    scale = min(room[0] / shape[0], room[1] / shape[1])
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def padded(frames: Frames, *, width: int, height: int) -> Frames:
    """Put black about frames that fit into `width` x `height`, as much on either side."""
    n_frames, down, across = frames.pixels.shape[:3]
    if (down, across) == (height, width):
        return frames
    pixels = np.zeros((n_frames, height, width, 3), np.uint8)
    top, left = (height - down) // 2, (width - across) // 2
    pixels[:, top : top + down, left : left + across] = frames.pixels
    return replace(frames, pixels=pixels)
