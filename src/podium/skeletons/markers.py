"""Markers of motion capture (C3D) become joints: the centre, where one was worked out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from podium.doubts import DoubtKind
from podium.errors import FeatureError
from podium.inputs import confined
from podium.inputs.confined import Limits
from podium.machine import extras
from podium.skeletons.places import Floats, Places

MARKERS_STAND_FOR_JOINTS = DoubtKind("markers_stand_for_joints")
"""Markers on the skin stand for the joints beneath them."""

LIMITS = Limits(256 * 2**20, seconds=20, memory_bytes=1024 * 2**20, more_seconds=4)

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}

CENTRES = {
    "shoulder": ("{s}SJC", "{s}HUP"), "elbow": ("{s}EJC", "{s}HUO"), "wrist": ("{s}WJC", "{s}RAO"),
    "hip": ("{s}HJC", "{s}FEP"), "knee": ("{s}KJC", "{s}FEO"), "ankle": ("{s}AJC", "{s}TIO"),
}  # fmt: skip
"""What programs of motion capture call centres of joints that they worked out; `s` is L or R."""

SKIN = {
    "shoulder": ("{s}SHO", "{s}ACR", "{s}SAC"), "elbow": ("{s}ELB+{s}ELBM", "{s}ELB", "{s}LEL"),
    "wrist": ("{s}WRA+{s}WRB", "{s}WRI", "{s}WRA"),
    "hip": ("{s}ASI+{s}PSI", "{s}ASI", "{s}ASIS", "{s}GTR"),
    "knee": ("{s}KNE+{s}KNEM", "{s}KNE+{s}KNM", "{s}KNE", "{s}LFE"),
    "ankle": ("{s}ANK+{s}ANKM", "{s}ANK+{s}MED", "{s}ANK", "{s}LMAL"),
    "heel": ("{s}HEE",), "toes": ("{s}TOE",),
}  # fmt: skip
"""Markers of the usual sets (Plug-in Gait and others); of two, the middle between them."""

LEAST_JOINTS = 4


def read_c3d(path: Path) -> Places:
    """Read the joints of one person from a C3D file.

    Raises
    ------
    MissingExtra
        If what reads such files is not installed.
    FeatureError, ManifestError, UnusableFile
        If it is none, damaged, larger than allowed, or names no joints or markers that are known.
    """
    extras.require("mocap", "reading C3D")
    lines = confined.values("podium.skeletons._c3d_file", path, LIMITS)
    about = next(lines)
    points = _points(list(lines), len(about["labels"]))
    names, columns, are_markers = _joints(_without_person(about["labels"]), points)
    if len(names) < LEAST_JOINTS:
        named = ", ".join(about["labels"][:8]) or "nothing"
        raise FeatureError.of_file(
            path,
            f"names no joints or markers that are known ({named}): call them as Plug-in Gait does, "
            "such as LSHO, LELB, LKNE, or give centres of joints, such as LKJC",
        )
    places = np.stack(columns, axis=1) * METRES.get(about["units"].lower(), 1.0)
    return Places(
        names=tuple(names),
        positions=_seen_from_the_side(places, about["up"]),
        times=np.arange(len(points)) / about["rate"] if about["rate"] > 0 else None,
        y_is_up=True,
        doubts=(MARKERS_STAND_FOR_JOINTS(),) if are_markers else (),
    )


def _points(frames: Sequence[Any], n_points: int) -> Floats:
    """Return where points are, (frames, points, 3), NaN where they were not seen."""
    unseen = [np.nan] * 3
    rows = [[place or unseen for place in frame] for frame in frames if len(frame) == n_points]
    return np.array(rows, np.float64).reshape(len(rows), n_points, 3)


def _without_person(labels: Sequence[str]) -> list[str]:
    """Return labels without the name of the person, as in `Anna:LSHO`."""
    return [label.rpartition(":")[2].upper() for label in labels]


def _joints(labels: Sequence[str], points: Floats) -> tuple[list[str], list[Floats], bool]:
    """Return the joints that are known, where they are, and whether markers stand for some."""
    names, columns, are_markers = [], [], False
    for joint, written in SKIN.items():
        for side, letter in (("left", "L"), ("right", "R")):
            centres = [one.format(s=letter) for one in CENTRES.get(joint, ())]
            found = _first(centres, labels, points)
            if found is None:
                found = _first([one.format(s=letter) for one in written], labels, points)
                are_markers |= found is not None
            if found is not None:
                names.append(f"{side} {joint}")
                columns.append(found)
    return names, columns, are_markers


def _first(wanted: Sequence[str], labels: Sequence[str], points: Floats) -> Floats | None:
    """Return the places of the first that is there: one, or the middle of two joined by a plus."""
    for one in wanted:
        parts = one.split("+")
        if all(part in labels for part in parts):
            return np.asarray(np.mean([points[:, labels.index(part)] for part in parts], axis=0))
    return None


def _seen_from_the_side(places: Floats, up: str) -> Floats:
    """Return places as right, up and away; what is up is the third number if nobody says."""
    axis = "XYZ".find(up[-1:].upper()) if up else 2
    axis = axis if axis >= 0 else 2
    right, away = (axis + 1) % 3, (axis + 2) % 3
    sign = -1.0 if up.startswith("-") else 1.0
    return np.stack([places[..., right], sign * places[..., axis], sign * places[..., away]], -1)
