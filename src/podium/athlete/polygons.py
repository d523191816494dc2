"""The border of a silhouette, as polygons in the picture."""

import cv2
import numpy as np
import numpy.typing as npt

from podium.athlete.values import Athlete

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]

FINER = 3
"""The border of a silhouette is looked for between its pixels, in parts so many times as small."""

SIMPLER = 0.8
"""A silhouette is drawn with as few corners as leave its border this close, in its pixels."""

SMALLEST_PIECE = 0.1
"""Pieces of a silhouette that are smaller than this share of the largest are left out."""


def silhouettes(athlete: Athlete) -> list[list[Floats]]:
    """Return the polygons of each frame, each (corners, 2), in pixels of the picture."""
    corners, pixel = athlete.middles - athlete.reach, athlete.pixel
    return [
        [(polygon + 0.5) * pixel + corner for polygon in _polygons(mask)]
        for mask, corner in zip(athlete.masks, corners, strict=True)
    ]


def _polygons(mask: Masks) -> list[Floats]:
    """Return the pieces of a silhouette, each (corners, 2), in its pixels."""
    blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.2)
    fine = cv2.resize(blurred, None, fx=FINER, fy=FINER) > 0.5
    pieces, _ = cv2.findContours(fine.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not pieces:
        return []
    areas = [cv2.contourArea(piece) for piece in pieces]
    large = [p for p, area in zip(pieces, areas, strict=True) if area > SMALLEST_PIECE * max(areas)]
    simple = [cv2.approxPolyDP(piece, FINER * SIMPLER, True).reshape(-1, 2) for piece in large]
    return [(piece + 0.5) / FINER - 0.5 for piece in simple]
