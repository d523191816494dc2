"""What may be asked of a file, and how much of it: pictures come from the child within limits."""

import math
import stat
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.errors import MissingFile, TooLong, VideoError
from podium.video import decoder
from podium.video.decoder import KINDS, End, Picture
from podium.video.light import pixels_of
from podium.video.limits import WHOLE, Box, Part, VideoLimits

SHORTER = "cut the performance out of it first, or bound it in a table by start_frame and end_frame"
"""What to do about a video that is too long."""

MANY = "many at once are given to podium score, or in a table to podium predict"
"""What to do with a folder of videos."""


def part_of_file(path: Path, start_frame: int | None, end_frame: int | None) -> Part:
    """Return the part that two frames bound; refuse bounds that no file has."""
    part = Part(start_frame or 0, end_frame)
    if part.start_frame < 0 or (end_frame is not None and end_frame < part.start_frame):
        raise VideoError.of_file(
            path,
            f"has no {_name_of(part)}: choose a start_frame of 0 or more, "
            "and an end_frame that is not before it",
        )
    return part


def require_part(path: Path, part: Part, n_decoded: int) -> None:
    if max(part.start_frame, part.end_frame or 0) >= n_decoded:
        raise VideoError.of_file(
            path,
            f"has no {_name_of(part)}: it has {n_decoded}, so choose from 0 to {n_decoded - 1}",
        )


def _name_of(part: Part) -> str:
    if part.end_frame is None:
        return f"frames from {part.start_frame} on"
    return f"frames {part.start_frame} to {part.end_frame}"


def require_regular_file(path: Path, limits: VideoLimits) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise MissingFile.of_file(path, "no such file: check the path") from None
    except (OSError, ValueError) as error:
        # Python's own words for a name with a NUL in it differ from one version to the next.
        why = "its name holds a NUL" if "\0" in str(path) else error
        said = f"cannot be opened ({why}): check the path"
        raise VideoError.of_file(path, said) from error
    if stat.S_ISDIR(status.st_mode):
        raise VideoError.of_file(path, f"is a folder: {KINDS}; {MANY}")
    if not stat.S_ISREG(status.st_mode):
        raise VideoError.of_file(path, f"is not a regular file: {KINDS}")
    if status.st_size == 0:
        raise VideoError.of_file(path, f"is empty (0 bytes): {KINDS}")
    if status.st_size > limits.n_bytes:
        raise VideoError.of_file(
            path,
            f"has {status.st_size:,} bytes, more than the {limits.n_bytes:,} allowed: "
            "cut the performance out of it first, or allow more (--limit gigabytes=NUMBER)",
        )


def pictures_of(
    path: Path, size: tuple[int, int], limits: VideoLimits, part: Part, box: Box | None
) -> Generator[Picture | End]:
    """Yield what comes from the child, as long as it is within the limits."""
    require_regular_file(path, limits)
    n_so_far, first = 0, math.nan
    with closing(decoder.pictures(path, size, limits, part, box)) as answers:
        for answer in answers:
            if isinstance(answer, Picture):
                _require_frames(path, n_so_far, limits, part)
                first = answer.seconds if math.isnan(first) else first
                require_seconds(path, answer.seconds - first, limits, part)
                n_so_far += 1
            yield answer


def upright(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return a picture as a player shows it, (height, width, 3)."""
    pixels = pixels_of(picture)
    if picture.is_mirrored:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(np.rot90(pixels, picture.quarter_turns), np.uint8)


def require_seconds(path: Path, seconds: float, limits: VideoLimits, part: Part) -> None:
    """Refuse a video, or a part of it, that lasts longer than is allowed."""
    if seconds > limits.n_seconds:
        more = "allow more (--limit minutes=NUMBER)"
        if part == WHOLE:
            raise TooLong.of_file(
                path, f"lasts more than {limits.n_seconds:g} s: {SHORTER}, or {more}"
            )
        raise TooLong.of_file(
            path, f"{_name_of(part)} last more than {limits.n_seconds:g} s: choose fewer, or {more}"
        )


def _require_frames(path: Path, n_so_far: int, limits: VideoLimits, part: Part) -> None:
    if n_so_far >= limits.n_frames:
        more = "allow more (--limit frames=NUMBER)"
        if part == WHOLE:
            said = f"has more than {limits.n_frames} frames: {SHORTER}"
        else:
            said = f"{_name_of(part)} are more than the {limits.n_frames} allowed: choose fewer"
        raise TooLong.of_file(path, f"{said}, or {more}")
