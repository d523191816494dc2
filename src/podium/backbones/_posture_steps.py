"""What `posture` counts, written as steps of a program for other runtimes."""

import math

import numpy as np

from podium.backbones.posture import LUMA, PostureOptions
from podium.networks.program import Term


def outline_steps(clips: Term, frame_size: tuple[int, int], options: PostureOptions) -> Term:
    """Write `outlines` of clips, uint8 (clips, 16, height, width, 3): (clips, dim)."""
    across, down = _gradients(clips.cast() @ LUMA, frame_size, options)
    length = (across * across + down * down).then("Sqrt")
    strength = (length - options.weakest).then("Relu")
    # Directions of a half circle: the two ways along an edge are one.
    upright = across.like(np.full(1, math.pi / 2, np.float32))
    level = across.then("Equal", across.like(0.0))
    angle = level.then("Where", upright, (down / across).then("Atan"))
    n = options.n_directions
    cells = [_cells(strength * _nearness(angle, index, n), options) for index in range(n)]
    sums = cells[0].beside(*cells[1:], axis=4)
    shares = sums / (sums.total(1, 2, 3, 4, keeps=True) + 1e-3)
    return shares.then("Sqrt").reshape(-1, options.n_windows * options.n_cells**2 * n)


def _gradients(
    brightness: Term, frame_size: tuple[int, int], options: PostureOptions
) -> tuple[Term, Term]:
    """Write `gradients`; at an edge of the picture, what is beyond it is as at the edge."""
    width, height = frame_size
    rows = np.arange(options.height, dtype=np.int64) + (height - options.height) // 2
    columns = np.arange(options.width, dtype=np.int64) + (width - options.width) // 2

    def at(down: int, right: int) -> Term:
        there = np.clip(rows + down, 0, height - 1), np.clip(columns + right, 0, width - 1)
        return brightness.taken(there[0], axis=2).taken(there[1], axis=3)

    return at(0, 1) - at(0, -1), at(1, 0) - at(-1, 0)


def _nearness(angle: Term, index: int, n_directions: int) -> Term:
    """Write how near a direction is to one of those counted: 1 at it, 0 at the next."""
    turns = angle / math.pi - index / n_directions
    apart = (turns - turns.then("Floor")) * n_directions
    other_way = apart.like(float(n_directions)) - apart
    return (apart.like(1.0) - apart.then("Min", other_way)).then("Relu")


def _cells(values: Term, options: PostureOptions) -> Term:
    """Write the averages of cells and windows of time: (clips, windows, cells, cells, 1)."""
    n_windows, n_cells = options.n_windows, options.n_cells
    size = options.height // n_cells, options.width // n_cells
    blocks = values.reshape(-1, n_windows, 16 // n_windows, n_cells, size[0], n_cells, size[1])
    return blocks.mean(2, 4, 6).reshape(-1, n_windows, n_cells, n_cells, 1)
