"""Where the joints of a body are, frame by frame: read from a file, made comparable, cut in clips.

Or how they are bent: some cameras give angles instead (`Angles`).

Features may *be* keypoints: a clip is then described by its 16 frames of positions, one after the
other, and the fingerprint of what made them ends in `keypoints-{joints}x{dimensions}`. Scorers over
clips read them like any other features; scorers of pose put the frames together again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.checks import require_array
from podium.doubts import Doubt, DoubtKind
from podium.errors import FeatureError
from podium.performance import Kind

Array = npt.NDArray[np.float32]

FRAMES_PER_CLIP = 16

MAX_NAMED = 30
"""So many joints that were never seen are named."""

COCO = (
    "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder",
    "left elbow", "right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee",
    "right knee", "left ankle", "right ankle",
)  # fmt: skip
"""The 17 joints of COCO, which MoveNet and most others find."""

KINECT = (
    "spine base", "spine middle", "neck", "head", "left shoulder", "left elbow", "left wrist",
    "left hand", "right shoulder", "right elbow", "right wrist", "right hand", "left hip",
    "left knee", "left ankle", "left foot", "right hip", "right knee", "right ankle", "right foot",
    "spine shoulder", "left hand tip", "left thumb", "right hand tip", "right thumb",
)  # fmt: skip
"""The 25 joints of the Kinect v2."""

BLAZEPOSE = (
    "nose", "left inner eye", "left eye", "left outer eye", "right inner eye", "right eye",
    "right outer eye", "left ear", "right ear", "left mouth", "right mouth", "left shoulder",
    "right shoulder", "left elbow", "right elbow", "left wrist", "right wrist",
    "left little finger", "right little finger", "left index finger", "right index finger",
    "left thumb", "right thumb", "left hip", "right hip", "left knee", "right knee", "left ankle",
    "right ankle", "left heel", "right heel", "left toes", "right toes",
)  # fmt: skip
"""The 33 joints of BlazePose."""

SKELETONS = {len(names): names for names in (COCO, KINECT, BLAZEPOSE)}

KEYPOINTS_FILLED = DoubtKind("keypoints_filled", values=("percent",), optional=("never",))
"""`percent` of the keypoints were not seen and were filled in; `never` names joints."""


@dataclass(frozen=True)
class Keypoints:
    """Where the joints were: `positions` is (frames, joints, 2 or 3).

    After `normalise`, 0 is where the head usually was and 1 the size of the body, so that
    cameras and people can be compared. Two-dimensional ones count downwards, as pictures do.
    """

    positions: Array
    doubts: tuple[Doubt, ...] = ()

    def __post_init__(self) -> None:
        require_array("positions", self.positions, np.floating, (None, None, None), FeatureError)
        n_frames, n_joints, n_dims = self.positions.shape
        if not n_frames or not n_joints or n_dims not in (2, 3):
            raise FeatureError(
                f"positions has the shape {self.positions.shape}: it must be (frames, joints, 2 "
                "or 3)"
            )

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def layout(self) -> str:
        """Return how many joints in how many dimensions, as fingerprints do."""
        return f"keypoints-{self.positions.shape[1]}x{self.positions.shape[2]}"

    @property
    def head(self) -> int:
        """Which joint is the head: the nose of COCO, the head of the Kinect, else the first."""
        return KINECT.index("head") if self.positions.shape[1] == len(KINECT) else 0

    def normalise(self) -> Self:
        """Put the head's usual place at 0 and the body's size to 1, for the whole performance."""
        centred = self.positions - np.median(self.positions[:, self.head], axis=0)
        spread = self.positions - self.positions.mean(axis=1, keepdims=True)
        sizes = np.sqrt((spread**2).sum(axis=2).mean(axis=1))
        size = max(float(np.median(sizes)), 1e-6)
        return type(self)((centred / size).astype(np.float32), self.doubts)

    def relative_to_head(self) -> Array:
        """Return the other joints' positions as the head sees them, (frames, joints - 1, dims)."""
        apart = self.positions - self.positions[:, self.head : self.head + 1]
        return np.delete(apart, self.head, axis=1)

    def clips(self) -> Array:
        """Describe 16 frames after 16 as one row each, (clips, 16 * joints * dims).

        The last clip ends with the last frame; where frames are missing at the beginning, the first
        one is repeated, so that none is lost.
        """
        return in_clips(self.positions)

    @classmethod
    def from_clips(cls, values: Array, layout: str, n_frames: int = 0) -> Self:
        """Put the frames of clips (clips, 16 * joints * dims) together again.

        `layout` is a fingerprint that ends in `keypoints-{joints}x{dims}`, `n_frames` how many of
        the frames, from the end, are real (0: all).

        Raises
        ------
        FeatureError
            If these are no keypoints.
        """
        return cls(frames_of(values, Layout("positions", *shape_of(layout)), n_frames))


@dataclass(frozen=True)
class Angles:
    """How joints are bent: `degrees` is (frames, joints, 3), about each of three axes.

    A joint that turns on beyond half a turn goes on in degrees, and does not jump to the other end.
    """

    degrees: Array
    doubts: tuple[Doubt, ...] = ()

    def __post_init__(self) -> None:
        require_array("degrees", self.degrees, np.floating, (None, None, 3), FeatureError)

    def __len__(self) -> int:
        return len(self.degrees)

    @property
    def layout(self) -> str:
        """Return how many joints about how many axes, as fingerprints do."""
        return f"angles-{self.degrees.shape[1]}x{self.degrees.shape[2]}"

    def clips(self) -> Array:
        """Describe 16 frames after 16 as one row each, as `Keypoints.clips` does."""
        return in_clips(self.degrees)

    @classmethod
    def of(cls, degrees: npt.NDArray[Any]) -> Self:
        """Fill what was not seen (nan), as positions are filled, and undo jumps of whole turns.

        A joint that was never seen is taken to be straight, 0.

        Raises
        ------
        FeatureError
            If no joint was ever seen.
        """
        filled = fill_missing(degrees)
        never = ~np.isfinite(degrees).all(axis=2).any(axis=0)
        whole = np.where(never[None, :, None], 0, filled.positions)
        return cls(np.unwrap(whole, period=360, axis=0).astype(np.float32), filled.doubts)


def in_clips(frames: Array) -> Array:
    """Cut (frames, joints, numbers) into rows of 16 frames each, (clips, 16 * joints * numbers).

    The first frame is repeated where frames are missing, so that the last row ends with the last.
    """
    n_missing = -len(frames) % FRAMES_PER_CLIP
    whole = np.concatenate([np.repeat(frames[:1], n_missing, axis=0), frames])
    return whole.reshape(len(whole) // FRAMES_PER_CLIP, -1)


@dataclass(frozen=True)
class Layout:
    """What the numbers of a sequence are: of which kind, of how many joints, how many of each."""

    kind: Kind
    n_joints: int
    n_dims: int

    def __str__(self) -> str:
        each = (
            f"about {self.n_dims} axes" if self.kind == "angles" else f"in {self.n_dims} dimensions"
        )
        return f"the {self.kind} of {self.n_joints} joints {each}"

    @classmethod
    def of(cls, fingerprint: str) -> Self | None:
        """Read it off the fingerprint of features; `None` where they are no sequence."""
        found = re.search(r"(keypoints|angles)-(\d+)x(\d+)$", fingerprint)
        if not found:
            return None
        kind: Kind = "angles" if found[1] == "angles" else "positions"
        return cls(kind, int(found[2]), int(found[3]))


def frames_of(values: Array, layout: Layout, n_frames: int = 0) -> Array:
    """Put the frames of clips together again, (frames, joints, numbers).

    `n_frames` is how many of them, from the end, are real (0: all).
    """
    frames = np.asarray(values, np.float32).reshape(-1, layout.n_joints, layout.n_dims)
    return frames[-n_frames:] if 0 < n_frames < len(frames) else frames


def shape_of(layout: str) -> tuple[int, int]:
    """Read joints and dimensions from a fingerprint that ends in `keypoints-{joints}x{dims}`.

    Raises
    ------
    FeatureError
        If it does not.
    """
    found = re.search(r"keypoints-(\d+)x(\d+)$", layout)
    if not found:
        raise FeatureError(
            f"features of {layout} are not keypoints: use the backbone pose, or files of "
            "keypoints (frames x joints x 2 or 3)"
        )
    return int(found[1]), int(found[2])


def joint_names(n_joints: int) -> Sequence[str]:
    """Name the joints of a skeleton with so many of them; by number where it is not known."""
    return SKELETONS.get(n_joints) or tuple(f"joint {number}" for number in range(n_joints))


def fill_missing(positions: npt.NDArray[Any]) -> Keypoints:
    """Fill joints that were not seen (nan) from the frames before and after, and say so.

    A joint that was never seen is put where the middle of the others is.

    Raises
    ------
    FeatureError
        If no joint was ever seen.
    """
    missing = ~np.isfinite(positions).all(axis=2)
    if not missing.any():
        return Keypoints(positions.astype(np.float32))
    if missing.all():
        raise FeatureError("no joint was seen in any frame: find the keypoints again")
    complete = positions.astype(np.float64)
    times = np.arange(len(positions))
    seen_ever = np.flatnonzero(~missing.all(axis=0))
    for joint in seen_ever:
        seen = ~missing[:, joint]
        for axis in range(positions.shape[2]):
            column = complete[seen, joint, axis]
            complete[:, joint, axis] = np.interp(times, times[seen], column)
    never = np.flatnonzero(missing.all(axis=0))
    complete[:, never] = complete[:, seen_ever].mean(axis=1, keepdims=True)
    return Keypoints(complete.astype(np.float32), (_doubt_filled(missing, never),))


def _doubt_filled(missing: npt.NDArray[np.bool_], never: npt.NDArray[np.int64]) -> Doubt:
    percent = round(100 * float(missing.mean()), 3)
    if not len(never):
        return KEYPOINTS_FILLED(percent=percent)
    names = joint_names(missing.shape[1])
    more = f" and {len(never) - MAX_NAMED} more" if len(never) > MAX_NAMED else ""
    named = ", ".join(names[joint] for joint in never[:MAX_NAMED])
    return KEYPOINTS_FILLED(percent=percent, never=named + more)
