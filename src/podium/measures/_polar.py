"""Silhouettes as they are seen from their middle: how far the body reaches in which direction.

Seen so, a turning body is a shape that shifts along one axis, and its mirror image is the same
read backwards.
"""

import cv2
import numpy as np
import numpy.typing as npt

Masks = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.float32]

N_DIRECTIONS = 36
"""Directions are counted clockwise, as they are seen, from straight up."""

N_RINGS = 12
"""Rings are counted outwards."""

MIN_PIXELS = 20
"""A silhouette of fewer pixels, of its own, has no shape."""

_FINER = 2
"""Each cell is the mean of so many by so many places."""

_REACH = 0.917
"""How far the last ring reaches, in halves of the side of a window."""


def shapes_of(masks: Masks) -> Shapes:
    """Return what share of each direction and ring is the body, (frames, directions, rings).

    Nothing of a silhouette that is too small to have a shape.
    """
    shapes = np.zeros((len(masks), N_DIRECTIONS, N_RINGS), np.float32)
    right, down = _places(masks.shape[2])
    for shape, mask in zip(shapes, masks, strict=True):
        rows, columns = np.nonzero(mask)
        if len(rows) >= MIN_PIXELS:
            shape[:] = _around(mask, columns.mean() + right, rows.mean() + down)
    return shapes


def _around(mask: Masks, right: Shapes, down: Shapes) -> Shapes:
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), mask.shape[1] / 96)
    fine = cv2.remap(
        soft, right.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR, borderValue=0
    )
    cells = fine.reshape(N_DIRECTIONS, _FINER, N_RINGS, _FINER)
    return np.asarray(cells.mean(axis=(1, 3)), np.float32)


def _places(side: int) -> tuple[Shapes, Shapes]:
    """Return where all places are from the middle, right and down."""
    n_directions, n_rings = _FINER * N_DIRECTIONS, _FINER * N_RINGS
    angles = (np.arange(n_directions) + 0.5) / n_directions * 2 * np.pi
    radii = (np.arange(n_rings) + 0.5) / n_rings * _REACH * side / 2
    right, down = np.sin(angles)[:, None] * radii, -np.cos(angles)[:, None] * radii
    return right.astype(np.float32), down.astype(np.float32)


def is_seen(shapes: Shapes) -> Masks:
    """Return in which frames there is a shape, (frames,)."""
    return np.asarray(shapes.any(axis=(1, 2)))
