"""Black bars about a picture: found over a whole video, so that they can be left out.

Whoever converts a video to another shape pads it with them. They say nothing of the performance,
and make all that is seen of it smaller.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.doubts import DoubtKind
from podium.video import decoder
from podium.video.decoder import Picture
from podium.video.light import pixels_of
from podium.video.limits import About, Box, Part, VideoLimits

Floats = npt.NDArray[np.float64]

_Sides = tuple[int, int, int, int]
"""Left, top, right, bottom: lines before `left` are outside, as is the line `right`."""

BARS = DoubtKind("bars", values=("percent",))
"""Black bars about the picture were left out, `percent` of it."""

BLACK_LEVEL = 24
"""What has no colour above this (of 255) is as dark as a bar."""

MIN_LIT = 0.02
"""A frame of which less is brighter than that is black throughout: it says nothing of bars."""

MOST_DARK = 0.65
"""So much of the outermost line is dark for most of the time, where bars are looked for at all."""

MIN_BAR, MIN_LONE_BAR = 0.03, 0.05
"""A bar is no thinner than this share of the picture; one without another opposite, than that."""

MIN_PICTURE = 0.25
"""No less than this share of the width, and of the height, is left of a picture."""

MAX_LOGO = 0.3
"""So much of a line of a bar may be lit for most of the time: a logo, or the time of day."""

MAX_LONE_LOGO = 0.02
MIN_EDGE, MIN_LONE_EDGE = 0.35, 0.6
"""How much more often the first lines of the picture are lit than the last of a bar."""

MAX_UNLIKE = 0.15
"""Two bars that are opposite each other are as thick, but for this share."""

MAX_FLICKER = 3.0
"""The dark of a bar changes by no more than this (of 255) over time: there is nothing in it."""

N_LOOKED_AT = 64
LONG_SIDE = 640


def may_be(pixels: npt.NDArray[np.uint8]) -> bool:
    """Return whether frames (frames, height, width, 3) are dark along a whole side.

    That is cheap to see; whether it is a bar is then to be found out.
    """
    some = pixels[:: -(-len(pixels) // N_LOOKED_AT)]
    some = some[(some[:, ::4, ::4] > BLACK_LEVEL).mean(axis=(1, 2, 3)) >= MIN_LIT]
    if not len(some):
        return False
    sides = (some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1])
    usually_lit = [(side.max(axis=2) > BLACK_LEVEL).mean(axis=0) >= 0.5 for side in sides]
    return any(1 - side.mean() >= MOST_DARK for side in usually_lit)


def find(path: Path, limits: VideoLimits, part: Part) -> Box | None:
    """Find the picture within black bars in a part of a video, `None` where there are none.

    Raises
    ------
    VideoError
        If the video cannot be decoded.
    """
    about = decoder.about(path, limits)
    scale = min(LONG_SIDE / max(about.width, about.height), 1)
    stored = (max(round(scale * about.width), 1), max(round(scale * about.height), 1))
    shown = stored[::-1] if about.quarter_turns % 2 else stored
    light = _Light.of_size(stored[1], stored[0])
    with closing(decoder.pictures(path, shown, limits, part)) as answers:
        for answer in answers:
            if isinstance(answer, Picture) and (answer.height, answer.width) == light.lit.shape:
                light.add(pixels_of(answer))
    box = light.box()
    return _inner(box, (about.width / stored[0], about.height / stored[1]), about) if box else None


def _inner(box: _Sides, scale: tuple[float, float], about: About) -> Box:
    """Return a box in pixels of the file: even ones, as colour has, that lie well within it."""
    left, right = _even(box[0], box[2], scale[0], about.width)
    top, bottom = _even(box[1], box[3], scale[1], about.height)
    return Box(left, top, right - left, bottom - top, about.width, about.height)


def _even(start: int, stop: int, scale: float, whole: int) -> tuple[int, int]:
    first = 2 * int(np.ceil(start * scale / 2))
    last = whole if stop * scale >= whole else 2 * int(stop * scale / 2)
    return first, last


@dataclass
class _Light:
    """How often, and how evenly, each pixel of a video was lit, (height, width)."""

    lit: Floats
    total: Floats
    squares: Floats
    n_frames: int = 0

    @classmethod
    def of_size(cls, height: int, width: int) -> "_Light":
        """Begin with nothing seen."""
        return cls(np.zeros((height, width)), np.zeros((height, width)), np.zeros((height, width)))

    def add(self, pixels: npt.NDArray[np.uint8]) -> None:
        """Look at another frame, (height, width, 3)."""
        bright = pixels.max(axis=2)
        is_lit = bright > BLACK_LEVEL
        if is_lit.mean() < MIN_LIT:
            return
        self.n_frames += 1
        self.lit += is_lit
        self.total += bright
        self.squares += bright.astype(np.float32) ** 2

    def box(self) -> _Sides | None:
        """Return where the picture is, (left, top, right, bottom), if there are bars about it."""
        if not self.n_frames:
            return None
        often = self.lit / self.n_frames
        height, width = often.shape
        left, right = _between(often.T)
        top, bottom = _between(often[:, left:right])
        left, right = _between(often[top:bottom].T)
        if (left, top, right, bottom) == (0, 0, width, height):
            return None
        is_bar = np.ones(often.shape, bool)
        is_bar[top:bottom, left:right] = False
        return (left, top, right, bottom) if self._is_empty(is_bar & (often < 0.1)) else None

    def _is_empty(self, chosen: npt.NDArray[np.bool_]) -> bool:
        """Return whether nothing ever happens in most of the chosen pixels."""
        mean = self.total[chosen] / self.n_frames
        spread = np.sqrt(np.maximum(self.squares[chosen] / self.n_frames - mean**2, 0))
        return len(mean) > 0 and float(np.quantile(spread, 0.75)) <= MAX_FLICKER


def _between(often: Floats) -> tuple[int, int]:
    """Return where the picture begins and ends among lines, each (lines, pixels) lit so often."""
    n = len(often)
    first, last = _thickness(often), _thickness(often[::-1])
    thick = max(first, last)
    is_pair = min(first, last) >= MIN_BAR * n and abs(first - last) <= max(2, MAX_UNLIKE * thick)
    if is_pair and _is_bar(often, first) and _is_bar(often[::-1], last):
        start, stop = first, n - last
    else:
        start = first if _is_lone_bar(often, first) else 0
        stop = n - last if _is_lone_bar(often[::-1], last) else n
    return (start, stop) if stop - start >= MIN_PICTURE * n else (0, n)


def _thickness(often: Floats) -> int:
    """Count the lines from the first on that are dark but for a logo."""
    share = (often >= 0.5).mean(axis=1)
    is_dark = share <= MAX_LOGO * np.quantile(share, 0.9)
    return 0 if is_dark.all() else int(np.argmin(is_dark))


def _is_bar(often: Floats, n_lines: int, edge: float = MIN_EDGE, logo: float = MAX_LOGO) -> bool:
    """Return whether the first lines are dark, and end at a straight edge."""
    if not 3 <= n_lines < len(often) - 3:
        return False
    usual = np.quantile(often.mean(axis=1), 0.9)
    inside = often[n_lines - 3].mean()
    beyond = often[n_lines + 1 : n_lines + 3].mean()
    share = (often[: n_lines - 1] >= 0.5).mean()
    return bool(beyond - inside >= edge * usual and share <= logo)


def _is_lone_bar(often: Floats, n_lines: int) -> bool:
    """Return whether the first lines are a bar beyond doubt, without another opposite it."""
    is_thick = n_lines >= MIN_LONE_BAR * len(often)
    return is_thick and _is_bar(often, n_lines, MIN_LONE_EDGE, MAX_LONE_LOGO)
