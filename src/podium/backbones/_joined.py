"""Several backbones as one: what each says of a clip, one after the other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from podium.backbones import Backbone, describe
from podium.doubts import Doubt
from podium.errors import UsageError


class Joined:
    """Describes a clip by what several backbones that read frames of one size say of it.

    Where one is shown another view than others, each is given its own (`podium.features`).

    Raises
    ------
    UsageError
        If they read frames of different sizes.
    """

    def __init__(self, parts: Sequence[Backbone]) -> None:
        sizes = {part.frame_size for part in parts}
        self.name = "+".join(part.name for part in parts)
        if len(sizes) != 1:
            shown = ", ".join(f"{p.name} {p.frame_size[0]}x{p.frame_size[1]}" for p in parts)
            raise UsageError(
                f"backbones that read frames of different sizes cannot be joined ({shown}): "
                "choose backbones that read frames of one size"
            )
        self.parts = tuple(parts)
        self.frame_size = parts[0].frame_size
        self.dim = sum(part.dim for part in parts)
        self.fingerprint = "+".join(part.fingerprint for part in parts)

    def __call__(self, clips: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Describe clips of (clips, 16, height, width, 3) as (clips, dim); see `Backbone`."""
        return self.describe(clips)[0]

    def describe(
        self, clips: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], tuple[Doubt, ...]]:
        """Describe clips, and give the doubts of those parts that have any."""
        said = [describe(part, clips) for part in self.parts]
        doubts = tuple(doubt for _, doubts in said for doubt in doubts)
        return np.concatenate([values for values, _ in said], axis=1), doubts
