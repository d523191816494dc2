"""Dives and vaults rendered by the program itself, with every fault known to the frame."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from podium.datasets import _rendering
from podium.datasets.manifest import Manifest
from podium.errors import DatasetNotFound, UnusableFile, UsageError
from podium.machine.files import parse_json, read_bytes, write_bytes
from podium.performance import Performance
from podium.simulation import (
    Fault,
    SimulatedPerformance,
    SimulationOptions,
    simulate,
)

Progress = Callable[[int, int], None]

MAX_RECORD_BYTES = 2**16

_COLUMNS = (
    "file_name",
    "id",
    "action",
    "dive_number",
    "score",
    "difficulty",
    "judges",
    "athlete",
    "event",
    "phases",
)
_FAULT_COLUMNS = ("id", "phase", "start_frame", "end_frame", "severity", "words")


class Simulated:
    """Dives and vaults rendered by the program: no data to fetch, and the truth is known.

    `root` is the folder for the videos and tables; without it, `simulated` in the folder that
    `PODIUM_DATA` names. `render` fills it; `performances` lists what is in it.
    """

    def __init__(self, root: Path | None = None, options: SimulationOptions | None = None) -> None:
        self.root = Path(root) if root else Path(os.environ.get("PODIUM_DATA", ".")) / "simulated"
        self.options = options or SimulationOptions()

    @cached_property
    def _simulated(self) -> tuple[SimulatedPerformance, ...]:
        return simulate(self.options)

    def render(self, progress: Progress | None = None, *, workers: int = 1) -> Path:
        """Render the videos that are missing, write the tables and give the path of the manifest.

        `progress` is called with the number of videos that are done and of all. `workers`
        processes share the work, at most one a processor.

        Raises
        ------
        UsageError
            If `root` holds performances of other options.
        """
        self._claim_root()
        missing = [one for one in self._simulated if not self._video(one).is_file()]
        n_done = len(self._simulated) - len(missing)
        for _ in self._render(missing, workers):
            n_done += 1
            if progress:
                progress(n_done, len(self._simulated))
        self._write_tables()
        return self.root / "metadata.csv"

    def performances(self) -> tuple[Performance, ...]:
        """List every performance that `render` wrote.

        Raises
        ------
        DatasetNotFound
            If nothing was rendered at `root` yet.
        UsageError
            If `root` holds performances of other options.
        """
        table = self.root / "metadata.csv"
        if not table.is_file():
            raise DatasetNotFound(
                f"simulated performances were looked for at {table} and are not there: "
                "podium.datasets.simulated.Simulated(root).render() in Python writes them"
            )
        self._claim_root()
        return Manifest(table).performances()

    def faults(self) -> Mapping[str, tuple[Fault, ...]]:
        """Return the faults of each performance by its id; no faults for a flawless one."""
        return {one.id: one.faults for one in self._simulated}

    def _video(self, one: SimulatedPerformance) -> Path:
        return self.root / "videos" / f"{one.id}.mp4"

    def _claim_root(self) -> None:
        record = self.root / "options.json"
        wanted = json.dumps(asdict(self.options), indent=2, sort_keys=True) + "\n"
        if record.is_file():
            _require_same(self.root, read_bytes(record, MAX_RECORD_BYTES), wanted)
            return
        write_bytes(record, wanted.encode())

    def _render(self, missing: list[SimulatedPerformance], workers: int) -> Iterable[None]:
        (self.root / "videos").mkdir(parents=True, exist_ok=True)
        paths = [self._video(one) for one in missing]
        n_processes = min(workers, os.cpu_count() or 1, len(missing))
        if n_processes < 2:
            yield from map(_rendering.render, missing, paths)
        else:
            yield from _rendering.render_all(missing, paths, n_processes)

    def _write_tables(self) -> None:
        rows = [_row(one, self._video(one).relative_to(self.root)) for one in self._simulated]
        _write_table(self.root / "metadata.csv", _COLUMNS, rows)
        faults = [_fault_row(one, fault) for one in self._simulated for fault in one.faults]
        _write_table(self.root / "faults.csv", _FAULT_COLUMNS, faults)


def _require_same(root: Path, found: bytes, wanted: str) -> None:
    if found == wanted.encode():
        return
    try:
        others = parse_json(found, str(root))
    except UnusableFile:
        others = {}
    others = others if isinstance(others, dict) else {}
    ours = json.loads(wanted)
    differing = ", ".join(
        f"{name} {others.get(name)!r} instead of {ours[name]!r}"
        for name in asdict(SimulationOptions())
        if others.get(name) != ours[name]
    )
    raise UsageError(
        f"{root} holds simulated performances with other options ({differing}): use the same "
        "options or another folder"
    )


def _row(one: SimulatedPerformance, file_name: Path) -> tuple[str, ...]:
    phases = ";".join(f"{p.name}:{p.start_frame}-{p.end_frame}" for p in one.phases)
    return (
        file_name.as_posix(),
        one.id,
        one.action,
        one.dive_number,
        str(one.score),
        str(one.difficulty),
        ";".join(str(mark) for mark in one.marks),
        "",
        f"simulated {one.options.sport}, seed {one.options.seed}",
        phases,
    )


def _fault_row(one: SimulatedPerformance, fault: Fault) -> tuple[str, ...]:
    frames = (str(fault.start_frame), str(fault.end_frame))
    return (one.id, fault.phase, *frames, f"{fault.severity:.3f}", fault.words)


def _write_table(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode())
