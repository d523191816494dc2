"""Small pictures of a video, each in its own shape: the key frames of a report."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from podium.assessment.feedback import ClipFeedback
from podium.errors import PodiumError, TooLong
from podium.video.fitted import decode_fitted
from podium.video.frames import Frames, Part
from podium.video.sketch import sketch

KEY_FRAME_WIDTH = 200
KEY_FRAME_HEIGHT = 400
"""Key frames fit into this size, however tall and narrow the video is."""


def decode_small(path: Path, part: Part) -> Frames | None:
    """Decode a performance at the size of key frames, without bars; `None` if it cannot be.

    Of a long one no picture is held before it is asked for (`podium.video.sketch`).
    """
    fitted = partial(
        decode_fitted, path, width=KEY_FRAME_WIDTH, height=KEY_FRAME_HEIGHT,
        start_frame=part.start_frame, end_frame=part.end_frame,
    )  # fmt: skip
    try:
        try:
            return fitted()
        except TooLong:
            return fitted(how=sketch)
    except PodiumError:  # the video was readable a moment ago; a report without pictures is left
        return None


def key_frames(frames: Frames | None, seconds: Sequence[float]) -> list[str]:
    """Show the frame on screen at each of these times, as JPEG in a `data:` address."""
    if frames is None:
        return [""] * len(seconds)
    shown = np.searchsorted(frames.start_seconds, seconds, side="right") - 1
    pictures = frames.pictures_at([max(i, 0) for i in shown.tolist()])
    return [_as_address(_fitting(one)) for one in pictures]


def _fitting(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    """Return a frame no larger than key frames are."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((KEY_FRAME_WIDTH, KEY_FRAME_HEIGHT))
    return picture


def picture_address(pixels: npt.NDArray[np.uint8]) -> str:
    """Return a picture, (height, width, 3), as JPEG in a `data:` address."""
    return _as_address(Image.fromarray(pixels))


def _as_address(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


@dataclass(frozen=True)
class Moment:
    """A clip as the report shows it: what was measured, and its key frames as `data:` addresses.

    A key frame is "" where there is no picture, as for the references that ship.
    """

    clip: ClipFeedback
    picture: str
    reference_picture: str


def pictured(
    clips: Sequence[ClipFeedback],
    ours: Frames | None,
    theirs: Frames | None,
    compared_seconds: Sequence[float] = (),
) -> list[Moment]:
    """Show each clip with its key frame, and that of the moment it was compared with.

    Without `compared_seconds` that moment is as long before the reference's end.
    """
    beside = compared_seconds or _as_long_before(theirs, clips)
    pictures = key_frames(ours, middles(clips)), key_frames(theirs, beside)
    return [Moment(*shown) for shown in zip(clips, *pictures, strict=True)]


def middles(clips: Sequence[ClipFeedback]) -> list[float]:
    """Return when the middle of each clip is."""
    return [(clip.start_seconds + clip.end_seconds) / 2 for clip in clips]


def _as_long_before(theirs: Frames | None, clips: Sequence[ClipFeedback]) -> list[float]:
    """Return the same moments counted from the end.

    That is what a clip is compared with when both keep one pace.
    """
    last = theirs.end_seconds if theirs else 0.0
    return [last - (clips[-1].end_seconds - middle) for middle in middles(clips)]
