"""Frames -> where the athlete is in each, and what of the picture is the athlete."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.athlete.camera import estimate_camera
from podium.athlete.motion import each_difference
from podium.athlete.silhouette import SIDE, cut_out, window
from podium.athlete.track import Seed, best_path, evidence
from podium.athlete.values import Athlete
from podium.video.clips import counting
from podium.video.frames import Frames, decode, probe

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

HEIGHT = 240
"""Videos are looked at so many pixels high."""

FIRST_REACH = 0.22
"""Half the side of a window, in heights of the picture, before the athlete's size is known."""

ROOM = 0.62
"""Half the side of a window, in lengths of the stretched athlete."""

CLOSE_ENOUGH = 1.2
"""A window whose side differs by less than this factor from what it should be is left."""

MIN_REACH, MAX_REACH = 0.06, 0.6
LOOKED_AT = 4
"""The athlete's size is learned from every so-manieth frame."""


def frames_of(path: Path, start_frame: int | None = None, end_frame: int | None = None) -> Frames:
    """Decode a video as the athlete is looked for in it: about 30 frames a second, small.

    Raises
    ------
    PodiumError
        If the file cannot be used.
    """
    about = probe(path)
    width = 4 * max(1, round(about.width * HEIGHT / about.height / 4))
    return counting(
        decode(path, width=width, height=HEIGHT, start_frame=start_frame, end_frame=end_frame)
    )


@dataclass(frozen=True)
class _Seen:
    """Frames, what moves in them, and where the best path leads."""

    pixels: Pixels
    differences: npt.NDArray[np.uint8]
    middles: Floats

    def mask(self, index: int, reach: float) -> npt.NDArray[np.bool_]:
        right, down = self.middles[index]
        colours = window(self.pixels[index], right, down, reach)
        return cut_out(colours, window(self.differences[index], right, down, reach))


def follow(frames: Frames, seed: Seed | None = None) -> Athlete:
    """Follow the athlete: who moves as nothing else does, or who is at `seed`."""
    pixels = frames.pixels
    camera = estimate_camera(pixels)
    differences = np.stack(list(each_difference(pixels, camera, _rate(frames))))
    maps = np.stack([evidence(d, f) for d, f in zip(differences, pixels, strict=True)])
    middles, along = best_path(maps, seed)
    seen = _Seen(pixels, differences, middles)
    reach = _reach(seen)
    masks = np.stack([seen.mask(index, reach) for index in range(len(pixels))])
    height, width = pixels.shape[1:3]
    return Athlete(frames.start_seconds, width, height, middles, reach, masks, along, camera)


def _rate(frames: Frames) -> float:
    seconds = frames.end_seconds - float(frames.start_seconds[0])
    return len(frames) / seconds if seconds > 0 else 30.0


def _reach(seen: _Seen) -> float:
    """Return half the side of a window that holds the stretched athlete with some room about."""
    height = seen.pixels.shape[1]
    reach = FIRST_REACH * height
    masks = (seen.mask(i, reach) for i in range(0, len(seen.pixels), LOOKED_AT))
    lengths = [length_of(mask) for mask in masks if mask.any()]
    if not lengths:
        return reach
    wanted = ROOM * float(np.percentile(lengths, 90)) * 2 * reach / SIDE
    wanted = float(np.clip(wanted, MIN_REACH * height, MAX_REACH * height))
    return reach if 1 / CLOSE_ENOUGH < wanted / reach < CLOSE_ENOUGH else wanted


def length_of(mask: npt.NDArray[np.bool_]) -> float:
    """Return how long a silhouette is along its longest axis, in its own pixels.

    Of a rod the variance along it is a twelfth of its squared length.
    """
    places = np.argwhere(mask)
    if len(places) < 2:
        return float(len(places))
    return float(np.sqrt(12 * np.linalg.eigvalsh(np.cov(places.T))[-1]))
