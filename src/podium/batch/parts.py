"""What is done of a table, kept beside it while it is made: a record a video, whole or not there.

A folder `predictions.csv.parts` holds them, with a plan for each shard that works there: a process
that was killed goes on where it was, and other shards may share the folder.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.batch.scoring import Record
from podium.batch.shards import Shard
from podium.errors import ManifestError, PodiumError, UnusableFile
from podium.inputs.saved import values_of
from podium.machine.files import read_json, remove_half_written, write_bytes
from podium.performance import Performance

SUFFIX = ".parts"

JOBS = "jobs"
"""The folder of what an engine keeps of its jobs."""

MAX_RECORD_BYTES = 4 * 2**20
MAX_PLAN_BYTES = 256 * 2**20

_PLAN = re.compile(r"shard-(\d{1,20})-of-(\d{1,20})\.json")
_OURS = re.compile(
    r"\.?([0-9a-f]{64}\.json|shard-\d{1,20}-of-\d{1,20}\.json|failed-\d{1,20}-of-\d{1,20}\.csv)"
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

    made_with: str
    """A digest of the model and of Podium's own code."""

    rows: tuple[tuple[int, str], ...]
    """The place of each row of this shard among all, from 0, and its id."""

    @classmethod
    def of(cls, performances: Sequence[Performance], shard: Shard, made_with: str) -> "Plan":
        """Return the plan of a shard of all these performances."""
        ids = [one.id for one in performances]
        rows = tuple((place, id) for place, id in enumerate(ids) if shard.holds(id))
        return cls(shard, len(ids), digest_of(*ids), made_with, rows)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "n_rows": self.n_rows,
            "table": self.table,
            "made_with": self.made_with,
            "rows": [list(row) for row in self.rows],
        }


def digest_of(*words: str) -> str:
    """Return a digest of texts, in their order."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


class Parts:
    """The folder in which the records of one table lie until they are put together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def beside(cls, table: Path) -> "Parts":
        """Return the folder of the parts of a table that is, or will be, written there."""
        return cls(table.with_name(f"{table.name}{SUFFIX}"))

    def begin(self, plan: Plan) -> None:
        """Say what a shard will do, before it does it.

        Plans for other numbers of shards are void, the records that they led to are not.
        """
        for other, path in self._plan_paths():
            if other.n != plan.shard.n:
                path.unlink(missing_ok=True)
        _write(self._plan_path(plan.shard), plan.to_json())

    def plans(self) -> list[Plan]:
        """Return what the shards that worked here were to do, by their numbers.

        Raises
        ------
        ManifestError
            If one of their files is damaged.
        """
        return [_read_plan(path, shard) for shard, path in self._plan_paths()]

    def keep(self, record: Record, made_from: str) -> None:
        """Keep a record; it is there whole or not at all, and its last word says that it is."""
        path = self._record_path(record.id)
        _write(path, {"made_from": made_from, **record.to_json(), "done": True})

    def find(self, id: str, made_from: str | None = None) -> Record | None:
        """Return the record of a performance, if it was made from that.

        `None` where there is none, or what there is cannot be used.
        """
        with suppress(OSError, UnusableFile):
            found = read_json(self._record_path(id), MAX_RECORD_BYTES)
            if made_from in (None, isinstance(found, dict) and found.get("made_from")):
                return _record_of(found, id)
        return None

    def write_failed(self, shard: Shard, table: bytes) -> Path:
        """Write which performances of a shard failed, and say where that is."""
        path = self._failed_path(shard)
        write_bytes(path, table)
        return path

    def forget_failed(self, shard: Shard) -> None:
        """Remove the list of what failed before."""
        self._failed_path(shard).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove all that is Podium's own of the folder, and it where nothing else is in it."""
        for path in [*self._files()]:
            path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / JOBS, ignore_errors=True)
        for folder in [*self.folder.glob("records/*"), self.folder / "records", self.folder]:
            with suppress(OSError):
                folder.rmdir()

    def _files(self) -> Iterator[Path]:
        for pattern in ("*", "records/*/*"):
            yield from (path for path in self.folder.glob(pattern) if _OURS.fullmatch(path.name))

    def _plan_paths(self) -> list[tuple[Shard, Path]]:
        found = [
            (Shard(int(match[1]), int(match[2])), path)
            for path in self.folder.glob("shard-*.json")
            if (match := _PLAN.fullmatch(path.name)) and int(match[1]) < int(match[2])
        ]
        return sorted(found, key=lambda one: (one[0].n, one[0].i))

    def _plan_path(self, shard: Shard) -> Path:
        return self.folder / f"shard-{shard.i}-of-{shard.n}.json"

    def _failed_path(self, shard: Shard) -> Path:
        return self.folder / f"failed-{shard.i}-of-{shard.n}.csv"

    def _record_path(self, id: str) -> Path:
        name = digest_of(id)
        return self.folder / "records" / name[:2] / f"{name}.json"


def _write(path: Path, value: dict[str, Any]) -> None:
    remove_half_written(path)
    write_bytes(path, json.dumps(value).encode())


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


def _read_plan(path: Path, shard: Shard) -> Plan:
    try:
        found = read_json(path, MAX_PLAN_BYTES)
        known = values_of(found, "it", n_rows=int, table=str, made_with=str)
        rows = found.get("rows")
        if not _are_rows(rows, known["n_rows"]):
            raise ManifestError("its rows are none")
    except PodiumError as error:
        raise ManifestError(
            f"{path}: is damaged ({error.reason}): run shard {shard} again with --resume"
        ) from error
    return Plan(shard, **known, rows=tuple((place, id) for place, id in rows))


def _are_rows(found: Any, n_rows: int) -> bool:
    return isinstance(found, list) and all(
        isinstance(row, list)
        and len(row) == 2
        and type(row[0]) is int
        and 0 <= row[0] < n_rows
        and isinstance(row[1], str)
        for row in found
    )
