"""A long video at a glance: of each frame when it is shown, whether it is black, and what changes.

That is all it takes to say which frames count (`podium.video.layout`), and takes some thirty bytes
a frame: the pictures themselves are then looked at a few at a time, the second time they come.
"""

from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.checks import require_array
from podium.video import bars
from podium.video._within import part_of_file
from podium.video.frames import (
    BLACK_LEVEL,
    Frames,
    decode_keeping,
    difference,
    each_frame,
)
from podium.video.limits import Box, Part, VideoLimits

Pixels = npt.NDArray[np.uint8]

N_FOR_BARS, EVERY = 1_000, 10
"""Bars are looked for in so many first frames, and first in every so-manieth of them."""


@dataclass(frozen=True)
class Sketch(Frames):
    """Frames without their pixels, which are 1 x 1 and black: what can be known of them besides.

    `lightest` and `changed` are of all frames that were decoded, (decoded,), however few are kept:
    the largest value of each, and by how much it differs from the one before, of 255.
    """

    lightest: npt.NDArray[np.uint8] = field(kw_only=True)
    changed: npt.NDArray[np.float64] = field(kw_only=True)
    first: int = field(kw_only=True)
    """The number in the file of the first frame that was decoded."""

    path: Path = field(kw_only=True)
    """The file, which is decoded again where pictures are asked for."""

    size: tuple[int, int] = field(kw_only=True)
    """How wide and how high the pictures are."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_array("lightest", self.lightest, np.uint8, (None,))
        require_array("changed", self.changed, np.floating, (len(self.lightest),))

    @property
    def are_held(self) -> bool:
        """Whether the pictures are in memory: they are not."""
        return False

    @property
    def picture_size(self) -> tuple[int, int]:
        """How wide and how high a picture is."""
        return self.size

    def pictures(self) -> Generator[Pixels]:
        """Yield the picture of each frame, in order; one that is shown again comes as often.

        Raises
        ------
        MissingFile, VideoError
            As `decode` does.
        """
        numbers = self.numbers.tolist()
        times, part = Counter(numbers), Part(numbers[0], numbers[-1])
        width, height = self.size
        limits = VideoLimits.allowed().one_by_one()
        shown = each_frame(
            self.path, width=width, height=height, part=part, limits=limits, box=self.box
        )
        with closing(shown):
            for number, frame in enumerate(shown, numbers[0]):
                for _ in range(times[number]):
                    yield frame.pixels

    def pictures_at(self, indices: Iterable[int]) -> list[Pixels]:
        """Return the pictures of some frames by their index, each (height, width, 3)."""
        wanted = list(indices)
        asked = set(wanted)
        with closing(self.pictures()) as shown:
            found = {index: pixels for index, pixels in enumerate(shown) if index in asked}
        return [found[index] for index in wanted]

    def are_black(self) -> npt.NDArray[np.bool_]:
        """Return which frames are black, (frames,)."""
        return np.asarray(self.lightest[self.numbers - self.first] <= BLACK_LEVEL)

    def changes(self) -> npt.NDArray[np.float64]:
        """Return by how much each frame but the first differs from the one before.

        Where frames between the two were left out, that is the most by which two neighbours differ.
        """
        steps = pairwise((self.numbers - self.first).tolist())
        return np.array([self.changed[i + 1 : j + 1].max(initial=0.0) for i, j in steps])


class _Glances:
    """Keeps of each picture how light it is, and how it differs from the one before."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self._path, self._size = path, size
        self._lightest: list[int] = []
        self._changed: list[float] = []
        self._last: Pixels | None = None

    def add(self, pixels: Pixels) -> None:
        before = pixels if self._last is None else self._last
        self._lightest.append(int(pixels.max()))
        self._changed.append(difference(before, pixels))
        self._last = pixels

    def frames(self, **facts: Any) -> Sketch:
        return Sketch(
            np.zeros((len(self._lightest), 1, 1, 3), np.uint8),
            **facts,
            lightest=np.array(self._lightest, np.uint8),
            changed=np.array(self._changed),
            first=int(facts["numbers"][0]),
            path=self._path,
            size=self._size,
        )


def sketch(
    path: Path,
    *,
    width: int,
    height: int,
    start_frame: int | None = None,
    end_frame: int | None = None,
    limits: VideoLimits | None = None,
    box: Box | None = None,
) -> Sketch:
    """Look at a video, or a part of it, as `decode` does, and keep no picture of it.

    Without a `box`, black bars are looked for in its beginning.

    Raises
    ------
    MissingFile, VideoError
        As `decode` does; the limits hold for one frame after the other.
    """
    limits = limits or VideoLimits.allowed().one_by_one()
    part = part_of_file(path, start_frame, end_frame)
    size = (width, height)
    box = box or _bars(path, size, part, limits)
    found = decode_keeping(_Glances(path, size), path, size, part, limits, box)
    assert isinstance(found, Sketch)
    return found


def _bars(path: Path, size: tuple[int, int], part: Part, limits: VideoLimits) -> Box | None:
    """Find the picture within black bars, by the first frames."""
    last = part.start_frame + N_FOR_BARS - 1
    beginning = Part(
        part.start_frame, last if part.end_frame is None else min(last, part.end_frame)
    )
    shown = each_frame(path, width=size[0], height=size[1], part=part, limits=limits)
    with closing(shown):
        some = [one.pixels for one in islice(shown, 0, N_FOR_BARS, EVERY)]
    is_lit = some and bars.may_be(np.stack(some))
    return bars.find(path, limits, beginning) if is_lit else None
