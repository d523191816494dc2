"""Two performances that are roughly in step, matched more exactly: tempos seldom change.

Dynamic time warping pays for every moment at which one of the two stands still, so that another
tempo costs as much as a mistake. Here the rough way is taken as it goes. What each moment shows
and how fast that changes there says by how much it is early or late (Lucas and Kanade, 1981, in
time); where little changes, little is said. Through all of that goes the way whose tempo changes
least in sum (l1 trend filtering: Kim, Koh, Boyd and Gorinevsky, 2009), a few times over.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d

if TYPE_CHECKING:
    from podium.features.moving import Moving

Floats = npt.NDArray[np.float64]

KNOT_SECONDS = 0.2
"""The tempo may change so often."""

LEAST_KNOTS = 3
"""With fewer there is no tempo that could change."""

STEADY = 0.0133
"""What it costs that the tempo changes, against how well the moments match, however many."""

POOLED_SECONDS = 0.27
"""Neighbours are early or late together (the width of a Gaussian)."""

FLOOR = 0.3
"""Where so much of what usually changes does, the lag it speaks of is believed by half or so."""

FARTHEST_SECONDS = 0.1
"""No look moves a moment by more."""

N_LOOKS = 10
"""So many times each begins where the last came to."""

SECOND = (1.0, -2.0, 1.0)
"""A second difference."""

N_STEPS, STRIDE = 80, 600.0
"""How long the way of the steadiest tempo is looked for, and how boldly (Boyd et al., 2011)."""


def steadier(query: "Moving", reference: "Moving", matched: Floats) -> Floats:
    """Return when in the reference each moment of the query is met, in seconds.

    `matched` (moments of the query,) says when each was met roughly. It stays as it is for a
    performance of a few moments, or where the clock of a file does not go on.
    """
    ours, theirs = query.middle_seconds, reference.middle_seconds
    if not all((np.diff(seconds) > 0).all() for seconds in (ours, theirs)):
        return matched
    step_seconds = float(ours[-1] - ours[0]) / max(len(ours) - 1, 1)
    n_together = max(1, round(KNOT_SECONDS / (step_seconds or KNOT_SECONDS)))
    firsts = np.arange(0, len(ours), n_together)
    if len(firsts) < LEAST_KNOTS:
        return matched
    knots = np.add.reduceat(ours, firsts) / np.diff(firsts, append=len(ours))
    straight = np.interp(ours, ours[[0, -1]], matched[[0, -1]])
    slopes = _changes(query.values, ours), _changes(reference.values, theirs)
    trend = _Trend(len(firsts), STEADY / (n_together * step_seconds) ** 2)
    for _ in range(N_LOOKS):
        early, weights = _early(query, reference, slopes, matched, POOLED_SECONDS / step_seconds)
        summed = np.add.reduceat(weights, firsts)
        off = np.add.reduceat(weights * (matched + early - straight), firsts) / summed
        way = trend.fitted(off, summed / summed.mean())
        matched = straight + np.interp(ours, knots, way)
    return np.asarray(np.clip(np.maximum.accumulate(matched), theirs[0], theirs[-1]), np.float64)


def _early(
    query: "Moving", reference: "Moving", slopes: tuple[Floats, Floats], matched: Floats,
    n_pooled: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return by how many seconds each moment is met too early, and how much speaks for it.

    `slopes` say how fast both change.
    """
    theirs = reference.middle_seconds
    last = len(theirs) - 1
    places = np.interp(matched, theirs, np.arange(last + 1))
    before = np.minimum(places.astype(np.intp), max(last - 1, 0))
    share = (places - before)[:, None]
    shown, changes = (
        one[before] * (1 - share) + one[np.minimum(before + 1, last)] * share
        for one in (reference.values, slopes[1])
    )
    slope = (changes + slopes[0]) / 2
    weights = gaussian_filter1d((slope**2).sum(axis=1), n_pooled, mode="nearest")
    early = gaussian_filter1d(((query.values - shown) * slope).sum(axis=1), n_pooled)
    weights += 1e-12 + 1e-6 * weights.mean()
    early /= weights + FLOOR * np.median(weights)
    return np.clip(early, -FARTHEST_SECONDS, FARTHEST_SECONDS), weights


def _changes(values: npt.NDArray[np.float32], seconds: Floats) -> Floats:
    """Return how fast each value changes, a second."""
    if len(values) < 2:
        return np.zeros(values.shape)
    return np.asarray(np.gradient(values.astype(np.float64), seconds, axis=0), np.float64)


class _Trend:
    """Looks for the way through (knots,) that bends least in sum, from where it last was."""

    def __init__(self, n_knots: int, steady: float) -> None:
        self.pull = STRIDE * steady
        self.bends, self.duals = np.zeros(n_knots - 2), np.zeros(n_knots - 2)
        self.bands = np.zeros((3, n_knots))  # of the product of second differences with themselves
        for i, one in enumerate(SECOND):
            for j in range(i, 3):
                self.bands[2 - (j - i), j : n_knots - 2 + j] += one * SECOND[j]

    def fitted(self, values: Floats, weights: Floats) -> Floats:
        """Return the way, by alternating directions."""
        bands = self.pull * self.bands
        bands[2] += weights
        way = values
        for _ in range(N_STEPS):
            drawn = np.convolve(self.bends - self.duals, SECOND)
            way = solveh_banded(bands, weights * values + self.pull * drawn)
            bent = np.diff(way, 2) + self.duals
            self.bends = np.sign(bent) * np.maximum(np.abs(bent) - 1 / STRIDE, 0)
            self.duals = bent - self.bends
        return np.asarray(way, np.float64)
