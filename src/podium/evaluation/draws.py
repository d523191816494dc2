"""Which performances are drawn, with replacement, to see how sure a measure is.

Performances of one group are alike: where whole groups may be others next time, whole groups are
drawn. With few groups that would say little, and performances are drawn within each (stratified).
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from podium.folds.division import Ints, are_grouped, members_of

Drawn = Literal["performances", "whole groups", "performances within groups"]

MIN_GROUPS = 10
"""So many groups are enough to draw whole ones; a performance on its own counts as one."""

MAX_DRAWN = 10**6
"""How many places of performances are drawn at once: more would only fill memory."""


def how_drawn(groups: Sequence[str]) -> Drawn:
    """Return what is drawn where performances are of these groups, "" for one on its own.

    Single performances are, where there is no group of two or more, or one group only.
    """
    if not are_grouped(groups):
        return "performances"
    n_groups = len(set(groups) - {""}) + sum(name == "" for name in groups)
    return "whole groups" if n_groups >= MIN_GROUPS else "performances within groups"


def drawn_rows(groups: Sequence[str], n_resamples: int, seed: int) -> Iterator[Ints]:
    """Yield the performances of each draw, by index; as many as there are, but for whole groups."""
    generator = np.random.default_rng(seed)
    drawn = how_drawn(groups)
    if drawn == "performances":
        return _singly(len(groups), n_resamples, generator)
    members = members_of(groups)
    if drawn == "whole groups":
        return _wholly(members, n_resamples, generator)
    return _within(members, n_resamples, generator)


def _singly(n: int, n_resamples: int, generator: np.random.Generator) -> Iterator[Ints]:
    n_at_once = max(MAX_DRAWN // n, 1)
    for start in range(0, n_resamples, n_at_once):
        yield from generator.integers(0, n, size=(min(n_at_once, n_resamples - start), n))


def _wholly(
    members: Sequence[Ints], n_resamples: int, generator: np.random.Generator
) -> Iterator[Ints]:
    for _ in range(n_resamples):
        chosen = generator.integers(0, len(members), size=len(members))
        yield np.concatenate([members[group] for group in chosen])


def _within(
    members: Sequence[Ints], n_resamples: int, generator: np.random.Generator
) -> Iterator[Ints]:
    """Draw within each group; those with nobody beside them are drawn among themselves."""
    alone = [one for one in members if len(one) == 1]
    strata = [one for one in members if len(one) > 1] + ([np.concatenate(alone)] if alone else [])
    for _ in range(n_resamples):
        yield np.concatenate([one[generator.integers(0, len(one), len(one))] for one in strata])
