"""The camera, without what no camera does: at a cut to another one, nothing is known."""

from dataclasses import replace

import numpy as np

from podium.athlete.values import Athlete, CameraMotion

MOST_ZOOM, MOST_TURN = 0.1, 0.1
"""From one frame to the next no camera zooms (as a logarithm) or turns (in radians) by more."""


def steady(athlete: Athlete) -> Athlete:
    """Return the athlete as of a camera that stood still where it cannot have moved as was found.

    The common picture is then that of one camera on either side of a cut.
    """
    steps = athlete.camera.steps
    zoom = np.log(np.abs(np.linalg.det(steps[:, :2, :2])) + 1e-9) / 2
    turn = np.arctan2(steps[:, 1, 0], steps[:, 0, 0])
    is_odd = (np.abs(zoom) > MOST_ZOOM) | (np.abs(turn) > MOST_TURN)
    moved = np.where(is_odd[:, None, None], np.eye(3), steps)
    return replace(athlete, camera=CameraMotion(moved, athlete.camera.agreement))
