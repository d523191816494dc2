"""Dynamic time warping: the cheapest way of matching two sequences that never goes back.

The way goes from both beginnings to both ends (Sakoe and Chiba, 1978, with steps of one moment in
either or both).
"""

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError

Floats = npt.NDArray[np.float64]

LONG_CLIPS = 64
"""From more clips on than this, about half a minute, a performance is a long one."""


def moment_distances(query: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> Floats:
    """Return how different any two moments are, (query, reference), on average 1.

    Every number of a feature counts by how much it varies in the two performances together.

    Raises
    ------
    FeatureError
        If the two have another number of numbers a moment.
    """
    if query.shape[1] != reference.shape[1]:
        raise FeatureError(
            f"features with {query.shape[1]} and with {reference.shape[1]} numbers per clip "
            "cannot be aligned: make both with the same backbone"
        )
    both = np.concatenate([query, reference]).astype(np.float64)
    spread = both.std(axis=0)
    scaled = (both - both.mean(axis=0)) / np.where(spread > 1e-9, spread, np.inf)
    ours, theirs = scaled[: len(query)], scaled[len(query) :]
    squared = (ours**2).sum(1)[:, None] + (theirs**2).sum(1)[None] - 2 * ours @ theirs.T
    distances: Floats = np.sqrt(np.maximum(squared, 0))
    mean = float(distances.mean())
    return distances / mean if mean > 0 else distances


def accumulate(distances: Floats, hold: float) -> Floats:
    """Return the cost of the cheapest way from the beginning to each pair, (query, reference).

    `hold` is what it costs that one of the two stands still while the other goes on. All pairs that
    are as far from the beginning are worked out at once.
    """
    n_query, n_reference = distances.shape
    summed = np.full((n_query + 1, n_reference + 1), np.inf)
    summed[0, 0] = 0.0
    for far in range(2, n_query + n_reference + 1):
        i = np.arange(max(1, far - n_reference), min(n_query, far - 1) + 1)
        j = far - i
        before = np.minimum(summed[i - 1, j - 1], summed[i - 1, j] + hold)
        before = np.minimum(before, summed[i, j - 1] + hold)
        summed[i, j] = distances[i - 1, j - 1] + before
    return summed[1:, 1:]


def cheapest_way(summed: Floats, hold: float) -> npt.NDArray[np.intp]:
    """Return the cheapest way, (steps, 2): which moment of the query is which of the reference."""
    i, j = (size - 1 for size in summed.shape)
    steps = [(i, j)]
    while i or j:
        choices = [(i - 1, j - 1, 0.0), (i - 1, j, hold), (i, j - 1, hold)]
        inside = [(a, b, extra) for a, b, extra in choices if a >= 0 and b >= 0]
        i, j, _ = min(inside, key=lambda choice: summed[choice[0], choice[1]] + choice[2])
        steps.append((i, j))
    return np.array(steps[::-1], np.intp)
