"""When each frame of a file is shown, on a clock that never runs backwards.

It belongs to the child process (`podium.video._decoder_process`): PyAV and the standard library.
"""

from dataclasses import dataclass, field

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

ASSUMED_STEP = 1 / 30
"""How long a frame of a file is shown that says nothing of time, in seconds."""

MAX_FRAMES_PER_SECOND = 1_000
"""A header that promises more than this promises nothing."""

MAX_DISORDER = 0.5
"""Frames may come in another order than they are shown by so many seconds; beyond, a clock began
again."""

MAX_LEAP = 10.0
"""In a transport stream no such time passes between two frames: another one was joined to it."""

N_RISES = 3
"""A clock that is behind and goes forward so often began again: it is no matter of order."""

INSTANT = 1e-3
"""So long after the frame before is shown what claims no later time than that."""


@dataclass
class Course:
    """How the frames of a stream came, one after the other; times in seconds.

    The clock of a file may start again, as in joined transport streams: then it goes on from where
    it was.
    """

    container: str
    """What FFmpeg calls the kind of file."""

    n_decoded: int = 0
    """How many frames came."""

    first: float = 0.0
    """When the first is shown."""

    time: float = 0.0
    """When the last that came is shown."""

    step: float = 0.0
    """How long that one is shown, as far as the file says so."""

    after: float = 0.0
    """When the frame after the last that was wanted is shown."""

    gap: tuple[float, float] = (0.0, 0.0)
    """The longest time without a new frame before the first that was wanted."""

    n_restarts: int = 0
    """How often the clock began again."""

    has_moved: bool = False
    """Whether it ever went forward by itself."""

    _pace: float = 0.0
    _clock: "_Clock" = field(default_factory=lambda: _Clock())

    def take(self, frame: VideoFrame, stream: VideoStream) -> None:
        """Note when a frame comes; one that has no time comes after the frame before."""
        said = self._said(frame)
        if self.n_decoded:
            before, self.time = self.time, self._next(said)
            self._pace = self.time - before
        else:
            self.time = self.first = said or 0.0
            self._clock.start(self.time)
        self.step = duration_of(frame, stream)
        self.n_decoded += 1

    def _said(self, frame: VideoFrame) -> float | None:
        """Return what a file says of a frame's time.

        AVI knows only when it comes to the decoder, and does not say it of the last: what else is
        made of it for frames that are shown in another order is a guess.
        """
        is_avi, shown = self.container == "avi", frame.time
        if not is_avi and shown is not None:
            return shown
        when_decoded = None if frame.dts is None else _seconds(frame.dts, frame)
        if is_avi and (when_decoded is not None or self.has_moved):
            return when_decoded
        return when_decoded if shown is None else shown

    def _next(self, said: float | None) -> float:
        if said is None:
            self.has_moved |= self.step > 0
            pace = self._pace if self.container == "avi" else 0.0
            return self.time + (pace or self.step or ASSUMED_STEP)
        leap = MAX_LEAP if self.container == "mpegts" else float("inf")
        self.has_moved |= said > self._clock.said
        if self._clock.begins_again(said, self.time, leap):
            self.n_restarts += 1
            return self._clock.go_on(said, self.time + (self.step or ASSUMED_STEP))
        least = INSTANT if self.has_moved else ASSUMED_STEP
        return max(self._clock.shown(said), self.time + least)


@dataclass
class _Clock:
    """A clock that may start again; `offset` is what has to be added to it since."""

    said: float = 0.0
    offset: float = 0.0
    n_rises: int = 0
    is_behind: bool = False

    def start(self, said: float) -> None:
        self.said = said

    def shown(self, said: float) -> float:
        return said + self.offset

    def begins_again(self, said: float, last: float, leap: float) -> bool:
        """Return whether another clock is read from now on; `last` is what was shown so far."""
        before, self.said = self.said, said
        self.is_behind = self.shown(said) <= last and (self.is_behind or said < before)
        self.n_rises = self.n_rises + 1 if self.is_behind and said > before else 0
        late = said - before > leap
        return said < before - MAX_DISORDER or late or self.n_rises == N_RISES

    def go_on(self, said: float, shown: float) -> float:
        """Let what is said now be shown at such a time."""
        self.offset, self.n_rises, self.is_behind = shown - said, 0, False
        return shown


def duration_of(frame: VideoFrame, stream: VideoStream) -> float:
    """Return how long a frame is shown, as far as the file says so; 0 where it does not."""
    if frame.duration and (seconds := _seconds(frame.duration, frame)) is not None:
        return seconds
    rate = stream.average_rate or stream.base_rate
    return float(1 / rate) if rate and rate <= MAX_FRAMES_PER_SECOND else 0.0


def _seconds(ticks: int, frame: VideoFrame) -> float | None:
    """Return so many ticks of a frame's clock as seconds, where it has one.

    A product of fractions is reduced first, which takes longer than to decode a small frame.
    """
    tick = frame.time_base
    return ticks * tick.numerator / tick.denominator if tick else None
