"""Which frames of a video count, and when: so many a second, each at its own time.

Clips must last as long in every video. Frames that come evenly, about as often as is wanted, are
left as they are. All others are laid out by their presentation times: where frames are missing,
those next to the hole are shown for longer.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from podium.doubts import DoubtKind
from podium.errors import TooLong
from podium.video._within import SHORTER
from podium.video.frames import Frames

CLEARLY = 1.15
"""Rates that differ by a smaller factor are one: 30 frames a second are 29.97, and not 25."""

MAX_SHOWN_FRAMES = 20_000
"""So many frames may be held in memory once they are repeated to come to so many a second."""

EVENLY = (0.3, 0.25)
"""Frames come evenly if no step between two is off by more than this share of the mean step, and if
none comes so many steps earlier or later than it would by the mean step."""

ROUGHLY = (0.7, 0.6)
"""They do so roughly where the clock trembles: where one is missing, a step is off by all of it."""

MIN_CONVERTED = 3
MIN_SHARE_CONVERTED = 0.14
"""So many repeated frames, and such a share of all, spread evenly, are of a conversion from a lower
rate: of 24 or 25 to 30 a second it is a fifth or a sixth. Fewer are moments that stand still."""

MAX_CONVERTED_DRIFT = 1.1
"""A conversion shows a frame up to one step late."""

HARDLY, N_AROUND = 0.1, 3
"""A frame that changes by less than this share of what as many before and after it do repeats the
one before, where others do so as regularly as after a conversion."""

NEARLY = 0.1
"""Of two frames that are so nearly (of a step) as near in time, the earlier is still shown."""

REPEAT_LEVEL = 0.05
"""A frame that differs less than this on average (of 255) from the one before repeats it."""

REPEATED_FRAMES = DoubtKind("repeated_frames", values=("n",))
"""`n` frames that only repeat the one before were left out."""


def come_evenly(start_seconds: npt.NDArray[np.float64], most: tuple[float, float] = EVENLY) -> bool:
    """Return whether so many frames a second describes when they are shown, (frames,)."""
    if len(start_seconds) < 3:
        return True
    mean = float(start_seconds[-1] - start_seconds[0]) / (len(start_seconds) - 1)
    jitter = np.abs(np.diff(start_seconds) - mean).max()
    return bool(jitter <= most[0] * mean and _drift(start_seconds) <= most[1] * mean)


def _drift(start_seconds: npt.NDArray[np.float64]) -> float:
    """Return how far a frame is, in seconds, from where it would be if all came evenly."""
    even = np.linspace(start_seconds[0], start_seconds[-1], len(start_seconds))
    return float(np.abs(start_seconds - even).max())


def laid_out(frames: Frames, per_second: float) -> Frames:
    """Show so many frames a second, of those that count: no black padding, no repeated ones."""
    if come_evenly(frames.start_seconds):
        frames = at_most(frames, per_second)
    counted = without_repeats(without_leading_black(frames))
    if come_evenly(counted.start_seconds):
        return at_least(counted, per_second)
    is_close = per_second / CLEARLY <= _rate(counted) <= per_second * CLEARLY
    trembles = is_close and come_evenly(counted.start_seconds, ROUGHLY)
    return counted if trembles else _fill(counted, per_second)


def at_most(frames: Frames, per_second: float) -> Frames:
    """Leave frames out of a video that shows clearly more of them a second."""
    return _resample(frames, per_second) if _rate(frames) > per_second * CLEARLY else frames


def at_least(frames: Frames, per_second: float) -> Frames:
    """Repeat frames of a video that shows clearly fewer of them a second."""
    return _resample(frames, per_second) if _rate(frames) < per_second / CLEARLY else frames


def _rate(frames: Frames) -> float:
    """Return how many frames there are in a second, no number where that is not known."""
    seconds = float(frames.start_seconds[-1] - frames.start_seconds[0])
    return (len(frames) - 1) / seconds if seconds > 0 else np.nan


def _resample(frames: Frames, per_second: float) -> Frames:
    """Take what is shown at so many times a second, counted back from the beginning of the last."""
    seconds = _grid(frames, per_second)
    indices = np.searchsorted(frames.start_seconds, seconds + 1e-3 / per_second, side="right") - 1
    step = frames.step * round(_rate(frames) / per_second, 3)
    return _shown(frames, seconds, np.maximum(indices, 0), step)


def _fill(frames: Frames, per_second: float) -> Frames:
    """Take the frame that is nearest in time, so many times a second, as `_resample` counts."""
    seconds = _grid(frames, per_second)
    starts = frames.start_seconds
    after = np.clip(np.searchsorted(starts, seconds), 1, len(starts) - 1)
    is_nearer = starts[after] - seconds < seconds - starts[after - 1] - NEARLY / per_second
    step = frames.step * round(len(frames) / len(seconds), 3)
    filled = _shown(frames, seconds, np.where(is_nearer, after, after - 1), step)
    return replace(filled, is_even=False)


def _grid(frames: Frames, per_second: float) -> npt.NDArray[np.float64]:
    first, last = float(frames.start_seconds[0]), float(frames.start_seconds[-1])
    if frames.are_held and (last - first) * per_second > MAX_SHOWN_FRAMES:
        raise TooLong(
            f"shown {per_second:g} times a second, {last - first:.0f} s are more than "
            f"{MAX_SHOWN_FRAMES} frames: {SHORTER}"
        )
    counted_back = np.arange(int((last - first) * per_second + 1e-3), -1, -1)
    return np.asarray(last - counted_back / per_second, np.float64)


def _shown(
    frames: Frames, seconds: npt.NDArray[np.float64], kept: npt.NDArray[np.intp], step: float
) -> Frames:
    return replace(
        frames,
        pixels=frames.pixels[kept],
        start_seconds=np.maximum(seconds, float(frames.start_seconds[0])),
        numbers=frames.numbers[kept],
        step=step,
    )


def without_leading_black(frames: Frames) -> Frames:
    """Drop the black frames that some sets pad the beginning of a video with.

    Black frames further on are kept, and a video that is black throughout is left as it is.
    """
    is_black = frames.are_black()
    start = 0 if is_black.all() else int(np.argmin(is_black))
    return frames.span(start, len(frames)) if start else frames


def without_repeats(frames: Frames) -> Frames:
    """Drop single frames that show again what the frame before showed, and say how many.

    Conversions between frame rates put them in, and each would shift every earlier clip; all others
    then come evenly, as before it. A picture that stands still for longer is kept as it is.
    """
    changes = frames.changes()
    kept = _leave_out(frames, _hardly_change(changes))
    seconds = kept.start_seconds
    mean = float(seconds[-1] - seconds[0]) / max(len(seconds) - 1, 1)
    least = max(MIN_CONVERTED, MIN_SHARE_CONVERTED * len(frames))
    is_converted = len(frames) - len(kept) >= least and come_evenly(frames.start_seconds)
    if is_converted and _drift(seconds) < MAX_CONVERTED_DRIFT * mean:
        evenly = np.linspace(seconds[0], seconds[-1], len(seconds))
        return replace(kept, start_seconds=evenly, is_even=False)
    return _leave_out(frames, changes < REPEAT_LEVEL)


def _hardly_change(changes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which frames change much less than those around them, coded anew as they may be."""
    if len(changes) < 2 * N_AROUND + 1:
        return np.zeros(len(changes), bool)
    around = np.pad(changes, N_AROUND, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * N_AROUND + 1)
    usual = np.median(np.delete(windows, N_AROUND, axis=1), axis=1)
    return (changes < HARDLY * usual) & (usual > REPEAT_LEVEL)


def _leave_out(frames: Frames, repeats: npt.NDArray[np.bool_]) -> Frames:
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
