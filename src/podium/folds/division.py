"""Folds: parts of the performances, each left out once, that never part a group.

Where no groups are known they are drawn at random, as most published numbers are; then what is
said of new athletes, events and cameras is a guess.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

N_PARTS = 5

MIN_CHOSEN_BY = 4
"""Of fewer groups, none is left out to choose a setting."""


def parts(
    groups: Sequence[str], seed: int, n_parts: int = N_PARTS, classes: Sequence[float] = ()
) -> list[Ints]:
    """Divide performances into parts of about the same size, by index, each in ascending order.

    `groups` names the group of each performance, "" for one on its own. With no more groups than
    parts, each group is a part; with a single one, or none, the performances are drawn at random.
    Where each group is of one of the `classes`, one for each performance, each part holds about as
    many of each: else whoever leaves out many of a class learns that it is rare, and all of these
    come out too low (Parker et al., 2007: stratification bias).
    """
    if classes and _are_of_one_class(groups, classes):
        found = _parts_of_classes(groups, seed, n_parts, classes)
    else:
        found = drawn_parts(groups, seed, n_parts)
    return [np.sort(part) for part in found]


def _are_of_one_class(groups: Sequence[str], classes: Sequence[float]) -> bool:
    """Return whether there are groups to be left out, each of one class, and several of each."""
    if not are_grouped(groups):
        return False
    of_each = [{classes[i] for i in members} for members in _members(groups)]
    owners = Counter(one for found in of_each for one in found)
    return all(len(found) == 1 for found in of_each) and min(owners.values()) > 1


def _parts_of_classes(
    groups: Sequence[str], seed: int, n_parts: int, classes: Sequence[float]
) -> list[Ints]:
    """Put each group, the largest first, where there is least of its class, then least in all."""
    members = _members(groups)
    order = np.random.default_rng(seed).permutation(len(members))
    fewest = min(Counter(classes[one[0]] for one in members).values())
    found: list[list[int]] = [[] for _ in range(min(n_parts, fewest))]
    for i in sorted(order, key=lambda i: -len(members[i])):
        own = classes[members[i][0]]
        least = min(found, key=lambda part: (sum(classes[j] == own for j in part), len(part)))
        least.extend(members[i].tolist())
    return [np.array(part, np.int64) for part in found]


def drawn_parts(groups: Sequence[str], seed: int, n_parts: int = N_PARTS) -> list[Ints]:
    """Divide performances as `parts` does, each part in the order in which it was drawn."""
    members = _members(groups)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(members))
    n_parts = min(n_parts, len(members))
    if not are_grouped(groups):
        return [np.asarray(part, np.int64) for part in np.array_split(order, n_parts)]
    found: list[list[int]] = [[] for _ in range(n_parts)]
    for i in sorted(order, key=lambda i: -len(members[i])):
        min(found, key=len).extend(members[i].tolist())
    return [np.array(part, np.int64) for part in found]


def held_back(groups: Sequence[str], share: float, seed: int) -> Ints:
    """Choose at random which performances only decide when to stop, by index, ascending.

    About a `share` of them, 0 to 1: one group at least, and not all of them.
    """
    members = _members(groups)
    wanted = max(1, round(len(groups) * share))
    chosen: list[int] = []
    for i in np.random.default_rng(seed).permutation(len(members))[: len(members) - 1]:
        if len(chosen) + len(members[i]) <= wanted:
            chosen += members[i].tolist()
    return np.sort(np.array(chosen or min(members, key=len).tolist(), np.int64))


def choice_groups(groups: Sequence[str]) -> Sequence[str]:
    """Return the groups by which something is chosen inside training, "" where by none.

    With `MIN_CHOSEN_BY` groups or more, a choice is made on whole ones left out. Of two or three,
    what the rest teaches is so much less that the choice would be about that: there it is made at
    random inside them. Whoever measures has left out a group of its own, outside of these.
    """
    n_groups = len(_members(groups))
    return groups if are_grouped(groups) and n_groups >= MIN_CHOSEN_BY else [""] * len(groups)


def owners_of(groups: Sequence[str]) -> Ints:
    """Return the number of each performance's group, from 0, (performances,)."""
    found = np.zeros(len(groups), np.int64)
    for number, indices in enumerate(_members(groups)):
        found[indices] = number
    return found


def are_grouped(groups: Sequence[str]) -> bool:
    """Return whether there is a group of two or more, and someone outside of it."""
    return any(len(one) > 1 for one in _members(groups))


def members_of(groups: Sequence[str]) -> list[Ints]:
    """List the performances of each group, by index; one on its own is a group."""
    found: dict[str | int, list[int]] = {}
    for index, name in enumerate(groups):
        found.setdefault(name or index, []).append(index)
    return [np.array(indices, np.int64) for indices in found.values()]


def _members(groups: Sequence[str]) -> list[Ints]:
    """List the performances of each group, all apart where there is one group only."""
    found = members_of(groups)
    return found if len(found) > 1 else [np.array([i]) for i in range(len(groups))]
