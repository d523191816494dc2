"""Where the performances lie in a recording of a whole training.

The event that all of them share, such as the splash, is looked for all along the recording, a
stretch at a time: stretches overlap, so that each event lies well within one of them, and no more
than one is in memory. A performance begins where the picture comes to life before its event, and
ends where it comes to rest after it; where it never rests, as long before and after as is usual.
An athlete who stands still at first looks as a pause does: the first movement is then the start.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from podium.athlete.camera import estimate_camera
from podium.athlete.motion import each_difference
from podium.checks import require_array
from podium.errors import VideoError
from podium.features.event import REACH, WINDOWS, Anchor, event_backbone
from podium.performance import require_frames
from podium.video import bars
from podium.video.clips import counting
from podium.video.frames import Frame, Frames, each_frame, probe
from podium.video.limits import Box, Part, VideoLimits

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

LIMITS = VideoLimits(
    n_frames=20_000_000, n_bytes=2**40, n_seconds=2 * 86_400.0, waiting_seconds=2 * 86_400.0
)
"""A recording may last two days: no more than a stretch of it is kept."""

PER_SECOND = 30
STRETCH_SECONDS, AROUND_SECONDS = 30.0, (4.4, 2.8)
"""A stretch lasts so long; an event in it counts where so much of it lies before and after."""

MAX_STRETCH_FRAMES, MAX_GAP_SECONDS = 2_400, 2.0
"""A stretch ends early with so many frames, or where none comes for so long."""

USUAL_BEFORE, USUAL_AFTER = 66, 35
"""So many frames, of 30 a second, usually lie about the event: medians of 300 Olympic dives."""

BEFORE, AFTER = (38, 125), (20, 75)
"""No performance begins, or ends, nearer to its event or farther from it than these."""

BLUR, COARSE = 1.2, (40, 30)
"""Noise is blurred away, in pixels, before the movement in so many places is compared."""

LIVELIEST = 0.98
"""The movement of a frame is that of the places that move more than this share of all."""

QUIET_SHARE, RESTLESS, SINGLE = 0.1, 1.8, 5
"""The picture rests where it moves no more than so many times what this share of frames do, by the
median of so many frames. Chosen on eight joined recordings (benchmarks/cutting.py has others)."""

STILL = 1.0
"""No picture moves that moves less, of 255: that is what compression makes of one that stands."""

LIVELY = 0.25
"""Nothing rests that moves more than this share of what the athlete does before the event."""

REST_FRAMES = 6
"""Rest lasts so long, or it is none."""

N_PICTURES = 5
"""So many pictures of a performance are kept, for people to confirm it."""

N_LOOKED_AT = 300
"""Among so many first frames black bars are looked for."""


@dataclass(frozen=True)
class Span:
    """Where a performance lies in a recording; frames are 0-based numbers of the file."""

    start_frame: int
    """Its first frame."""

    end_frame: int
    """Its last frame, inclusive."""

    event_frame: int
    """The frame in which its event, such as the splash, was found."""

    start_seconds: float
    """When it begins."""

    end_seconds: float
    """When its last frame begins."""

    event_seconds: float
    """When its event is."""

    pictures: Pixels = field(repr=False, compare=False)
    """Small pictures of it, (pictures, height, width, 3), the last but one of the event."""

    def __post_init__(self) -> None:
        require_array("pictures", self.pictures, np.uint8, (None, None, None, 3))
        require_frames(self.start_frame, self.end_frame)


def find_performances(
    path: Path, anchor: Anchor, progress: Callable[[int], None] = lambda n_frames: None
) -> Generator[Span]:
    """Find the performances of a recording one after the other, in constant memory.

    `progress` is told how many frames were looked at so far.

    Raises
    ------
    MissingFile, VideoError
        If the recording cannot be read.
    """
    last: Span | None = None
    for stretch in _stretches(_thinned(path, progress)):
        for span in _found_in(stretch, anchor):
            if last is None or span.event_seconds - last.event_seconds > REACH / PER_SECOND:
                last = span if last is None else _after(last, span)
                yield last


def _after(last: Span, span: Span) -> Span:
    """Let a performance begin no sooner than the one before it ended."""
    if span.start_frame > last.end_frame:
        return span
    return replace(span, start_frame=last.end_frame + 1, start_seconds=last.end_seconds)


@dataclass(frozen=True)
class _Numbered:
    """A frame, and its number in the file."""

    number: int
    frame: Frame


@dataclass(frozen=True)
class _Stretch:
    """Frames that follow each other; what lies before or after them may be looked at, too."""

    frames: tuple[_Numbered, ...]
    goes_before: bool
    goes_on: bool

    @property
    def accepted(self) -> tuple[float, float]:
        """From when to when an event is believed: elsewhere another stretch shows it better."""
        start, end = _start(self.frames[0]), _start(self.frames[-1])
        before, after = AROUND_SECONDS
        return (
            start + before if self.goes_before else start,
            end - after if self.goes_on else end + 1,
        )


def _start(one: _Numbered) -> float:
    return one.frame.start_seconds


def _thinned(path: Path, progress: Callable[[int], None]) -> Iterator[_Numbered]:
    """Yield the frames that are looked at, about 30 a second where there are more."""
    width, height = event_backbone().frame_size
    every = max(int(probe(path, LIMITS).frames_per_second / PER_SECOND), 1)
    box, number = _box(path), -1
    shown = each_frame(path, width=width, height=height, limits=LIMITS, box=box)
    for number, frame in enumerate(shown):
        progress(number + 1)
        if number % every == 0:
            yield _Numbered(number, frame)
    if number < 0:
        raise VideoError.of_file(path, "no frame of it can be decoded: the file is damaged")


def _box(path: Path) -> Box | None:
    """Find the picture within black bars, which say nothing of a performance."""
    width, height = event_backbone().frame_size
    shown = each_frame(path, width=width, height=height, limits=LIMITS)
    first = [frame.pixels for frame in islice(shown, N_LOOKED_AT)]
    if not first or not bars.may_be(np.stack(first)):
        return None
    return bars.find(path, LIMITS, Part(0, len(first) - 1))


def _stretches(frames: Iterable[_Numbered]) -> Iterator[_Stretch]:
    """Put frames together to stretches that overlap by what lies about an event."""
    kept: list[_Numbered] = []
    goes_before = False
    for one in frames:
        if kept and _start(one) - _start(kept[-1]) > MAX_GAP_SECONDS:
            yield _Stretch(tuple(kept), goes_before, False)
            kept, goes_before = [], False
        elif kept and _is_full(kept, one):
            yield _Stretch(tuple(kept), goes_before, True)
            since = _start(kept[-1]) - sum(AROUND_SECONDS)
            kept, goes_before = [old for old in kept if _start(old) >= since], True
        kept.append(one)
    if kept:
        yield _Stretch(tuple(kept), goes_before, False)


def _is_full(kept: list[_Numbered], one: _Numbered) -> bool:
    seconds = _start(one) - _start(kept[0])
    is_full = seconds > STRETCH_SECONDS or len(kept) >= MAX_STRETCH_FRAMES
    return is_full and seconds > 2 * sum(AROUND_SECONDS)


def _found_in(stretch: _Stretch, anchor: Anchor) -> Iterator[Span]:
    """Find the performances of a stretch, in order of time."""
    if len(stretch.frames) < WINDOWS.n_frames:
        return
    frames = counting(_joined(stretch.frames))
    earliest, latest = stretch.accepted
    for index in anchor.find_all(frames):
        if earliest <= frames.start_seconds[index] < latest:
            yield _span(frames, index)


def _joined(shown: tuple[_Numbered, ...]) -> Frames:
    numbers = np.array([one.number for one in shown], np.intp)
    return Frames(
        np.stack([one.frame.pixels for one in shown]),
        np.array([_start(one) for one in shown]),
        shown[-1].frame.end_seconds,
        numbers,
        int(numbers[-1]) + 1,
    )


def _span(frames: Frames, index: int) -> Span:
    """Say where the performance about an event begins and ends."""
    first = max(index - BEFORE[1] - REST_FRAMES, 0)
    stop = min(index + AFTER[1] + REST_FRAMES + 1, len(frames))
    moved = median_filter(_movement(frames.pixels[first:stop]), SINGLE, mode="nearest")
    before, after = moved[: index - first][::-1], moved[index - first + 1 :]
    most = LIVELY * float(np.median(before[: BEFORE[0]])) if len(before) else 0.0
    n_before = _until_rest(_at_rest(before, most), BEFORE, USUAL_BEFORE)
    n_after = _until_rest(_at_rest(after, most), AFTER, USUAL_AFTER)
    start, end = max(index - n_before, 0), min(index + n_after, len(frames) - 1)
    shown = [*np.linspace(start, index, N_PICTURES - 1).round().astype(int), end]
    numbers, seconds = frames.numbers, frames.start_seconds
    return Span(
        start_frame=int(numbers[start]),
        end_frame=int(numbers[end]),
        event_frame=int(numbers[index]),
        start_seconds=float(seconds[start]),
        end_seconds=float(seconds[end]),
        event_seconds=float(seconds[index]),
        pictures=frames.pixels[shown],
    )


def _at_rest(moved: Floats, most: float) -> npt.NDArray[np.bool_]:
    """Return in which frames, (frames,), hardly anything moves, and no more than `most`."""
    quiet = float(np.quantile(moved, QUIET_SHARE)) if len(moved) else 0.0
    return np.asarray(moved <= min(max(RESTLESS * quiet, STILL), most))


def _movement(pixels: Pixels) -> Floats:
    """Return how much moves in each frame, (frames,), apart from the camera."""
    smooth = np.stack([cv2.GaussianBlur(frame, (0, 0), BLUR) for frame in pixels])
    camera = estimate_camera(smooth)
    return np.array([
        np.quantile(cv2.resize(one.astype(np.float32), COARSE, interpolation=cv2.INTER_AREA),
                    LIVELIEST)
        for one in each_difference(smooth, camera, PER_SECOND)
    ])  # fmt: skip


def _until_rest(is_at_rest: npt.NDArray[np.bool_], within: tuple[int, int], usual: int) -> int:
    """Return how many frames, counted from the event, come before rest; the usual if none does."""
    least, most = within
    for n_frames in range(least, min(most, len(is_at_rest) - REST_FRAMES) + 1):
        if is_at_rest[n_frames : n_frames + REST_FRAMES].all():
            return n_frames
    return usual
