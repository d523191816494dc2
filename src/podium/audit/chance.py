"""What chance alone would do: drawn subsets, tests and ranges that fit how much there is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_DRAWS, MOST_DRAWS = 5_000, 20_000
DRAWS_PER_TEST = 50
"""The smallest p that draws can show stays below .05 when corrected for so many tests."""

MAX_DRAWN = 2**22
"""So many numbers are drawn at once."""

LEVEL = 0.05
"""What is called found comes by chance alone in so many tables that have nothing of the kind."""

SHARE = 0.95
"""What a range holds."""


@dataclass(frozen=True)
class Range:
    """A value, and the range that holds the true one nineteen times in twenty."""

    value: float
    """As measured."""

    low: float
    """nan where there is too little to say."""

    high: float
    """nan where there is too little to say."""


def n_draws(n_tests: int) -> int:
    """Return how often to draw where so many tests are made."""
    return min(max(LEAST_DRAWS, DRAWS_PER_TEST * n_tests), MOST_DRAWS)


def drawn_sums(
    values: Floats, n_chosen: int, n_draws: int, generator: np.random.Generator
) -> Floats:
    """Add up `n_chosen` of the values, chosen at random without replacement, (draws,).

    `values` are (items,) or (items, columns); then each draw is a row, (draws, columns).
    """
    if n_chosen > len(values) / 2:
        rest = drawn_sums(values, len(values) - n_chosen, n_draws, generator)
        return np.asarray(values.sum(axis=0) - rest)
    chunk = max(MAX_DRAWN // len(values), 1)
    sizes = [min(chunk, n_draws - done) for done in range(0, n_draws, chunk)]
    return np.concatenate([_drawn(values, n_chosen, size, generator) for size in sizes])


def _drawn(values: Floats, n_chosen: int, n_draws: int, generator: np.random.Generator) -> Floats:
    """Shuffle the beginning of each row of places, all rows at once (Fisher and Yates)."""
    n = len(values)
    places = np.tile(np.arange(n, dtype=np.int32), (n_draws, 1))
    rows = np.arange(n_draws)
    sums = np.zeros((n_draws, *values.shape[1:]))
    for step in range(n_chosen):
        picked = generator.integers(step, n, size=n_draws)
        chosen = places[rows, picked]
        places[rows, picked] = places[:, step]
        sums += values[chosen]
    return sums


def share_beyond(drawn: Floats, value: float) -> float:
    """Return how often chance alone comes as far from 0 as the value: p of two sides."""
    beyond = np.count_nonzero(np.abs(drawn) >= abs(value) - 1e-9)
    return float((1 + beyond) / (1 + len(drawn)))


def corrected(p: Sequence[float]) -> Floats:
    """Correct p for how many were tested (Holm 1979); nan is no test."""
    given = np.asarray(p, np.float64)
    order = np.argsort(given)  # what is no test comes last
    n = int(np.isfinite(given).sum())
    stepped = given[order[:n]] * np.arange(n, 0, -1)
    found = np.full(len(given), np.nan)
    found[order[:n]] = np.minimum(np.maximum.accumulate(stepped), 1) if n else stepped
    return found


def sign_test(n_above: int, n_below: int) -> float:
    """Return p of as many above as below, where those that are equal say nothing."""
    from scipy.stats import binomtest

    n = n_above + n_below
    return float(binomtest(n_above, n).pvalue) if n else 1.0


def t_range(value: float, error: float, freedom: float) -> Range:
    """Return the range of a value with this standard error and these degrees of freedom."""
    from scipy.stats import t

    if freedom < 1 or not np.isfinite(error):
        return Range(value, float("nan"), float("nan"))
    wide = float(t.ppf((1 + SHARE) / 2, freedom)) * error
    return Range(value, value - wide, value + wide)


def clustered_error(influence: Floats, cluster: Ints) -> tuple[float, int]:
    """Return the standard error of a sum of influences that go together in clusters.

    `influence` and `cluster` are (items,); beside it how many clusters there are.
    """
    totals = np.bincount(cluster, influence)
    n = int(np.count_nonzero(np.bincount(cluster)))
    return (float(np.sqrt((totals**2).sum() * n / (n - 1))) if n > 1 else float("nan")), n
