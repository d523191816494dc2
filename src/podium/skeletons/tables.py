"""Skeletons as tables: a column for each joint and direction, or a row for each joint."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from podium.errors import FeatureError
from podium.inputs.cells import is_missing
from podium.inputs.table import Row, read_rows
from podium.keypoints import BLAZEPOSE
from podium.skeletons.names import joint_called
from podium.skeletons.places import Floats, Places
from podium.skeletons.shares import in_heights

_NUMBERED = re.compile(r"([xyzv])_?(\d+)|(?:landmark_?)?(\d+)_([xyzv])", re.IGNORECASE)
_NAMED = re.compile(r"(.+?)[ _.\-]?(x|y|z|v|c|visibility|confidence|score)", re.IGNORECASE)
_AXES = {"x": 0, "y": 1, "z": 2}
_TIMES = {
    "time": 1.0, "times": 1.0, "seconds": 1.0, "time_s": 1.0, "timestamp": 1.0, "time_ms": 1e-3,
    "timestamp_ms": 1e-3,
}  # fmt: skip
_RATE = "frames_per_second"
_KINECT = ("spine base", "spine middle", "spine shoulder")


def read_table(path: Path) -> Places:
    """Read a table of joints: `left_shoulder_x`, `ShoulderLeft.X`, `x11` or the like as columns.

    A column `time`, `timestamp_ms` or `frames_per_second` says when frames are.

    Raises
    ------
    FeatureError, ManifestError, UnusableFile
        If it is none, holds what is no number, or is larger than allowed.
    """
    rows = list(read_rows(path, "joints"))
    if not rows:
        raise FeatureError.of_file(path, "has no rows: a skeleton has one for each frame")
    columns = {column: found for column in rows[0].cells if (found := _column(column))}
    names = tuple(dict.fromkeys(name for name, _ in columns.values()))
    if len(names) < 3:
        raise FeatureError.of_file(
            path,
            "has no columns of joints: call them after joint and direction, such as "
            "left_shoulder_x, left_shoulder_y",
        )
    values = np.full((len(rows), len(names), 4), np.nan)
    for column, (name, kind) in columns.items():
        values[:, names.index(name), kind] = _numbers(rows, column, path)
    n_dims = 3 if np.isfinite(values[..., 2]).any() else 2
    seen = np.nan_to_num(values[..., 3], nan=1.0)
    is_kinect = any(name in names for name in _KINECT)
    places = Places(
        names, values[..., :n_dims], seen, _times_of(rows, path), y_is_up=is_kinect and n_dims == 3
    )
    return places if is_kinect else in_heights(places)


def _column(column: str) -> tuple[str, int] | None:
    """Return of which joint a column is, and which number of it; `None` where it is no joint's."""
    if found := _NUMBERED.fullmatch(column):
        number = int(found[2] or found[3])
        axis = (found[1] or found[4]).lower()
        return (BLAZEPOSE[number], _AXES.get(axis, 3)) if number < len(BLAZEPOSE) else None
    if (found := _NAMED.fullmatch(column)) and column.lower() not in _TIMES and column != _RATE:
        return joint_called(found[1]), _AXES.get(found[2].lower(), 3)
    return None


def _numbers(rows: Sequence[Row], column: str, path: Path) -> Floats:
    return np.array([_number(row, column, path) for row in rows])


def _number(row: Row, column: str, path: Path) -> float:
    text = row.cells[column]
    if is_missing(text):
        return float("nan")
    try:
        return float(text)
    except ValueError:
        raise FeatureError.of_file(
            path,
            f"line {row.line}: {column} is {text!r:.80}: it must be a number, with a decimal point",
        ) from None


def _times_of(rows: Sequence[Row], path: Path) -> Floats | None:
    for column in rows[0].cells:
        if (unit := _TIMES.get(column.lower())) is not None:
            return unit * _numbers(rows, column, path)
    if _RATE in rows[0].cells and (rate := _number(rows[0], _RATE, path)) > 0:
        return np.arange(len(rows)) / rate
    return None
