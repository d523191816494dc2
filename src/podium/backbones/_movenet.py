"""Where joints are by MoveNet (Google, single pose, Lightning), in crops that follow the body.

It reads 192 x 192 pixels and wants the person to fill them. So each frame is cropped about where
the joints were in the frame before; where the body is lost, it is searched for: where something
moves, in the middle, and in the whole frame.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from podium.errors import WeightsError
from podium.keypoints import COCO
from podium.machine import extras
from podium.networks.lite import LiteNetwork

SIDE = 192
"""Pixels across that MoveNet reads."""

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Finder = Callable[[Pixels], Array]
"""Finds 17 joints in one picture of (192, 192, 3): (17, 3) of y, x and confidence, all 0 to 1."""


@dataclass(frozen=True)
class Region:
    """A square part of a frame, in pixels: its middle and half its side; it may reach outside."""

    x: float
    y: float
    half: float


@dataclass(frozen=True)
class MoveNet:
    """Follows the body of one person through a clip."""

    find: Finder
    """What finds joints in a crop."""

    least_confidence: float
    """A joint of which it is less sure was not seen."""

    lost_below: float
    """Where it is less sure on average, the body is searched for."""

    margin: float
    """So much larger than the body is the crop."""

    def joints(self, clip: Pixels) -> tuple[Array, Flags]:
        """Find the joints in each frame of a clip, (frames, height, width, 3).

        Returns where they are, right and down in frame heights, (frames, 17, 2), nan where one was
        not seen; and which were seen, (frames, 17). Where none was, all are as they were guessed.
        """
        found = self._follow(clip)
        seen = found[:, :, 2] >= self.least_confidence
        positions = found[:, :, [1, 0]].astype(np.float32)
        if seen.any():
            positions[~seen] = np.nan
        return positions, seen

    def _follow(self, clip: Pixels) -> Array:
        """Find the joints in each frame of a clip: (16, 17, 3) of y, x (in heights), confidence."""
        joints, region = [], None
        for number, frame in enumerate(clip):
            found = self._in_region(frame, region) if region else None
            if found is None or found[:, 2].mean() < self.lost_below:
                tried = [self._in_region(frame, r) for r in places_to_search(clip, number)]
                found = max([*tried, *([] if found is None else [found])], key=_confidence)
            region = self._about(found, len(frame))
            joints.append(found)
        return np.stack(joints)

    def _in_region(self, frame: Pixels, region: Region) -> Array:
        found = self.find(crop(frame, region)).astype(np.float32)
        corner = np.array([region.y - region.half, region.x - region.half], np.float32)
        positions = (corner + found[:, :2] * 2 * region.half) / len(frame)
        return np.concatenate([positions, found[:, 2:]], axis=1)

    def _about(self, joints: Array, height: int) -> Region | None:
        """Place the next crop about the joints that were seen; nowhere if they were too few."""
        seen = joints[joints[:, 2] >= self.least_confidence, :2] * height
        if len(seen) < 4:
            return None
        low, high = seen.min(axis=0), seen.max(axis=0)
        half = max(float((high - low).max()) / 2 * self.margin, SIDE / 8)
        middle = (low + high) / 2
        return Region(float(middle[1]), float(middle[0]), half)


def crop(frame: Pixels, region: Region) -> Pixels:
    """Cut a region out of a frame, as (192, 192, 3); black where it reaches outside."""
    box = (
        round(region.x - region.half),
        round(region.y - region.half),
        round(region.x + region.half),
        round(region.y + region.half),
    )
    picture = Image.fromarray(frame).crop(box).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(picture)


def places_to_search(clip: Pixels, number: int) -> tuple[Region, ...]:
    """List where a body may be in a frame: where something moves, the middle, the whole frame."""
    height, width = clip.shape[1:3]
    middle = (width / 2, height / 2)
    return (
        moving_region(clip, number),
        Region(*middle, height / 4),
        Region(*middle, height / 2),
        Region(*middle, width / 2),
    )


def moving_region(clip: Pixels, number: int) -> Region:
    """Find where a frame differs most from the others beside it: a square about the movement."""
    height, width = clip.shape[1:3]
    others = clip[[max(number - 1, 0), min(number + 1, len(clip) - 1)]].astype(np.int16)
    change = np.abs(others - clip[number].astype(np.int16)).sum(axis=(0, 3)).astype(np.float64)
    change = np.maximum(change - np.quantile(change, 0.9), 0)
    if not change.any():
        return Region(width / 2, height / 2, height / 3)
    weights = change / change.sum()
    y, x = np.arange(height), np.arange(width)
    middle_y, middle_x = weights.sum(axis=1) @ y, weights.sum(axis=0) @ x
    spread = weights.sum(axis=1) @ (y - middle_y) ** 2 + weights.sum(axis=0) @ (x - middle_x) ** 2
    return Region(float(middle_x), float(middle_y), float(np.clip(2 * np.sqrt(spread), 32, 120)))


def _confidence(joints: Array) -> float:
    return float(joints[:, 2].mean())


def read_movenet(path: Path) -> Finder:
    """Load MoveNet, to be run on one thread."""
    if not path.is_file():
        where = f"are not at {str(path)!r}" if path.name else "do not ship with Podium"
        raise WeightsError(
            f"MoveNet's weights {where}: download movenet_single_pose_lightning as .tflite and "
            "set PODIUM_MOVENET_WEIGHTS to its path"
        )
    with extras.needed_for("the backbone pose", "pose", "give files of keypoints"):
        network = LiteNetwork(
            path, (1, SIDE, SIDE, 3), [(1, 1, len(COCO), 3)],
            "give movenet_single_pose_lightning as .tflite, which reads uint8", np.uint8,
        )  # fmt: skip

    def find(picture: Pixels) -> Array:
        return np.asarray(network(picture[None])[0][0, 0], np.float32)

    return find
