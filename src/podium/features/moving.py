"""Where in the picture something moves, moment by moment, whatever it looks like.

What tells moments of a routine apart in two videos is what the athlete does, not the hall, the
clothes or the camera. Each picture is compared with those shortly before and after it, once the
camera's own shift is taken out (phase correlation: Kuglin and Hines, 1975); what differs from both
is put into a grid about the middle of what moves, as large as the movements of that video are.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from podium.checks import require_array, require_times
from podium.errors import FeatureError
from podium.video.frames import Frame, each_frame, probe
from podium.video.limits import Part

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

N_PIXELS = 160 * 120
"""Pictures are looked at in about so many pixels, of their own shape."""

BLOCK = 4
"""What moves is summed up in blocks of so many pixels a side."""

APART_SECONDS = 1 / 15
"""So far apart are pictures that are compared: what moves has then left its place."""

LEAST, MOST = 12, 72
"""Of 255: less is noise, and more counts as this."""

EDGE = 3
"""So many pixels at the edge, which a shift brings in, are passed over."""

LARGEST_SHIFT = 1 / 8
"""The camera moves by no larger part of the width between two pictures."""

N_CELLS = 5
"""The grid has so many cells a side."""

REACH = 2.5
"""It reaches so many times as far as movements usually do."""

FOLLOWED_SECONDS = 0.25
"""The middle of what moves is that of so long before and after."""

BLURRED_SECONDS = 0.06
"""Moments run into each other by so much (the width of a Gaussian)."""


@dataclass(frozen=True)
class Moving:
    """How much moves in each cell of the grid, (moments, cells), and when, (moments,) in seconds.

    Seconds count from the first frame that was wanted.
    """

    values: npt.NDArray[np.float32]
    start_seconds: Floats
    end_seconds: Floats

    def __post_init__(self) -> None:
        require_array("values", self.values, np.float32, (None, None), FeatureError)
        require_times(self.start_seconds, self.end_seconds, len(self.values), FeatureError)

    @property
    def middle_seconds(self) -> Floats:
        """When the middle of each moment is, (moments,)."""
        return (self.start_seconds + self.end_seconds) / 2

    def together(self, n: int) -> "Moving":
        """Return it with `n` moments made one each; of the last, what is left."""
        firsts = np.arange(0, len(self.values), n)
        counts = np.diff(firsts, append=len(self.values))
        means = np.add.reduceat(self.values, firsts) / counts[:, None]
        lasts = firsts + counts - 1
        return Moving(means.astype(np.float32), self.start_seconds[firsts], self.end_seconds[lasts])


def moving(path: Path, part: Part, n_together: int) -> Moving:
    """Look at what moves in a video, `n_together` frames a moment, in memory for the moments only.

    Raises
    ------
    PodiumError
        If the video cannot be read.
    """
    about = probe(path)
    width, height = _size(about.width, about.height)
    apart = max(1, round(APART_SECONDS * about.frames_per_second))
    times: list[tuple[float, float]] = []
    with closing(each_frame(path, width=width, height=height, part=part)) as shown:
        movements = _each_movement(_noting(shown, times), apart)
        maps = [
            np.mean([_in_blocks(one) for one in some], axis=0, dtype=np.float32)
            for some in batched(movements, n_together)
        ]
    starts, ends = (np.array(some) for some in zip(*times, strict=True))
    firsts = np.arange(len(maps)) * n_together
    lasts = np.minimum(firsts + n_together, len(ends)) - 1
    step_seconds = float(ends[-1] - starts[0]) / len(maps)
    return Moving(_in_grid(np.stack(maps), step_seconds), starts[firsts], ends[lasts])


def _noting(shown: Iterable[Frame], times: list[tuple[float, float]]) -> Iterator[Pixels]:
    for frame in shown:
        times.append((frame.start_seconds, frame.end_seconds))
        yield frame.pixels


def batched(some: Iterator[Pixels], n: int) -> Iterator[list[Pixels]]:
    """Yield so many at a time; the last are what is left."""
    while batch := list(islice(some, n)):
        yield batch


def _size(width: int, height: int) -> tuple[int, int]:
    scale = (N_PIXELS / (width * height)) ** 0.5
    return max(round(width * scale), 4 * BLOCK), max(round(height * scale), 4 * BLOCK)


def _each_movement(pictures: Iterator[Pixels], apart: int) -> Iterator[Pixels]:
    """Yield of each picture what differs from those before and after, (height, width), 0 to 255."""
    held: deque[Pixels] = deque(maxlen=apart + 1)
    before: deque[Pixels | None] = deque([None] * apart)
    for picture in pictures:
        held.append(picture)
        if len(held) <= apart:
            continue
        own, later = _differences(held[0], held[-1])
        earlier = before.popleft()
        yield own if earlier is None else np.minimum(earlier, own)
        before.append(later)
    for earlier in islice(before, min(len(held), apart)):  # of those that nothing comes after
        yield np.zeros(held[0].shape[:2], np.uint8) if earlier is None else earlier


def _differences(one: Pixels, other: Pixels) -> tuple[Pixels, Pixels]:
    """Return how two pictures differ, seen from the place of either, without the camera's shift."""
    height, width = one.shape[:2]
    greys = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (one, other))
    before, after = (grey.astype(np.float32) for grey in greys)
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (right, down), _ = cv2.phaseCorrelate(before, after, window)
    if not max(abs(right), abs(down)) <= LARGEST_SHIFT * width:
        right = down = 0.0
    shift = np.array([[1, 0, right], [0, 1, down]])
    moved = cv2.warpAffine(one, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
    found = np.asarray(reduce(cv2.max, cv2.split(cv2.absdiff(moved, other))), np.uint8)
    found[:EDGE] = found[-EDGE:] = 0
    found[:, :EDGE] = found[:, -EDGE:] = 0
    back = cv2.warpAffine(found, shift, (width, height), flags=cv2.WARP_INVERSE_MAP)
    return np.asarray(back, np.uint8), np.asarray(found, np.uint8)


def _in_blocks(found: Pixels) -> npt.NDArray[np.float32]:
    """Return how much moves in each block, (rows, columns)."""
    counted = np.clip(found, LEAST, MOST) - LEAST
    rows, columns = (size // BLOCK for size in counted.shape)
    whole = np.ascontiguousarray(counted[: rows * BLOCK, : columns * BLOCK], np.float32)
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _in_grid(maps: npt.NDArray[np.float32], step_seconds: float) -> npt.NDArray[np.float32]:
    """Sum maps, (moments, rows, columns), up in a grid about what moves, (moments, cells)."""
    totals = maps.sum(axis=(1, 2), dtype=np.float64) + 1e-6
    n_around = max(1, round(FOLLOWED_SECONDS / step_seconds))
    usual = _around(totals, n_around)
    lines = [maps.sum(axis=axis, dtype=np.float64) for axis in (2, 1)]
    offsets = []
    for line in lines:
        along = np.arange(line.shape[1])
        offsets.append(along - (_around(line @ along, n_around) / usual)[:, None])
    squared = sum((line * off**2).sum(axis=1) for line, off in zip(lines, offsets, strict=True))
    far = float(np.median(np.sqrt(squared / totals)[totals >= np.median(totals)]))
    edges = np.linspace(-REACH, REACH, N_CELLS + 1)[1:-1] * max(far, 1e-6)
    cell_of = [np.eye(N_CELLS, dtype=np.float32)[np.searchsorted(edges, off)] for off in offsets]
    cells = np.einsum("trc,trk,tcl->tkl", maps, *cell_of, optimize=True)
    shares = np.sqrt(cells.reshape(len(maps), -1) / np.median(totals))
    blurred = gaussian_filter1d(shares, BLURRED_SECONDS / step_seconds, axis=0, mode="nearest")
    return np.asarray(blurred, np.float32)


def _around(values: Floats, n: int) -> Floats:
    return np.asarray(uniform_filter1d(values, 2 * n + 1, mode="nearest"), np.float64)
