"""Which clip of a reference each clip of a query is compared with.

The paper counts clips from the end, which serves where all performances keep one pace, as dives do
before the splash. In routines of minutes each athlete takes their own time: there, clips are put in
step by what they show (`podium.features.warping`).
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind, Severity
from podium.features.warping import Floats, accumulate, cheapest_way, moment_distances

NOT_IN_STEP = DoubtKind("not_in_step", values=("cost", "usual"), severity=Severity.GRAVE)
"""The moments of the video cannot be put in step with the reference's: those that match best differ
by `cost` of what any two do, in training by `usual`."""

Array = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]

MatchingChoice = Literal["auto", "from_end", "in_step"]
"""How clips are matched; `auto` puts those of long performances in step (`LONG_CLIPS`)."""

HOLD = 0.3
"""What it costs, in mean distances of two clips, that one stands still while the other goes on."""

MAX_MATCHED = 1_000
"""Of more clips, neighbours are matched together: time and memory go by the square of this."""


def count_from_end(n_ours: int, n_theirs: int) -> Ints:
    """Return which clip of a reference is as far from its end as each of a query's, (clips,).

    Where the query has more of them, the reference's first clip stands for those it lacks.
    """
    return np.asarray(np.maximum(n_theirs - n_ours + np.arange(n_ours), 0), np.intp)


def put_in_step(query: Array, reference: Array) -> Ints:
    """Return which clip of a reference shows the same moment as each of a query's, (clips,).

    Both are (clips, dim). The first and the last clips of both match, and none goes back.

    Raises
    ------
    FeatureError
        If the two have another number of numbers a clip.
    """
    n, way, _ = _way(query, reference)
    matched = np.bincount(way[:, 0], way[:, 1]) / np.bincount(way[:, 0])
    before_end = (np.arange(len(query))[::-1] - (n - 1) / 2) / n
    inside = np.clip(before_end, 0, len(matched) - 1)
    theirs = np.interp(inside, np.arange(len(matched)), way[-1, 1] - matched[::-1])
    theirs += before_end - inside  # the halves of the first and of the last neighbours
    found = len(reference) - 1 - (theirs * n + (n - 1) / 2)
    return np.asarray(np.clip(np.rint(found), 0, len(reference) - 1), np.intp)


def step_cost(query: Array, reference: Array) -> float:
    """Return by how much moments in step differ, as a share of what any two do: 1 is chance."""
    _, way, distances = _way(query, reference)
    return float(distances[way[:, 0], way[:, 1]].mean())


def ask_steps(cost: float, usual: float) -> tuple[Doubt, ...]:
    """Doubt a match that is nearer to chance than to what is `usual` in training."""
    return (
        (NOT_IN_STEP(cost=round(cost, 2), usual=round(usual, 2)),) if cost > (1 + usual) / 2 else ()
    )


def _way(query: Array, reference: Array) -> tuple[int, Ints, Floats]:
    """Return how many neighbours are matched together, which are, (steps, 2), and all distances."""
    n = -(-max(len(query), len(reference)) // MAX_MATCHED)
    distances = moment_distances(averaged(query, n), averaged(reference, n))
    return n, cheapest_way(accumulate(distances, HOLD), HOLD), distances


def averaged(values: Array, n_together: int) -> Array:
    """Return the mean of so many neighbours each, counted from the end, (fewer clips, dim).

    What is left over lies at the beginning, and is a mean of fewer.
    """
    if n_together <= 1:
        return values
    starts = np.maximum(np.arange(len(values) % -n_together, len(values), n_together), 0)
    counts = np.diff(np.append(starts, len(values)))
    return np.asarray(np.add.reduceat(values, starts) / counts[:, None], np.float32)
