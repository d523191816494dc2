"""Frames -> clips: the short windows that a backbone looks at, one after the other."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.checks import check_options, is_finite, require, require_array, require_times
from podium.doubts import Doubt
from podium.errors import UsageError, VideoError
from podium.video.frames import Frames, decode
from podium.video.layout import laid_out

MAX_CLIPS = 20_000
"""No performance has more clips: three hours have as many."""

MAX_CLIP_FRAMES = 1_000
MAX_FRAMES_PER_SECOND = 240.0
"""Beyond these, clips would be made of a handful of frames, repeated until memory runs out."""


@dataclass(frozen=True)
class ClipOptions:
    """How a performance is cut: the paper's clips have 16 frames and do not overlap (III-A).

    Clips must last as long in every video: one of clearly more or fewer `frames_per_second` is
    shown at so many first (`counting`).
    """

    n_frames: int = 16
    stride: int = 16
    frames_per_second: float = 30.0

    def __post_init__(self) -> None:
        check_options(self)
        sizes = (self.n_frames, self.stride)
        if not all(1 <= size <= MAX_CLIP_FRAMES for size in sizes):
            raise UsageError(
                f"clips of {self.n_frames} frames with a stride of {self.stride} cannot be cut: "
                f"both must be from 1 to {MAX_CLIP_FRAMES}"
            )
        if not 0 < self.frames_per_second <= MAX_FRAMES_PER_SECOND:
            raise UsageError(
                f"clips of {self.frames_per_second:g} frames a second cannot be cut: "
                f"frames_per_second must be above 0 and up to {MAX_FRAMES_PER_SECOND:g}"
            )


@dataclass(frozen=True)
class VideoFacts:
    """What became of a video on its way to clips; every assessment carries it.

    `n_frames` is how many frames of the file were decoded: all that it held or, where only a part
    was wanted, up to one after that part. `n_used` is how many of them are in a clip,
    `first_used` the 0-based number of the first of these, and `seconds` how long they last.
    `n_promised` is how many frames the file's header promises, 0 where it is silent;
    `end_is_missing` says that the picture ends before the header says it should, where it was
    decoded to its end; `missing_event` what was looked for in the picture and is not there
    (`podium.features.event`). `step` is how many frames of the file one of a clip stands for: 2
    where every second was used, because there were so many a second, and below 1 where some were
    used again.
    """

    n_frames: int
    n_used: int
    first_used: int
    seconds: float
    doubts: tuple[Doubt, ...] = ()
    n_promised: int = 0
    end_is_missing: bool = False
    missing_event: str = ""
    step: float = 1

    def __post_init__(self) -> None:
        for name in ("n_frames", "n_used", "first_used", "n_promised"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        require(is_finite(self.step) and self.step >= 0, "step", self.step, "0 or more")

    @property
    def n_different(self) -> int:
        """About how many different frames of the file are in a clip."""
        return round(self.n_used * min(self.step, 1))


@dataclass(frozen=True)
class Clips:
    """The windows of one performance, in order of time.

    `pixels` is (clips, frames, height, width, 3) of 0-255; `start_seconds` and `end_seconds`
    (clips,) count from the first frame of the file.
    """

    pixels: npt.NDArray[np.uint8]
    start_seconds: npt.NDArray[np.float64]
    end_seconds: npt.NDArray[np.float64]
    video: VideoFacts

    def __post_init__(self) -> None:
        require_array("pixels", self.pixels, np.uint8, (None, None, None, None, 3))
        require_times(self.start_seconds, self.end_seconds, len(self.pixels))

    def __repr__(self) -> str:
        return (
            f"Clips({self.pixels.shape}, {self.start_seconds[0]:.2f}-{self.end_seconds[-1]:.2f} s)"
        )

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True)
class ClipPlan:
    """Where the clips of a performance lie, before their pictures are looked at.

    `starts` (clips,) are the frames with which they begin, of those that count; the times are those
    of `Clips`.
    """

    starts: npt.NDArray[np.int64]
    start_seconds: npt.NDArray[np.float64]
    end_seconds: npt.NDArray[np.float64]
    video: VideoFacts

    def __post_init__(self) -> None:
        require_array("starts", self.starts, np.integer, (None,))
        require_times(self.start_seconds, self.end_seconds, len(self.starts))

    def __len__(self) -> int:
        return len(self.starts)


def plan_clips(frames: Frames, options: ClipOptions = ClipOptions()) -> ClipPlan:
    """Say where the clips of a performance lie; the last one ends with the last frame.

    Raises
    ------
    VideoError
        If there are fewer frames than one clip needs, or more than `MAX_CLIPS` of them.
    """
    starts = clip_starts(len(frames), options)
    if len(starts) > MAX_CLIPS:
        raise VideoError(
            f"{len(frames)} frames make {len(starts)} clips, more than the {MAX_CLIPS} allowed: "
            "cut the performance out of it first"
        )
    boundaries = np.append(frames.start_seconds, frames.end_seconds)
    facts = _facts(frames, int(starts[0]), int(starts[-1]) + options.n_frames)
    return ClipPlan(starts, boundaries[starts], boundaries[starts + options.n_frames], facts)


def cut(frames: Frames, options: ClipOptions = ClipOptions()) -> Clips:
    """Cut frames into clips; the last clip ends with the last frame, so the splash is never lost.

    What is left over lies at the beginning. (Public code for C3D-LSTM counts from the beginning
    and drops the last 16 frames.)

    Raises
    ------
    VideoError
        As `plan_clips` does.
    """
    plan = plan_clips(frames, options)
    return Clips(
        pixels=_windows(frames.pixels, plan.starts, options),
        start_seconds=plan.start_seconds,
        end_seconds=plan.end_seconds,
        video=plan.video,
    )


def windows_of(
    shown: Iterable[npt.NDArray[np.uint8]], plan: ClipPlan, options: ClipOptions, n_at_once: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the pictures of clips, so many at once, of frames that come one after the other.

    Each yielded array is (clips, frames, height, width, 3); no more than one is in memory.
    """
    recent: deque[npt.NDArray[np.uint8]] = deque(maxlen=options.n_frames)
    ends, ready = set((plan.starts + options.n_frames - 1).tolist()), []
    for index, picture in enumerate(shown):
        recent.append(picture)
        if index in ends:
            ready.append(np.stack(recent))
        if len(ready) == n_at_once:
            yield np.stack(ready)
            ready = []
    if ready:
        yield np.stack(ready)


def _windows(
    pixels: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], options: ClipOptions
) -> npt.NDArray[np.uint8]:
    """Return the clips as they lie in memory: nothing is copied, even where they overlap."""
    if options.stride == options.n_frames:
        return pixels[starts[0] :].reshape(-1, options.n_frames, *pixels.shape[1:])
    kept = np.ascontiguousarray(pixels[starts[0] :])
    one, *others = kept.strides
    return np.lib.stride_tricks.as_strided(
        kept,
        (len(starts), options.n_frames, *kept.shape[1:]),
        (options.stride * one, one, *others),
        writeable=False,
    )


def clip_starts(n_frames: int, options: ClipOptions = ClipOptions()) -> npt.NDArray[np.int64]:
    """Return the frames at which the clips of `n_frames` frames begin, aligned to the end."""
    room = n_frames - options.n_frames
    if room < 0:
        raise VideoError(
            f"{n_frames} frames are too few: at least {options.n_frames} are needed for one clip"
        )
    return np.arange(room % options.stride, room + 1, options.stride)


def read_clips(
    path: Path,
    *,
    width: int,
    height: int,
    start_frame: int | None = None,
    end_frame: int | None = None,
    options: ClipOptions = ClipOptions(),
) -> Clips:
    """Decode a video, drop what is too much of it (`counting`), and cut the rest into clips.

    `start_frame` and `end_frame` (0-based, inclusive) bound the part that counts.

    Raises
    ------
    MissingFile, VideoError
        If the video cannot be read, is out of those bounds, or is too short.
    """
    frames = decode(path, width=width, height=height, start_frame=start_frame, end_frame=end_frame)
    try:
        return cut(counting(frames, options), options)
    except VideoError as error:
        raise VideoError.of_file(path, error.reason) from error


def counting(
    frames: Frames, options: ClipOptions = ClipOptions(), playing_speed: float | None = None
) -> Frames:
    """Keep the frames that count, so many a second: no black padding, no repeated frames.

    Where there are fewer a second, or a hole, what is next to it counts more than once. Of a video
    that is played `playing_speed` times as fast as it was, it is so many a second of what was: each
    keeps its time in the file.
    """
    if playing_speed is None or playing_speed == 1:
        return laid_out(frames, options.frames_per_second)
    as_it_was = frames.at_times(playing_speed)
    return laid_out(as_it_was, options.frames_per_second).at_times(1 / playing_speed)


def _facts(frames: Frames, start: int, stop: int) -> VideoFacts:
    kept = frames.span(start, stop)
    return VideoFacts(
        n_frames=frames.n_decoded,
        n_used=stop - start,
        first_used=int(kept.numbers[0]),
        seconds=kept.end_seconds - float(kept.start_seconds[0]),
        doubts=frames.doubts,
        n_promised=frames.n_promised,
        end_is_missing=frames.end_is_missing and frames.reaches_end,
        missing_event=frames.missing_event,
        step=frames.step,
    )
