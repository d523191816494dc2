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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.folds.evidence import ENOUGH, N_COPIES, Usual, evidence, usual_of
from podium.folds.groups import Grouping
from podium.folds.likeness import Array, Looks, alikeness, learn_view, longest

Clusters = tuple[tuple[int, ...], ...]
Indices = npt.NDArray[np.intp]

N_COARSE = 32
COARSE_SHIFTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
N_NEAR = 128
"""So many of the nearest, by their first numbers, are looked at in full."""

N_AT_ONCE = 256


def near_copies(samples: Sequence[Sample]) -> Clusters:
    """Return which performances are copies of one another, by their indices, ascending.

    Memory grows with the performances, not with their pairs. Those of one or two clips, or among
    a dozen at most, are found only where they are the same video read again.
    """
    if len(samples) < 2:
        return ()
    features = [sample.features.values for sample in samples]
    looks = learn_view(samples).look(features, longest(features))
    seen = _beside_others(looks)
    levels = Usual.of_all([one.usual for one in seen])
    ours = np.repeat(np.arange(len(seen)), [len(one.nearest) for one in seen])
    theirs = np.concatenate([one.nearest for one in seen])
    alike = np.concatenate([one.alike for one in seen])
    found = evidence(alike, levels[ours], levels[theirs], looks.values.shape[2])
    same = found > ENOUGH
    pairs = zip(ours[same].tolist(), theirs[same].tolist(), strict=True)
    return tuple(one for one in _joined(len(samples), pairs) if len(one) > 1)


def usual_among(looks: Looks) -> Usual:
    """Return how alike performances usually are to others of them that are no copies."""
    return Usual.of_all([one.usual for one in _beside_others(looks)])


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


def _beside_others(looks: Looks) -> list[_Seen]:
    return [_beside(looks, which, near) for which, near in _nearest(looks)]


def _beside(looks: Looks, which: int, near: Indices) -> _Seen:
    alike = alikeness(looks[near], looks[which : which + 1])
    best = np.argsort(-alike[:, 0], kind="stable")[:N_COPIES]
    return _Seen(near[best], alike[best, 0], usual_of(alike))


def _nearest(looks: Looks) -> Iterator[tuple[int, Indices]]:
    """Yield each performance with those that seem nearest to it, without itself."""
    coarse = looks.first(N_COARSE)
    n_near = min(N_NEAR, len(looks) - 1)
    for start in range(0, len(looks), N_AT_ONCE):
        some = np.arange(start, min(start + N_AT_ONCE, len(looks)))
        alike = alikeness(coarse, coarse[some], COARSE_SHIFTS)
        alike[some, some - start] = -2
        near = np.argpartition(-alike, n_near - 1, axis=0)[:n_near]
        yield from ((int(which), np.sort(near[:, i])) for i, which in enumerate(some))


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
