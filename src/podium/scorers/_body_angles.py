"""How a body is bent and held, frame by frame: the angles of its joints and of its limbs in space.

Positions are of any camera: the body is turned about the vertical until it faces it. Where it
stands and how tall it is play no part in angles; where a skeleton has no joints that are known by
name, the positions themselves are read, centred and scaled.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from podium.keypoints import SKELETONS, Keypoints, Layout

Floats = npt.NDArray[np.float64]

SIDES = ("left", "right")

BENT = (
    ("{side} shoulder", "{side} elbow", "{side} wrist"),
    ("{side} hip", "{side} shoulder", "{side} elbow"),
    ("{side} shoulder", "{side} hip", "{side} knee"),
    ("{side} hip", "{side} knee", "{side} ankle"),
    ("{other} shoulder", "{side} shoulder", "{side} elbow"),
    ("{other} hip", "{side} hip", "{side} knee"),
)
"""The angle at the second joint, between the directions to the first and the third."""

LIMBS = (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
"""Of each side, from one joint to the next."""

NEEDED = tuple(
    f"{side} {joint}"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in SIDES
)
UP = np.array([0.0, 1.0, 0.0])
"""The vertical, as cameras that see depth have it; which end is up plays no part."""


def series_of(frames: npt.NDArray[np.floating], layout: Layout) -> Floats:
    """Describe a sequence, (frames, joints, dims), by numbers a frame, (frames, numbers).

    Angles are in degrees.
    """
    if layout.kind == "angles":
        return frames.reshape(len(frames), -1).astype(np.float64)
    names = SKELETONS.get(layout.n_joints, ())
    if not set(NEEDED) <= set(names):
        normal = Keypoints(np.asarray(frames, np.float32)).normalise()
        return normal.positions.reshape(len(frames), -1).astype(np.float64)
    joints = {name: frames[:, names.index(name)].astype(np.float64) for name in NEEDED}
    return np.stack([*_bends(joints), *_leanings(_facing(joints))], axis=1)


def _bends(joints: Mapping[str, Floats]) -> list[Floats]:
    """Return how far each joint is bent, in degrees, (frames,) each."""
    found = []
    for triple in BENT:
        for side, other in (SIDES, SIDES[::-1]):
            first, middle, last = (joints[name.format(side=side, other=other)] for name in triple)
            cosine = (_unit(first - middle) * _unit(last - middle)).sum(axis=1)
            found.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return found


def _leanings(joints: Mapping[str, Floats]) -> list[Floats]:
    """Return how far trunk, shoulders, hips and limbs lean along each axis, in degrees."""
    segments = [
        _middle(joints, "shoulder") - _middle(joints, "hip"),
        *(joints[f"left {joint}"] - joints[f"right {joint}"] for joint in ("shoulder", "hip")),
        *(joints[f"{side} {b}"] - joints[f"{side} {a}"] for a, b in LIMBS for side in SIDES),
    ]
    leaning = [np.degrees(np.arcsin(np.clip(_unit(one), -1, 1))) for one in segments]
    return [one[:, axis] for one in leaning for axis in range(one.shape[1])]


def _facing(joints: Mapping[str, Floats]) -> dict[str, Floats]:
    """Turn a body in space about the vertical, so that its left is usually along the first axis."""
    if joints[NEEDED[0]].shape[1] == 2:
        return dict(joints)
    across = sum(joints[f"left {one}"] - joints[f"right {one}"] for one in ("shoulder", "hip"))
    across = np.median(across, axis=0)
    level = across - UP * (across @ UP)
    if np.linalg.norm(level) < 1e-6 * max(float(np.linalg.norm(across)), 1e-6):
        return dict(joints)
    side = _unit(level)
    turn = np.stack([side, UP, np.cross(side, UP)], axis=1)
    return {name: where @ turn for name, where in joints.items()}


def _middle(joints: Mapping[str, Floats], joint: str) -> Floats:
    return (joints[f"left {joint}"] + joints[f"right {joint}"]) / 2


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-6), np.float64)
