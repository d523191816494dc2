"""Where the outlines of a body run, counted by hand-made rules about the picture's middle.

The camera follows the athlete, so the middle of the frame is the body and what is near it. There,
in a grid of cells and over windows of time, the strength of edges is summed by their direction
(histograms of oriented gradients: Dalal and Triggs, 2005). Weak edges, of a blurred background,
are left out, and all sums of a clip are shares of their total, so that light and contrast cancel.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.backbones import require_clips
from podium.checks import check_options
from podium.errors import UsageError
from podium.networks.program import Term

Array = npt.NDArray[np.float32]

VERSION = 1
LUMA = np.array([0.299, 0.587, 0.114], np.float32) / np.float32(255)  # ITU-R BT.601


@dataclass(frozen=True)
class PostureOptions:
    """How finely outlines are counted, and in which part of the frame.

    The middle `width` x `height` pixels are divided into `n_cells` by `n_cells`, a clip's 16 frames
    into `n_windows`, and directions into `n_directions` of a half circle. Edges weaker than
    `weakest`, as a fraction of full brightness, do not count.
    """

    width: int = 80
    height: int = 72
    n_cells: int = 4
    n_windows: int = 8
    n_directions: int = 4
    weakest: float = 0.04

    def __post_init__(self) -> None:
        check_options(self, weakest=0)
        if self.n_windows not in (1, 2, 4, 8, 16) or self.n_cells < 1 or self.n_directions < 1:
            raise UsageError(
                f"{self}: n_windows must be 1, 2, 4, 8 or 16, n_cells and n_directions 1 or more"
            )
        if not (0 < self.width <= 160 and 0 < self.height <= 120) or (
            self.width % self.n_cells or self.height % self.n_cells
        ):
            raise UsageError(
                f"{self}: width (up to 160) and height (up to 120) must be multiples of n_cells"
            )


class Posture:
    """Counts how outlines run about the middle of the frame: posture, without weights."""

    name = "posture"
    frame_size = (160, 120)

    def __init__(self, options: PostureOptions = PostureOptions()) -> None:
        self.options = options
        self.fingerprint = f"posture-{VERSION}-{options}"
        self.dim = options.n_cells**2 * options.n_windows * options.n_directions

    def __call__(self, clips: npt.NDArray[np.uint8]) -> Array:
        """Describe clips of (clips, 16, 120, 160, 3) as (clips, dim); see `Backbone`."""
        require_clips(clips, self.frame_size)
        rows = [outlines(clip, self.options) for clip in clips]  # alone, so that batches agree
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def steps(self, clips: Term) -> Term:
        """Write how clips become features, (clips, dim); see `WritableBackbone`."""
        from podium.backbones._posture_steps import outline_steps

        return outline_steps(clips, self.frame_size, self.options)


def outlines(clip: npt.NDArray[np.uint8], options: PostureOptions) -> Array:
    """Describe one clip, (16, height, width, 3), as square roots of shares, (dim,)."""
    across, down = gradients(clip, options)
    strength = np.maximum(np.hypot(across, down) - options.weakest, 0)
    angle = np.arctan2(down, across)
    sums = np.stack(
        [
            _average_cells(strength * _nearness(angle, index, options.n_directions), options)
            for index in range(options.n_directions)
        ],
        axis=-1,
    )
    shares: Array = sums / (sums.sum() + np.float32(1e-3))
    return np.sqrt(shares).astype(np.float32).ravel()


def gradients(clip: npt.NDArray[np.uint8], options: PostureOptions) -> tuple[Array, Array]:
    """Return the change of brightness to the right and downwards in the middle of each frame.

    Both are (16, options.height, options.width), as a fraction of full brightness over two pixels.
    """
    height, width = clip.shape[1:3]
    top, left = (height - options.height) // 2, (width - options.width) // 2
    brightness = np.pad(clip.astype(np.float32) @ LUMA, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = slice(top, top + options.height)
    columns = slice(left, left + options.width)
    across = (brightness[:, 1:-1, 2:] - brightness[:, 1:-1, :-2])[:, rows, columns]
    down = (brightness[:, 2:, 1:-1] - brightness[:, :-2, 1:-1])[:, rows, columns]
    return across, down


def _nearness(angle: Array, index: int, n_directions: int) -> Array:
    """Return how near an edge's direction is to one of those counted: 1 at it, 0 at the next."""
    apart = (angle / np.float32(np.pi) * n_directions - index) % n_directions
    near: Array = np.maximum(1 - np.minimum(apart, n_directions - apart), 0)
    return near


def _average_cells(values: Array, options: PostureOptions) -> Array:
    """Average over the cells and the windows of time: (windows, cells, cells)."""
    n_windows, n_cells = options.n_windows, options.n_cells
    blocks = values.reshape(
        n_windows,
        len(values) // n_windows,
        n_cells,
        options.height // n_cells,
        n_cells,
        options.width // n_cells,
    )
    means: Array = blocks.mean(axis=(1, 3, 5))
    return means
