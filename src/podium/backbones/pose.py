"""Where the athlete's joints are in every frame, found by BlazePose, or by MoveNet.

BlazePose (`podium.joints`) sees people upright, lying and bent, and finds 33 joints and their
depth; `podium fetch pose` gets its networks. MoveNet finds 17 joints, without depth; its weights
are given by path.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from podium.backbones import require_clips
from podium.backbones._movenet import Finder, MoveNet, read_movenet
from podium.checks import check_options
from podium.doubts import Doubt, DoubtKind
from podium.errors import UsageError
from podium.joints.blazepose import BlazePose
from podium.joints.follow import JOINTS_UNSEEN, Follower, joined
from podium.joints.regions import Region
from podium.joints.values import Joints
from podium.joints.weights import FINGERPRINT
from podium.keypoints import BLAZEPOSE, COCO, FRAMES_PER_CLIP, fill_missing
from podium.machine.files import digest

VERSION = 1

NOBODY_SEEN = DoubtKind("nobody_seen", values=("n", "clips"))
"""Nobody was seen in `n` of `clips` clips."""

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PoseOptions:
    """Which network finds joints; of MoveNet how sure it must be, and how its crop follows.

    Joints below `least_confidence` are filled in; below a mean of `lost_below` the body is searched
    for again. The crop is `margin` times as large as the body.
    """

    least_confidence: float = 0.2
    lost_below: float = 0.25
    margin: float = 1.6
    network: Literal["usual", "blazepose", "movenet"] = field(default="usual", repr=False)
    """`usual` is MoveNet where its weights are named, else BlazePose."""

    def __post_init__(self) -> None:
        check_options(self)
        shares = (self.least_confidence, self.lost_below)
        if not all(0 <= share < 1 for share in shares) or self.margin < 1:
            raise UsageError(f"{self}: confidences must be from 0 to below 1, and margin 1 or more")


class _Network(Protocol):
    """What finds joints in a clip, as `MoveNet` does."""

    def joints(self, clip: Pixels) -> tuple[Array, Flags]: ...


class Pose:
    """Finds the athlete's joints in every frame: 33 and their depth (BlazePose), or 17 (MoveNet).

    `weights` is MoveNet's `.tflite` file; without it, the file that `PODIUM_MOVENET_WEIGHTS` names.
    Where neither is given, it is BlazePose, whose files `podium fetch pose` gets. `find` may be
    given instead, to find 17 joints in some other way.

    Raises
    ------
    WeightsError
        If there are no weights, or they are another network's.
    MissingExtra
        If what runs them is not installed.
    """

    name = "pose"

    def __init__(
        self,
        weights: Path | None = None,
        options: PoseOptions = PoseOptions(),
        find: Finder | None = None,
    ) -> None:
        self.options = options
        named = os.environ.get("PODIUM_MOVENET_WEIGHTS", "")
        is_named = bool(weights or find or named)
        if options.network == "movenet" or (options.network == "usual" and is_named):
            self._be_movenet(weights or Path(named), find)
        else:
            self._be_blazepose()
        self.dim = FRAMES_PER_CLIP * self._shape[0] * self._shape[1]
        self.fingerprint += f"-keypoints-{self._shape[0]}x{self._shape[1]}"

    def _be_movenet(self, path: Path, find: Finder | None) -> None:
        self.frame_size, self.keeps_shape = (320, 240), False
        self._shape = (len(COCO), 2)
        chosen = self.options
        found = find or read_movenet(path)
        confidences = chosen.least_confidence, chosen.lost_below
        self._network: _Network = MoveNet(found, *confidences, chosen.margin)
        made_by = "given" if find else digest(path)[:12]
        self.fingerprint = f"pose-{VERSION}-{made_by}-{chosen}"

    def _be_blazepose(self) -> None:
        self.frame_size, self.keeps_shape = (480, 360), True
        self._shape = (len(BLAZEPOSE), 3)
        self._network = _ByBlazePose(BlazePose())
        self.fingerprint = f"pose-{VERSION}-{FINGERPRINT}"

    def __call__(self, clips: Pixels) -> Array:
        """Describe clips of (clips, 16, height, width, 3) as (clips, dim); see `Backbone`."""
        return self.describe(clips)[0]

    def describe(self, clips: Pixels) -> tuple[Array, tuple[Doubt, ...]]:
        """Return each clip's joints as one row, and what had to be filled in.

        Positions are to the right and downwards from the middle of the frame (and, of BlazePose,
        away from the camera from the hips), in frame heights.
        """
        require_clips(clips, self.frame_size)
        width, height = self.frame_size
        middle = (width / height / 2, 0.5, 0.0)[: self._shape[1]]
        found = [self._network.joints(clip) for clip in clips]
        rows = [
            (fill_missing(positions).positions - middle).astype(np.float32).ravel()
            for positions, _ in found
        ]
        values = np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)
        return values, _doubts([seen for _, seen in found])


@dataclass(frozen=True)
class _ByBlazePose:
    """Follows the person in a clip by `podium.joints`."""

    finder: BlazePose

    def joints(self, clip: Pixels) -> tuple[Array, Flags]:
        """Find the joints in each frame of a clip, (frames, height, width, 3).

        Returns where they are, in frame heights, (frames, 33, 3), and which were seen, (frames,
        33). Where nobody was, joints are where they would be likeliest.
        """
        found, is_somebody = self._follow(clip)
        return found.places.astype(np.float32), found.seen & is_somebody

    def _follow(self, clip: Pixels) -> tuple[Joints, bool]:
        follower, times = Follower(self.finder), np.arange(len(clip), dtype=np.float64)
        height, width = clip.shape[1:3]
        for frame in clip:
            follower.see(frame)
        if any(follower.looks):
            return joined(follower.looks, times, (width, height)), True
        whole = Region(width / 2, height / 2, float(max(width, height)))
        guesses = [self.finder.look(frame, whole) for frame in clip]
        return joined(guesses, times, (width, height)), False


def _doubts(seen: Sequence[Flags]) -> tuple[Doubt, ...]:
    unsure = [float((~flags).mean()) for flags in seen]
    lost = sum(share == 1 for share in unsure)
    doubts = []
    if unsure and np.mean(unsure) > 0:
        doubts.append(JOINTS_UNSEEN(percent=round(100 * float(np.mean(unsure)), 3)))
    if lost:
        doubts.append(NOBODY_SEEN(n=int(lost), clips=len(seen)))
    return tuple(doubts)
