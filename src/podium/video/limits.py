"""How large a video may be, which part of it is wanted, and what it says of itself: values."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from podium.checks import check_options


@dataclass(frozen=True)
class VideoLimits:
    """How large a video may be, and how much may be spent on it; beyond that it is refused.

    `n_frames` and `n_seconds` are how long it may be, or the part of it that is wanted, wherever
    that lies; `waiting_seconds` is how long its decoding may be waited for, from its first frame to
    the last that is wanted, and `memory_bytes` how much address space the decoder may use (where
    the system can limit it).
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
