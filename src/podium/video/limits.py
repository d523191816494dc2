"""How large a video may be, which part of it is wanted, and what it says of itself: values."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple, Self

from podium.checks import check_options
from podium.errors import UsageError

VARIABLE = "PODIUM_LIMITS"
"""The variable of the environment that holds limits, as in `minutes=90 gigabytes=8`."""

_UNITS = {
    "minutes": ("n_seconds", 60.0),
    "gigabytes": ("n_bytes", 2**30),
    "waiting_minutes": ("waiting_seconds", 60.0),
    "memory_gigabytes": ("memory_bytes", 2**30),
    "frames": ("n_frames", 1),
}
"""What limits are called by people, the field each is of, and how many of its units are one."""

MOST = 1e6
"""No limit is larger, in its own unit: files of no size and of no length can be asked for."""


@dataclass(frozen=True)
class VideoLimits:
    """How large a video may be, and how much may be spent on it; beyond that it is refused.

    `n_frames` is how many frames of it may be held in memory at once: of a video that is looked at
    one frame after the other there may be any number (`one_by_one`). `n_seconds` is how long it may
    last, or the part of it that is wanted, wherever that lies; `waiting_seconds` is how long its
    decoding may be waited for, from its first frame to the last that is wanted, and `memory_bytes`
    how much address space the decoder may use (where the system can limit it).
    """

    n_frames: int = 5_000
    n_pixels: int = 8192 * 4320
    n_bytes: int = 4 * 2**30
    n_seconds: float = 3_600.0
    waiting_seconds: float = 300.0
    memory_bytes: int = 4 * 2**30

    def __post_init__(self) -> None:
        check_options(
            self, n_frames=1, n_pixels=1, n_bytes=1, n_seconds=0, waiting_seconds=0, memory_bytes=1
        )

    def one_by_one(self) -> Self:
        """Return them for a video of which one frame is held at a time, however many there are.

        Its decoding may then be waited for as long as a video may last.
        """
        seconds = max(self.waiting_seconds, self.n_seconds)
        return replace(self, n_frames=ANY_NUMBER, waiting_seconds=seconds)

    @classmethod
    def of_words(cls, words: Iterable[str]) -> Self:
        """Read them from words such as `minutes=90`; those that are not named stay as they are.

        Raises
        ------
        UsageError
            If one is none of a limit.
        """
        named: dict[str, float] = {}
        for word in words:
            name, _, text = word.partition("=")
            if name not in _UNITS:
                raise UsageError(
                    f"no limit is called {name[:40]!r}: choose one of {', '.join(_UNITS)}, "
                    "as in minutes=90"
                )
            field, unit = _UNITS[name]
            value = _number(name, text) * unit
            named[field] = value if field.endswith("seconds") else round(value)
        return cls(**named)  # type: ignore[arg-type]  # each is of the kind of its field

    @classmethod
    def allowed(cls) -> Self:
        """Return what the user allows: what `PODIUM_LIMITS` says, and the usual for the rest.

        Raises
        ------
        UsageError
            If it says what is no limit.
        """
        try:
            return cls.of_words(os.environ.get(VARIABLE, "").split())
        except UsageError as error:
            raise UsageError(f"the variable {VARIABLE}: {error}") from error


ANY_NUMBER = 2**62
"""More frames than any file has."""


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MOST or (name == "frames" and value != int(value)):
        wanted = "a whole number" if name == "frames" else "a number"
        raise UsageError(
            f"the limit {name} is {text[:40]!r}: it must be {wanted} above 0 and up to {MOST:g}, "
            f"as in {name}=90"
        )
    return value


class Part(NamedTuple):
    """Which frames of a file are wanted: 0-based, inclusive; `None` is its last one."""

    start_frame: int = 0
    end_frame: int | None = None

    def n_of(self, n_decoded: int) -> int:
        """Return how many of these there are in a file of which so many frames were decoded."""
        stop = n_decoded if self.end_frame is None else min(n_decoded, self.end_frame + 1)
        return max(stop - self.start_frame, 0)


WHOLE = Part()
"""All frames of a file."""


class Light(IntEnum):
    """What the numbers of a picture mean: the light of a screen, or of one of high dynamic range.

    HLG and PQ are the two systems of ITU-R BT.2100.
    """

    SDR = 0
    HLG = 1
    PQ = 2


class Box(NamedTuple):
    """A part of the pictures of a file, in pixels as they are stored, (left, top) in the corner.

    It holds for pictures of `of_width` x `of_height`; those of another size are taken whole.
    """

    left: int
    top: int
    width: int
    height: int
    of_width: int
    of_height: int

    @property
    def share(self) -> float:
        """Which share of a picture it is."""
        return self.width * self.height / (self.of_width * self.of_height)


class About(NamedTuple):
    """What a file says of itself, as it came from the child; the picture may lie on its side.

    To be upright it is mirrored first, then turned counter-clockwise. A pixel is `pixel_aspect`
    times as wide as it is high. `tracks` are all that are in the file, in words.
    """

    width: int
    height: int
    n_frames: int
    seconds: float
    frames_per_second: float
    quarter_turns: int
    is_mirrored: bool
    pixel_aspect: float
    light: Light
    codec: str
    container: str
    tracks: tuple[str, ...]
