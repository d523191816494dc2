"""Files that show a performance otherwise, looked at as any video is, from the beginning.

A variant (`podium.video.augmentation`) changes frames in which the event and the athlete are found
already. In a file that was cropped, compressed or cut they are found a little elsewhere, and that
moves what is seen more than the change itself: so some performances are written to such files.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from podium.doubts import Severity, worst
from podium.errors import PodiumError
from podium.features.close_up import Seen, look_at
from podium.features.extraction import Extraction, Extractor, extract
from podium.features.values import Features, Sample
from podium.measures import entry_of
from podium.performance import Performance
from podium.video.augmentation import WHOLE_PICTURE, AugmentationOptions, Sides, draw
from podium.video.frames import Frames, decode, probe

TICKS = 90_000
"""In so many parts of a second a file says when a frame is shown."""

UPRIGHT = 9 / 16
"""How wide an upright picture is, beside its height."""


@dataclass(frozen=True)
class Copy:
    """Another file of a performance; its `repr` says all of it, as the cache's keys do."""

    shown: Sides = WHOLE_PICTURE
    """What is left of each picture, in the pixels that it has."""

    upright: float | Literal["athlete"] | None = None
    """Where the middle of an upright picture is, as a share of the width; `None`: it stays wide."""

    missing: int = 0
    """Every so many frames one is missing, and the one before it is shown for longer; 0: none."""

    repeated: bool = False
    """Whether what is missing is filled by showing again the one before it, as converters do."""

    after: int | None = None
    """It ends so many frames after the event; `None`: where the performance does."""

    quality: int = 18
    """The constant rate factor of H.264: 18 is hardly to be seen, 51 the worst there is."""


FILES = (
    Copy(upright=0.5),
    Copy(upright="athlete"),
    Copy(shown=(0.1, 0.04, 0.94, 0.88)),
    Copy(shown=(0.12, 0.12, 0.88, 0.88)),
    Copy(quality=35),
    Copy(missing=4),
    Copy(missing=5, repeated=True),
    Copy(after=11),
)
"""What becomes of a dive on its way: it is shown upright on a phone, nearer, compressed, with fewer
frames or as many by repeats, or is cut soon after it ends."""


def extract_to_learn(
    performances: Sequence[Performance],
    extractor: Extractor,
    augmentation: AugmentationOptions,
    seed: int,
    advance: Callable[[], None] = lambda: None,
) -> Extraction:
    """Extract the features of performances with those of their variants, to learn from.

    Of one in every `augmentation.anew` performances, files are made and looked at, too; what shows
    no event, or no athlete, is left out.
    """
    found = extract(performances, extractor, draw(augmentation, seed), advance)
    if not augmentation.anew:
        return found
    samples = [
        _with_copies(sample, extractor) if number % augmentation.anew == 0 else sample
        for number, sample in enumerate(found.samples)
    ]
    return replace(found, samples=tuple(samples))


def _with_copies(sample: Sample, extractor: Extractor) -> Sample:
    """Add what is seen in other files of a performance to its variants."""
    copies = tuple(seen_anew(sample.performance, sample.features, extractor))
    return replace(sample, variants=(*sample.variants, *copies))


def seen_anew(
    performance: Performance, features: Features, extractor: Extractor
) -> Iterator[Features]:
    """Make files of a performance and yield the features of each that shows what it should."""
    source: _Source | None = None
    for copy in FILES:
        key = extractor.key(performance, copy, None)
        kept = extractor.cache.read(key) if extractor.cache else None
        if kept is None:
            source = source or _Source.of(performance, features, extractor)
            try:
                kept = _features_of(source, copy, extractor)
            except PodiumError:  # too little is left of it
                continue
            if extractor.cache:
                extractor.cache.write(key, kept)
        if kept.video is None or worst(kept.video.doubts) is not Severity.GRAVE:
            yield kept


@dataclass(frozen=True)
class _Source:
    """The frames of a performance at their full size, and what is known of them."""

    performance: Performance
    frames: Frames
    event: int
    """The frame of the event; where none was looked for, the last that clips show."""

    middle: float
    """Where the athlete meets the water, as a share of the width; the middle if that is unseen."""

    @classmethod
    def of(cls, performance: Performance, features: Features, extractor: Extractor) -> "_Source":
        """Decode a performance."""
        about = probe(performance.path)
        frames = decode(
            performance.path, width=about.width, height=about.height,
            start_frame=performance.start_frame, end_frame=performance.end_frame,
        )  # fmt: skip
        last = int(np.searchsorted(frames.start_seconds, features.end_seconds[-1]))
        after = extractor.anchor.after if extractor.anchor else 0
        return cls(performance, frames, max(last - after, 0), _middle_of(look_at(performance)))


def _middle_of(seen: Seen) -> float:
    entry, pixels = entry_of(seen.dive), seen.dive.pixels
    if entry is None or pixels is None:
        return 0.5
    return float(entry.place[0] / pixels.shape[2])


def _features_of(source: _Source, copy: Copy, extractor: Extractor) -> Features:
    """Write a file, and look at it as at any."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_copy(
            Path(folder) / "copy.mp4", source.frames, copy, source.event, source.middle
        )
        other = replace(source.performance, path=path, start_frame=None, end_frame=None)
        return replace(extractor, cache=None).performance(other)


def write_copy(path: Path, frames: Frames, copy: Copy, event: int, middle: float) -> Path:
    """Write a performance as another file shows it; `event` and `middle` are of its `frames`."""
    n_shown = len(frames) if copy.after is None else min(event + copy.after + 1, len(frames))
    which = _which(n_shown, copy)
    top, left, bottom, right = _corners(frames.pixels.shape[1:3], copy, middle)
    seconds = frames.start_seconds[:n_shown] if copy.repeated else frames.start_seconds[which]
    pixels = frames.pixels[which, top:bottom, left:right]
    _encode(path, pixels, seconds - seconds[0], copy.quality)
    return path


def _which(n_frames: int, copy: Copy) -> npt.NDArray[np.intp]:
    """Return which frames are shown, in order."""
    which = np.arange(max(n_frames, 1))
    if not copy.missing:
        return which
    is_missing = which % copy.missing == copy.missing - 1
    return np.asarray(which - is_missing if copy.repeated else which[~is_missing], np.intp)


def _corners(size: tuple[int, int], copy: Copy, middle: float) -> tuple[int, int, int, int]:
    """Return the top, left, bottom and right of what is shown, in even numbers of pixels."""
    height, width = size
    left, top, right, bottom = copy.shown
    if copy.upright is not None:
        wide = min(UPRIGHT * height / width, 1)
        at = middle if copy.upright == "athlete" else copy.upright
        left = min(max(at - wide / 2, 0), 1 - wide)
        right = left + wide
    n_rows, n_columns = (
        max(int(share * side) // 2 * 2, 2)
        for share, side in ((bottom - top, height), (right - left, width))
    )
    first_row, first_column = int(top * height), int(left * width)
    return first_row, first_column, first_row + n_rows, first_column + n_columns


def _encode(
    path: Path, pixels: npt.NDArray[np.uint8], seconds: npt.NDArray[np.float64], quality: int
) -> None:
    import av

    with av.open(str(path), "w") as container:
        # With more threads, or looking ahead, it does not do the same twice.
        options = {"preset": "veryfast", "crf": str(quality)}
        options["x264-params"] = "mbtree=0:rc-lookahead=0:sync-lookahead=0"
        stream = container.add_stream("libx264", rate=30, options=options)
        stream.height, stream.width = pixels.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        stream.codec_context.thread_count = 1
        for shown, second in zip(pixels, seconds, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")
            frame.pts, frame.time_base = round(float(second) * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
