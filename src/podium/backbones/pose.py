"""Where the athlete's joints are in every frame, found by MoveNet in crops that follow the body.

MoveNet (Google, single pose, Lightning) reads 192 x 192 pixels and wants the person to fill them.
So each frame is cropped about where the joints were in the frame before; where the body is lost, it
is searched for: where something moves, in the middle, and in the whole frame.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from podium.backbones import require_clips
from podium.checks import check_options
from podium.doubts import Doubt, DoubtKind
from podium.errors import UsageError, WeightsError
from podium.joints.follow import JOINTS_UNSEEN
from podium.keypoints import COCO, FRAMES_PER_CLIP, fill_missing
from podium.machine import extras
from podium.machine.files import digest
from podium.networks.weights import require_weights

VERSION = 1
MIDDLE = (2 / 3, 0.5)
"""The middle of a frame of 320 x 240 in frame heights: to the right, downwards."""

SIDE = 192
"""Pixels across that MoveNet reads."""

NOBODY_SEEN = DoubtKind("nobody_seen", values=("n", "clips"))
"""Nobody was seen in `n` of `clips` clips."""

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]
Finder = Callable[[Pixels], Array]
"""Finds 17 joints in one picture of (192, 192, 3): (17, 3) of y, x and confidence, all 0 to 1."""


@dataclass(frozen=True)
class PoseOptions:
    """How sure a joint must be to count, and how the crop follows the body.

    Joints below `least_confidence` are filled in; below a mean of `lost_below` the body is searched
    for again. The crop is `margin` times as large as the body.
    """

    least_confidence: float = 0.2
    lost_below: float = 0.25
    margin: float = 1.6

    def __post_init__(self) -> None:
        check_options(self)
        shares = (self.least_confidence, self.lost_below)
        if not all(0 <= share < 1 for share in shares) or self.margin < 1:
            raise UsageError(f"{self}: confidences must be from 0 to below 1, and margin 1 or more")


@dataclass(frozen=True)
class Region:
    """A square part of a frame, in pixels: its middle and half its side; it may reach outside."""

    x: float
    y: float
    half: float


class Pose:
    """Finds 17 joints in every frame (MoveNet; weights by path), following the body by crops.

    `weights` is MoveNet's `.tflite` file; without it, the file that `PODIUM_MOVENET_WEIGHTS` names.
    `find` may be given instead, to find joints in some other way.

    Raises
    ------
    WeightsError
        If there are no weights, or they are not MoveNet's.
    MissingExtra
        If what runs them is not installed.
    """

    name = "pose"
    frame_size = (320, 240)
    dim = FRAMES_PER_CLIP * len(COCO) * 2

    def __init__(
        self,
        weights: Path | None = None,
        options: PoseOptions = PoseOptions(),
        find: Finder | None = None,
    ) -> None:
        self.options = options
        path = weights or Path(os.environ.get("PODIUM_MOVENET_WEIGHTS", ""))
        self._find = find or _movenet(path)
        made_by = "given" if find else digest(path)[:12]
        self.fingerprint = f"pose-{VERSION}-{made_by}-{options}-keypoints-{len(COCO)}x2"

    def __call__(self, clips: Pixels) -> Array:
        """Describe clips of (clips, 16, 240, 320, 3) as (clips, dim); see `Backbone`."""
        return self.describe(clips)[0]

    def describe(self, clips: Pixels) -> tuple[Array, tuple[Doubt, ...]]:
        """Return each clip's joints as one row, and what had to be filled in.

        Positions are to the right and downwards from the middle of the frame, in frame heights.
        """
        require_clips(clips, self.frame_size)
        found = [self._follow(clip) for clip in clips]
        positions = [_positions(joints, self.options.least_confidence) for joints in found]
        rows = [
            (fill_missing(row).positions - MIDDLE).astype(np.float32).ravel() for row in positions
        ]
        values = np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)
        return values, _doubts(found, self.options.least_confidence)

    def _follow(self, clip: Pixels) -> Array:
        """Find the joints in each frame of a clip: (16, 17, 3) of y, x (in heights), confidence."""
        joints, region = [], None
        for number, frame in enumerate(clip):
            found = self._in_region(frame, region) if region else None
            if found is None or found[:, 2].mean() < self.options.lost_below:
                tried = [self._in_region(frame, r) for r in places_to_search(clip, number)]
                found = max([*tried, *([] if found is None else [found])], key=_confidence)
            region = self._about(found)
            joints.append(found)
        return np.stack(joints)

    def _in_region(self, frame: Pixels, region: Region) -> Array:
        found = self._find(crop(frame, region)).astype(np.float32)
        corner = np.array([region.y - region.half, region.x - region.half], np.float32)
        positions = (corner + found[:, :2] * 2 * region.half) / len(frame)
        return np.concatenate([positions, found[:, 2:]], axis=1)

    def _about(self, joints: Array) -> Region | None:
        """Place the next crop about the joints that were seen; nowhere if they were too few."""
        seen = joints[joints[:, 2] >= self.options.least_confidence, :2] * self.frame_size[1]
        if len(seen) < 4:
            return None
        low, high = seen.min(axis=0), seen.max(axis=0)
        half = max(float((high - low).max()) / 2 * self.options.margin, SIDE / 8)
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


def _positions(joints: Array, least: float) -> Array:
    """Return (frames, joints, 2) of x, y, nan where unsure; as found, where nothing is sure."""
    positions = joints[:, :, [1, 0]].astype(np.float32)
    unsure = joints[:, :, 2] < least
    if not unsure.all():
        positions[unsure] = np.nan
    return positions


def _doubts(found: Sequence[Array], least: float) -> tuple[Doubt, ...]:
    unsure = [(joints[:, :, 2] < least).mean() for joints in found]
    lost = sum(share == 1 for share in unsure)
    doubts = []
    if unsure and np.mean(unsure) > 0:
        doubts.append(JOINTS_UNSEEN(percent=round(100 * float(np.mean(unsure)), 3)))
    if lost:
        doubts.append(NOBODY_SEEN(n=int(lost), clips=len(found)))
    return tuple(doubts)


def _movenet(path: Path) -> Finder:
    """Load MoveNet, to be run on one thread."""
    if not path.is_file():
        where = f"are not at {str(path)!r}" if path.name else "do not ship with Podium"
        raise WeightsError(
            f"MoveNet's weights {where}: download movenet_single_pose_lightning as .tflite and "
            "set PODIUM_MOVENET_WEIGHTS to its path"
        )
    require_weights(path, "give movenet_single_pose_lightning as .tflite")
    with extras.needed_for("the backbone pose", "pose", "give files of keypoints"):
        from ai_edge_litert.interpreter import Interpreter
    try:
        interpreter = Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
        given, made = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    except (ValueError, RuntimeError) as error:
        raise WeightsError(f"{path}: is not a LiteRT model ({error})") from error
    shapes = tuple(given["shape"]), given["dtype"], tuple(made["shape"])
    if shapes != ((1, SIDE, SIDE, 3), np.uint8, (1, 1, len(COCO), 3)):
        raise WeightsError(
            f"{path}: is not MoveNet Lightning for one pose (uint8 of 1 x 192 x 192 x 3 to 17 "
            "joints): choose that file"
        )

    def find(picture: Pixels) -> Array:
        interpreter.set_tensor(given["index"], picture[None])
        interpreter.invoke()
        found: Array = interpreter.get_tensor(made["index"])[0, 0].copy()
        return found

    return find
