"""Resampling: how sure an average over splits is, and a difference between two systems.

A performance is drawn for all splits at once: splits overlap, and are no independent tries. Where a
system was fitted several times on a split with other seeds, these fits are drawn too, so that an
interval holds what chance in training does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

N_RESAMPLES = 500


class Outcome(Protocol):
    """What a system came to on one split: its predictions in points, by id, and its measures."""

    @property
    def split(self) -> int:
        """Which split."""
        ...

    @property
    def predictions(self) -> Mapping[str, float]:
        """Points by the id of the performance."""
        ...

    @property
    def spearman(self) -> float | None:
        """The rank correlation with the judges, where it is known."""
        ...

    @property
    def mse(self) -> float | None:
        """The mean squared error in points squared, where it is known."""
        ...


@dataclass(frozen=True)
class Gap:
    """By how much one system differs from another in one measure, on the splits of both."""

    gap: float | None
    """The first system's mean less the second's."""

    interval: tuple[float, float] | None
    """95 %, from performances drawn with replacement: the one to trust."""

    p: float | None
    """Of Wilcoxon's signed-rank test over the splits, as papers do it, though splits overlap."""

    n_better: int
    """On how many splits the first system is better."""

    n_splits: int
    """On how many both are measured."""


@dataclass(frozen=True)
class Comparison:
    """By how much one system differs from another: first less second."""

    spearman: Gap
    mse: Gap


class Bootstrap:
    """The same performances drawn again and again, with replacement, for every system alike."""

    def __init__(
        self, outcomes: Iterable[Outcome], true: Mapping[str, float], n: int = N_RESAMPLES
    ) -> None:
        ids = sorted({name for outcome in outcomes for name in outcome.predictions})
        generator = np.random.default_rng(0)
        chosen = generator.integers(0, len(ids), size=(n, len(ids)))
        self.counts = np.stack([np.bincount(row, minlength=len(ids)) for row in chosen])
        self.n = n
        self.index = {name: number for number, name in enumerate(ids)}
        self.true = {name: true[name] for name in ids}

    def means(self, outcomes: Sequence[Outcome], stream: int = 0) -> tuple[Floats, Floats]:
        """Return the mean over splits of Spearman's rho and of MSE in each draw, (draws,) each.

        Of several outcomes on a split as many are drawn with replacement, anew for each draw; by
        other numbers for another `stream`, as the fits of two systems have nothing in common.
        """
        generator = np.random.default_rng([1, stream])
        splits = by_split(outcomes).values()
        rows = [self._fits(fits, generator) for fits in splits]
        return known_mean([ranks for ranks, _ in rows]), known_mean([mse for _, mse in rows])

    def _fits(
        self, fits: Sequence[Outcome], generator: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Return what the fits on one split come to in each draw, (draws,) each."""
        rows = [self._split(fit.predictions) for fit in fits]
        if len(rows) == 1:
            return rows[0]
        n = len(rows)
        drawn = generator.multinomial(n, np.full(n, 1 / n), size=self.n).T / n
        ranks, mse = (np.stack(part) for part in zip(*rows, strict=True))
        return (drawn * ranks).sum(axis=0), (drawn * mse).sum(axis=0)

    def _split(self, predictions: Mapping[str, float]) -> tuple[Floats, Floats]:
        names = list(predictions)
        predicted = np.array([predictions[name] for name in names])
        true = np.array([self.true[name] for name in names])
        counts = self.counts[:, [self.index[name] for name in names]].astype(float)
        spearman = weighted_spearman(predicted, true, counts)
        mse = counts @ (predicted - true) ** 2 / np.maximum(counts.sum(axis=1), 1)
        return spearman, mse


def by_split(outcomes: Iterable[Outcome]) -> dict[int, list[Outcome]]:
    """Gather the outcomes on each split: one, or several fits with other seeds."""
    found: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.split, []).append(outcome)
    return found


def compare(first: Sequence[Outcome], second: Sequence[Outcome], draws: Bootstrap) -> Comparison:
    """Compare two systems on the splits that both have."""
    shared = {one.split for one in first} & {one.split for one in second}
    first = [one for one in first if one.split in shared]
    second = [one for one in second if one.split in shared]
    ours, theirs = draws.means(first, 1), draws.means(second, 2)
    by_rank = _differences(first, second, lambda one: one.spearman)
    by_mse = _differences(first, second, lambda one: one.mse)
    return Comparison(
        _gap(by_rank, ours[0] - theirs[0], lambda gaps: gaps > 0),
        _gap(by_mse, ours[1] - theirs[1], lambda gaps: gaps < 0),
    )


def _differences(
    first: Sequence[Outcome],
    second: Sequence[Outcome],
    measure: Callable[[Outcome], float | None],
) -> Floats:
    """Return by how much the mean over fits differs, (splits,), where both are known."""
    ours, theirs = (
        {split: _known_mean_of(fits, measure) for split, fits in by_split(one).items()}
        for one in (first, second)
    )
    pairs = ((ours[split], theirs[split]) for split in ours)
    return np.array([a - b for a, b in pairs if a is not None and b is not None])


def _known_mean_of(
    fits: Sequence[Outcome], measure: Callable[[Outcome], float | None]
) -> float | None:
    known = [value for fit in fits if (value := measure(fit)) is not None]
    return float(np.mean(known)) if known else None


def _gap(gaps: Floats, drawn: Floats, is_better: Callable[[Floats], npt.NDArray[np.bool_]]) -> Gap:
    from scipy.stats import wilcoxon

    tested = len(gaps) > 1 and np.any(gaps != 0)
    return Gap(
        gap=known_number(float(gaps.mean())) if len(gaps) else None,
        interval=middle(drawn),
        p=known_number(float(wilcoxon(gaps).pvalue)) if tested else None,
        n_better=int(is_better(gaps).sum()),
        n_splits=len(gaps),
    )


def known_mean(rows: Sequence[Floats]) -> Floats:
    """Average rows where they are known; nan where none is."""
    stacked = np.stack(rows)
    known = np.isfinite(stacked)
    totals = np.where(known, stacked, 0).sum(axis=0)
    n_known = known.sum(axis=0)
    return np.where(n_known > 0, totals / np.maximum(n_known, 1), np.nan)


def weighted_spearman(first: Floats, second: Floats, counts: Floats) -> Floats:
    """Return the rank correlation of rows that count several times each, (draws,).

    `first` and `second` are (rows,), `counts` (draws, rows): as if each row stood there so often.
    """
    a, b = mid_ranks(first, counts), mid_ranks(second, counts)
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    a = a - (counts * a).sum(axis=1, keepdims=True) / totals
    b = b - (counts * b).sum(axis=1, keepdims=True) / totals
    spreads = (counts * a**2).sum(axis=1) * (counts * b**2).sum(axis=1)
    shared = (counts * a * b).sum(axis=1)
    known = spreads > 1e-9
    return np.where(known, shared / np.sqrt(np.where(known, spreads, 1)), np.nan)


def mid_ranks(values: Floats, counts: Floats) -> Floats:
    """Rank values, (rows,), that each stand there `counts` (draws, rows) times, ties shared."""
    _, indices, repeats = np.unique(values, return_inverse=True, return_counts=True)
    starts = np.cumsum(repeats) - repeats
    sizes = np.add.reduceat(counts[:, np.argsort(indices, kind="stable")], starts, axis=1)
    ranks = np.cumsum(sizes, axis=1) - sizes + (sizes + 1) / 2
    return np.asarray(ranks[:, indices], np.float64)


def middle(values: Floats) -> tuple[float, float] | None:
    """Return the range that holds 95 % of drawn values, (draws,); `None` where none is known."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.quantile(finite, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def known_number(value: float) -> float | None:
    """Return a measure as it is kept, to four digits; `None` where it is not known."""
    return round(value, 4) if np.isfinite(value) else None
