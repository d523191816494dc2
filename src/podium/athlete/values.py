"""What is known of the athlete in each frame."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import require_array

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]


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
            return np.asarray(np.linalg.inv(self.between(stop, start)), np.float64)
        total: Floats = np.eye(3)
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


@dataclass(frozen=True)
class Athlete:
    """Where the athlete is in each frame of a video, and which pixels are the athlete's.

    Places are (right, down) in pixels of a picture `width` x `height`.
    """

    start_seconds: Floats
    """When each frame is shown, (frames,), counted from the first frame of the file."""

    width: int
    height: int

    middles: Floats
    """Where the middle of each window is, (frames, 2)."""

    reach: float
    """Half the side of a window, in pixels."""

    masks: Masks
    """Of each window which pixels are the athlete's, (frames, side, side)."""

    evidence: Floats
    """How much is to be seen of something that moves as an athlete does, (frames,), about 1."""

    camera: CameraMotion

    def __post_init__(self) -> None:
        n_frames = len(self.start_seconds)
        require_array("start_seconds", self.start_seconds, np.floating, (n_frames,))
        require_array("middles", self.middles, np.floating, (n_frames, 2))
        require_array("masks", self.masks, np.bool_, (n_frames, None, None))
        require_array("evidence", self.evidence, np.floating, (n_frames,))

    def __len__(self) -> int:
        return len(self.start_seconds)

    @property
    def pixel(self) -> float:
        """How wide a pixel of a mask is, in pixels of the picture."""
        return 2 * self.reach / int(self.masks.shape[2])

    def to_picture(self) -> Floats:
        """Return what takes a pixel of each window into the picture, (frames, 3, 3)."""
        movements = np.zeros((len(self), 3, 3))
        movements[:, 0, 0] = movements[:, 1, 1] = self.pixel
        movements[:, :2, 2] = self.middles - self.reach + self.pixel / 2
        movements[:, 2, 2] = 1
        return movements

    def in_picture(self, places: Floats) -> Floats:
        """Return where places in the windows, (frames, ..., 2), are in the picture."""
        corners = self.middles - self.reach
        shape = (len(self), *[1] * (places.ndim - 2), 2)
        return np.asarray((places + 0.5) * self.pixel + corners.reshape(shape))

    def in_common_picture(self, places: Floats) -> Floats:
        """Return where places of each frame, (frames, 2), are in the picture of the first frame."""
        points = np.concatenate([places, np.ones((len(places), 1))], axis=1)
        moved = np.einsum("fij,fj->fi", self.camera.to_first(), points)
        return np.asarray(moved[:, :2])
