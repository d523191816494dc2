"""Makes faces unrecognisable for good: of each, a few flat squares are left."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.faces.values import Faces
from podium.machine.files import write_bytes
from podium.video.frames import Frame, Frames, Video, each_frame, probe
from podium.video.limits import Box
from podium.video.playback import PlaybackOptions, playback_of

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

N_SQUARES = 4
"""Across what is hidden, which is wider than the face: about three across the face itself."""

COPY_WIDTH, COPY_HEIGHT = 1280, 960
"""A copy is no larger: no picture or film of a report is."""

QUALITY, N_KEY_FRAMES = 17, 30
"""x264's rate factor of a copy that others are made from."""


def pixelate(picture: Pixels, circles: Floats) -> Pixels:
    """Return a picture, (height, width, 3), in which circles became a few flat squares.

    `circles` (faces, 3) are right, down and radius in its pixels. All within the square about each
    is replaced by means over parts of it: nothing else of it is kept.
    """
    hidden = picture.copy()
    height, width = picture.shape[:2]
    for right, down, radius in circles:
        columns = _edges(right, radius, width)
        rows = _edges(down, radius, height)
        for top, bottom in pairwise(rows):
            for left, end in pairwise(columns):
                if top < bottom and left < end:
                    part = hidden[top:bottom, left:end]
                    hidden[top:bottom, left:end] = part.mean(axis=(0, 1)).round()
    return hidden


def _edges(middle: float, radius: float, size: int) -> list[int]:
    """Return where the squares begin and end, within a picture."""
    edges = np.linspace(middle - radius, middle + radius, N_SQUARES + 1)
    return [int(one) for one in np.clip(np.round(edges), 0, size)]


def hidden_frames(frames: Frames, faces: Faces, about: Video) -> Frames:
    """Return frames of the same video with its faces hidden."""
    high, wide = frames.pixels.shape[1:3]
    pixels = [
        pixelate(one, _in_picture(faces.at(float(second)), about, frames.box, (wide, high)))
        for one, second in zip(frames.pixels, frames.start_seconds, strict=True)
    ]
    return replace(frames, pixels=np.stack(pixels))


def _in_picture(circles: Floats, about: Video, box: Box | None, size: tuple[int, int]) -> Floats:
    """Return circles of the upright video in pixels of what a box shows of it, at some size."""
    across, down = about.shape(box)
    scale = np.array([size[0] / across, size[1] / down])
    places = (circles[:, :2] * about.height - about.corner(box)) * scale
    return np.column_stack([places, circles[:, 2] * about.height * scale.max()])


def hidden_copy(
    video: Path, faces: Faces, copy: Path, progress: Callable[[], None] = lambda: None
) -> Path:
    """Write a copy of a video with its faces hidden, frame for frame at the same times, as MP4.

    `progress` is called after each frame.

    Raises
    ------
    MissingFile, VideoError
        If the video cannot be read.
    OSError
        If the copy cannot be written.
    """
    about = probe(video)
    scale = min(COPY_WIDTH / about.width, COPY_HEIGHT / about.height, 1.0)
    width, height = (max(round(scale * side / 2) * 2, 2) for side in (about.width, about.height))

    def hidden() -> Iterator[Frame]:
        for frame in each_frame(video, width=width, height=height):
            circles = _in_picture(faces.at(frame.start_seconds), about, None, (width, height))
            yield replace(frame, pixels=pixelate(frame.pixels, circles))
            progress()

    coding = PlaybackOptions(width, height, QUALITY, N_KEY_FRAMES)
    write_bytes(copy, playback_of(hidden(), width, height, coding).content)
    return copy
