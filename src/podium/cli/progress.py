"""How far work is and how long it still takes, in plain lines: for where no bar can be shown."""

from collections.abc import Callable
from time import monotonic

FIRST_SECONDS = 2.0
"""Work that takes no longer says nothing."""

QUIET_SECONDS = 20.0
"""So long nothing more is said after a line."""


class PlainProgress:
    """Says now and then how far a stage is, and the time left at its pace so far."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._say, self._clock = say, clock
        self._heard = clock()
        self._next = self._heard + FIRST_SECONDS
        self._began: dict[str, tuple[float, int]] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear that `done` of `total` steps of a stage are done, and say so if it is time to."""
        now = self._clock()
        # A stage that is heard of with a step done began when the last was heard of.
        first = (self._heard, done - 1) if done else (now, 0)
        began, done_before = self._began.setdefault(stage, first)
        self._heard = now
        if now >= self._next and done < total:
            self._next = now + QUIET_SECONDS
            left = _left(now - began, done - done_before, total - done)
            self._say(f"{stage}: {done} of {total}{left}")


def _left(seconds: float, n_done: int, n_left: int) -> str:
    """Return the time left in words, "" where no step is done to tell it by."""
    return f", about {in_words(seconds / n_done * n_left)} left" if n_done else ""


def in_words(seconds: float) -> str:
    """Return a duration in words, the coarser the longer it is: 8 s, 4 min, 2 h 5 min."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
