"""A drawn person, from the front, whose joints are known, and whom a pose network takes for one.

All in parts of the height of the picture, which is 4 wide and 3 high.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from videos import write_video

Pixels = npt.NDArray[np.uint8]
Place = tuple[float, float]

SKIN, SHIRT, TROUSERS, SHOES, HAIR = (
    (224, 172, 140), (60, 90, 160), (40, 40, 60), (30, 30, 30), (60, 40, 30),
)  # fmt: skip
TALL, TOP, MIDDLE = 0.8, 0.12, 2 / 3


@dataclass(frozen=True)
class Person:
    """Stands facing the camera; each arm is raised sideways by so many degrees (0: it hangs)."""

    left_arm: float = 20.0
    right_arm: float = 20.0
    bent: float = 0.0
    """By how many degrees both elbows are bent upwards."""

    @cached_property
    def joints(self) -> dict[str, Place]:
        """Where the joints are, right and down; the left ones are on the right of the picture."""
        found = {}
        for name, side, arm in (("left", 1, self.left_arm), ("right", -1, self.right_arm)):
            shoulder = (side * 0.115, 0.2)
            elbow = _towards(shoulder, side, arm, 0.17)
            wrist = _towards(elbow, side, arm + self.bent, 0.16)
            found |= {f"{name} shoulder": shoulder, f"{name} elbow": elbow, f"{name} wrist": wrist}
            found |= {f"{name} hip": (side * 0.06, 0.52), f"{name} knee": (side * 0.065, 0.74)}
            found |= {f"{name} ankle": (side * 0.07, 0.94)}
        return {name: (MIDDLE + x * TALL, TOP + y * TALL) for name, (x, y) in found.items()}

    def picture(self, height: int = 240) -> Pixels:
        """Draw the person, (height, width, 3)."""
        pen = _Pen(2 * height)
        for side in ("left", "right"):
            self._draw_side(pen, side, 1 if side == "left" else -1)
        trunk = [
            (-0.135, 0.185),
            (0.135, 0.185),
            (0.1, 0.36),
            (0.1, 0.53),
            (-0.1, 0.53),
            (-0.1, 0.36),
        ]
        pen.area(trunk, SHIRT)
        pen.line((0, 0.12), (0, 0.18), 0.06, SKIN)
        _draw_head(pen)
        smooth = cv2.GaussianBlur(pen.picture, (0, 0), height / 200)
        size = (round(height * 4 / 3), height)
        return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _draw_side(self, pen: "_Pen", name: str, side: int) -> None:
        joint = {k.split()[1]: pen.own(v) for k, v in self.joints.items() if k.startswith(name)}
        pen.line(joint["hip"], joint["knee"], 0.085, TROUSERS)
        pen.line(joint["knee"], joint["ankle"], 0.065, TROUSERS)
        pen.line((side * 0.07, 0.96), (side * 0.1, 0.985), 0.04, SHOES)
        pen.line(joint["shoulder"], joint["elbow"], 0.055, SHIRT)
        pen.line(joint["elbow"], joint["wrist"], 0.042, SKIN)
        pen.disc(joint["wrist"], 0.028, SKIN)
        pen.disc((side * 0.1, 0.205), 0.035, SHIRT)


def _towards(start: Place, side: int, degrees: float, length: float) -> Place:
    angle = math.radians(degrees)
    return (start[0] + side * math.sin(angle) * length, start[1] + math.cos(angle) * length)


def _draw_head(pen: "_Pen") -> None:
    pen.oval((0, 0.075), (0.05, 0.07), (0, 360), SKIN)
    pen.oval((0, 0.05), (0.053, 0.05), (180, 360), HAIR)
    for side in (-1, 1):
        pen.disc((side * 0.02, 0.07), 0.007, SHOES)
    pen.line((0, 0.08), (0, 0.095), 0.008, (190, 140, 110))
    pen.line((-0.016, 0.115), (0.016, 0.115), 0.007, (170, 70, 70))


class _Pen:
    """Draws in the person's own lengths: 1 is from head to foot, 0 the middle and the top."""

    def __init__(self, height: int) -> None:
        rows, columns = np.mgrid[:height, : round(height * 4 / 3)] / height
        wall = np.stack([150 + 30 * rows, 160 + 15 * columns, np.full(rows.shape, 150.0)], axis=-1)
        self.picture = wall.astype(np.uint8)
        self.picture[round(0.87 * height) :] = (120, 100, 80)
        self._height = height

    def own(self, place: Place) -> Place:
        return ((place[0] - MIDDLE) / TALL, (place[1] - TOP) / TALL)

    def line(self, start: Place, end: Place, width: float, colour: Sequence[int]) -> None:
        thick = max(self._length(width), 1)
        cv2.line(self.picture, self._at(start), self._at(end), colour, thick, cv2.LINE_AA)

    def disc(self, middle: Place, radius: float, colour: Sequence[int]) -> None:
        cv2.circle(
            self.picture, self._at(middle), self._length(radius), colour, cv2.FILLED, cv2.LINE_AA
        )

    def oval(
        self, middle: Place, radii: Place, degrees: tuple[int, int], colour: Sequence[int]
    ) -> None:
        sizes = (self._length(radii[0]), self._length(radii[1]))
        at = self._at(middle)
        cv2.ellipse(self.picture, at, sizes, 0, *degrees, colour, cv2.FILLED, cv2.LINE_AA)

    def area(self, corners: Sequence[Place], colour: Sequence[int]) -> None:
        places = np.array([self._at(corner) for corner in corners], np.int32)
        cv2.fillPoly(self.picture, [places], colour, cv2.LINE_AA)

    def _at(self, place: Place) -> tuple[int, int]:
        x, y = MIDDLE + place[0] * TALL, TOP + place[1] * TALL
        return round(x * self._height), round(y * self._height)

    def _length(self, length: float) -> int:
        return round(length * TALL * self._height)


def write_people(path: Path, people: Sequence[Person], height: int = 240, **options: int) -> Path:
    """Write a video with a picture of each."""
    return write_video(path, [person.picture(height) for person in people], **options)
