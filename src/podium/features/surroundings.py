"""Whether a performance is there about its event: once, from its beginning, and long enough after.

These are facts of the file, which need no judgement: where the event was found, and how many frames
there are about it.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from podium.doubts import Doubt, DoubtKind, Severity
from podium.video.frames import Frames

STARTS_LATE = DoubtKind("starts_late", values=("event", "seconds", "needed"))
"""The video begins only so many `seconds` before the `event`: `needed` are what one takes."""

ENDS_SOON = DoubtKind("ends_soon", values=("event", "seconds", "needed"))
"""The video ends only so many `seconds` after the `event`, of the `needed` ones that are judged."""

TWO_EVENTS = DoubtKind("two_events", values=("event", "first", "second"), severity=Severity.GRAVE)
"""The `event` is to be seen twice, at the `first` and at the `second` second of the file."""


FRAMES_PER_SECOND = 30.0

WIDER_PER_SECOND = 0.9
"""For each second that is missing after the event, the range of a score is wider by this share. It
was chosen on six training dives, in nine of ten of whose cuts scores moved by no larger share of
it; benchmarks/doubt.py says how often the range then holds."""


def starts_late(event: str, n_before: int, n_needed: int) -> Doubt:
    """Say that only so many frames lie before an event."""
    return STARTS_LATE(event=event, seconds=_seconds(n_before), needed=_seconds(n_needed))


def ends_soon(event: str, n_after: int, n_needed: int) -> Doubt:
    """Say that only so many frames follow an event."""
    return ENDS_SOON(event=event, seconds=_seconds(n_after), needed=_seconds(n_needed))


def held(frames: Frames, n_missing: int) -> Frames:
    """Show the last frame for so many more, so that clips lie where they do in others.

    The times of these lie within the last frame's own.
    """
    end = frames.end_seconds
    times = np.linspace(float(frames.start_seconds[-1]), end, n_missing + 2)[1:-1]
    return replace(
        frames,
        pixels=np.concatenate([frames.pixels, np.repeat(frames.pixels[-1:], n_missing, axis=0)]),
        start_seconds=np.concatenate([frames.start_seconds, times]),
        numbers=np.concatenate([frames.numbers, np.repeat(frames.numbers[-1:], n_missing)]),
    )


def widening(doubts: Iterable[Doubt]) -> float:
    """Return how many times as wide a range must be for what does not follow the event."""
    missing = [
        float(doubt.values["needed"]) - float(doubt.values["seconds"])
        for doubt in doubts
        if doubt.kind == ENDS_SOON
    ]
    return 1 + WIDER_PER_SECOND * max(missing, default=0.0)


def _seconds(n_frames: int) -> float:
    return round(n_frames / FRAMES_PER_SECOND, 2)
