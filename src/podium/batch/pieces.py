"""Work of named pieces, each a file: a share of them is made here, and all are brought together.

What a training or a benchmark is made of is kept in a folder of it, under names that say what each
was made from; a plan of each shard beside them says which it was to make.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from podium.batch.merging import Part, Words, find_problems
from podium.batch.origin import Origin
from podium.batch.parts import Parts, Plan
from podium.batch.shards import Shard
from podium.errors import ManifestError, UsageError
from podium.machine.files import read_bytes, remove_half_written, write_bytes
from podium.machine.source import source_digest

FOLDERS = {".unfinished": "podium train", "cells": "podium benchmark"}
"""In which folder each command keeps its pieces."""

MAX_PIECE_BYTES = 2**30


class Piece(Protocol):
    """A file that is made once, by its name."""

    @property
    def name(self) -> str:
        """What the file is called, by what it is made from."""
        ...

    @property
    def make(self) -> Callable[[], object]:
        """Make it, if it is not there."""
        ...

    @property
    def lot(self) -> int | None:
        """What has to be made with others has their lot; `None` for one of its own."""
        ...


@dataclass(frozen=True)
class Gathered:
    """What was brought together."""

    command: str
    """What made it, such as `podium train`."""

    n_pieces: int


def make_share(
    pieces: Sequence[Piece], folder: Path, shard: Shard, tell: Callable[[int, int], None]
) -> int:
    """Make the pieces that fall to a shard, and return how many these are.

    They are dealt out one by one, so that shards have as many: there are few. `tell` is called with
    how many of them are done, before each.
    """
    names = [piece.name for piece in pieces]
    lots = [at if piece.lot is None else piece.lot for at, piece in enumerate(pieces)]
    Parts(folder).begin(Plan.dealt(names, lots, shard, Origin(source_digest())))
    own = [one for one, lot in zip(pieces, lots, strict=True) if lot % shard.n == shard.i]
    for n_done, piece in enumerate(own):
        tell(n_done, len(own))
        piece.make()
    return len(own)


def holds_pieces(path: Path) -> bool:
    """Return whether a folder is one of a training or a benchmark that was done in shards."""
    return bool(_folders(path))


def gather(out: Path, paths: Sequence[Path]) -> Gathered:
    """Bring the pieces of all shards together in one folder; each must be there once.

    Raises
    ------
    UsageError
        If what was given is of several commands.
    ManifestError
        If a piece is missing, there twice, or of other data; all problems are listed.
    """
    kinds = {name for path in paths for name in _folders(path)}
    if len(kinds) != 1 or not all(map(holds_pieces, paths)):
        raise UsageError(
            f"{', '.join(map(str, paths))}: are not shards of one command: name the folders that "
            "one podium train, or one podium benchmark, wrote with --shard"
        )
    (kind,) = kinds
    found = [part for path in paths for part in _parts(path, kind)]
    words = Words("pieces", "run it again", "make all with the same")
    if problems := find_problems(found, words):
        raise ManifestError(f"nothing was merged: {'; '.join(problems)}")
    for path in paths:
        _copy(path / kind, out / kind)
    return Gathered(FOLDERS[kind], len({place for part in found for place, _ in part.plan.rows}))


def _folders(path: Path) -> list[str]:
    """Return which of the folders of pieces are there, with a plan."""
    return [name for name in FOLDERS if (path / name).is_dir() and Parts(path / name).has_plans()]


def _parts(path: Path, kind: str) -> Iterator[Part]:
    for plan in Parts(path / kind).plans():
        missing = [name for _, name in plan.rows if not (path / kind / name).is_file()]
        yield Part(path, plan, missing)


def _copy(source: Path, target: Path) -> None:
    """Copy the pieces that shards planned, and their plans, to where they are not yet."""
    if target.exists() and source.samefile(target):
        return
    parts = Parts(source)
    for plan in parts.plans():
        for _, name in plan.rows:
            remove_half_written(target / name)
            write_bytes(target / name, read_bytes(source / name, MAX_PIECE_BYTES))
        Parts(target).begin(plan)
