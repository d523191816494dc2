"""A backbone: the mean colour of a clip, and how much it varies."""

import numpy as np
import numpy.typing as npt

from podium.backbones import require_clips


class Colours:
    """Which colours a clip shows, and how much they differ from frame to frame."""

    name = "colours"
    frame_size = (64, 48)
    dim = 6
    fingerprint = "colours-1"

    def __call__(self, clips: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Describe clips of (clips, 16, height, width, 3), 0-255, as (clips, 6)."""
        require_clips(clips, self.frame_size)
        by_frame = clips.mean(axis=(2, 3))
        return np.hstack([by_frame.mean(axis=1), by_frame.std(axis=1)]).astype(np.float32)
