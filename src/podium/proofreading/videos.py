"""What is wrong with the videos of a table: each is opened, and beside the others."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt
from podium.errors import PodiumError, VideoError
from podium.features.given import read_features
from podium.inputs.given import FEATURE_SUFFIXES
from podium.inputs.problems import Problems, kind_of
from podium.machine.files import digest
from podium.performance import Performance
from podium.report.words import load_words
from podium.video.clips import counting, cut
from podium.video.frames import BLACK_LEVEL, Frames, decode

SIZE = (64, 48)
N_PICTURES = 16
POOL = 4
"""A video is compared by so many pictures of it, each made of squares of so many pixels."""

MOST_ALIKE, ALL_ALIKE = 0.06, 0.2
"""A video is a copy of another where half of its pictures, or all, differ by no more than this.

It is the share of how much the pictures move. Where sizes, containers or single frames changed,
half differ by up to .05; where it was strongly compressed, all by up to .17. Of 370 dives and 122
push-ups no two come closer than .14, and .29.
"""

STILL_LEVEL = 1.0
"""Pictures that move less than this are compared as if they moved so much (0 to 255)."""

MAX_COMPARED = 20_000
"""So many videos are compared with each other."""


@dataclass(frozen=True)
class _Seen:
    """How a video looks."""

    name: str
    """What its file is called."""

    line: int
    """The line of the table that lists it."""

    pictures: npt.NDArray[np.uint8]
    """Its pictures as grey squares, (pictures, squares)."""

    motion: float
    """How far they lie from their mean, on average."""


class Videos:
    """Opens one video after the other, and remembers how they look."""

    def __init__(self, problems: Problems, warnings: Problems) -> None:
        self._problems, self._warnings = problems, warnings
        self._digests: dict[Path, str] = {}
        self._contents: dict[tuple[str, int, int | None], tuple[int, Performance]] = {}
        self._seen: list[_Seen] = []

    def look_at(self, one: Performance, line: int) -> None:
        """Open a video, and say why it cannot be used, or what is to be doubted of it."""
        name = one.path.name
        try:
            doubts, frames = _open(one)
        except PodiumError as error:
            alike = kind_of(error.reason, name)
            self._problems.add(line, "{name!r}: {why}", alike, name=name, why=error.reason)
            return
        for doubt in doubts:
            said = load_words().doubt(doubt)
            self._warnings.add(line, "{name!r}: {said}", doubt.kind.name, name=name, said=said)
        if not self._is_copied(one, line) and frames is not None:
            self._compare(_looks(frames, name, line))

    def _is_copied(self, one: Performance, line: int) -> bool:
        """Return whether another file has the same content, and say so."""
        if one.path not in self._digests:
            self._digests[one.path] = digest(one.path)
        content = self._digests[one.path], one.start_frame or 0, one.end_frame
        first, other = self._contents.setdefault(content, (line, one))
        if first == line:
            return False
        if other.path != one.path:  # which is said of the rows
            self._warnings.add(
                line, "{name!r} is a copy of {other!r} on line {first}{across}",
                name=one.path.name, other=other.path.name, first=first,
                across=f", in the split {other.split}" if other.split != one.split else "",
            )  # fmt: skip
        return True

    def _compare(self, new: _Seen) -> None:
        for old in self._seen:
            if _are_alike(old, new):
                self._warnings.add(
                    new.line, "{name!r} shows almost the same as {other!r} on line {first}",
                    name=new.name, other=old.name, first=old.line,
                )  # fmt: skip
                return
        if len(self._seen) < MAX_COMPARED:
            self._seen.append(new)


def _open(one: Performance) -> tuple[tuple[Doubt, ...], Frames | None]:
    """Return what is to be doubted of a file, and its frames where it is a video."""
    if one.path.suffix.lower() in FEATURE_SUFFIXES:
        facts = read_features(one.path, one.kind).video
        return (facts.doubts if facts else ()), None
    width, height = SIZE
    frames = decode(
        one.path, width=width, height=height,
        start_frame=one.start_frame, end_frame=one.end_frame,
    )  # fmt: skip
    if frames.pixels.max() <= BLACK_LEVEL:
        raise VideoError("is black from beginning to end")
    counted = counting(frames)
    return cut(counted).video.doubts, counted


def _looks(frames: Frames, name: str, line: int) -> _Seen:
    """Return how a video looks at so many times, evenly spaced."""
    numbers = np.linspace(0, len(frames) - 1, N_PICTURES).round().astype(int)
    grey = frames.pixels[numbers].mean(axis=3)
    width, height = SIZE
    squares = grey.reshape(N_PICTURES, height // POOL, POOL, width // POOL, POOL).mean(axis=(2, 4))
    motion = float(np.abs(squares - squares.mean(axis=0)).mean())
    return _Seen(name, line, squares.round().astype(np.uint8).reshape(N_PICTURES, -1), motion)


def _are_alike(one: _Seen, other: _Seen) -> bool:
    moved = max(min(one.motion, other.motion), STILL_LEVEL)
    differences = np.abs(one.pictures.astype(np.int16) - other.pictures).mean(axis=1) / moved
    return bool(np.median(differences) <= MOST_ALIKE or differences.max() <= ALL_ALIKE)
