"""People who exercise, made of angles: what they do is known to the degree."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from podium.joints import Joints
from podium.keypoints import COCO

UPPER_ARM, FOREARM, TRUNK, THIGH, SHANK = 0.3, 0.27, 0.5, 0.42, 0.4
RATE = 30.0


def bell(n_repetitions: int, seconds: float = 2.0, rate: float = RATE) -> np.ndarray:
    """How far a movement is out, 0 to 1, over time: so many times out and back, rest between."""
    times = np.arange(round(n_repetitions * seconds * rate) + round(rate)) / rate - 0.5
    out = (1 - np.cos(2 * np.pi * times / seconds)) / 2
    return np.where((times < 0) | (times > n_repetitions * seconds), 0.0, out)


def curls(
    out: np.ndarray,
    *,
    left: Callable[[np.ndarray], np.ndarray] | None = None,
    rate: float = RATE,
    size: float = 0.3,
    aside: float = 0.0,
    arms: float = 1.0,
) -> Joints:
    """Somebody upright, seen from the front, who bends both elbows from 170 to 50 degrees.

    `left` changes the angle of the left elbow over time; `arms` makes them longer.
    """
    elbow = 170 - 120 * np.asarray(out)
    places = np.zeros((len(out), len(COCO), 2))
    for sign, side in ((1, "left"), (-1, "right")):
        degrees = left(elbow) if left and side == "left" else elbow
        put(places, side, sign, degrees, arms)
    place(places, "nose", (0.0, -1.5))
    for i, name in enumerate(COCO[1:5]):
        place(places, name, (0.05 * (-1) ** i, -1.52))
    positions = places * size + np.array([0.8 + aside, 0.7])
    return skeleton(positions, rate, width=16 / 9)


def less_bent(number: int, by: float) -> Callable[[np.ndarray], np.ndarray]:
    """What bends the left elbow of `curls` less, about the turning point of one repetition."""

    def change(elbow: np.ndarray) -> np.ndarray:
        times = np.arange(len(elbow)) / RATE
        about_turn = np.exp(-(((times - 0.5 - 2 * number - 1) / 0.5) ** 4))
        return elbow + by * about_turn

    return change


def put(places: np.ndarray, side: str, sign: int, elbow: np.ndarray, arms: float) -> None:
    shoulder = np.array([sign * 0.18, -1.32])
    elbow_place = shoulder + np.array([0.0, UPPER_ARM * arms])
    turned = np.deg2rad(180 - elbow)
    wrist = elbow_place + arms * FOREARM * np.stack([sign * np.sin(turned), np.cos(turned)], 1)
    hip = np.array([sign * 0.12, -0.82])
    for name, where in (
        ("shoulder", shoulder),
        ("elbow", elbow_place),
        ("wrist", wrist),
        ("hip", hip),
        ("knee", hip + np.array([0, THIGH])),
        ("ankle", hip + np.array([0, THIGH + SHANK])),
    ):
        place(places, f"{side} {name}", where)


def place(places: np.ndarray, name: str, where: Sequence[float] | np.ndarray) -> None:
    places[:, COCO.index(name)] = where


def plank(sinks: np.ndarray, rate: float = RATE, *, metres: float = 0.0) -> Joints:
    """Somebody lying on hands and feet, whose hips are so far below the line, in lengths of it.

    With `metres`, the line has that length, as a sensor measures it.
    """
    line = 1.4
    places = np.zeros((len(sinks), len(COCO), 2))
    for side in ("left", "right"):
        place(places, f"{side} ankle", (0.0, 0.0))
        place(places, f"{side} shoulder", (line, 0.0))
        hip = np.stack([np.full(len(sinks), 0.6 * line), np.asarray(sinks) * line], axis=1)
        place(places, f"{side} hip", hip)
        place(places, f"{side} knee", hip / 2)
        place(places, f"{side} elbow", (line, 0.3))
        place(places, f"{side} wrist", (line, 0.6))
    for name in COCO[:5]:
        place(places, name, (line + 0.2, -0.05))
    if not metres:
        return skeleton(places * 0.4 + [0.3, 0.4], rate, width=16 / 9)
    world = np.concatenate([places, np.zeros((*places.shape[:2], 1))], axis=2) * metres / line
    return skeleton(places, rate, world=world)


def skeleton(
    positions: np.ndarray, rate: float, width: float = 0.0, world: np.ndarray | None = None
) -> Joints:
    n_frames, n_joints = positions.shape[:2]
    return Joints(
        positions=positions,
        visibility=np.ones((n_frames, n_joints)),
        names=COCO,
        times=np.arange(n_frames) / rate,
        width=width,
        world=world,
    )


def hidden(joints: Joints, side: str) -> Joints:
    """The same, but of one side nothing is seen."""
    visibility = joints.visibility.copy()
    for number, name in enumerate(joints.names):
        if name.startswith(side):
            visibility[:, number] = 0.0
    return replace(joints, visibility=visibility)
