"""Which videos show the same performance: copies that were cut, compressed or saved anew.

What is learned from one of them is known of the other, so they are never parted. A copy is found by
what backbones see of it (`likeness`), and by how far it stands out from those that are merely of
the same athlete or pool (`evidence`).

Of 300 dives, no two are taken for copies. Of 50 copies each that begin 5 to 12 frames later, or of
four times the size, all are found; of such at a low bitrate (a constant rate factor of 35) or of 24
frames a second, about 35 and 48 by `motion`, more where the samples have worse copies as variants.
Where clips are counted from the end, a copy that ends half a clip earlier shows other clips, and is
not found; where they are aligned at an event, it is, if the event is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.folds.evidence import (
    ENOUGH,
    LEAST_ALIKE,
    N_COPIES,
    SAME,
    Usual,
    evidence,
    no_less_than,
    usual_of,
)
from podium.folds.groups import Grouping
from podium.folds.likeness import (
    Array,
    Looks,
    alikeness,
    alikeness_in_pairs,
    learn_view,
    longest,
)
from podium.folds.partings import Pairs, likely_pairs

Clusters = tuple[tuple[int, ...], ...]
Indices = npt.NDArray[np.intp]

N_COARSE = 32
COARSE_SHIFTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
N_NEAR = 128
"""So many of the nearest, by their first numbers, are looked at in full."""

N_AT_ONCE = 256


N_WHOLE = 10_000
"""Of so many, each is compared with all others; of more, those that may be copies are."""

N_SAMPLE = 2_048
"""By so many of very many it is told whether a pair may be copies."""

N_USUAL = 10_000
"""Of very many, each is compared with so many for what is usual, evenly drawn."""

MARGIN = 0.001
"""What rounding may take from how alike two are."""


def near_copies(samples: Sequence[Sample]) -> Clusters:
    """Return which performances are copies of one another, by their indices, ascending.

    Time and memory grow with the performances, not with their pairs, beyond `N_WHOLE` of them.
    Those of one or two clips, or among a dozen at most, are found only where they are the same
    video read again.
    """
    if len(samples) < 2:
        return ()
    features = [sample.features.values for sample in samples]
    looks = learn_view(samples).look(features, longest(features))
    ours, theirs = _in_all(looks) if len(looks) <= N_WHOLE else _in_many(looks)
    pairs = zip(ours.tolist(), theirs.tolist(), strict=True)
    return tuple(one for one in _joined(len(samples), pairs) if len(one) > 1)


def usual_among(looks: Looks) -> Usual:
    """Return how alike performances usually are to others of them that are no copies.

    Of very many, each is compared with some, evenly drawn, so that time grows with their number.
    """
    everyone = np.arange(len(looks))
    some = everyone[:: -(-len(looks) // N_USUAL)]
    return Usual.of_all([one.usual for one in _beside_others(looks, everyone, some)])


def _in_all(looks: Looks) -> Pairs:
    """Return the pairs that are copies, each compared with all others."""
    return _copies_of(dict(enumerate(_beside_others(looks, np.arange(len(looks))))), looks)


def _in_many(looks: Looks) -> Pairs:
    """Return the pairs that are copies: of those that may be one, each compared with all others.

    Whoever is the same as another is a copy whatever is usual, so of more than `N_WHOLE` of these,
    as where all are equal, nothing more is asked.
    """
    ours, theirs = likely_pairs(looks.first(N_COARSE))
    parts = [
        alikeness_in_pairs(looks[ours[i : i + N_AT_ONCE]], looks[theirs[i : i + N_AT_ONCE]])
        for i in range(0, len(ours), N_AT_ONCE)
    ]
    alike = np.concatenate([*parts, np.zeros(0, np.float32)])
    same = alike > SAME
    likely = _may_be(looks, ours, theirs, alike) & ~same
    found = np.unique(np.concatenate([ours[likely], theirs[likely]]))
    equals = np.unique(np.concatenate([ours[same], theirs[same]]))
    asked = np.union1d(found, equals) if len(equals) <= N_WHOLE else found
    more = _copies_of(_beside_until_closed(looks, asked), looks)
    return np.concatenate([ours[same], more[0]]), np.concatenate([theirs[same], more[1]])


def _may_be(looks: Looks, ours: Indices, theirs: Indices, alike: Array) -> npt.NDArray[np.bool_]:
    """Return whether pairs that are so alike may be copies, by some of the others."""
    found = alike > LEAST_ALIKE - MARGIN
    which, places = np.unique(np.concatenate([ours[found], theirs[found]]), return_inverse=True)
    if not len(which):
        return found
    some = looks[np.arange(0, len(looks), -(-len(looks) // N_SAMPLE))]
    parts = [
        no_less_than(usual_of(alikeness(some, looks[which[i : i + N_AT_ONCE]], (0.0,))))
        for i in range(0, len(which), N_AT_ONCE)
    ]
    levels, n = Usual.of_all(parts), int(found.sum())
    told = evidence(
        alike[found] + MARGIN, levels[places[:n]], levels[places[n:]], looks.values.shape[2]
    )
    found[found] = told > ENOUGH
    return found


def _beside_until_closed(looks: Looks, asked: Indices) -> "dict[int, _Seen]":
    """Return those that are asked for beside all others, and whoever may be a copy of one."""
    seen: dict[int, _Seen] = {}
    while len(asked):
        found = _beside_others(looks, asked)
        seen.update(zip(asked.tolist(), found, strict=True))
        ours = np.repeat(asked, [len(one.nearest) for one in found])
        theirs = np.concatenate([one.nearest for one in found])
        alike = np.concatenate([one.alike for one in found])
        more = np.unique(theirs[_may_be(looks, ours, theirs, alike)])
        asked = np.array([one for one in more.tolist() if one not in seen], np.intp)
    return seen


def _copies_of(seen: "Mapping[int, _Seen]", looks: Looks) -> Pairs:
    """Return the pairs that are copies, of performances that were looked at beside all others."""
    if not seen:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    places = np.full(len(looks), -1)
    places[list(seen)] = np.arange(len(seen))
    levels = Usual.of_all([one.usual for one in seen.values()])
    ours = np.repeat(list(seen), [len(one.nearest) for one in seen.values()])
    theirs = np.concatenate([one.nearest for one in seen.values()])
    alike = np.concatenate([one.alike for one in seen.values()])
    both = places[theirs] >= 0
    ours, theirs, alike = ours[both], theirs[both], alike[both]
    found = evidence(alike, levels[places[ours]], levels[places[theirs]], looks.values.shape[2])
    return ours[found > ENOUGH], theirs[found > ENOUGH]


def with_groups(
    samples: Sequence[Sample], grouping: Grouping, copies: Clusters | None = None
) -> tuple[Sample, ...]:
    """Give each sample its group; copies are of one group, which joins those that they are of.

    `grouping` names the group of each sample, in their order; `copies` is what `near_copies` found
    among them, which is asked where it is not given.
    """
    copies = near_copies(samples) if copies is None else copies
    members: dict[str, list[int]] = {}
    for index, name in enumerate(grouping.names):
        members.setdefault(name, []).append(index)
    known = [indices for name, indices in members.items() if name]
    links = [pair for indices in (*known, *copies) for pair in pairwise(indices)]
    found = list(samples)
    for together in _joined(len(samples), links):
        name = _name([grouping.names[i] for i in together], samples[together[0]], len(together))
        for index in together:
            found[index] = replace(samples[index], group=name)
    return tuple(found)


def ids_of(samples: Sequence[Sample], copies: Clusters) -> tuple[tuple[str, ...], ...]:
    """Return the names of the performances that were found to be copies of one another."""
    return tuple(tuple(samples[i].performance.id for i in together) for together in copies)


def _name(names: Sequence[str], first: Sample, n: int) -> str:
    """Name those that belong together by their groups, or else by the first of them."""
    known = sorted(set(names) - {""})
    return " + ".join(known) or (f"copies of {first.performance.id}" if n > 1 else "")


@dataclass(frozen=True)
class _Seen:
    """A performance beside the others: the `nearest`, how `alike` they are, and what is usual."""

    nearest: Indices
    alike: Array
    usual: Usual


def _beside_others(looks: Looks, asked: Indices, others: Indices | None = None) -> list[_Seen]:
    """Return those that are asked for beside all, or beside some others, each without itself."""
    return [_beside(looks, which, near) for which, near in _nearest(looks, asked, others)]


def _beside(looks: Looks, which: int, near: Indices) -> _Seen:
    alike = alikeness(looks[near], looks[which : which + 1])
    best = np.argsort(-alike[:, 0], kind="stable")[:N_COPIES]
    return _Seen(near[best], alike[best, 0], usual_of(alike))


def _nearest(
    looks: Looks, asked: Indices, others: Indices | None = None
) -> Iterator[tuple[int, Indices]]:
    """Yield each that is asked for with those that seem nearest to it, without itself."""
    coarse = looks.first(N_COARSE)
    others = np.arange(len(looks)) if others is None else others
    known = coarse if len(others) == len(looks) else coarse[others]
    n_near = min(N_NEAR, len(others) - 1)
    for start in range(0, len(asked), N_AT_ONCE):
        some = asked[start : start + N_AT_ONCE]
        alike = alikeness(known, coarse[some], COARSE_SHIFTS)
        at = np.searchsorted(others, some)
        is_there = others[np.minimum(at, len(others) - 1)] == some
        alike[at[is_there], np.flatnonzero(is_there)] = -2
        near = np.argpartition(-alike, n_near - 1, axis=0)[:n_near]
        yield from ((int(one), np.sort(others[near[:, i]])) for i, one in enumerate(some))


def _joined(n: int, pairs: Iterable[tuple[int, int]]) -> Clusters:
    """Return `n` indices in groups that no pair leaves, each ascending."""
    parent = list(range(n))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    together: dict[int, list[int]] = {}
    for index in range(n):
        together.setdefault(root(index), []).append(index)
    return tuple(map(tuple, together.values()))
