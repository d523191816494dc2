"""Places that are shares of a picture: its shape is not said, and has to be assumed."""

from dataclasses import replace

import numpy as np

from podium.doubts import DoubtKind
from podium.skeletons.places import Places

SHAPE_ASSUMED = DoubtKind("shape_assumed")
"""Places are shares of a picture, of which nobody says how wide it is for its height."""

ASSUMED_WIDTH = 16 / 9
"""In heights: what most cameras film."""

NEAR_ZERO = 0.1
"""Places in space are counted from the hips, which are then nearer to 0 than this."""


def in_heights(places: Places) -> Places:
    """Return places that are shares of a picture as ones in its heights; others as they are."""
    hips = [i for i, name in enumerate(places.names) if name in ("left hip", "right hip")]
    known = places.positions[np.isfinite(places.positions[..., :2]).all(axis=2)][:, :2]
    if len(hips) != 2 or not len(known) or not _are_shares(known):
        return places
    middle = places.positions[:, hips, :2].mean(axis=1)
    if float(np.nanmedian(np.linalg.norm(middle, axis=1))) < NEAR_ZERO:
        return places
    scaled = places.positions[..., :2] * (ASSUMED_WIDTH, 1.0)
    return replace(places, positions=scaled, doubts=(*places.doubts, SHAPE_ASSUMED()))


def _are_shares(known: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bool:
    low, high = np.percentile(known, [5, 95])
    return bool(low >= -0.5 and high <= 1.5)
