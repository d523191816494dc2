"""A report as a film to send: both videos side by side or one over the other, with its remarks.

Time runs in step with the expert or plainly, slower where most points were lost, and stands still a
moment where something was drawn.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from podium.checks import check_options
from podium.errors import UnusableFile, UsageError
from podium.report.captions import fitting, font_of, whole_lines_of
from podium.report.kept import KeptReport, Side
from podium.report.notes import Drawing
from podium.report.player import SPEEDS
from podium.report.sketches import HELD_SECONDS, STAYS_SECONDS, burn
from podium.report.words import Words
from podium.video.frames import Frame, each_frame, probe
from podium.video.playback import Playback, PlaybackOptions, playback_of

Pixels = npt.NDArray[np.uint8]
Span = tuple[float, float]
"""From when to when something is, in seconds of the performance's video."""

FRAMES_PER_SECOND = 30
PANEL_WIDTH, PANEL_HEIGHT = 640, 480
"""Each video is shown no larger than this."""

SLOW = 0.25
"""How fast the worst moments are played, as a share of full speed: one of `SPEEDS`."""

N_WORST = 2
"""So many moments, the worst, are played slowly."""

UNLIKE = 0.5
"""A clip that is less alike than this is among the worst, even where it cost nothing."""

MAX_BYTES = 10_000_000
QUALITIES = (23, 27, 31, 35, 39)
"""x264's rate factors, tried in turn until a film is smaller than `MAX_BYTES`."""

TOP, LINE, TEXT_SIZE, MARGIN = 42, 34, 25, 10
N_LINES = 3
"""Below the videos are the time and two lines of remarks."""

_CLOCK = 1e-4
"""Moments that lie closer than this are one, in seconds."""

PAPER, INK, QUIET = (16, 20, 26), (245, 245, 245), (170, 180, 190)


@dataclass(frozen=True)
class FilmOptions:
    """How a report is filmed."""

    layout: Literal["beside", "overlay"] = "beside"
    """Both videos beside each other, or one over the other."""

    plain: bool = False
    """Time runs in both as it was filmed; else the expert is kept in step."""

    def __post_init__(self) -> None:
        check_options(self)


def make_film(
    report: KeptReport,
    words: Words,
    options: FilmOptions = FilmOptions(),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Playback:
    """Film a report, as H.264 that phones play.

    `progress` is told how many frames of how many there are.

    Raises
    ------
    MissingFile, VideoError
        If a video cannot be read.
    UsageError
        If there is no expert's video to lay over.
    UnusableFile
        If even the coarsest film would be larger than `MAX_BYTES`.
    """
    if options.layout == "overlay" and report.reference is None:
        raise UsageError(f"{report.path}: has no expert's video to lay over: leave out --overlay")
    film = _Film(report, words, options)
    for quality in QUALITIES:
        coding = PlaybackOptions(film.width, film.height, quality, FRAMES_PER_SECOND)
        made = playback_of(film.frames(progress), film.width, film.height, coding)
        if len(made.content) <= MAX_BYTES:
            return made
    raise UnusableFile.of_file(
        report.path,
        f"its film has {len(made.content):,} bytes, more than the {MAX_BYTES:,} that can be sent: "
        "score a shorter part of the video",
    )


def schedule(start: float, end: float, slow: Sequence[Span]) -> list[tuple[float, bool]]:
    """Return which second is shown in each frame of the film, and whether it is shown slowly."""
    shown, moment = [], start
    step = 1 / FRAMES_PER_SECOND
    while moment < end - step / 100:
        is_slow = any(first <= moment < last for first, last in slow)
        shown.append((moment, is_slow))
        moment += step * (SLOW if is_slow else 1)
    return shown


@dataclass(frozen=True)
class Shown:
    """One frame of a film: the moments of both videos, and what is drawn on them."""

    moment: float
    """Of the performance, in seconds of its video."""

    experts: float
    """Of the expert's, in seconds of that one."""

    is_slow: bool
    """Whether time runs slowly there."""

    drawings: tuple[Drawing, ...] = ()
    """What is drawn on either."""


def timeline(report: KeptReport, *, plain: bool, end: float) -> list[Shown]:
    """Return what each frame of a film shows; it is held where something was drawn."""
    start = report.query.offset_seconds
    frames: list[Shown] = []
    coming, drawn = list(report.drawings), dict[Drawing, int]()
    for moment, is_slow in schedule(start, end, worst_moments(report)):
        shown = Shown(moment, expert_seconds(report, moment, plain=plain), is_slow)
        new = [one for one in coming if _has_come(one, shown)]
        coming = [one for one in coming if one not in new]
        held = HELD_SECONDS if new else 0.0
        drawn |= dict.fromkeys(new, len(frames) + _n(held + STAYS_SECONDS))
        for _ in range(1 + _n(held)):
            on = tuple(one for one, until in drawn.items() if len(frames) < until)
            frames.append(replace(shown, drawings=on))
    return frames


def _n(seconds: float) -> int:
    return round(seconds * FRAMES_PER_SECOND)


def _has_come(drawing: Drawing, shown: Shown) -> bool:
    """Return whether the frame that a drawing belongs to is on screen, or was just before."""
    now = shown.moment if drawing.side == "query" else shown.experts
    return -_CLOCK <= now - drawing.seconds < STAYS_SECONDS


def worst_moments(report: KeptReport) -> list[Span]:
    """Return from when to when most points were lost, or was least like the expert's."""
    costly = sorted((one for one in report.remarks if one.cost > 0), key=lambda one: -one.cost)
    spans = [(one.start_seconds, one.end_seconds) for one in costly[:N_WORST]]
    unlike = sorted((one for one in report.clips if one[2] < UNLIKE), key=lambda one: one[2])
    spans += [(first, last) for first, last, _ in unlike if (first, last) not in spans]
    return sorted(spans[:N_WORST])


def expert_seconds(report: KeptReport, seconds: float, *, plain: bool) -> float:
    """Return when the expert is where the performance is at so many seconds.

    Plainly, both run alike and agree in the last clip, in which the event is.
    """
    if not report.steps:
        return seconds
    ours, theirs = np.array(report.steps).T
    at = seconds
    if plain:
        at = report.clips[-1][0] if report.clips else float(ours[-1])
    inside = float(np.clip(at, ours[0], ours[-1]))
    return float(np.interp(inside, ours, theirs)) + seconds - inside


class _Film:
    """What is drawn where, and when."""

    def __init__(self, report: KeptReport, words: Words, options: FilmOptions) -> None:
        self.report, self.words, self.options = report, words, options
        self.sides = [side for side in (report.query, report.reference) if side]
        sizes = [_size(side) for side in self.sides]
        height = max(size[1] for size in sizes)
        self.sizes = [(_even(size[0] * height / size[1]), height) for size in sizes]
        self.is_overlay = options.layout == "overlay"
        if self.is_overlay:
            self.sizes = [self.sizes[0]] * 2
        widths = [size[0] for size in self.sizes]
        self.width = widths[0] if self.is_overlay else sum(widths)
        self.height = TOP + height + _even(N_LINES * LINE + MARGIN)

    def frames(self, progress: Callable[[int, int], None]) -> Iterator[Frame]:
        """Yield the frames of the film, one after the other."""
        first, *others = (
            _Reel(side, size) for side, size in zip(self.sides, self.sizes, strict=True)
        )
        end = self.report.query.offset_seconds + first.seconds
        every = timeline(self.report, plain=self.options.plain, end=end)
        for number, shown in enumerate(every):
            pictures = [first.at(shown.moment), *(other.at(shown.experts) for other in others)]
            pixels = self._drawn(pictures, shown)
            progress(number + 1, len(every))
            yield Frame(pixels, number / FRAMES_PER_SECOND, (number + 1) / FRAMES_PER_SECOND)

    def _drawn(self, pictures: list[Pixels], shown: Shown) -> Pixels:
        canvas = np.full((self.height, self.width, 3), PAPER, np.uint8)
        inside = canvas[TOP : TOP + self.sizes[0][1]]
        if self.is_overlay:
            inside[:] = np.mean(pictures, axis=0).round()
        else:
            inside[:] = np.concatenate(pictures, axis=1)
        picture = Image.fromarray(canvas)
        self._burn(picture, shown.drawings)
        self._write(ImageDraw.Draw(picture), shown.moment, shown.is_slow)
        return np.asarray(picture, np.uint8)

    def _burn(self, picture: Image.Image, drawings: Sequence[Drawing]) -> None:
        """Draw what a coach drew on each video; where one lies over the other, on that."""
        left = 0
        for name, size in zip(("query", "reference"), self.sizes, strict=False):
            own = [one for one in drawings if one.side == name]
            burn(picture, own, (left, TOP), size)
            left += 0 if self.is_overlay else size[0]

    def _write(self, draw: ImageDraw.ImageDraw, moment: float, is_slow: bool) -> None:
        """Write the names above, and below the time and what is remarked of it."""
        font, left = font_of(TEXT_SIZE), 0
        share = self.width // len(self.sides) if self.is_overlay else 0
        for side, (width, _) in zip(self.sides, self.sizes, strict=True):
            room = share or width
            name = fitting(side.name, TEXT_SIZE, room - 2 * MARGIN)
            draw.text((left + MARGIN, MARGIN // 2), name, INK, font)
            left += room
        below = TOP + self.sizes[0][1] + MARGIN // 2
        time = self.words("render.seconds", seconds=self.words.number(moment, 2))
        slow = "   " + self.words("render.slow", factor=dict(SPEEDS)[SLOW]) if is_slow else ""
        draw.text((MARGIN, below), time + slow, QUIET, font)
        said = [
            one.words
            for one in self.report.remarks
            if one.start_seconds <= moment < one.end_seconds
        ]
        room = self.width - 2 * MARGIN
        for number, line in enumerate(whole_lines_of(said, TEXT_SIZE, room, N_LINES - 1), 1):
            draw.text((MARGIN, below + number * LINE), line, INK, font)


class _Reel:
    """A video that is shown forward, one frame in memory."""

    def __init__(self, side: Side, size: tuple[int, int]) -> None:
        self._offset = side.offset_seconds
        self._frames = each_frame(side.path, width=size[0], height=size[1])
        self._now = next(self._frames, None)
        if self._now is None:
            raise UnusableFile.of_file(side.path, "no frame of it can be decoded: it is damaged")
        self._next = next(self._frames, None)
        self.seconds = probe(side.path).seconds

    def at(self, seconds: float) -> Pixels:
        """Return the frame that is on screen then; no earlier one than before."""
        assert self._now is not None
        moment = seconds - self._offset + _CLOCK
        while self._next is not None and self._next.start_seconds <= moment:
            self._now, self._next = self._next, next(self._frames, None)
        return self._now.pixels


def _size(side: Side) -> tuple[int, int]:
    video = probe(side.path)
    scale = min(PANEL_WIDTH / video.width, PANEL_HEIGHT / video.height)
    return _even(scale * video.width), _even(scale * video.height)


def _even(size: float) -> int:
    """Return a size as H.264 needs it."""
    return max(2 * round(size / 2), 2)
