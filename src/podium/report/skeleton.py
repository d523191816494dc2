"""Skeletons: drawn over a video by the script of the page, or as a film where there is none."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from podium.joints import Joints
from podium.joints.values import SIDES
from podium.movement.angles import column
from podium.report.overlay import PARTS
from podium.video.frames import Frame
from podium.video.playback import Playback, playback_of

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

BONES = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "hip"), ("hip", "knee"),
    ("knee", "ankle"), ("ankle", "toes"),
)  # fmt: skip
"""Between which joints limbs are drawn, on each side."""

ACROSS = ("shoulder", "hip")
"""Which joints are joined from side to side."""

WIDTH, HEIGHT = 400, 360
MARGIN = 0.08
GROUND, NEAR_SIDE, FAR_SIDE = (18, 30, 40), (255, 79, 163), (242, 211, 168)
LEFT_IS_PINK = {"left": NEAR_SIDE, "right": FAR_SIDE}


def drawn_skeleton(joints: Joints) -> dict[str, Any]:
    """Return what the script of the page draws: the limbs of each frame between joints seen.

    Each limb is four whole numbers, in `PARTS` of the width and the height of the picture; those
    of the left side come first.
    """
    share = PARTS / np.array([joints.width or 1.0, 1.0])
    places = np.asarray(joints.positions, np.float64) * share
    sides = {side: _bones(joints, side) for side in SIDES}
    return {
        "parts": PARTS,
        "starts": [round(float(second), 4) for second in joints.times],
        "left": [_limbs(*row, sides["left"]) for row in zip(places, joints.seen, strict=True)],
        "right": [_limbs(*row, sides["right"]) for row in zip(places, joints.seen, strict=True)],
    }


def skeleton_film(joints: Joints) -> Playback:
    """Draw a skeleton that has no video as a film, upright and as large as fits."""
    return playback_of(_frames(joints), WIDTH, HEIGHT)


def _bones(joints: Joints, side: str) -> list[tuple[int, int]]:
    """Return the pairs of joints of one side between which limbs are drawn."""
    ends = [(f"{side} {one}", f"{side} {other}") for one, other in BONES]
    if side == "left":
        ends += [(f"left {name}", f"right {name}") for name in ACROSS]
    columns = [(column(joints, one), column(joints, other)) for one, other in ends]
    return [(one, other) for one, other in columns if one is not None and other is not None]


def _limbs(
    places: Floats, seen: npt.NDArray[np.bool_], bones: list[tuple[int, int]]
) -> list[list[int]]:
    return [
        [round(x) for end in ends for x in places[end].tolist()]
        for ends in bones
        if seen[list(ends)].all()
    ]


def _frames(joints: Joints) -> Iterator[Frame]:
    places = _fitted(np.asarray(joints.positions, np.float64))
    sides = {side: _bones(joints, side) for side in ("right", "left")}
    times = [*joints.times.tolist(), 2 * float(joints.times[-1]) - float(joints.times[-2])]
    for i in range(len(joints)):
        picture = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
        for side, bones in sides.items():
            for ends in bones:
                _line(picture, places[i, list(ends)], LEFT_IS_PINK[side])
        yield Frame(picture, times[i], times[i + 1])


def _fitted(places: Floats) -> Floats:
    """Return places as pixels of the film, all of them inside."""
    low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
    room = np.array([WIDTH, HEIGHT]) * (1 - 2 * MARGIN)
    scale = float((room / np.maximum(high - low, 1e-9)).min())
    return np.asarray((places - (low + high) / 2) * scale + np.array([WIDTH, HEIGHT]) / 2)


def _line(picture: Pixels, ends: Floats, colour: tuple[int, int, int]) -> None:
    one, other = (tuple(int(x) for x in np.round(end)) for end in ends)
    cv2.line(picture, one, other, colour, 4, cv2.LINE_AA)
