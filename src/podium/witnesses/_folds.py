"""Folds: a threshold is set on performances that played no part in what was learned."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

One = TypeVar("One")
Learned = TypeVar("Learned")
Found = TypeVar("Found")

N_FOLDS = 5


def interleaved(ones: Sequence[One]) -> Iterator[tuple[list[One], list[One]]]:
    """Return folds that leave out every fifth, each as those to learn from and those left out."""
    for part in range(N_FOLDS):
        yield [one for i, one in enumerate(ones) if i % N_FOLDS != part], [*ones[part::N_FOLDS]]


def drawn(ones: Sequence[One]) -> Iterator[tuple[list[One], list[One]]]:
    """Return folds that leave out a fifth at random, as `interleaved` does; always the same."""
    order = np.random.default_rng(0).permutation(len(ones))
    for part in np.array_split(order, N_FOLDS):
        yield [ones[i] for i in np.setdiff1d(order, part)], [ones[i] for i in part]


def measure_left_out(
    folds: Iterable[tuple[list[One], list[One]]],
    learn: Callable[[list[One]], Learned],
    measure: Callable[[Learned, list[One]], Iterable[Found]],
) -> Iterator[Found]:
    """Return what is measured of those left out of each fold, by what the others taught."""
    for others, left_out in folds:
        yield from measure(learn(others), left_out)
