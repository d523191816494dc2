"""The motion of one performance: where every joint is in every frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podium.performance import Phase
from podium.simulation.actions import Action
from podium.simulation.body import Array, Joint, Physique, Pose, joints_of, leaning, middle
from podium.simulation.faults import Flaw
from podium.simulation.options import Sport


@dataclass(frozen=True)
class Script:
    """What is to be performed and how well: everything but the camera."""

    sport: Sport
    action: Action
    flaws: tuple[Flaw, ...]
    seed: tuple[int, ...]

    def flaw(self, phase: str) -> Flaw:
        """Return the flaw of one phase."""
        return next(flaw for flaw in self.flaws if flaw.phase == phase)

    def random(self, stream: int) -> np.random.Generator:
        """Return a generator for one aspect of the performance, independent of the others."""
        return np.random.default_rng([*self.seed, stream])


@dataclass(frozen=True)
class Entry:
    """The moment when the hands of a diver meet the water."""

    seconds: float
    x_metres: float
    degrees: float
    """Of the body's axis from the vertical; positive is past the vertical."""
    splash_size: float
    """How much water goes up, 0 to 1."""
    leans: float
    """Which way the water is thrown: -1 back to the platform, 1 away from it."""
    sweep_metres: float
    """How far from the hands' place of entry the feet go under."""


@dataclass(frozen=True)
class Motion:
    """Every joint in every frame, in metres: away from the start, up from the ground, depth."""

    seconds: Array
    """Of each frame since the first, (frames,)."""
    joints: Array
    """(frames, joints, 3)."""
    phases: tuple[Phase, ...]
    leaves_seconds: float
    """When free flight begins."""
    lands_seconds: float
    """When free flight ends."""
    entry: Entry | None = None

    @property
    def n_frames(self) -> int:
        """How many frames the performance takes."""
        return len(self.seconds)

    def axis_degrees(self) -> Array:
        """Return the angle of the trunk from upright, (frames,), from -180 to 180."""
        trunk = self.joints[:, Joint.CHEST] - self.joints[:, Joint.PELVIS]
        return np.asarray(np.rad2deg(np.arctan2(trunk[:, 0], trunk[:, 1])))


def draw_physique(rng: np.random.Generator) -> Physique:
    """Draw up an athlete's build."""
    return Physique(
        height_metres=float(rng.uniform(1.55, 1.75)),
        breadth=float(rng.uniform(0.9, 1.15)),
        leg_share=float(rng.uniform(0.96, 1.05)),
    )


def pose_joints(physique: Physique, pose: Pose, facing: float = 1.0) -> Array:
    """Return the joints of leaning poses about the pelvis, (moments, joints, 3), facing 1 or -1."""
    joints = leaning(joints_of(physique, pose), pose.lean)
    return np.asarray(joints * np.array([facing, 1.0, facing]))


def anchor_joints(joints: Array, left_joint: Joint, place: Array) -> Array:
    """Return the joints moved so that a pair of them (the toes, the hands) is at `place`."""
    return joints + (place - middle(joints, left_joint))[:, None, :]


def phases_between(names: tuple[str, ...], starts: list[int], n_frames: int) -> tuple[Phase, ...]:
    """Phases that follow each other without a gap, from the frames at which they start."""
    ends = [start - 1 for start in starts[1:]] + [n_frames - 1]
    return tuple(Phase(*parts) for parts in zip(names, starts, ends, strict=True))
