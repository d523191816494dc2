"""Puts the parts of a table together: every performance there once, in the order of the table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from podium.batch.parts import SUFFIX, Parts, Plan
from podium.batch.scoring import Record
from podium.errors import ManifestError, MissingFile
from podium.machine.stores import Elsewhere, Place
from podium.machine.terminal import brief

MAX_NAMED = 3
"""So many ids of those that are missing are named."""

MAX_ID_CHARACTERS = 100
"""An id is said up to here: it may be as long as a cell."""


@dataclass(frozen=True)
class Part:
    """What one shard was to do, and what of it is not done."""

    name: Place
    plan: Plan
    missing: Sequence[str]
    """The ids of what is not there."""

    def __str__(self) -> str:
        return f"shard {self.plan.shard} of {self.name}"


@dataclass(frozen=True)
class Words:
    """What is put together, and how what is missing is made, in words."""

    things: str = "performances"
    again: str = "run it again with --resume"
    alike: str = "make all with the same, without --resume"


def merge(paths: Sequence[Place]) -> list[Record]:
    """Return the records of all parts of a table, in the order of its rows.

    A part is the CSV file that `podium predict --shard` or `podium measure --shard` wrote (its
    records lie beside it), or the folder of records itself.

    Raises
    ------
    MissingFile
        If there are no records where a part should be.
    ManifestError
        If not every performance is there once, or the parts are not of one table and one model;
        all problems are listed.
    """
    found: list[Part] = []
    placed: dict[int, Record] = {}
    for path in paths:
        for part, records in _read(path):
            found.append(part)
            placed |= records
    if problems := find_problems(found, Words()):
        raise ManifestError(f"nothing was merged: {'; '.join(problems)}")
    return [placed[place] for place in sorted(placed)]


def find_problems(found: Sequence[Part], words: Words) -> list[str]:
    """Return why parts are not one whole, each reason once; nothing, if they are."""
    undone = (problem for part in found for problem in _undone(part, words))
    said = [
        *_differences(found, words), *_twice(found), *_absent(found, words), *undone
    ]  # fmt: skip
    return list(dict.fromkeys(said))


def _read(path: Place) -> Iterator[tuple[Part, dict[int, Record]]]:
    """Yield what each shard was to do there, and its records by their places."""
    parts = Parts(path) if _is_folder(path) else Parts.beside(path)
    plans = parts.plans()
    if not plans:
        raise MissingFile(
            f"{path}: no records are in {parts.folder}: name what podium predict, measure, train "
            "or benchmark wrote with --shard, with the folder beside it"
        )
    for plan in plans:
        records = {place: parts.find(id) for place, id in plan.rows}
        missing = [id for place, id in plan.rows if records[place] is None]
        yield Part(path, plan, missing), {at: one for at, one in records.items() if one}


def _is_folder(path: Place) -> bool:
    return str(path).endswith(SUFFIX) if isinstance(path, Elsewhere) else path.is_dir()


def _differences(found: Sequence[Part], words: Words) -> Iterator[str]:
    """Yield what is said of parts that are of another table, or made with something else."""
    largest = max(found, key=lambda part: part.plan.n_rows)
    for part in found:
        if part.plan.table != largest.plan.table:
            yield (
                f"{part} is of another table ({part.plan.n_rows} {words.things}) than "
                f"{largest} ({largest.plan.n_rows}): {words.again}"
            )
        elif different := part.plan.origin.differences(largest.plan.origin):
            yield (
                f"{part} was made otherwise than {largest} ({'; '.join(different)}): {words.alike}"
            )


def _twice(found: Sequence[Part]) -> Iterator[str]:
    seen: dict[str, Part] = {}
    for part in found:
        for _, id in part.plan.rows:
            other = seen.setdefault(id, part)
            if other is not part:
                yield (f"{_brief(id)} is in {other} and in {part}: name each part once")
                break


def _absent(found: Sequence[Part], words: Words) -> Iterator[str]:
    """Yield which shards are not among the parts, where they would have had something to do."""
    (largest, n) = max((part.plan.n_rows, part.plan.shard.n) for part in found)
    n_there = len({place for part in found for place, _ in part.plan.rows})
    there = {part.plan.shard.i for part in found if part.plan.shard.n == n}
    if n_there < largest:
        names = ", ".join(f"{i}/{n}" for i in _first(set(range(n)) - there))
        which = f" (shards {names})" if names else ""
        yield f"{largest - n_there} of {largest} {words.things} are in none of the parts{which}"


def _first(numbers: Iterable[int]) -> list[int]:
    return sorted(numbers)[:20]


def _brief(id: str) -> str:
    return brief(repr(id), MAX_ID_CHARACTERS)


def _undone(part: Part, words: Words) -> Iterator[str]:
    if part.missing:
        named = ", ".join(map(_brief, part.missing[:MAX_NAMED]))
        more = ", ..." if len(part.missing) > MAX_NAMED else ""
        yield (
            f"{part.name}: {len(part.missing)} of the {len(part.plan.rows)} {words.things} of "
            f"shard {part.plan.shard} are not done ({named}{more}): {words.again}"
        )
