"""What a file says of joints, before units, directions and gaps are made alike."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt
from podium.errors import FeatureError
from podium.joints import Joints
from podium.keypoints import fill_missing

Floats = npt.NDArray[np.float64]

MAX_FRAMES, MAX_JOINTS = 500_000, 300
LARGEST = 1e6
"""A place further away than that, in whatever unit, is none."""

METRES_IN = ((0.15, 8.0, 1.0), (15.0, 800.0, 0.01), (150.0, 8000.0, 0.001))
"""How large a body is in metres, centimetres and millimetres (from, below), and what these are.
The size is the extent of all joints, of a body that may be bent or lack its legs."""


@dataclass(frozen=True)
class Places:
    """Where a file says that joints are."""

    names: tuple[str, ...]
    """What they are called, as in `podium.keypoints`."""

    positions: Floats
    """(frames, joints, 2 or 3), in the file's unit; NaN where one was not seen."""

    visibility: Floats | None = None
    """How surely each was seen, 0 to 1, (frames, joints)."""

    times: Floats | None = None
    """When each frame is, in seconds."""

    y_is_up: bool = False
    """Whether the second number counts upwards."""

    doubts: tuple[Doubt, ...] = ()
    """What had to be assumed."""


def joints_of(places: Places, path: Path, frames_per_second: float | None) -> Joints:
    """Make units, directions and gaps of a file alike; 3-D ones become metres.

    Raises
    ------
    FeatureError
        If it holds too few or too many frames or joints, numbers that are no places, or no rate.
    """
    _require_size(places, path)
    times = _times(places, path, frames_per_second)
    positions = places.positions.copy()
    far = ~(abs(positions) <= LARGEST).all(axis=2)
    positions[far] = np.nan
    if far.all():
        raise FeatureError.of_file(path, "no joint was seen in any frame: find the joints again")
    if places.y_is_up:
        positions[..., 1] *= -1
    filled = fill_missing(positions)
    visibility = np.where(far, 0.0, 1.0 if places.visibility is None else places.visibility)
    complete = np.asarray(filled.positions, np.float64)
    has_depth = complete.shape[2] == 3
    world = complete * _metres(complete) if has_depth else None
    scale = float(np.median(np.linalg.norm(np.ptp(complete[..., :2], axis=1), axis=1)))
    flat = complete[..., :2] / max(scale, 1e-9)
    return Joints(
        positions=flat.astype(np.float32),
        visibility=np.clip(np.nan_to_num(visibility), 0, 1).astype(np.float32),
        names=places.names,
        times=times,
        world=None if world is None else world.astype(np.float32),
        doubts=(*filled.doubts, *places.doubts),
    )


def _require_size(places: Places, path: Path) -> None:
    n_frames, n_joints = places.positions.shape[:2]
    if not (3 <= n_frames <= MAX_FRAMES and 3 <= n_joints <= MAX_JOINTS):
        raise FeatureError.of_file(
            path,
            f"has {n_frames:,} frames of {n_joints:,} joints: a movement has 3 to {MAX_FRAMES:,} "
            f"frames of 3 to {MAX_JOINTS:,}",
        )


def _times(places: Places, path: Path, frames_per_second: float | None) -> Floats:
    """Return when frames are, from 0 on: as given, else as the file says."""
    if frames_per_second is not None:
        return np.arange(len(places.positions)) / frames_per_second
    if places.times is None:
        raise FeatureError.of_file(
            path,
            "does not say how many frames there are a second: give --frames-per-second, such as 30",
        )
    if not (np.isfinite(places.times).all() and (np.diff(places.times) > 0).all()):
        raise FeatureError.of_file(
            path, "its times do not rise from frame to frame: give --frames-per-second, such as 30"
        )
    return np.asarray(places.times - places.times[0], np.float64)


def _metres(positions: Floats) -> float:
    """Return what one unit of a skeleton is in metres, by the size of the body; 1 if unknown."""
    extent = float(np.median(np.linalg.norm(np.ptp(positions, axis=1), axis=1)))
    fits = [unit for least, most, unit in METRES_IN if least <= extent < most]
    return fits[0] if fits else 1.0
