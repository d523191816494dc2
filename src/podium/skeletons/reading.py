"""Files of skeletons, as other programs write them, become joints."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError, PodiumError, UsageError
from podium.inputs.given import read_array
from podium.joints import Joints
from podium.keypoints import KINECT, SKELETONS, joint_names
from podium.performance import HIGHEST_RATE, LEAST_RATE
from podium.skeletons.bvh import read_bvh
from podium.skeletons.markers import read_c3d
from podium.skeletons.places import Places, joints_of
from podium.skeletons.poses import read_poses
from podium.skeletons.tables import read_table

ARRAYS, TABLES, POSES = (".npy", ".safetensors"), (".csv", ".tsv"), (".json",)
READERS = {".bvh": read_bvh, ".c3d": read_c3d}
"""Files of motion capture."""


def is_skeleton(path: Path) -> bool:
    """Return whether a path is that of a file, or a folder, of skeletons, and not of a video."""
    if path.is_dir():
        return any(path.glob("*.json"))
    suffix = path.suffix.lower()
    return suffix in (*TABLES, *POSES, *READERS) or (suffix in ARRAYS and not _holds_rows(path))


def _holds_rows(path: Path) -> bool:
    """Return whether an array is one of features, a row a clip, and so not of joints."""
    try:
        return read_array(path).ndim == 2
    except PodiumError:
        return False


def read_skeleton(path: Path, frames_per_second: float | None = None) -> Joints:
    """Read the joints of one person from a file of another program.

    Read are arrays (`.npy`, `.safetensors`: frames, joints, 2 or 3), tables (`.csv`) with a column
    for each joint and direction, or a row for each joint, as programs for Kinect and MediaPipe
    write, MediaPipe's landmarks as JSON, OpenPose's JSON (a file, or a folder with one a frame),
    and files of motion capture (`.bvh`; `.c3d`, with an extra).
    `frames_per_second` is needed where the file does not say when its frames are.

    Raises
    ------
    FeatureError
        If the file is missing, damaged, too large or of none of these kinds, or does not say how
        many frames there are a second and nor is it given.
    MissingExtra
        If it is a C3D file, and what reads these is not installed.
    UsageError
        If the rate is none.
    """
    _require_rate(frames_per_second)
    if not path.exists():
        raise FeatureError.of_file(path, "no such file or folder of skeletons: check the path")
    suffix = path.suffix.lower()
    if path.is_dir() or suffix in POSES:
        places = read_poses(path)
    elif suffix in TABLES:
        places = read_table(path)
    elif suffix in READERS:
        places = READERS[suffix](path)
    else:
        places = _of_array(path)
    return joints_of(places, path, frames_per_second)


def _require_rate(frames_per_second: float | None) -> None:
    if frames_per_second is not None and not LEAST_RATE <= frames_per_second <= HIGHEST_RATE:
        raise UsageError(
            f"{frames_per_second:g} frames a second is no rate of a skeleton: give from "
            f"{LEAST_RATE:g} to {HIGHEST_RATE:g}"
        )


def _of_array(path: Path) -> Places:
    array = read_array(path)
    if array.ndim != 3 or array.shape[2] not in (2, 3) or array.dtype.kind not in "fiu":
        raise FeatureError.of_file(
            path,
            f"is {array.dtype} of {array.shape}: a skeleton is numbers (frames, joints, 2 or 3)",
        )
    if array.shape[1] not in SKELETONS:
        known = ", ".join(map(str, sorted(SKELETONS)))
        raise FeatureError.of_file(
            path,
            f"has {array.shape[1]} joints, of which nobody knows the names: the skeletons that "
            f"are known have {known}; a table with named columns may have any",
        )
    names = tuple(joint_names(array.shape[1]))
    return Places(names, _floats(array), y_is_up=names == KINECT and array.shape[2] == 3)


def _floats(array: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    return np.asarray(array, np.float64)
