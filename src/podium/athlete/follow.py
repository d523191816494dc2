"""Frames -> where the athlete is in each, and what of the picture is the athlete."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.camera import estimate_camera
from podium.athlete.motion import each_difference
from podium.athlete.silhouette import SIDE, Silhouettes, window
from podium.athlete.track import CELL, Seed, best_path, evidence
from podium.athlete.values import Athlete
from podium.video.clips import counting
from podium.video.frames import Frames, Video, decode, probe
from podium.video.limits import WHOLE, Box, Part

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Masks = npt.NDArray[np.bool_]
Sure = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

HEIGHT = 240
"""Videos are looked at so many pixels high."""

FIRST_REACH = 0.28
"""Half the side of a window, in heights of the picture, before the athlete's size is known."""

ROOM = 0.62
"""Half the side of a window, in lengths of the stretched athlete."""

CLOSE_ENOUGH = 1.15
"""A window whose side differs by less than this factor from what it should be is left."""

MIN_REACH, MAX_REACH = 0.06, 0.6
LOOKED_AT = 5
"""The athlete's size is learned from every so-manieth frame."""

N_LOOKS = 4
"""So many times at most a window is made to fit the athlete's size."""

OFTEN_CUT, WIDER = 0.15, 1.3
"""Where a larger share of silhouettes is cut by the border, windows are made so much wider."""

WIDE = 0.4
"""But half the side is then at most so many heights."""

OFF_CENTRE = 0.12
"""Of its side: where a silhouette lies further than this from the middle of its window, or is cut
by its border, the window is moved there, and looked at again."""

SURE = 0.5
GAP = 3
"""Pixels of a silhouette that are so far apart still belong together."""


def frames_of(path: Path, part: Part = WHOLE, playing_speed: float | None = None) -> Frames:
    """Decode a part of a video as the athlete is looked for in it: about 30 frames a second, small.

    They are so many a second of what was done, where the video is played faster or slower.

    Raises
    ------
    PodiumError
        If the file cannot be used.
    """
    about = probe(path)
    frames = _decode(path, part, _width(about, None))
    width = _width(about, frames.box)
    if width != frames.pixels.shape[2]:  # what is between black bars has another shape
        frames = _decode(path, part, width, frames.box)
    return counting(frames, playing_speed=playing_speed)


def _decode(path: Path, part: Part, width: int, box: Box | None = None) -> Frames:
    start, end = part
    return decode(path, width=width, height=HEIGHT, start_frame=start, end_frame=end, box=box)


def _width(about: Video, box: Box | None) -> int:
    """Return how wide a video is where it is `HEIGHT` high, in whole cells."""
    across, down = about.shape(box)
    return CELL * max(1, round(across * HEIGHT / down / CELL))


Finder = Callable[[Pixels], Sure]
"""Says how surely each pixel of windows, (windows, SIDE, SIDE, 4), is the athlete's."""


@dataclass(frozen=True)
class _Seen:
    """Frames, what moves in them, and who tells which pixels are the athlete's."""

    pixels: Pixels
    differences: npt.NDArray[np.uint8]
    find: Finder

    def masks(self, indices: Indices, middles: Floats, reach: float) -> Masks:
        """Return the silhouettes in the windows of some frames, (indices, SIDE, SIDE)."""
        windows = [self._window(i, at, reach) for i, at in zip(indices, middles, strict=True)]
        return np.stack([largest_piece(sure) for sure in self.find(np.stack(windows))])

    def _window(self, index: int, middle: Floats, reach: float) -> Pixels:
        right, down = middle
        moving = window(self.differences[index], right, down, reach)
        return np.dstack([window(self.pixels[index], right, down, reach), moving])


def follow(frames: Frames, seed: Seed | None = None, find: Finder | None = None) -> Athlete:
    """Follow the athlete: who moves as nothing else does, or who is at `seed`.

    Silhouettes are what `find` finds; without it, the network that ships.
    """
    pixels = frames.pixels
    camera = estimate_camera(pixels)
    differences = np.stack(list(each_difference(pixels, camera, _rate(frames))))
    maps = np.stack([evidence(d, f) for d, f in zip(differences, pixels, strict=True)])
    middles, along = best_path(maps, seed)
    seen = _Seen(pixels, differences, find or shipped())
    reach = _reach(seen, middles)
    middles, masks = _centred(seen, middles, reach)
    height, width = pixels.shape[1:3]
    return Athlete(frames.start_seconds, width, height, middles, reach, masks, along, camera)


def _rate(frames: Frames) -> float:
    seconds = frames.end_seconds - float(frames.start_seconds[0])
    return len(frames) / seconds if seconds > 0 else 30.0


def _reach(seen: _Seen, middles: Floats) -> float:
    """Return half the side of a window that holds the stretched athlete with some room about."""
    height = int(seen.pixels.shape[1])
    indices = np.arange(0, len(middles), LOOKED_AT)
    reach = FIRST_REACH * height
    for _ in range(N_LOOKS):
        masks = seen.masks(indices, middles[indices], reach)
        masks = masks[masks.any(axis=(1, 2))]
        if not len(masks):
            return reach
        if _is_cut(masks).mean() > OFTEN_CUT and reach < WIDE * height:
            reach = min(reach * WIDER, WIDE * height)
            continue
        wanted = _wanted(masks, reach)
        wanted = float(np.clip(wanted, MIN_REACH * height, MAX_REACH * height))
        if 1 / CLOSE_ENOUGH < wanted / reach < CLOSE_ENOUGH:
            return reach
        reach = wanted
    return reach


def _wanted(masks: Masks, reach: float) -> float:
    """Return half the side that windows should have, by what is seen in those of `reach`."""
    length = float(np.percentile([length_of(mask) for mask in masks], 95))
    return ROOM * length * 2 * reach / SIDE


def _is_cut(masks: Masks) -> npt.NDArray[np.bool_]:
    """Return which silhouettes are cut by the border of their window, (masks,)."""
    inner = masks[:, 1:-1, 1:-1]
    return np.asarray(masks.sum(axis=(1, 2)) > inner.sum(axis=(1, 2)))


def _centred(seen: _Seen, middles: Floats, reach: float) -> tuple[Floats, Masks]:
    """Return windows about the silhouettes, as where their middles are, and these."""
    masks = seen.masks(np.arange(len(middles)), middles, reach)
    aside = np.array([_aside(mask) for mask in masks])
    again = np.flatnonzero(_is_cut(masks) | (np.linalg.norm(aside, axis=1) > OFF_CENTRE * SIDE))
    if len(again):
        middles = middles.copy()
        middles[again] += aside[again] * 2 * reach / SIDE
        masks[again] = seen.masks(again, middles[again], reach)
    return middles, masks


def _aside(mask: Masks) -> Floats:
    """Return how far right and down of the middle of its window a silhouette lies, (2,)."""
    places = np.argwhere(mask)
    return places.mean(axis=0)[::-1] - (SIDE - 1) / 2 if len(places) else np.zeros(2)


def largest_piece(sure: Sure) -> Masks:
    """Return the largest silhouette in what is sure, (SIDE, SIDE), with what all but touches it."""
    mask = (sure > SURE).astype(np.uint8)
    near = cv2.dilate(mask, np.ones((GAP, GAP), np.uint8))
    n_pieces, pieces = cv2.connectedComponents(near)
    sizes = np.bincount(pieces.ravel(), mask.ravel(), n_pieces)
    sizes[0] = 0
    return np.asarray((pieces == int(sizes.argmax())) & (mask > 0))


@cache
def shipped() -> Silhouettes:
    """Return the network that ships, read once."""
    return Silhouettes()


def length_of(mask: npt.NDArray[np.bool_]) -> float:
    """Return how long a silhouette is along its longest axis, in its own pixels.

    Of a rod the variance along it is a twelfth of its squared length.
    """
    places = np.argwhere(mask)
    if len(places) < 2:
        return float(len(places))
    return float(np.sqrt(12 * np.linalg.eigvalsh(np.cov(places.T))[-1]))
