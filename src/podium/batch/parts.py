"""What is done of a table, kept beside it while it is made: a record a video, whole or not there.

A folder `predictions.csv.parts` holds them, with a plan for each shard that works there: a process
that was killed goes on where it was, and other shards may share the folder.
"""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from podium.batch.origin import Origin, digest_of
from podium.batch.scoring import Record
from podium.batch.shards import Shard
from podium.errors import ManifestError, PodiumError, UnusableFile
from podium.inputs.saved import values_of
from podium.machine.files import parse_json
from podium.machine.stores import Elsewhere, FolderShelf, Place, Shelf, shelf_of
from podium.performance import Performance

SUFFIX = ".parts"

JOBS = "jobs"
"""The folder of what an engine keeps of its jobs."""

MAX_RECORD_BYTES = 4 * 2**20
MAX_PLAN_BYTES = 256 * 2**20

_PLAN = re.compile(r"shard-(\d{1,20})-of-(\d{1,20})\.json")
_OURS = re.compile(
    r"(records/[0-9a-f]{2}/)?\.?"
    r"([0-9a-f]{64}\.json|shard-\d{1,20}-of-\d{1,20}\.(json|lock)|failed-\d{1,20}-of-\d{1,20}\.csv)"
    r"(\.[^.]{8})?"
)
"""What is Podium's in such a folder, half-written files of killed processes among it."""


@dataclass(frozen=True)
class Plan:
    """What a shard is to do: which rows of which table, and with what."""

    shard: Shard

    n_rows: int
    """How many rows all shards do together."""

    table: str
    """A digest of the ids of all these rows, in their order."""

    origin: Origin
    """What its records are made with."""

    rows: tuple[tuple[int, str], ...]
    """The place of each row of this shard among all, from 0, and its id."""

    @classmethod
    def of(cls, performances: Sequence[Performance], shard: Shard, origin: Origin) -> "Plan":
        """Return the plan of a shard of all these performances."""
        ids = [one.id for one in performances]
        rows = tuple((place, id) for place, id in enumerate(ids) if shard.holds(id))
        return cls(shard, len(ids), digest_of(*ids), origin, rows)

    @classmethod
    def dealt(
        cls, names: Sequence[str], lots: Sequence[int], shard: Shard, origin: Origin
    ) -> "Plan":
        """Return the plan of a shard where all these are dealt out by their lots."""
        placed = zip(enumerate(names), lots, strict=True)
        rows = tuple(row for row, lot in placed if lot % shard.n == shard.i)
        return cls(shard, len(names), digest_of(*names), origin, rows)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "n_rows": self.n_rows,
            "table": self.table,
            "origin": self.origin.to_json(),
            "rows": [list(row) for row in self.rows],
        }


class Parts:
    """The folder in which the records of one table lie until they are put together."""

    def __init__(self, folder: Place) -> None:
        self.folder = folder
        self._shelf = shelf_of(folder)

    @classmethod
    def beside(cls, table: Place) -> "Parts":
        """Return the folder of the parts of a table that is, or will be, written there."""
        if isinstance(table, Elsewhere):
            return cls(table.beside(SUFFIX))
        return cls(table.with_name(f"{table.name}{SUFFIX}"))

    def begin(self, plan: Plan) -> None:
        """Say what a shard will do, before it does it.

        Plans for other numbers of shards are void, the records that they led to are not.
        """
        for other in self._planned():
            if other.n != plan.shard.n:
                self._shelf.remove(_plan_name(other))
        self._write(_plan_name(plan.shard), plan.to_json())

    def has_plans(self) -> bool:
        """Return whether a shard ever worked here."""
        return bool(self._planned())

    def plans(self) -> list[Plan]:
        """Return what the shards that worked here were to do, by their numbers.

        Raises
        ------
        ManifestError
            If one of their files is damaged.
        """
        return [_read_plan(self._shelf, shard) for shard in self._planned()]

    def other_origins(self, origin: Origin) -> list[Plan]:
        """Return the plans of shards that worked here with anything else; damaged ones do not."""
        found = []
        for shard in self._planned():
            with suppress(ManifestError, OSError):
                found.append(_read_plan(self._shelf, shard))
        return [plan for plan in found if plan.origin.digest != origin.digest]

    def keep(self, record: Record, made_from: str) -> None:
        """Keep a record; it is there whole or not at all, and its last word says that it is."""
        name = _record_name(record.id)
        self._write(name, {"made_from": made_from, **record.to_json(), "done": True})

    def find(self, id: str, made_from: str | None = None) -> Record | None:
        """Return the record of a performance, if it was made from that.

        `None` where there is none, or what there is cannot be used.
        """
        with suppress(OSError, UnusableFile):
            found = _read_json(self._shelf, _record_name(id), MAX_RECORD_BYTES)
            if made_from in (None, isinstance(found, dict) and found.get("made_from")):
                return _record_of(found, id)
        return None

    def write_failed(self, shard: Shard, table: bytes) -> str:
        """Write which performances of a shard failed, and say where that is."""
        name = _failed_name(shard)
        self._shelf.write(name, table)
        return self._shelf.named(name)

    def forget_failed(self, shard: Shard) -> None:
        """Remove the list of what failed before."""
        self._shelf.remove(_failed_name(shard))

    def remove(self) -> None:
        """Remove all that is Podium's own of the folder, and it where nothing else is in it."""
        for name in self._shelf.names():
            if _OURS.fullmatch(name):
                self._shelf.remove(name)
        if isinstance(self._shelf, FolderShelf):
            self._shelf.remove_folders(JOBS)

    def _planned(self) -> list[Shard]:
        """Return the shards that there are plans of, by their numbers."""
        found = [
            Shard(int(match[1]), int(match[2]))
            for name in self._shelf.names(deep=False)
            if (match := _PLAN.fullmatch(name)) and int(match[1]) < int(match[2])
        ]
        return sorted(found, key=lambda one: (one.n, one.i))

    def _write(self, name: str, value: dict[str, Any]) -> None:
        self._shelf.write(name, json.dumps(value).encode())


def _plan_name(shard: Shard) -> str:
    return f"shard-{shard.i}-of-{shard.n}.json"


def _failed_name(shard: Shard) -> str:
    return f"failed-{shard.i}-of-{shard.n}.csv"


def _record_name(id: str) -> str:
    name = digest_of(id)
    return f"records/{name[:2]}/{name}.json"


def _read_json(shelf: Shelf, name: str, max_bytes: int) -> Any:
    return parse_json(shelf.read(name, max_bytes), shelf.named(name))


def _record_of(found: Any, id: str) -> Record | None:
    if not isinstance(found, dict) or found.get("id") != id or found.get("done") is not True:
        return None
    predicted, measured = found.get("predicted"), found.get("measured")
    if not (isinstance(predicted, dict) and _are_texts(predicted)):
        return None
    if not (measured is None or (isinstance(measured, dict) and _are_texts(measured))):
        return None
    return Record(id, predicted, measured)


def _are_texts(cells: dict[Any, Any]) -> bool:
    return all(isinstance(cell, str) for cell in cells.values())


def _read_plan(shelf: Shelf, shard: Shard) -> Plan:
    name = _plan_name(shard)
    try:
        found = _read_json(shelf, name, MAX_PLAN_BYTES)
        known = values_of(found, "it", n_rows=int, table=str)
        origin = Origin.read(found.get("origin"))
        rows = found.get("rows")
        if not _are_rows(rows, known["n_rows"]):
            raise ManifestError("its rows are none")
    except PodiumError as error:
        raise ManifestError(
            f"{shelf.named(name)}: is damaged ({error.reason}): run shard {shard} again with "
            "--resume"
        ) from error
    return Plan(shard, **known, origin=origin, rows=tuple((place, id) for place, id in rows))


def _are_rows(found: Any, n_rows: int) -> bool:
    return isinstance(found, list) and all(
        isinstance(row, list)
        and len(row) == 2
        and type(row[0]) is int
        and 0 <= row[0] < n_rows
        and isinstance(row[1], str)
        for row in found
    )
