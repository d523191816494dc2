"""Skeletons as JSON: OpenPose's, a file or one a frame, and MediaPipe's landmarks."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import FeatureError
from podium.keypoints import BLAZEPOSE
from podium.machine.files import read_json
from podium.skeletons.names import BODY_18, BODY_25, joint_called
from podium.skeletons.places import MAX_FRAMES, MAX_JOINTS, Floats, Places
from podium.skeletons.shares import in_heights

MAX_BYTES = 256 * 2**20
"""Of all files together."""

OPENPOSE = "pose_keypoints_2d"
LISTS = (
    "worldLandmarks", "world_landmarks", "pose_world_landmarks", "poseWorldLandmarks",
    "landmarks", "pose_landmarks", "poseLandmarks", "keypoints", "landmark",
)  # fmt: skip
"""Under which names programs keep the landmarks of a frame; those in space first."""

SECONDS = {"time": 1.0, "seconds": 1.0, "timestamp": 1.0, "timestamp_ms": 1e-3, "time_ms": 1e-3}
SEEN = ("visibility", "confidence", "score")

Frame = list[tuple[str, float, float, float, float]]
"""The joints of one frame: name, x, y, z (NaN where there is none), and how surely it is seen."""


def read_poses(path: Path) -> Places:
    """Read what OpenPose or MediaPipe wrote as JSON: a file, or a folder of one file a frame.

    Raises
    ------
    FeatureError, UnusableFile
        If it is neither, damaged, or larger than allowed.
    """
    plain = [read_json(file, MAX_BYTES) for file in _files(path)]
    frames = _frames(plain[0]) if len(plain) == 1 else plain
    if not isinstance(frames, list) or len(frames) > MAX_FRAMES:
        raise FeatureError.of_file(path, f"is no list of up to {MAX_FRAMES:,} frames of a skeleton")
    if any(_people(frame) is not None for frame in frames):
        return _openpose(frames, path)
    return _landmarks(frames, path)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(one for one in path.iterdir() if one.suffix.lower() == ".json")
    if not files or len(files) > MAX_FRAMES:
        raise FeatureError.of_file(
            path,
            f"holds {len(files):,} JSON files: a skeleton has 1 to {MAX_FRAMES:,}, one a frame",
        )
    if sum(file.stat().st_size for file in files) > MAX_BYTES:
        raise FeatureError.of_file(path, f"holds more than the {MAX_BYTES:,} bytes allowed")
    return files


def _frames(plain: Any) -> Any:
    """Return the list of frames of a file: it is one, or has one under some name."""
    if isinstance(plain, dict) and _people(plain) is None:
        found = [value for value in plain.values() if isinstance(value, list)]
        return max(found, key=len) if found else None
    return [plain] if isinstance(plain, dict) else plain


def _people(frame: Any) -> list[Any] | None:
    people = frame.get("people") if isinstance(frame, dict) else None
    return people if isinstance(people, list) else None


def _openpose(frames: Sequence[Any], path: Path) -> Places:
    rows = [_person(_people(frame) or [], path) for frame in frames]
    sizes = {len(row) for row in rows if row is not None}
    known = {len(names): names for names in (BODY_25, BODY_18)}
    if len(sizes) != 1 or not sizes <= set(known):
        raise FeatureError.of_file(
            path, "holds nobody with 25 or with 18 joints, as OpenPose writes them: run it anew"
        )
    names = known[sizes.pop()]
    nobody = np.zeros((len(names), 3))
    whole = np.stack([nobody if row is None else row for row in rows])
    seen = whole[..., 2]
    return Places(names, np.where(seen[..., None] > 0, whole[..., :2], np.nan), seen)


def _person(people: Sequence[Any], path: Path) -> Floats | None:
    """Return the joints (joints, 3) of whoever is seen most surely; `None` where nobody is."""
    found = []
    for person in people[:MAX_JOINTS]:
        flat = person.get(OPENPOSE) if isinstance(person, dict) else None
        if isinstance(flat, list) and flat and len(flat) % 3 == 0 and len(flat) <= 3 * MAX_JOINTS:
            found.append(np.array([_number(x, path) for x in flat]).reshape(-1, 3))
    return max(found, key=lambda joints: joints[:, 2].sum(), default=None)


def _landmarks(frames: Sequence[Any], path: Path) -> Places:
    read = [_frame(frame, path) for frame in frames]
    names = next((tuple(one[0] for one in frame) for frame in read if frame), ())
    if not names:
        raise FeatureError.of_file(
            path,
            "holds no people of OpenPose's and no landmarks: give JSON as OpenPose or MediaPipe "
            "write it",
        )
    rows = np.full((len(read), len(names), 4), np.nan)
    for row, frame in zip(rows, read, strict=True):
        if tuple(one[0] for one in frame) == names:
            row[:] = [one[1:] for one in frame]
    has_depth = bool(np.isfinite(rows[..., 2]).any())
    places = Places(names, rows[..., : 3 if has_depth else 2], rows[..., 3], _times(frames, path))
    return in_heights(places)


def _frame(frame: Any, path: Path) -> Frame:
    """Return the joints of a frame; none where nobody is seen."""
    marks = (
        next((frame[n] for n in LISTS if n in frame), None) if isinstance(frame, dict) else frame
    )
    if isinstance(marks, list) and marks and isinstance(marks[0], list):
        marks = marks[0]  # a list of people
    if not isinstance(marks, list) or not all(isinstance(one, dict) for one in marks):
        return []
    named = BLAZEPOSE if len(marks) == len(BLAZEPOSE) else ()
    return [_mark(one, i, named, path) for i, one in enumerate(marks[:MAX_JOINTS])]


def _mark(
    one: dict[str, Any], i: int, named: Sequence[str], path: Path
) -> tuple[str, float, float, float, float]:
    name = joint_called(str(one["name"])) if "name" in one else named[i] if named else f"joint {i}"
    x, y, z = (_number(one.get(axis, math.nan), path) for axis in "xyz")
    seen = next((_number(one[key], path) for key in SEEN if key in one), 1.0)
    return name, x, y, z, seen


def _times(frames: Sequence[Any], path: Path) -> Floats | None:
    for key, unit in SECONDS.items():
        if all(isinstance(frame, dict) and key in frame for frame in frames):
            return unit * np.array([_number(frame[key], path) for frame in frames])
    return None


def _number(given: Any, path: Path) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise FeatureError.of_file(path, f"holds {str(given)[:80]!r} where a number must be")
    return float(given) if abs(given) < 1e300 else math.nan
