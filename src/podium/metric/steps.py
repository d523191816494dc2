"""How far each moment of a performance is from the reference's, once both are in step.

Two athletes who go through a programme are never in the same clip at the same moment: one is half a
clip ahead. So each clip is measured from the way that the reference goes about the moment, between
its clips, and not from the nearest of them. And what is far differs from moment to moment: a quick
kick varies more than standing, so each moment of a reference has its own border, as each position
has in `podium.metric.deviation`.
"""

from collections.abc import Sequence

import numpy as np

from podium.features.warping import Floats
from podium.metric.matching import Array, Ints, put_in_step

SMOOTH = 3
"""Borders are means over so many neighbouring clips."""

FLOOR = 0.25
"""No border is nearer than this share of the usual one: where hardly anything moves, noise would
decide."""

MIN_OTHERS = 3
"""Where fewer were put in step with a reference, all of its moments have one border."""


def apart(query: Array, reference: Array) -> tuple[Array, Ints]:
    """Return how each clip of a query differs from the reference's way, and from which clip on.

    Both are (clips, dim); the answers are (the query's clips, dim) and (clips,).
    """
    matched = put_in_step(query, reference)
    last = len(reference) - 1
    found = query - reference[matched]
    shortest = (found**2).sum(axis=1)
    for before, after in ((-1, 0), (0, 1)):
        start = reference[np.clip(matched + before, 0, last)]
        along = reference[np.clip(matched + after, 0, last)] - start
        offset = query - start
        lengths = np.maximum((along**2).sum(axis=1), 1e-9)
        share = np.clip((offset * along).sum(axis=1) / lengths, 0, 1)
        other = offset - share[:, None] * along
        squared = (other**2).sum(axis=1)
        found = np.where((squared < shortest)[:, None], other, found)
        shortest = np.minimum(squared, shortest)
    return found, matched


def fit_borders(
    reference: Array, others: Sequence[Array], are_good: Sequence[bool], false_alarms: float
) -> Floats:
    """Return from which distance on a clip is unlike each of a reference's, (clips,).

    It follows what is usual at the moment among `others` of the same action; of the clips of those
    that are good, so large a share as `false_alarms` lies beyond it.
    """
    rows = [_along(other, reference) for other in others]
    if len(rows) < MIN_OTHERS:
        usual = np.median(np.stack(rows), axis=0) if rows else np.ones(len(reference))
        usual = np.full(len(reference), max(float(np.mean(usual)), 1e-6))
    else:
        usual = np.median(np.stack(rows), axis=0)
        padded = np.pad(usual, SMOOTH // 2, mode="edge")
        usual = np.convolve(padded, np.ones(SMOOTH) / SMOOTH, "valid")
        usual = np.maximum(usual, max(FLOOR * float(np.median(usual)), 1e-6))
    good = [row / usual for row, is_good in zip(rows, are_good, strict=True) if is_good] or [
        row / usual for row in rows
    ]
    factor = float(np.quantile(np.concatenate(good), 1 - false_alarms)) if good else 1.0
    return np.asarray(usual * max(factor, 1e-6), np.float64)


def _along(query: Array, reference: Array) -> Floats:
    """Return how far a query is from each of a reference's clips, (the reference's clips,)."""
    found, matched = apart(query, reference)
    distances = np.linalg.norm(found, axis=1)
    counts = np.bincount(matched, minlength=len(reference))
    summed = np.bincount(matched, distances, minlength=len(reference))
    seen = np.flatnonzero(counts)
    return np.interp(np.arange(len(reference)), seen, summed[seen] / counts[seen])
