"""What a child that decodes answers, read without trust: every size and number is checked."""

import math
import struct
from pathlib import Path
from typing import NamedTuple, NoReturn

from podium.errors import VideoError
from podium.video.limits import About, Light

# The child's own description of these is in `podium.video._decoder_process`, which brings PyAV
# along: the parent does without. A test compares them.
HEADER = struct.Struct("<cI")


ABOUT = struct.Struct("<IIqddBdB")


PICTURE = struct.Struct("<ddBBIII")


END = struct.Struct("<IqddqddddIBId")


MAX_WORDS = 4_000


MAX_ASPECT = 8.0
"""Pixels are not taller or wider than so many times the other side: else the file is wrong."""


class Picture(NamedTuple):
    """One frame as it came from the child: rows of RGB, `row_bytes` apart.

    To be upright it is mirrored (left is right) if `is_mirrored`, and then turned by
    `quarter_turns` counter-clockwise. A number has a byte where `light` is that of a screen, else
    two.
    """

    seconds: float
    duration_seconds: float
    quarter_turns: int
    is_mirrored: bool
    light: Light
    width: int
    height: int
    row_bytes: int
    content: bytearray

    @property
    def pixel_bytes(self) -> int:
        """How many bytes a pixel has."""
        return _pixel_bytes(self.light)


class End(NamedTuple):
    """What was said once all frames had come; numbers that are not promised are 0.

    `n_frames`, `seconds` and `stream_seconds` are promised. `n_decoded` frames were decoded, those
    before the wanted ones and one after them included; the first came at `first_seconds`, the one
    after them at `next_seconds`. Up to the first that was wanted, the longest time without a new
    frame was from `gap_start` to `gap_end`. The clock began again `n_restarts` times, and stood
    still where there is none. There are `n_others` other tracks with pictures; of all others, the
    last came at `others_seconds`.
    """

    n_damaged: int = 0
    n_frames: int = 0
    seconds: float = 0.0
    stream_seconds: float = 0.0
    n_decoded: int = 0
    first_seconds: float = 0.0
    next_seconds: float = 0.0
    gap_start: float = 0.0
    gap_end: float = 0.0
    n_restarts: int = 0
    has_clock: int = 1
    n_others: int = 0
    others_seconds: float = 0.0


def read_about(path: Path, content: bytearray) -> About:
    """Read what a file holds, as the child says it."""
    if len(content) < ABOUT.size:
        nonsense(path)
    width, height, n_frames, seconds, rate, turns, aspect, light = ABOUT.unpack(
        content[: ABOUT.size]
    )
    codec, container, *tracks = words_of(content[ABOUT.size :], "\n").split("\n")
    if not (_is_time(seconds, rate, aspect) and turns < 8 and light < len(Light)):
        nonsense(path)
    if not (width and height and tracks):
        nonsense(path)
    aspect = aspect if 1 / MAX_ASPECT <= aspect <= MAX_ASPECT else 1.0
    return About(
        width, height, max(n_frames, 0), seconds, rate, turns % 4, turns >= 4, aspect,
        Light(light), codec, container, tuple(tracks),
    )  # fmt: skip


def read_picture(path: Path, content: bytearray, size: tuple[int, int]) -> Picture:
    """Read a frame that was asked for at `size`, (width, height)."""
    if len(content) < PICTURE.size:
        nonsense(path)
    seconds, duration, turns, light, width, height, row = PICTURE.unpack(content[: PICTURE.size])
    sides = size if turns % 2 == 0 else size[::-1]
    if not (turns < 8 and light < len(Light) and (width, height) == sides):
        nonsense(path)
    is_whole = len(content) == PICTURE.size + row * height
    if not (is_whole and row >= _pixel_bytes(Light(light)) * width and _is_time(seconds, duration)):
        nonsense(path)
    return Picture(
        seconds, duration, turns % 4, turns >= 4, Light(light), width, height, row,
        content[PICTURE.size :],
    )  # fmt: skip


def read_end(path: Path, content: bytearray) -> End:
    """Read what was said once all frames had come."""
    if len(content) != END.size:
        nonsense(path)
    end = End(*END.unpack(content))
    if end.n_decoded < 0 or not _is_time(*end[2:]):
        nonsense(path)
    return end._replace(n_frames=max(end.n_frames, 0))


def words_of(content: bytearray, kept: str = "") -> str:
    """Read words of a child, without what could steer a terminal."""
    text = content[:MAX_WORDS].decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in kept else "?" for c in text)


def nonsense(path: Path) -> NoReturn:
    """Refuse an answer that no child of Podium's own gives."""
    raise VideoError.of_file(path, "the decoder gave no valid answer: the file is damaged")


def _pixel_bytes(light: Light) -> int:
    return 3 if light is Light.SDR else 6


def _is_time(*seconds: float) -> bool:
    return all(math.isfinite(value) for value in seconds)
