"""What a benchmark came to, as typed rows: every prediction of every split, and what follows.

Measures have the names of `podium.evaluation`: `spearman`, `mse`, `execution_spearman`. Results
that were kept when `spearman` was called `rho` are read as well.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Self

from podium.benchmark.provenance import About
from podium.benchmark.saved import read_results
from podium.errors import MissingFile, ModelError, UsageError
from podium.evaluation.resampling import Comparison, Gap
from podium.inputs.saved import record_of
from podium.machine.data_frames import data_frame
from podium.machine.files import remove_half_written, write_bytes

EARLIER_NAMES = {
    "rho": "spearman",
    "rho_interval": "spearman_interval",
    "execution_rho": "execution_spearman",
}
"""What measures were called in results that are kept from before."""

Range = tuple[float, float]


@dataclass(frozen=True)
class TypeMeasures:
    """How close predictions came for one type of action; `None` is not known."""

    n: int
    spearman: float | None = None
    mse: float | None = None


@dataclass(frozen=True)
class SplitMeasures:
    """How close predictions came on one split; `None` is not known."""

    spearman: float | None = None
    mse: float | None = None
    execution_spearman: float | None = None
    by_type: Mapping[str, TypeMeasures] = field(default_factory=dict)


@dataclass(frozen=True)
class SystemRow:
    """What a system came to, averaged over the splits, with 95 % intervals."""

    spearman: float | None
    spearman_interval: Range | None
    mse: float | None
    mse_interval: Range | None
    execution_spearman: float | None
    n_splits: int
    seconds: float
    n_attempts: int = field(default=1, kw_only=True)
    """How many times it was fitted on each split, with a seed of its own each time."""

    spearman_seed_sd: float | None = field(default=None, kw_only=True)
    """By how much rho differs between fits on the same split that differ in the seed alone."""


@dataclass(frozen=True)
class Claim:
    """Two systems of which the first should be better, in words, and by how much it is."""

    first: str
    second: str
    claim: str
    spearman: Gap
    mse: Gap


@dataclass(frozen=True)
class TypeCount:
    """How many performances of a type there are, and its best and worst score, with all ties."""

    type: str
    action: str | None
    n: int
    best: float
    n_best: int
    worst: float
    n_worst: int


@dataclass(frozen=True)
class Ceiling:
    """How close one judge comes to the others; `n` performances were judged by a full panel."""

    n: int
    spearman: float | None = None
    mse: float | None = None


@dataclass(frozen=True)
class Found:
    """How many of the flagged clips are faulty, and of the faulty ones flagged, with intervals."""

    precision: float | None
    precision_interval: Range | None
    recall: float | None
    recall_interval: Range | None
    n_performances: int


@dataclass(frozen=True)
class FaultRow:
    """How well faulty clips are found: in all performances, and in those with a fault."""

    all: Found
    only_faulted: Found


@dataclass(frozen=True)
class UnseenJoints:
    """In how many performances joints were filled in, what share, and where nobody was seen."""

    n: int
    n_filled: int
    unseen: float
    n_nobody: int


@dataclass(frozen=True)
class TransferRow(SystemRow):
    """What a system came to on performances of another sport, beside the frozen metric."""

    system: str
    title: str
    frozen_less_this: Comparison
    predictions: Mapping[str, Mapping[str, float]]


UNLV_VAULT = "UNLV-Vault"
"""What the paper's vaults are called in the title of a task."""


@dataclass(frozen=True)
class TransferTask:
    """One kind of performances that the metric of diving was tried on."""

    made_from: str
    commit: str
    title: str
    n_splits: int
    n_train: int
    n_test: int
    rows: tuple[TransferRow, ...]


@dataclass(frozen=True)
class TransferTable:
    """The paper's table VI."""

    tasks: tuple[TransferTask, ...] = ()


@dataclass(frozen=True)
class Tables:
    """What was worked out over all cells; `None` or nothing where it was not."""

    summary: Mapping[str, SystemRow] = field(default_factory=dict)
    """Each system's averages, by its name."""

    keypoints: UnseenJoints | None = None
    claims: tuple[Claim, ...] = ()
    types: tuple[TypeCount, ...] = ()
    ceiling: Ceiling | None = None
    faults: Mapping[str, FaultRow] = field(default_factory=dict)
    """What finds faulty clips, by its title."""

    transfer: TransferTable | None = None
    segments: Mapping[str, SystemRow] = field(default_factory=dict)
    """What each clip alone tells, by its number from the end; `all` is all of them."""

    def merge(self, earlier: "Tables") -> "Tables":
        """Return these tables, with those of earlier results in place of what is not here."""
        names = [known.name for known in fields(self)]
        return Tables(**{name: getattr(self, name) or getattr(earlier, name) for name in names})

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, without the tables that were not worked out."""
        return {
            known.name: _plain(value)
            for known in fields(self)
            if (value := getattr(self, known.name))
        }


@dataclass(frozen=True)
class SystemNote:
    """What a system of the results was: a scorer with its options, and what made it."""

    title: str
    scorer: str = ""
    options: Mapping[str, Any] | None = None
    reads: str = "clips"
    n_variants: int = 0
    metric_of: str | None = None
    commit: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    """A digest of the code that learned; "" in results that do not say it."""


@dataclass(frozen=True)
class ResultRow:
    """What one system came to on one split.

    `predictions` maps test ids to points. `extras` is what a protocol looked at besides.
    `made_from` tells apart what it came from: code, options, versions, the split and the samples.
    `attempt` counts the fits that differ in their seed alone.
    """

    system: str
    split: int
    n_train: int
    seconds: float
    predictions: Mapping[str, float]
    measures: SplitMeasures = SplitMeasures()
    extras: Mapping[str, Any] = field(default_factory=dict)
    made_from: str = ""
    attempt: int = 0

    @property
    def spearman(self) -> float | None:
        """The rank correlation with the judges, where it is known."""
        return self.measures.spearman

    @property
    def mse(self) -> float | None:
        """The mean squared error in points squared, where it is known."""
        return self.measures.mse

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Return a cell of plain JSON; `ModelError` or `TypeError` if it is of another kind."""
        known = record_of(SplitMeasures, _rename_measures(plain["measures"]), "measures")
        return cls(**{**plain, "measures": known})


@dataclass(frozen=True)
class Results:
    """Everything that a benchmark came to, as plain values: `save` and `load` are JSON.

    `about` says of what, with which versions; `systems` describes each row; `tables` holds what
    was worked out over all cells.
    """

    about: About
    systems: Mapping[str, SystemNote]
    cells: tuple[ResultRow, ...]
    tables: Tables = field(default_factory=Tables)

    def save(self, path: Path | str) -> Self:
        """Write the results; a cell a line, so that two runs can be compared."""
        cells = ",\n".join(json.dumps(asdict(cell), sort_keys=True) for cell in self.cells)
        described = {name: asdict(note) for name, note in self.systems.items()}
        plain = {
            "about": self.about.to_json(),
            "systems": described,
            "tables": self.tables.to_json(),
        }
        parts = [f'"{name}": {json.dumps(value)}' for name, value in plain.items()]
        text = "{" + ",\n".join([*parts, f'"cells": [\n{cells}\n]']) + "}\n"
        remove_half_written(Path(path))
        write_bytes(Path(path), text.encode())
        return self

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read results that were saved.

        Raises
        ------
        MissingFile, ModelError
            If there are none, or they are of another version.
        """
        if not Path(path).is_file():
            raise MissingFile(f"{path}: no such results: run podium benchmark first")
        try:
            plain = read_results(Path(path))
            cells = tuple(ResultRow.from_json(cell) for cell in plain["cells"])
            systems = {
                name: record_of(SystemNote, note, f"systems.{name}")
                for name, note in plain["systems"].items()
            }
            tables = record_of(Tables, _rename_measures(plain["tables"]), "tables")
            about = record_of(About, plain["about"], "about")
            return cls(about, systems, cells, tables)
        except (ModelError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path}: is not a file of results ({error!s:.200}): make it again"
            ) from error

    def to_pandas(self) -> Any:
        """Return every prediction as a `pandas.DataFrame`: a row for each system, split and id.

        Raises
        ------
        MissingExtra
            If pandas is not installed.
        """
        rows = [
            {"system": cell.system, "split": cell.split, "id": id, "predicted": points}
            for cell in self.cells
            for id, points in cell.predictions.items()
        ]
        return data_frame(rows, ("system", "split", "id", "predicted"))

    def merge(self, earlier: "Results", order: Sequence[str]) -> "Results":
        """Add the systems that only earlier results have, in an order of names.

        Each system goes on saying what made it. Tables are those of `earlier` where these have
        none; what is worked out over all cells is to be worked out again.

        Raises
        ------
        UsageError
            If the earlier results are of other performances or splits.
        """
        self._require_same(earlier)
        added = {
            name: replace(
                note,
                commit=note.commit or earlier.about.commit or "",
                versions=note.versions or earlier.about.versions,
            )
            for name, note in earlier.systems.items()
            if name not in self.systems
        }
        systems = {**self.systems, **added}
        cells = [*self.cells, *(c for c in earlier.cells if c.system in added)]
        titles = [note.title for note in systems.values()]
        about = replace(
            self.about,
            keypoints=self.about.keypoints or earlier.about.keypoints,
            seeds=tuple(sorted({cell.split for cell in cells})),
            left_out={t: why for t, why in self.about.left_out.items() if t not in titles},
        )
        named = [name for name in order if name in systems]
        return Results(
            about,
            {name: systems[name] for name in named},
            tuple(sorted(cells, key=lambda c: (c.split, c.attempt, named.index(c.system)))),
            self.tables.merge(earlier.tables),
        )

    def _require_same(self, earlier: "Results") -> None:
        """Refuse to stand beside results of other performances or splits."""
        tested = {(c.split, tuple(sorted(c.predictions))) for c in self.cells}
        before = {(c.split, tuple(sorted(c.predictions))) for c in earlier.cells}
        n_splits = len({split for split, _ in tested | before})
        if earlier.about.backbone != self.about.backbone or len(tested | before) != n_splits:
            raise UsageError(
                "the results in that folder are of other performances, splits or features "
                f"({earlier.about.n_performances} performances, backbone "
                f"{earlier.about.backbone}): name another folder with --out"
            )

    def of(self, system: str) -> tuple[ResultRow, ...]:
        """Return the cells of one system, by split and attempt."""
        ours = (cell for cell in self.cells if cell.system == system)
        return tuple(sorted(ours, key=lambda cell: (cell.split, cell.attempt)))


def _plain(value: Any) -> Any:
    """Return rows as plain JSON, wherever in lists or objects they stand."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value]


def _rename_measures(plain: Any) -> Any:
    """Call measures what they are called today, wherever in kept results they stand."""
    if isinstance(plain, Mapping):
        return {
            EARLIER_NAMES.get(key, key): _rename_measures(value) for key, value in plain.items()
        }
    return [_rename_measures(value) for value in plain] if isinstance(plain, list) else plain
