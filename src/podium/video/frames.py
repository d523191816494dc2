"""Video file -> frames, with times from presentation timestamps.

One decoder (PyAV) is used for everything, and what it could not read is said, never hidden.
"""

import math
import stat
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.checks import is_finite, require, require_array
from podium.doubts import Doubt, DoubtKind
from podium.errors import MissingFile, TooLong, VideoError
from podium.video import decoder, gaps
from podium.video.decoder import CONTAINERS, KINDS, End, Picture
from podium.video.limits import WHOLE, Part, VideoLimits

__all__ = [
    "CONTAINERS",
    "DECODER_VERSION",
    "WHOLE",
    "Frame",
    "Frames",
    "Part",
    "Video",
    "VideoLimits",
    "at_least",
    "at_most",
    "decode",
    "each_frame",
    "probe",
    "without_leading_black",
    "without_repeats",
]

DECODER_VERSION = f"pyav-{version('av')}-3"
"""Names the decoder and the way it is used; part of every cache key."""

BLACK_LEVEL = 40
"""A frame with no value above this (of 255) is black: padding, not performance."""

SHORTER = "cut the performance out of it first, or bound it in a table by start_frame and end_frame"
"""What to do about a video that is too long."""

CLEARLY = 1.15
"""Rates that differ by a smaller factor are one: 30 frames a second are 29.97, and not 25."""

MAX_SHOWN_FRAMES = 20_000
"""So many frames a video may have once they are repeated to come to so many a second."""

REPEAT_LEVEL = 0.05
"""A frame that differs less than this on average (of 255) from the one before repeats it."""

REPEATED_FRAMES = DoubtKind("repeated_frames", values=("n",))
"""`n` frames that only repeat the one before were left out."""


@dataclass(frozen=True)
class Video:
    """What a video file says of itself, before it is decoded.

    `width` and `height` are those of the upright picture, after `rotation_degrees`
    (counter-clockwise) is applied. `n_frames` is what the header promises, 0 where it is silent.
    """

    path: Path
    width: int
    height: int
    n_frames: int
    seconds: float
    frames_per_second: float
    rotation_degrees: int
    codec: str
    container: str


@dataclass(frozen=True)
class Frames:
    """The decoded frames of a video that count, at the size a backbone wants.

    `pixels` is (frames, height, width, 3) of 0-255, `start_seconds` (frames,) counts from the
    first frame of the file, and `end_seconds` is when the last frame gives way. `numbers` (frames,)
    are their 0-based numbers in the file, and `n_decoded` is how many of it were decoded: all that
    it held or, where only a part was wanted, up to one after that part. `n_promised` is how many
    its header promises, 0 where it is silent; `end_is_missing` says that the picture ends before
    the header says it should, where it was decoded to its end. `missing_event` names what was
    looked for in the picture and is not there, "" where nothing is missing. `step` is how
    many frames of the file one of these stands for: 2 where every second was kept.
    """

    pixels: npt.NDArray[np.uint8]
    start_seconds: npt.NDArray[np.float64]
    end_seconds: float
    numbers: npt.NDArray[np.intp]
    n_decoded: int
    doubts: tuple[Doubt, ...] = ()
    n_promised: int = 0
    end_is_missing: bool = False
    missing_event: str = ""
    step: float = 1

    def __post_init__(self) -> None:
        require_array("pixels", self.pixels, np.uint8, (None, None, None, 3))
        n_frames = len(self.pixels)
        require_array("start_seconds", self.start_seconds, np.floating, (n_frames,))
        require_array("numbers", self.numbers, np.integer, (n_frames,))
        require(self.n_decoded >= 0, "n_decoded", self.n_decoded, "0 or more")
        require(is_finite(self.step) and self.step >= 0, "step", self.step, "0 or more")

    def __repr__(self) -> str:
        return f"Frames({self.pixels.shape}, {self.start_seconds[0]:.2f}-{self.end_seconds:.2f} s)"

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def reaches_end(self) -> bool:
        """Whether the last of these is the last frame that was decoded: the file's, if all was."""
        return int(self.numbers[-1]) == self.n_decoded - 1

    def span(self, start: int, stop: int) -> "Frames":
        """Keep frames `start` to `stop` (exclusive), counted from the first one kept so far."""
        end = self.end_seconds if stop >= len(self) else float(self.start_seconds[stop])
        return replace(
            self,
            pixels=self.pixels[start:stop],
            start_seconds=self.start_seconds[start:stop],
            end_seconds=end,
            numbers=self.numbers[start:stop],
        )


def probe(path: Path, limits: VideoLimits = VideoLimits()) -> Video:
    """Look at a video without decoding more than its first frame.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, or it is not a video.
    """
    _require_regular_file(path, limits)
    found = decoder.about(path, limits)
    sides = (found.width, found.height)
    width, height = sides[::-1] if found.quarter_turns % 2 else sides
    return Video(
        path=path,
        width=width,
        height=height,
        n_frames=found.n_frames,
        seconds=found.seconds,
        frames_per_second=found.frames_per_second,
        rotation_degrees=found.quarter_turns * 90,
        codec=found.codec,
        container=found.container,
    )


def decode(
    path: Path,
    *,
    width: int,
    height: int,
    start_frame: int | None = None,
    end_frame: int | None = None,
    limits: VideoLimits = VideoLimits(),
) -> Frames:
    """Decode a video, or the frames of it that are wanted, upright, resized to `width` x `height`.

    `start_frame` and `end_frame` (0-based, inclusive) bound what is wanted: however long the file
    is, no more than that is kept, and decoding stops after it. It is done in a child process
    (`podium.video.decoder`). Damaged packets are passed over and counted in `doubts`; so is a
    video that ends before its header says it should.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, it is not a video, it has no such frames, or it is beyond the
        limits, which hold for what is kept.
    """
    part = _part(path, start_frame, end_frame)
    times: list[float] = []
    pixels: list[npt.NDArray[np.uint8]] = []
    duration, end = 0.0, End()
    with closing(_pictures(path, width, height, limits, part)) as answers:
        for answer in answers:
            if isinstance(answer, End):
                end = answer
                break
            times.append(answer.seconds)
            pixels.append(_upright(answer))
            duration = answer.duration_seconds
    if not end.n_decoded:
        raise VideoError.of_file(path, "no frame of it can be decoded: the file is damaged")
    _require_part(path, part, end.n_decoded)
    numbers = part.start_frame + np.arange(len(pixels))
    starts = np.asarray(times) - end.first_seconds
    goes_on = end.n_decoded > numbers[-1] + 1  # then it was not asked how the file ends
    last_end = end.next_seconds - end.first_seconds if goes_on else float(starts[-1]) + duration
    missing = () if goes_on else gaps.missing_end(end.first_seconds, last_end, end)
    doubts = gaps.damage(end.n_damaged, end.n_decoded, 0 if goes_on else end.n_frames)
    if not end.n_frames:  # Matroska promises seconds, not frames
        doubts += missing + gaps.missing_middle(starts, end)
    return Frames(
        np.stack(pixels), starts, last_end, numbers, end.n_decoded, doubts,
        end.n_frames, bool(missing) and not 0 < end.n_frames <= end.n_decoded,
    )  # fmt: skip


def _part(path: Path, start_frame: int | None, end_frame: int | None) -> Part:
    part = Part(start_frame or 0, end_frame)
    if part.start_frame < 0 or (end_frame is not None and end_frame < part.start_frame):
        raise VideoError.of_file(
            path,
            f"has no {_name_of(part)}: choose a start_frame of 0 or more, "
            "and an end_frame that is not before it",
        )
    return part


def _require_part(path: Path, part: Part, n_decoded: int) -> None:
    if max(part.start_frame, part.end_frame or 0) >= n_decoded:
        raise VideoError.of_file(
            path,
            f"has no {_name_of(part)}: it has {n_decoded}, so choose from 0 to {n_decoded - 1}",
        )


def _name_of(part: Part) -> str:
    if part.end_frame is None:
        return f"frames from {part.start_frame} on"
    return f"frames {part.start_frame} to {part.end_frame}"


@dataclass(frozen=True)
class Frame:
    """One frame, upright: `pixels` (height, width, 3), and from when to when it is shown.

    Seconds count from the first frame that was wanted.
    """

    pixels: npt.NDArray[np.uint8]
    start_seconds: float
    end_seconds: float


def each_frame(
    path: Path,
    *,
    width: int,
    height: int,
    part: Part = WHOLE,
    limits: VideoLimits = VideoLimits(),
) -> Iterator[Frame]:
    """Yield the frames that `decode` returns one after the other, in constant memory.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, it is not a video, it has no such frames, or it is beyond the
        limits.
    """
    first = math.nan
    with closing(_pictures(path, width, height, limits, part)) as answers:
        for answer in answers:
            if isinstance(answer, End):
                if answer.n_decoded:
                    _require_part(path, part, answer.n_decoded)
                return
            first = answer.seconds if math.isnan(first) else first
            start = answer.seconds - first
            yield Frame(_upright(answer), start, start + answer.duration_seconds)


def at_most(frames: Frames, per_second: float) -> Frames:
    """Leave frames out of a video that shows clearly more of them a second."""
    return _resample(frames, per_second) if _rate(frames) > per_second * CLEARLY else frames


def at_least(frames: Frames, per_second: float) -> Frames:
    """Repeat frames of a video that shows clearly fewer of them a second."""
    return _resample(frames, per_second) if _rate(frames) < per_second / CLEARLY else frames


def _rate(frames: Frames) -> float:
    """Return how many frames there are in a second, no number where that is not known."""
    usual = float(np.median(np.diff(frames.start_seconds))) if len(frames) > 1 else 0.0
    return 1 / usual if usual > 0 else math.nan


def _resample(frames: Frames, per_second: float) -> Frames:
    """Take what is shown at so many times a second, counted back from the beginning of the last."""
    first, last = float(frames.start_seconds[0]), float(frames.start_seconds[-1])
    if (last - first) * per_second > MAX_SHOWN_FRAMES:
        raise TooLong(
            f"shown {per_second:g} times a second, {last - first:.0f} s are more than "
            f"{MAX_SHOWN_FRAMES} frames: {SHORTER}"
        )
    seconds = last - np.arange(int((last - first) * per_second + 1e-3), -1, -1) / per_second
    indices = np.searchsorted(frames.start_seconds, seconds + 1e-3 / per_second, side="right") - 1
    kept = np.maximum(indices, 0)
    return replace(
        frames,
        pixels=frames.pixels[kept],
        start_seconds=np.maximum(seconds, first),
        numbers=frames.numbers[kept],
        step=frames.step * round(_rate(frames) / per_second, 3),
    )


def without_leading_black(frames: Frames) -> Frames:
    """Drop the black frames that some sets pad the beginning of a video with.

    Black frames further on are kept, and a video that is black throughout is left as it is.
    """
    is_black = frames.pixels.reshape(len(frames), -1).max(axis=1) <= BLACK_LEVEL
    start = 0 if is_black.all() else int(np.argmin(is_black))
    return frames.span(start, len(frames)) if start else frames


def without_repeats(frames: Frames) -> Frames:
    """Drop single frames that show again what the frame before showed, and say how many.

    Conversions between frame rates put them in, and each would shift every earlier clip. A picture
    that stands still for longer is kept as it is.
    """
    repeats = np.array([_repeats(a, b) for a, b in pairwise(frames.pixels)], bool)
    around = np.concatenate([[False], repeats, [False]])
    single = np.concatenate([[False], repeats & ~around[:-2] & ~around[2:]])
    if not single.any():
        return frames
    repeated = REPEATED_FRAMES(n=int(single.sum()))
    return replace(
        frames,
        pixels=frames.pixels[~single],
        start_seconds=frames.start_seconds[~single],
        numbers=frames.numbers[~single],
        doubts=(*frames.doubts, repeated),
    )


def _repeats(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> bool:
    return bool(np.abs(after.astype(np.int16) - before).mean() < REPEAT_LEVEL)


def _require_regular_file(path: Path, limits: VideoLimits) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise MissingFile.of_file(path, "no such file: check the path") from None
    except (OSError, ValueError) as error:
        # Python's own words for a name with a NUL in it differ from one version to the next.
        why = "its name holds a NUL" if "\0" in str(path) else error
        said = f"cannot be opened ({why}): check the path"
        raise VideoError.of_file(path, said) from error
    if not stat.S_ISREG(status.st_mode):
        raise VideoError.of_file(path, f"is not a regular file: {KINDS}")
    if status.st_size == 0:
        raise VideoError.of_file(path, f"is empty (0 bytes): {KINDS}")
    if status.st_size > limits.n_bytes:
        raise VideoError.of_file(
            path,
            f"has {status.st_size:,} bytes, more than the {limits.n_bytes:,} allowed: "
            "cut the performance out of it first",
        )


def _pictures(
    path: Path, width: int, height: int, limits: VideoLimits, part: Part = WHOLE
) -> Generator[Picture | End]:
    """Yield what comes from the child, as long as it is within the limits."""
    _require_regular_file(path, limits)
    n_so_far, first = 0, math.nan
    with closing(decoder.pictures(path, (width, height), limits, part)) as answers:
        for answer in answers:
            if isinstance(answer, Picture):
                _require_frames(path, n_so_far, limits, part)
                first = answer.seconds if math.isnan(first) else first
                _require_seconds(path, answer.seconds - first, limits, part)
                n_so_far += 1
            yield answer


def _upright(picture: Picture) -> npt.NDArray[np.uint8]:
    rows = np.frombuffer(picture.content, np.uint8).reshape(picture.height, picture.row_bytes)
    pixels = rows[:, : 3 * picture.width].reshape(picture.height, picture.width, 3)
    return np.ascontiguousarray(np.rot90(pixels, picture.quarter_turns), np.uint8)


def _require_seconds(path: Path, seconds: float, limits: VideoLimits, part: Part) -> None:
    if seconds > limits.n_seconds:
        if part == WHOLE:
            raise TooLong.of_file(path, f"lasts more than {limits.n_seconds:g} s: {SHORTER}")
        raise TooLong.of_file(
            path, f"{_name_of(part)} last more than {limits.n_seconds:g} s: choose fewer"
        )


def _require_frames(path: Path, n_so_far: int, limits: VideoLimits, part: Part) -> None:
    if n_so_far >= limits.n_frames:
        if part == WHOLE:
            raise TooLong.of_file(path, f"has more than {limits.n_frames} frames: {SHORTER}")
        raise TooLong.of_file(
            path, f"{_name_of(part)} are more than the {limits.n_frames} allowed: choose fewer"
        )
