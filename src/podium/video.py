"""Video file -> frames, with times from presentation timestamps.

One decoder (PyAV) is used for everything, and what it could not read is said, never hidden.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from podium.errors import MissingFile, VideoError

DECODER_VERSION = f"pyav-{av.__version__}-2"
"""Names the decoder and the way it is used; part of every cache key."""

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,gif"
"""The only container formats that are opened: others (`concat`, playlists) can name other files."""

BLACK_LEVEL = 40
"""A frame with no value above this (of 255) is black: padding, not performance."""

MISSING_SECONDS = 0.25
"""Where no number of frames is promised, a picture that lacks this long is called incomplete."""

REPEAT_LEVEL = 0.05
"""A frame that differs less than this on average (of 255) from the one before repeats it."""

_KINDS = "give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file"


@dataclass(frozen=True)
class VideoLimits:
    """How large a video may be; beyond it the video is refused rather than the memory filled."""

    n_frames: int = 5_000
    n_pixels: int = 8192 * 4320
    n_bytes: int = 4 * 2**30


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
    are their 0-based numbers in the file, and `n_decoded` is how many the file held.
    """

    pixels: npt.NDArray[np.uint8]
    start_seconds: npt.NDArray[np.float64]
    end_seconds: float
    numbers: npt.NDArray[np.intp]
    n_decoded: int
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Frames({self.pixels.shape}, {self.start_seconds[0]:.2f}-{self.end_seconds:.2f} s)"

    def __len__(self) -> int:
        return len(self.pixels)

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


def probe(path: Path) -> Video:
    """Look at a video without decoding more than its first frame.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, or it is not a video.
    """
    with _opened(path) as container:
        stream = _video_stream(container, path)
        first = next(_decoded(container, stream, []), None)
        if first is None:
            raise VideoError(f"{path}: no frame of it can be decoded: the file is damaged")
        return _described(path, container, stream, first)


def decode(path: Path, *, width: int, height: int, limits: VideoLimits = VideoLimits()) -> Frames:
    """Decode every frame of a video, upright, resized to `width` x `height`.

    Damaged packets are passed over and counted in `warnings`; so is a video that ends before its
    header says it should.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, it is not a video, or it is beyond the limits.
    """
    damage: list[str] = []
    with _opened(path, limits) as container:
        stream = _video_stream(container, path)
        # Before the first frame is decoded: each of the decoder's threads holds such a frame.
        _require_pixels(path, stream.width, stream.height, limits)
        times: list[float] = []
        pixels: list[npt.NDArray[np.uint8]] = []
        last: VideoFrame | None = None
        resized = _Resizer(width, height, limits, path)
        for frame in _decoded(container, stream, damage):
            _require_frames(path, len(pixels), limits)
            times.append(_seconds(frame, stream, times))
            pixels.append(resized(frame))
            last = frame
        if last is None:
            raise VideoError(f"{path}: no frame of it can be decoded: the file is damaged")
        starts = np.asarray(times) - times[0]
        end = starts[-1] + _duration(last, stream)
        warnings = _damage_warnings(len(damage), len(pixels), stream.frames)
        if not stream.frames:  # Matroska promises seconds, not frames
            warnings += _missing_end(float(times[0] + end), (container.duration or 0) / 1e6)
            warnings += _missing_middle(starts)
    numbers = np.arange(len(pixels))
    return Frames(np.stack(pixels), starts, float(end), numbers, len(pixels), warnings)


@dataclass(frozen=True)
class Frame:
    """One frame, upright: `pixels` (height, width, 3), and from when to when it is shown.

    Seconds count from the first frame of the file.
    """

    pixels: npt.NDArray[np.uint8]
    start_seconds: float
    end_seconds: float


def each_frame(
    path: Path, *, width: int, height: int, limits: VideoLimits = VideoLimits()
) -> Iterator[Frame]:
    """Give the frames that `decode` gives one after the other, in constant memory.

    Raises
    ------
    MissingFile, VideoError
        If there is no such file, it is not a video, or it is beyond the limits.
    """
    with _opened(path, limits) as container:
        stream = _video_stream(container, path)
        _require_pixels(path, stream.width, stream.height, limits)
        times: list[float] = []
        resized = _Resizer(width, height, limits, path)
        for frame in _decoded(container, stream, []):
            _require_frames(path, len(times), limits)
            times.append(_seconds(frame, stream, times))
            start = times[-1] - times[0]
            yield Frame(resized(frame), start, start + _duration(frame, stream))


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
    note = f"{single.sum()} frames that repeat the one before were left out"
    return replace(
        frames,
        pixels=frames.pixels[~single],
        start_seconds=frames.start_seconds[~single],
        numbers=frames.numbers[~single],
        warnings=(*frames.warnings, note),
    )


def _repeats(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> bool:
    return bool(np.abs(after.astype(np.int16) - before).mean() < REPEAT_LEVEL)


@contextmanager
def _opened(path: Path, limits: VideoLimits = VideoLimits()) -> Iterator[InputContainer]:
    _require_regular_file(path, limits)
    try:
        container = av.open(
            str(path.resolve()),
            options={"format_whitelist": CONTAINERS},
            metadata_errors="replace",  # a title in another encoding is no reason to refuse
        )
    except av.error.FFmpegError as error:
        reason = error.strerror or type(error).__name__
        raise VideoError(f"{path}: cannot be read as a video ({reason}): {_KINDS}") from error
    with container:
        yield container


def _require_regular_file(path: Path, limits: VideoLimits) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise MissingFile(f"{path}: no such file: check the path") from None
    except (OSError, ValueError) as error:
        raise VideoError(f"{path}: cannot be opened ({error}): check the path") from error
    if not stat.S_ISREG(status.st_mode):
        raise VideoError(f"{path}: is not a regular file: {_KINDS}")
    if status.st_size == 0:
        raise VideoError(f"{path}: is empty (0 bytes): {_KINDS}")
    if status.st_size > limits.n_bytes:
        raise VideoError(
            f"{path}: has {status.st_size:,} bytes, more than the {limits.n_bytes:,} allowed: "
            "cut the performance out of it first"
        )


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise VideoError(f"{path}: holds no moving picture (sound or a cover only): {_KINDS}")
    streams[0].thread_type = "AUTO"
    return streams[0]


def _decoded(
    container: InputContainer, stream: VideoStream, damage: list[str]
) -> Iterator[VideoFrame]:
    """Yield every frame that can be decoded; note each packet that cannot in `damage`."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.error.FFmpegError as error:
            damage.append(str(error))
            if len(damage) > 1000:
                return
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame


def _described(
    path: Path, container: InputContainer, stream: VideoStream, first: VideoFrame
) -> Video:
    turned = _quarter_turns(first) % 2
    width, height = (first.height, first.width) if turned else (first.width, first.height)
    rate = float(stream.average_rate or stream.base_rate or 0)
    return Video(
        path=path,
        width=width,
        height=height,
        n_frames=stream.frames,
        seconds=_stream_seconds(container, stream),
        frames_per_second=rate,
        rotation_degrees=_quarter_turns(first) * 90,
        codec=stream.codec_context.name,
        container=container.format.name,
    )


def _stream_seconds(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1e6


def _quarter_turns(frame: VideoFrame) -> int:
    """How often to turn the picture by 90 degrees counter-clockwise to have it upright."""
    return round(frame.rotation / 90) % 4


def _duration(frame: VideoFrame, stream: VideoStream) -> float:
    if frame.duration and frame.time_base:
        return float(frame.duration * frame.time_base)
    rate = stream.average_rate or stream.base_rate
    return float(1 / rate) if rate else 0.0


def _seconds(frame: VideoFrame, stream: VideoStream, earlier: list[float]) -> float:
    """Take the presentation time; where a frame has none, the time after the frame before."""
    if frame.time is not None:
        return float(frame.time)
    return earlier[-1] + _duration(frame, stream) if earlier else 0.0


class _Resizer:
    """Upright RGB frames of one size; a reused reformatter is three times faster than new ones."""

    def __init__(self, width: int, height: int, limits: VideoLimits, path: Path) -> None:
        self._size = (width, height)
        self._limits = limits
        self._path = path
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        _require_pixels(self._path, frame.width, frame.height, self._limits)
        turns = _quarter_turns(frame)
        width, height = self._size if turns % 2 == 0 else self._size[::-1]
        small = self._reformatter.reformat(
            frame, width=width, height=height, format="rgb24", interpolation="AREA"
        )
        return np.ascontiguousarray(np.rot90(small.to_ndarray(), turns), np.uint8)


def _require_pixels(path: Path, width: int, height: int, limits: VideoLimits) -> None:
    if width * height > limits.n_pixels:
        raise VideoError(
            f"{path}: its frames of {width}x{height} have more than the "
            f"{limits.n_pixels:,} pixels allowed: make it smaller first"
        )


def _require_frames(path: Path, n_so_far: int, limits: VideoLimits) -> None:
    if n_so_far >= limits.n_frames:
        raise VideoError(
            f"{path}: has more than {limits.n_frames} frames: cut the performance out of it first"
        )


def _missing_end(end_seconds: float, promised_seconds: float) -> tuple[str, ...]:
    if end_seconds > promised_seconds - MISSING_SECONDS:
        return ()
    return (f"the picture ends at {end_seconds:.1f} of the {promised_seconds:.1f} s promised",)


def _missing_middle(start_seconds: npt.NDArray[np.float64]) -> tuple[str, ...]:
    steps = np.diff(start_seconds)
    usual = float(np.median(steps)) if len(steps) else 0.0
    long = np.flatnonzero(steps > max(MISSING_SECONDS, 10 * usual))
    return tuple(
        f"there is no frame between {start_seconds[i]:.1f} and {start_seconds[i + 1]:.1f} s"
        for i in long
    )


def _damage_warnings(n_damaged: int, n_decoded: int, n_promised: int) -> tuple[str, ...]:
    warnings = []
    if n_damaged:
        warnings.append(f"{n_damaged} damaged parts of the video were passed over")
    if n_decoded < n_promised:
        warnings.append(f"only {n_decoded} of the {n_promised} frames promised could be read")
    return tuple(warnings)
