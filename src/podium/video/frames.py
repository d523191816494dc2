"""Video file -> frames, with times from presentation timestamps.

One decoder (PyAV) is used for everything, and what it could not read is said, never hidden.
"""

import math
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from podium.checks import is_finite, require, require_array
from podium.doubts import Doubt, DoubtKind
from podium.errors import VideoError
from podium.video import bars, decoder, gaps
from podium.video._within import (
    part_of_file,
    pictures_of,
    require_part,
    require_regular_file,
    require_seconds,
    upright,
)
from podium.video.decoder import CONTAINERS, End
from podium.video.light import HIGH_DYNAMIC_RANGE
from podium.video.limits import WHOLE, Box, Light, Part, VideoLimits

__all__ = [
    "CONTAINERS",
    "DECODER_VERSION",
    "WHOLE",
    "Frame",
    "Frames",
    "Part",
    "Video",
    "VideoLimits",
    "decode",
    "each_frame",
    "probe",
    "require_allowed",
]

DECODER_VERSION = f"pyav-{version('av')}-4"
"""Names the decoder and the way it is used; part of every cache key."""

BLACK_LEVEL = 40
"""A frame with no value above this (of 255) is black: padding, not performance."""

OTHER_TRACKS = DoubtKind("other_tracks", values=("n",))
"""`n` other tracks of the file have pictures: another video, or a cover."""


@dataclass(frozen=True)
class Video:
    """What a video file says of itself, before it is decoded.

    `width` and `height` are those of the upright picture, after it was mirrored if `is_mirrored`
    and turned by `rotation_degrees` (counter-clockwise), with square pixels: as stored, one is
    `pixel_aspect` times as wide as it is high. `n_frames` is what the header promises, 0 where it
    is silent. `light` is SDR, HLG or PQ; `tracks` are all that are in the file, in words.
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
    is_mirrored: bool = False
    pixel_aspect: float = 1.0
    light: Light = Light.SDR
    tracks: tuple[str, ...] = ()

    def shape(self, box: Box | None) -> tuple[float, float]:
        """Return the width and height, upright, of what is in a box; of all without one."""
        if box is None:
            return self.width, self.height
        across, down = box.width / box.of_width, box.height / box.of_height
        if self.rotation_degrees % 180:
            across, down = down, across
        return self.width * across, self.height * down

    def corner(self, box: Box | None) -> tuple[float, float]:
        """Return how far right and down, upright, what is in a box begins; of all without one, 0.

        Boxes are in pixels as they are stored, before the picture is mirrored and turned.
        """
        if box is None:
            return 0.0, 0.0
        left, top = box.left / box.of_width, box.top / box.of_height
        right, bottom = left + box.width / box.of_width, top + box.height / box.of_height
        if self.is_mirrored:
            left, right = 1 - right, 1 - left
        for _ in range(self.rotation_degrees // 90 % 4):  # counter-clockwise: the right comes up
            left, top, right, bottom = top, 1 - right, bottom, 1 - left
        return self.width * left, self.height * top


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
    many frames of the file one of these stands for: 2 where every second was kept. Where frames of
    the file did not come evenly, `is_even` is false: then it is so many on average. `box` is what
    is shown of each picture, where that is not all.
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
    is_even: bool = True
    box: Box | None = None

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
    def are_held(self) -> bool:
        """Whether the pictures are in memory."""
        return True

    @property
    def picture_size(self) -> tuple[int, int]:
        """How wide and how high a picture is."""
        return int(self.pixels.shape[2]), int(self.pixels.shape[1])

    def pictures_at(self, indices: Iterable[int]) -> list[npt.NDArray[np.uint8]]:
        """Return the pictures of some frames by their index, each (height, width, 3)."""
        return [self.pixels[index] for index in indices]

    def are_black(self) -> npt.NDArray[np.bool_]:
        """Return which frames are black, (frames,): padding, not performance."""
        lightest = self.pixels.reshape(len(self), -1).max(axis=1)
        return np.asarray(lightest <= BLACK_LEVEL)

    def changes(self) -> npt.NDArray[np.float64]:
        """Return by how much each frame but the first differs from the one before, of 255."""
        return np.array([difference(*pair) for pair in pairwise(self.pixels)], np.float64)

    @property
    def reaches_end(self) -> bool:
        """Whether the last of these is the last frame that was decoded: the file's, if all was."""
        return int(self.numbers[-1]) == self.n_decoded - 1

    def at_times(self, factor: float) -> "Frames":
        """Return these frames, each shown at so many times its time."""
        return replace(
            self, start_seconds=self.start_seconds * factor, end_seconds=self.end_seconds * factor
        )

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


def difference(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> float:
    """Return by how much two pictures of one size differ on average, of 255."""
    return float(np.abs(after.astype(np.int16) - before).mean())


def probe(path: Path, limits: VideoLimits | None = None) -> Video:
    """Look at a video without decoding more than its first frame.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, or it is not a video.
    """
    limits = limits or VideoLimits.allowed()
    require_regular_file(path, limits)
    found = decoder.about(path, limits)
    sides = (max(round(found.width * found.pixel_aspect), 1), found.height)
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
        is_mirrored=found.is_mirrored,
        pixel_aspect=found.pixel_aspect,
        light=found.light,
        tracks=found.tracks,
    )


def decode(
    path: Path,
    *,
    width: int,
    height: int,
    start_frame: int | None = None,
    end_frame: int | None = None,
    limits: VideoLimits | None = None,
    box: Box | None = None,
) -> Frames:
    """Decode a video, or the frames of it that are wanted, upright, resized to `width` x `height`.

    `start_frame` and `end_frame` (0-based, inclusive) bound what is wanted: however long the file
    is, no more than that is kept, and decoding stops after it. It is done in a child process
    (`podium.video.decoder`). Black bars about the picture are left out, or with a `box` what is not
    in it. Damaged packets are passed over and counted in `doubts`; so is a
    video that ends before its header says it should.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, it is not a video, it has no such frames, or it is beyond the
        limits, which hold for what is kept.
    """
    limits = limits or VideoLimits.allowed()
    size, part = (width, height), part_of_file(path, start_frame, end_frame)
    frames = decode_keeping(_Pixels(), path, size, part, limits, box)
    if box is None and bars.may_be(frames.pixels):
        box = bars.find(path, limits, part)
        return decode_keeping(_Pixels(), path, size, part, limits, box) if box else frames
    return frames


class Keeper(Protocol):
    """What is kept of the pictures of a video while they come."""

    def add(self, pixels: npt.NDArray[np.uint8]) -> None:
        """Take the next picture, (height, width, 3)."""
        ...

    def frames(self, **facts: Any) -> Frames:
        """Return all that was kept, with the facts of the file."""
        ...


class _Pixels:
    """Keeps every picture whole."""

    def __init__(self) -> None:
        self._pixels: list[npt.NDArray[np.uint8]] = []

    def add(self, pixels: npt.NDArray[np.uint8]) -> None:
        self._pixels.append(pixels)

    def frames(self, **facts: Any) -> Frames:
        return Frames(np.stack(self._pixels), **facts)


def require_allowed(path: Path, seconds: float, part: Part = WHOLE) -> None:
    """Refuse a video that was looked at before, for so many seconds, where limits forbid it now.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, or it is beyond the limits.
    """
    limits = VideoLimits.allowed()
    require_regular_file(path, limits)
    require_seconds(path, seconds, limits, part)


def decode_keeping(
    kept: Keeper,
    path: Path,
    size: tuple[int, int],
    part: Part,
    limits: VideoLimits,
    box: Box | None,
) -> Frames:
    """Decode a part of a video, and keep of its pictures what `kept` does.

    Raises
    ------
    MissingFile, VideoError
        As `decode` does.
    """
    times: list[float] = []
    duration, end, light = 0.0, End(), Light.SDR
    with closing(pictures_of(path, size, limits, part, box)) as answers:
        for answer in answers:
            if isinstance(answer, End):
                end = answer
                break
            times.append(answer.seconds)
            kept.add(upright(answer))
            duration, light = answer.duration_seconds, max(light, answer.light)
    if not end.n_decoded:
        raise VideoError.of_file(path, "no frame of it can be decoded: the file is damaged")
    require_part(path, part, end.n_decoded)
    numbers = part.start_frame + np.arange(len(times))
    starts = np.asarray(times) - end.first_seconds
    goes_on = end.n_decoded > numbers[-1] + 1  # then it was not asked how the file ends
    last_end = end.next_seconds - end.first_seconds if goes_on else float(starts[-1]) + duration
    missing = () if goes_on else gaps.missing_end(end.first_seconds, last_end, end)
    doubts = gaps.damage(end.n_damaged, end.n_decoded, 0 if goes_on else end.n_frames)
    if not end.n_frames:  # Matroska promises seconds, not frames
        doubts += missing
    doubts += (*gaps.missing_middle(starts, end), *gaps.clock(end), *_others(end))
    if light is not Light.SDR:
        doubts += (HIGH_DYNAMIC_RANGE(system=light.name),)
    if box:
        doubts += (bars.BARS(percent=round(100 * (1 - box.share), 1)),)
    return kept.frames(
        start_seconds=starts, end_seconds=last_end, numbers=numbers, n_decoded=end.n_decoded,
        doubts=doubts, n_promised=end.n_frames,
        end_is_missing=bool(missing) and not 0 < end.n_frames <= end.n_decoded, box=box,
    )  # fmt: skip


def _others(end: End) -> tuple[Doubt, ...]:
    return (OTHER_TRACKS(n=end.n_others),) if end.n_others else ()


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
    limits: VideoLimits | None = None,
    box: Box | None = None,
) -> Generator[Frame]:
    """Yield the frames that `decode` returns one after the other, in constant memory.

    Bars are not looked for: with a `box`, no more of each picture is shown than that.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, it is not a video, it has no such frames, or it is beyond the
        limits.
    """
    first, limits = math.nan, limits or VideoLimits.allowed().one_by_one()
    with closing(pictures_of(path, (width, height), limits, part, box)) as answers:
        for answer in answers:
            if isinstance(answer, End):
                if answer.n_decoded:
                    require_part(path, part, answer.n_decoded)
                return
            first = answer.seconds if math.isnan(first) else first
            start = answer.seconds - first
            yield Frame(upright(answer), start, start + answer.duration_seconds)
