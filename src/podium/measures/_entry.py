"""Where and when the body meets the water, and how large it is there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.athlete.values import CameraMotion
from podium.measures._dive import Dive
from podium.measures._line import Line, line_before_water

Floats = npt.NDArray[np.float64]

LIKELY_ZOOM = 0.02
"""No camera zooms faster from frame to frame: where drops were taken for the scene, it stood."""


@dataclass(frozen=True)
class Entry:
    """The last frame in which the body is seen above the water, and what is seen there."""

    frame: int
    """Its index."""

    place: Floats
    """Where the body goes in, (right, down) in pixels of that frame."""

    length: float
    """How long the stretched body is, in pixels of that frame."""


def entry_of(dive: Dive) -> Entry | None:
    """Return where the body meets the water, `None` where it is not seen to."""
    line = line_before_water(dive)
    if line is None:
        return None
    return Entry(int(line.frames[-1]), place_of(dive, line), line.length)


def place_of(dive: Dive, line: Line) -> Floats:
    """Return where the body goes in: the lower end of the axis, right and down."""
    frame, angle = line.frames[-1], line.angles[-1]
    half = dive.outline.length[frame] / 2
    return np.asarray(dive.outline.middle[frame] + half * np.array([np.sin(angle), np.cos(angle)]))


def settled(camera: CameraMotion) -> CameraMotion:
    """Return a camera's motion without the steps in which drops were taken for the scene."""
    zooms = np.sqrt(np.abs(np.linalg.det(camera.steps[:, :2, :2])))
    is_likely = np.abs(zooms - 1) <= LIKELY_ZOOM
    steps = np.where(is_likely[:, None, None], camera.steps, np.eye(3))
    return CameraMotion(steps, camera.agreement)
