"""Features, or keypoints, that were made elsewhere and come in a file of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.doubts import DoubtKind
from podium.errors import FeatureError
from podium.features.values import Features
from podium.inputs.given import read_array
from podium.keypoints import FRAMES_PER_CLIP, Angles, Layout, fill_missing
from podium.performance import Kind
from podium.video.clips import VideoFacts

Floats = npt.NDArray[np.float64]

KEYPOINTS_GIVEN = DoubtKind("keypoints_given")
"""Keypoints were given instead of a video."""


GIVEN = "file-"
"""So begins the fingerprint of features that were made elsewhere."""

MAX_FRAMES = 160_000


MAX_JOINTS = 1_000


MAX_DIM = 100_000


MAX_MAGNITUDE = 1e15
"""What a file of features or keypoints may hold of one performance."""


def read_features(
    path: Path, kind: Kind | None = None, frames_per_second: float | None = None
) -> Features:
    """Read a file of features made elsewhere, (clips, dim), or of keypoints, (frames, joints, 2|3).

    With the kind `angles` it is one of angles, (frames, joints, 3), in degrees. Clips have times
    where it is known at how many `frames_per_second` they were recorded.

    `.npy`, or `.safetensors` with the array under the name `features` or `keypoints`. Keypoints
    are normalised and cut into clips of 16 frames (`podium.keypoints`); joints that were not seen
    are nan, and are filled in.

    Raises
    ------
    FeatureError
        If it is missing, damaged, of another shape, larger than allowed, or holds numbers that are
        not finite.
    """
    values = read_array(path)
    is_keypoints = values.ndim == 3 and values.shape[2] in (2, 3)
    _require_kind(values, kind, path)
    if (
        not (values.ndim == 2 or is_keypoints)
        or 0 in values.shape
        or values.dtype.kind not in "fiu"
    ):
        raise FeatureError.of_file(
            path,
            f"holds {values.dtype} of {values.shape}: features must be numbers of "
            "(clips, dim), keypoints of (frames, joints, 2 or 3)",
        )
    most = (MAX_FRAMES, MAX_JOINTS) if is_keypoints else (MAX_FRAMES // FRAMES_PER_CLIP, MAX_DIM)
    if any(n > allowed for n, allowed in zip(values.shape, most, strict=False)):
        raise FeatureError.of_file(
            path, f"holds {values.shape}, more than the {most} allowed: is it one performance?"
        )
    if is_keypoints:
        return _of_sequence(values, kind, path, frames_per_second)
    return _of_clips(values, path, frames_per_second)


def _require_kind(values: npt.NDArray[Any], kind: Kind | None, path: Path) -> None:
    """Refuse what cannot be of the kind that the table says."""
    n_numbers = (3,) if kind == "angles" else (2, 3)
    if kind and not (values.ndim == 3 and values.shape[2] in n_numbers):
        raise FeatureError.of_file(
            path,
            f"holds {values.dtype} of {values.shape}, and its kind is {kind}: {kind} must be "
            f"numbers of (frames, joints, {' or '.join(map(str, n_numbers))})",
        )


def reading(made_by: str, backbone: str) -> str:
    """Say what was read, by the fingerprint of features and the name of a backbone."""
    layout, is_given = Layout.of(made_by), made_by.startswith(GIVEN)
    how = "as files give them" if is_given else f"as the backbone `{backbone}` finds them"
    if layout:
        return f"{layout}, {how}"
    return f"features, {how}" if is_given else f"the backbone `{backbone}`"


def _of_clips(values: npt.NDArray[Any], path: Path, frames_per_second: float | None) -> Features:
    with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold is refused below
        values = values.astype(np.float32)
    if not np.isfinite(values).all():
        raise FeatureError.of_file(
            path, "holds numbers that are not finite: make the features again"
        )
    _require_usual(values, path)
    n_frames = len(values) * FRAMES_PER_CLIP
    times = _times(n_frames, frames_per_second)
    return Features(values, *times, f"{GIVEN}{values.shape[1]}", None)


def _of_sequence(
    positions: npt.NDArray[Any],
    kind: Kind | None,
    path: Path,
    frames_per_second: float | None,
) -> Features:
    with np.errstate(over="ignore", invalid="ignore"):
        positions = positions.astype(np.float32)
    positions[np.isnan(positions)] = np.nan  # some that are no numbers complain when they are read
    if np.isinf(positions).any():
        raise FeatureError.of_file(
            path, "holds numbers that are not finite: find the keypoints again"
        )
    _require_usual(positions, path)
    try:
        given = Angles.of(positions) if kind == "angles" else fill_missing(positions).normalise()
    except FeatureError as error:
        raise FeatureError.of_file(path, str(error)) from error
    n_frames = len(given)
    doubts = (KEYPOINTS_GIVEN(), *given.doubts)
    seconds = n_frames / (frames_per_second or float("nan"))
    facts = VideoFacts(n_frames, n_frames, 0, seconds, doubts)
    times = _times(n_frames, frames_per_second)
    return Features(given.clips(), *times, f"{GIVEN}{given.layout}", facts)


def _require_usual(values: npt.NDArray[Any], path: Path) -> None:
    """Refuse numbers whose squares could not be added up."""
    largest = float(np.nanmax(np.abs(values), initial=0))
    if largest > MAX_MAGNITUDE:
        raise FeatureError.of_file(
            path,
            f"holds numbers as large as {largest:.3g}, more than the {MAX_MAGNITUDE:g} "
            "allowed: is the file damaged?",
        )


def _times(n_frames: int, frames_per_second: float | None) -> tuple[Floats, Floats]:
    """Return when each clip begins and ends, in seconds, (clips,) each; nan where not known.

    The last one ends with the last frame, and the first may begin with it repeated.
    """
    n_clips = -(-n_frames // FRAMES_PER_CLIP)
    ends = n_frames - FRAMES_PER_CLIP * np.arange(n_clips - 1, -1, -1, dtype=np.float64)
    rate = frames_per_second or float("nan")
    return np.maximum(ends - FRAMES_PER_CLIP, 0) / rate, ends / rate
