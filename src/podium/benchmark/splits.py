"""Which performances a measurement learns from, and which it is made on: ids, kept in a file."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import ManifestError, UsageError
from podium.folds.division import held_back, owners_of
from podium.machine.files import read_json, write_bytes
from podium.performance import Performance

MAX_BYTES = 256 * 2**20

TRAIN_SHARE = 174 / 264
"""The paper's: 174 of 264 dives are learned from (V-A)."""

MAX_IN_TURN = 5
"""No more groups than these are left out one after the other."""


@dataclass(frozen=True)
class DataSplit:
    """The ids that one measurement learns from and those it is made on; `seed` drew them."""

    seed: int
    train: tuple[str, ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        shared = set(self.train) & set(self.test)
        if shared:
            raise UsageError(f"{min(shared)} is in train and in test of split {self.seed}")


def action_of(performance: Performance) -> str:
    """Name the group that splits are balanced by: the paper's dive type, else the action."""
    return performance.extra.get("paper_dive_type") or performance.action or ""


def stratified_splits(
    performances: Sequence[Performance],
    seeds: Iterable[int],
    group: Callable[[Performance], str] = action_of,
    train_share: float = TRAIN_SHARE,
) -> tuple[DataSplit, ...]:
    """Draw a split for each seed, with the same share of every group in train.

    Raises
    ------
    UsageError
        If there are fewer than two performances of a group.
    """
    groups: dict[str, list[str]] = {}
    for performance in performances:
        groups.setdefault(group(performance), []).append(performance.id)
    small = [name for name, ids in groups.items() if len(ids) < 2]
    if small:
        if not small[0]:  # actions are not known
            raise UsageError("one performance cannot be split: give two or more with scores")
        raise UsageError(
            f"{small[0]!r} has one performance only, which cannot be split: leave it out"
        )
    return tuple(_draw(groups, seed, train_share) for seed in seeds)


def group_splits(
    performances: Sequence[Performance],
    groups: Sequence[str],
    seeds: Iterable[int],
    train_share: float = TRAIN_SHARE,
) -> tuple[DataSplit, ...]:
    """Draw a split for each seed that parts no group, "" for a performance on its own.

    Few groups are left out one after the other instead, whatever the seeds: `MAX_IN_TURN` of them.
    """
    ids = [performance.id for performance in performances]
    owners = owners_of(groups)
    n_groups = int(owners.max()) + 1
    held = (
        [np.flatnonzero(owners == number) for number in range(n_groups)]
        if n_groups <= MAX_IN_TURN
        else [held_back(groups, 1 - train_share, seed) for seed in seeds]
    )
    return tuple(
        DataSplit(
            number,
            tuple(id_ for i, id_ in enumerate(ids) if i not in set(part.tolist())),
            tuple(ids[i] for i in part),
        )
        for number, part in enumerate(held)
    )


def save_splits(splits: Sequence[DataSplit], path: Path) -> None:
    """Write splits as JSON, one a line."""
    rows = [json.dumps({"seed": s.seed, "train": s.train, "test": s.test}) for s in splits]
    write_bytes(path, ("[\n" + ",\n".join(rows) + "\n]\n").encode())


def load_splits(path: Path) -> tuple[DataSplit, ...]:
    """Read splits that `save_splits` wrote.

    Raises
    ------
    ManifestError
        If it is no such file.
    """
    try:
        return tuple(_split_of(row) for row in read_json(path, MAX_BYTES))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(
            f"{path}: is not a file of splits ({error!s:.200}): make it again"
        ) from error


def _split_of(row: Any) -> DataSplit:
    seed, *parts = row["seed"], row["train"], row["test"]
    if type(seed) is not int or not all(isinstance(ids, list) for ids in parts):
        raise TypeError("a seed and two lists of ids are a split")
    if not all(isinstance(id_, str) for ids in parts for id_ in ids):
        raise TypeError("ids are text")
    train, test = map(tuple, parts)
    return DataSplit(seed, train, test)


def fits(splits: Sequence[DataSplit], performances: Sequence[Performance]) -> bool:
    """Return whether splits are of exactly these performances."""
    ids = sorted(p.id for p in performances)
    return all(sorted((*split.train, *split.test)) == ids for split in splits)


def _draw(groups: dict[str, list[str]], seed: int, train_share: float) -> DataSplit:
    generator = np.random.default_rng(seed)
    train: list[str] = []
    test: list[str] = []
    for name in sorted(groups):
        ids = sorted(groups[name])
        order = [ids[index] for index in generator.permutation(len(ids))]
        n_train = min(max(round(len(ids) * train_share), 1), len(ids) - 1)
        train += order[:n_train]
        test += order[n_train:]
    return DataSplit(seed, tuple(sorted(train)), tuple(sorted(test)))
