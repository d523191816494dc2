"""Puts the parts of a table together: every performance there once, in the order of the table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from podium.batch.parts import SUFFIX, Parts, Plan
from podium.batch.scoring import Record
from podium.errors import ManifestError, MissingFile
from podium.machine.stores import Elsewhere, Place

MAX_NAMED = 3
"""So many ids of those that are missing are named."""


@dataclass(frozen=True)
class _Part:
    """What one shard was to do, and where its records are."""

    name: Place
    parts: Parts
    plan: Plan


def merge(paths: Sequence[Place]) -> list[Record]:
    """Return the records of all parts of a table, in the order of its rows.

    A part is the CSV file that `podium predict --shard` wrote (its records lie beside it), or the
    folder of records itself.

    Raises
    ------
    MissingFile
        If there are no records where a part should be.
    ManifestError
        If not every performance is there once, or the parts are not of one table and one model;
        all problems are listed.
    """
    found = [part for path in paths for part in _read(path)]
    problems = [*_differences(found), *_twice(found), *_absent(found)]
    placed: dict[int, Record] = {}
    for part in found:
        records = {place: part.parts.find(id) for place, id in part.plan.rows}
        problems += _undone(part, records)
        placed |= {place: record for place, record in records.items() if record}
    if problems:
        raise ManifestError(f"nothing was merged: {'; '.join(dict.fromkeys(problems))}")
    return [placed[place] for place in sorted(placed)]


def _read(path: Place) -> Iterator[_Part]:
    parts = Parts(path) if _is_folder(path) else Parts.beside(path)
    plans = parts.plans()
    if not plans:
        raise MissingFile(
            f"{path}: no records are in {parts.folder}: name what podium predict --shard wrote, "
            "with the folder beside it"
        )
    yield from (_Part(path, parts, plan) for plan in plans)


def _is_folder(path: Place) -> bool:
    return str(path).endswith(SUFFIX) if isinstance(path, Elsewhere) else path.is_dir()


def _differences(found: Sequence[_Part]) -> Iterator[str]:
    """Yield what is said of parts that are of another table, or made with another model."""
    largest = max(found, key=lambda part: part.plan.n_rows)
    for part in found:
        if part.plan.table != largest.plan.table:
            yield (
                f"{part.name}: is of another table ({part.plan.n_rows} performances) than "
                f"{largest.name} ({largest.plan.n_rows}): run it again with --resume"
            )
        elif part.plan.made_with != largest.plan.made_with:
            yield (
                f"{part.name}: was made with another model or another version of Podium than "
                f"{largest.name}: run it again with --resume"
            )


def _twice(found: Sequence[_Part]) -> Iterator[str]:
    seen: dict[str, _Part] = {}
    for part in found:
        for _, id in part.plan.rows:
            other = seen.setdefault(id, part)
            if other is not part:
                yield (
                    f"{id!r} is in shard {other.plan.shard} of {other.name} and in shard "
                    f"{part.plan.shard} of {part.name}: name each part once"
                )
                break


def _absent(found: Sequence[_Part]) -> Iterator[str]:
    """Yield which shards are not among the parts, where they would have had something to do."""
    (largest, n) = max((part.plan.n_rows, part.plan.shard.n) for part in found)
    n_there = len({place for part in found for place, _ in part.plan.rows})
    there = {part.plan.shard.i for part in found if part.plan.shard.n == n}
    if n_there < largest:
        names = ", ".join(f"{i}/{n}" for i in _first(set(range(n)) - there))
        which = f" (shards {names})" if names else ""
        yield f"{largest - n_there} of {largest} performances are in none of the parts{which}"


def _first(numbers: Iterable[int]) -> list[int]:
    return sorted(numbers)[:20]


def _undone(part: _Part, records: dict[int, Record | None]) -> Iterator[str]:
    missing = [id for place, id in part.plan.rows if records[place] is None]
    if missing:
        named = ", ".join(map(repr, missing[:MAX_NAMED]))
        more = ", ..." if len(missing) > MAX_NAMED else ""
        yield (
            f"{part.name}: {len(missing)} of the {len(records)} performances of shard "
            f"{part.plan.shard} are not done ({named}{more}): run it again with --resume"
        )
