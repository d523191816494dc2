"""Two repetitions are laid over each other: what belongs together in time, by dynamic warping."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

BAND = 0.25
"""Moments that belong together lie no further apart than this share of the repetition."""

SLOW = 0.1
"""What it costs to stand still in one of the two, as a share of the usual cost: without, noise
would be followed back and forth."""


def align(ours: Floats, theirs: Floats) -> Indices:
    """Return which rows belong together, (steps, 2), from the first of both to the last.

    Rows are (moments, quantities), in units in which 1 is a usual difference; NaN says nothing.
    Steps go on by one in one or in both (Sakoe and Chiba, 1978).
    """
    costs = _costs(ours, theirs)
    slow = SLOW * float(np.median(costs))
    return _way_back(_totals(costs.tolist(), slow), slow)


def _totals(costs: list[list[float]], slow: float) -> Floats:
    """Return what it costs at least to come to each pair of moments, with a border of infinity."""
    n, m = len(costs), len(costs[0])
    reach = max(BAND * max(n, m), abs(n - m)) + 1
    total = [[math.inf] * (m + 1) for _ in range(n + 1)]
    total[0][0] = 0.0
    for i in range(n):
        before, now = total[i], total[i + 1]
        first = max(math.ceil((i * m - reach * max(n, m)) / n), 0)
        last = min(math.floor((i * m + reach * max(n, m)) / n), m - 1)
        for j in range(first, last + 1):
            one = min(before[j + 1], now[j]) + slow
            now[j + 1] = costs[i][j] + min(before[j], one)
    return np.array(total)


def _costs(ours: Floats, theirs: Floats) -> Floats:
    """Return how unlike each row of one is to each of the other, (ours, theirs)."""
    apart = abs(ours[:, None] - theirs[None])
    known = np.isfinite(apart)
    sums = np.where(known, apart, 0.0).sum(axis=2)
    return np.asarray(sums / np.maximum(known.sum(axis=2), 1))


def _way_back(total: Floats, slow: float) -> Indices:
    i, j = total.shape[0] - 1, total.shape[1] - 1
    steps = []
    while i and j:
        steps.append((i - 1, j - 1))
        before = (total[i - 1, j - 1], total[i - 1, j] + slow, total[i, j - 1] + slow)
        choice = int(np.argmin(before))
        i, j = i - (choice != 2), j - (choice != 1)
    return np.array(steps[::-1], np.int64)
