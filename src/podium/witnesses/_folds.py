"""Folds: a threshold is set on performances that played no part in what was learned."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from podium.folds.division import Ints, are_grouped, drawn_parts, parts

if TYPE_CHECKING:
    from podium.metric.embedding import Normaliser

Array = npt.NDArray[np.float32]
One = TypeVar("One")
Learned = TypeVar("Learned")
Found = TypeVar("Found")

N_FOLDS = 5


def interleaved(
    ones: Sequence[One], groups: Sequence[str] = ()
) -> Iterator[tuple[list[One], list[One]]]:
    """Return folds that leave out every fifth, each as those to learn from and those left out.

    Where groups are named, one for each, whole groups are left out.
    """
    if are_grouped(groups):
        return _leave_out(ones, parts(groups, 0, N_FOLDS))
    indices = np.arange(len(ones))
    return _leave_out(ones, [indices[part::N_FOLDS] for part in range(N_FOLDS)])


def drawn(ones: Sequence[One], groups: Sequence[str] = ()) -> Iterator[tuple[list[One], list[One]]]:
    """Return folds that leave out a fifth at random, as `interleaved` does; always the same."""
    return _leave_out(ones, drawn_parts(groups or [""] * len(ones), 0, N_FOLDS))


def normaliser_of(
    known: "Normaliser", groups: Sequence[str]
) -> Callable[[Sequence[Array]], "Normaliser"]:
    """Return what says how clips are seen, from the performances of a fold, (clips, dim) each.

    It is what is `known`, learned from all; where `groups` are named it is learned anew, as what
    was learned from a group, too, would keep what sets that group apart.
    """
    if not are_grouped(groups):
        return lambda features: known
    from podium.metric.embedding import fit_normaliser

    return lambda features: fit_normaliser(np.concatenate(features), known.dim)


def chosen(groups: Sequence[str], indices: Sequence[int]) -> list[str]:
    """Return the groups of some of all, by index; none where no groups are named."""
    return [groups[i] for i in indices] if groups else []


def _leave_out(
    ones: Sequence[One], left_out: Iterable[Ints]
) -> Iterator[tuple[list[One], list[One]]]:
    for part in left_out:
        others = np.setdiff1d(np.arange(len(ones)), part)
        yield [ones[i] for i in others], [ones[i] for i in part]


def measure_left_out(
    folds: Iterable[tuple[list[One], list[One]]],
    learn: Callable[[list[One]], Learned],
    measure: Callable[[Learned, list[One]], Iterable[Found]],
) -> Iterator[Found]:
    """Return what is measured of those left out of each fold, by what the others taught."""
    for others, left_out in folds:
        yield from measure(learn(others), left_out)
