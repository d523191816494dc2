"""How the camera moved, so that paths and heights are those of the athlete.

Corners of the picture are followed from each frame to the next (Lucas and Kanade, 1981; corners:
Shi and Tomasi, 1994), and the turn, shift and zoom that most of them agree on is the camera's
(RANSAC: Fischler and Bolles, 1981). What moves otherwise, such as the athlete, does not agree.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from podium.checks import require_array

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

N_CORNERS = 250
CORNER_QUALITY = 0.01
CORNER_DISTANCE = 7
WINDOW = (21, 21)
"""How large a part of the picture about a corner is found again in the next frame, in pixels."""

N_LEVELS = 3
"""How many times the picture is halved, so that fast movements are followed too."""

TOLERANCE = 1.5
"""How far from where the camera's movement takes it a corner may lie, in pixels."""

MIN_CORNERS = 8
"""With fewer it cannot be told how the camera moved: it is taken to have stood still."""


@dataclass(frozen=True)
class CameraMotion:
    """How the camera moved from each frame to the next.

    `steps` (frames - 1, 3, 3) take a point (right, down, 1) of one frame to where it is in the
    next; `agreement` (frames - 1,) is the share of the corners that moved so, 0 where it is not
    known.
    """

    steps: Floats
    agreement: Floats

    def __post_init__(self) -> None:
        require_array("steps", self.steps, np.floating, (None, 3, 3))
        require_array("agreement", self.agreement, np.floating, (len(self.steps),))

    def between(self, start: int, stop: int) -> Floats:
        """Return what takes a point of frame `start` to where it is in frame `stop`, (3, 3)."""
        if start > stop:
            return np.linalg.inv(self.between(stop, start))
        total = np.eye(3)
        for step in self.steps[start:stop]:
            total = step @ total
        return total

    def to_first(self) -> Floats:
        """Return what takes the points of each frame into the picture of the first, (frames, 3, 3).

        That is the common picture: in it, what stands still in the world stands still.
        """
        chain = [np.eye(3)]
        for step in self.steps:
            chain.append(chain[-1] @ np.linalg.inv(step))
        return np.stack(chain)


def estimate_camera(pixels: Pixels) -> CameraMotion:
    """Find out how the camera moved through frames, (frames, height, width, 3)."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in pixels]
    found = [_step(before, after) for before, after in pairwise(grey)]
    if not found:
        return CameraMotion(np.empty((0, 3, 3)), np.empty(0))
    steps, agreement = zip(*found, strict=True)
    return CameraMotion(np.stack(steps), np.asarray(agreement))


def _step(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> tuple[Floats, float]:
    still = np.eye(3), 0.0
    corners = cv2.goodFeaturesToTrack(before, N_CORNERS, CORNER_QUALITY, CORNER_DISTANCE)
    if corners is None or len(corners) < MIN_CORNERS:
        return still
    moved, is_found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, corners, corners.copy(), winSize=WINDOW, maxLevel=N_LEVELS
    )
    kept = is_found.ravel() > 0
    if kept.sum() < MIN_CORNERS:
        return still
    step, agree = cv2.estimateAffinePartial2D(
        corners[kept], moved[kept], method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE
    )
    if step is None or not np.isfinite(step).all():
        return still
    return np.vstack([step, [0.0, 0.0, 1.0]]), float(agree.mean())
