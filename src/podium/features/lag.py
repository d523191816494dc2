"""By how much two performances that are roughly in step still lag, moment by moment.

Dynamic time warping pays for every moment at which one of the two stands still, so that another
tempo costs as much as a mistake. Here the rough way is taken as it goes, and only a change of the
lag behind it costs: which leaves a few lags to try at each moment, in parts of one.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from podium.features.moving import Moving

Floats = npt.NDArray[np.float64]

STEP = 0.5
"""Lags are tried in such parts of a moment."""

N_STEPS = 15
"""So many of them to either side."""

CHANGE = 0.2
"""What it costs that the lag changes by a step, in mean distances of two moments."""

LAG = 1e-3
"""What a lag costs itself, for each moment of it: where nothing tells them apart it is none."""

N_DRAWN = 4_000
"""The mean distance is that of so many pairs of moments."""


def lags(query: "Moving", reference: "Moving", matched: Floats) -> Floats:
    """Return by how much later each moment of the query is met in the reference, in moments.

    `matched` (moments of the query,) says where in the reference, counted in its moments, each
    was met before.
    """
    tried = np.arange(-N_STEPS, N_STEPS + 1) * STEP
    distances = np.stack([_distances(query, reference, matched + lag) for lag in tried], axis=1)
    distances /= _mean_distance(query, reference) or 1.0
    distances += LAG * np.abs(tried)
    return np.asarray(tried[_steadiest(distances)], np.float64)


def _distances(query: "Moving", reference: "Moving", places: Floats) -> Floats:
    """Return how each moment of the query differs from what is at a place of the reference."""
    last = len(reference.values) - 1
    places = np.clip(places, 0, last)
    before = np.minimum(places.astype(np.intp), max(last - 1, 0))
    share = (places - before)[:, None]
    later = reference.values[np.minimum(before + 1, last)]
    shown = reference.values[before] * (1 - share) + later * share
    return np.asarray(np.linalg.norm(query.values - shown, axis=1), np.float64)


def _mean_distance(query: "Moving", reference: "Moving") -> float:
    drawn = np.random.default_rng(0)
    ours, theirs = (
        one.values[drawn.integers(len(one.values), size=N_DRAWN)] for one in (query, reference)
    )
    return float(np.linalg.norm(ours - theirs, axis=1).mean())


def _steadiest(distances: Floats) -> npt.NDArray[np.intp]:
    """Return the cheapest column at each row, where going to the next column costs `CHANGE`."""
    n_rows, n_columns = distances.shape
    came_from = np.zeros((n_rows, n_columns), np.intp)
    summed, columns = distances[0], np.arange(n_columns)
    for row in range(1, n_rows):
        beyond = np.pad(summed, 1, constant_values=np.inf)
        choices = np.stack([summed, beyond[:-2] + CHANGE, beyond[2:] + CHANGE])
        chosen = choices.argmin(axis=0)
        came_from[row] = columns + np.array([0, -1, 1])[chosen]
        summed = distances[row] + choices[chosen, columns]
    way = np.empty(n_rows, np.intp)
    column = int(summed.argmin())
    for row in range(n_rows - 1, -1, -1):
        way[row] = column
        column = int(came_from[row, column])
    return way
