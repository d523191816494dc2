"""A small copy of a video that any browser plays, frame for frame and true to time."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from podium.checks import check_options, require
from podium.errors import UsageError, VideoError
from podium.video.frames import WHOLE, Frame, Part, each_frame, probe
from podium.video.limits import Box

TICKS_PER_SECOND = 90_000
"""The clock of the copy: fine enough that no presentation time is moved by more than 6 us."""


@dataclass(frozen=True)
class PlaybackOptions:
    """How small a copy is.

    It fits into `width` x `height` and is never larger than the video itself; `quality` is x264's
    constant rate factor, and every `n_key_frames`th frame can be gone to at once.
    """

    width: int = 480
    height: int = 400
    quality: int = 25
    n_key_frames: int = 8

    def __post_init__(self) -> None:
        check_options(self)
        if min(self.width, self.height) < 2 or self.n_key_frames < 1 or not 0 <= self.quality <= 51:
            raise UsageError(
                f"{self}: width and height must be 2 or more, n_key_frames 1 or more, "
                "quality from 0 to 51"
            )


@dataclass(frozen=True)
class Playback:
    """An MP4 file (H.264, without sound) in memory, and when each of its frames is shown.

    `start_seconds` (frames,) counts from the first; `end_seconds` is when the last gives way.
    """

    content: bytes
    width: int
    height: int
    start_seconds: tuple[float, ...]
    end_seconds: float

    def __post_init__(self) -> None:
        for name in ("width", "height"):
            require(getattr(self, name) > 0, name, getattr(self, name), "1 or more")

    def __repr__(self) -> str:
        return f"Playback({len(self.content)} bytes, {len(self.start_seconds)} frames)"


def make_playback(
    path: Path,
    options: PlaybackOptions = PlaybackOptions(),
    part: Part = WHOLE,
    box: Box | None = None,
) -> Playback:
    """Copy a video, or a part of it, small: the same frames, upright, each at its own time.

    With a `box`, no more of each picture than that.

    Raises
    ------
    MissingFile, VideoError
        If the video cannot be read, or has no such part.
    """
    shape = probe(path).shape(box)
    scale = min(options.width / shape[0], options.height / shape[1], 1.0)
    # H.264 in its usual colours needs even sizes.
    width, height = (max(round(scale * size / 2) * 2, 2) for size in shape)
    frames = each_frame(path, width=width, height=height, part=part, box=box)
    copy = playback_of(frames, width, height, options)
    if not copy.start_seconds:
        raise VideoError(f"{path}: no frame of it can be decoded: the file is damaged")
    return copy


def playback_of(
    frames: Iterable[Frame],
    width: int,
    height: int,
    options: PlaybackOptions = PlaybackOptions(),
) -> Playback:
    """Make a video of frames, each `width` x `height` (both even), shown at its own time."""
    buffer = io.BytesIO()
    starts: list[float] = []
    end = 0.0
    with av.open(buffer, "w", format="mp4") as container:
        stream = _stream(container.add_stream("libx264", options=_coding(options)), width, height)
        for frame, ticks in _add_ticks(frames):
            container.mux(stream.encode(_picture(frame.pixels, ticks)))
            starts.append(ticks / TICKS_PER_SECOND)
            end = max(frame.end_seconds, starts[-1] + 1e-3)
        container.mux(stream.encode(None))
    return Playback(buffer.getvalue(), width, height, tuple(starts), end)


def _coding(options: PlaybackOptions) -> dict[str, str]:
    """Return x264's options.

    Without frames that refer to later ones, a file needs no edit list, so that all browsers begin
    to count at the first frame.
    """
    return {
        "preset": "superfast", "crf": str(options.quality), "bf": "0",
        "g": str(options.n_key_frames), "profile": "main",
    }  # fmt: skip


def _stream(stream: VideoStream, width: int, height: int) -> VideoStream:
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.time_base = stream.time_base = Fraction(1, TICKS_PER_SECOND)
    stream.codec_context.thread_count = 1  # with more, the bytes differ from run to run
    return stream


def _add_ticks(frames: Iterable[Frame]) -> Iterator[tuple[Frame, int]]:
    """Yield each frame with its time in ticks; one at the time of another comes after it."""
    last = -1
    for frame in frames:
        last = max(round(frame.start_seconds * TICKS_PER_SECOND), last + 1)
        yield frame, last


def _picture(pixels: npt.NDArray[np.uint8], ticks: int) -> av.VideoFrame:
    picture = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
    picture.pts, picture.time_base = ticks, Fraction(1, TICKS_PER_SECOND)
    return picture
