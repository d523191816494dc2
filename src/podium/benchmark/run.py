"""Many scorers on many splits of one data set, with every prediction kept.

    Benchmark(dataset, scorers=["type_mean", "ridge", "siamese_lstm"]).run().save("results.json")

Nothing is chosen on test: a split's test scores are read once, to be compared with predictions.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from podium.backbones import make_backbone
from podium.benchmark.averages import measures, summary
from podium.benchmark.provenance import (
    About,
    commit,
    digest_of,
    samples_digest,
    versions,
)
from podium.benchmark.results import ResultRow, Results, SystemNote, Tables
from podium.benchmark.saved import read_row
from podium.benchmark.splits import DataSplit, group_splits, stratified_splits
from podium.benchmark.system import FORMAT, Input, System, system_of
from podium.errors import ModelError, UsageError
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.given import read_features
from podium.features.values import Sample
from podium.folds.copies import with_groups
from podium.folds.groups import Grouping, group_by, grouped_by
from podium.inputs.given import FEATURE_SUFFIXES
from podium.keypoints import Layout
from podium.machine import extras
from podium.machine.files import remove_half_written, write_bytes
from podium.performance import Performance
from podium.training import Piece, Progress, hide_labels, make_scorer
from podium.video.augmentation import AugmentationOptions, draw


class Dataset(Protocol):
    """What lists performances."""

    def performances(self) -> tuple[Performance, ...]:
        """List them all."""
        ...


SEEDS_APART = 1_000
"""By so much do the seeds of two attempts at one split differ; there are fewer splits."""

RANDOM = "none"
"""The group of splits that are drawn at random, as in most of the field."""

Hook = Callable[[Any, DataSplit, Sequence[Sample], Sequence[Sample]], Mapping[str, Any]]
"""Looks at a fitted scorer, with its training and test samples, for more than its scores."""


@dataclass(frozen=True)
class Benchmark:
    """A data set, the scorers to be measured on it, and the splits: `run` does it.

    `dataset` lists performances (those without a score are left out). `scorers` are names of the
    catalogue, or `System`s. Splits that are not given part no group (`podium.folds`): those of the
    column `group`, the finest that is there for `None`; with "none" they are drawn at random. In
    `folder`, if given, each finished cell is kept, and taken from there when the run is started
    again, unless the scorer's code or options, the packages or the samples have changed since. So
    are cells of `earlier` results. What chance has a part in is fitted `n_attempts` times on each
    split, with a seed of its own each time; `hook` looks at the first. `name` is that of the data
    set, for what is said. `keypoints` is the backbone of scorers of pose; without one they are left
    out, which `about.left_out` says, but where performances are files of joints.
    """

    dataset: Dataset | Sequence[Performance]
    backbone: str = "motion"
    scorers: Sequence[str | System] = ("constant", "type_mean", "ridge", "siamese_lstm")
    seeds: Iterable[int] = range(10)
    splits: Sequence[DataSplit] = ()
    group: str | None = None
    name: str = ""
    folder: Path | None = None
    earlier: Results | None = None
    keypoints: str | None = None
    n_attempts: int = 1
    cache: FeatureCache | None = field(default_factory=FeatureCache)
    progress: Progress = field(default_factory=Progress)
    hook: Hook = lambda scorer, split, train, test: {}

    def run(self) -> Results:
        """Fit every scorer on every split, and measure it on the rest.

        Raises
        ------
        MissingExtra
            If the extra `train` is not installed.
        UsageError
            If there is nothing to measure.
        """
        prepared = self._prepared()
        cells = []
        fitted: dict[str, Any] = {}
        places = prepared.places(self.n_attempts)
        for done, place in enumerate(places):
            if place.is_first:
                fitted = {}
            self.progress.report("measuring", done, len(places))
            cells.append(self._known_or_made(prepared, place, fitted))
        made_with: dict[str, Any] = {"commit": commit(), "versions": versions()}
        about = About(
            format=FORMAT,
            **made_with,
            backbone=self.backbone,
            keypoints=self.keypoints,
            n_performances=prepared.n_performances,
            seeds=tuple(split.seed for split in prepared.splits),
            left_out=prepared.left_out,
            grouped_by=prepared.column or None,
            dataset=self.name or None,
        )
        described = {system.name: _note_of(system, **made_with) for system in prepared.systems}
        samples = prepared.samples
        overview = summary(list(described), cells, samples["clips"] or samples["keypoints"])
        return Results(about, described, tuple(cells), Tables(summary=overview))

    def pieces(self) -> list[Piece]:
        """List the cells that `run` takes from `folder` where they are there, in its order.

        What takes the metric of another system is of one lot with it.

        Raises
        ------
        MissingExtra, UsageError
            As `run` does; or no folder is given to keep them.
        """
        if self.folder is None:
            raise UsageError("cells of a benchmark are pieces of it only in a folder: name one")
        prepared, found = self._prepared(), []
        lots: dict[tuple[int, int, str], int] = {}
        fitted: dict[str, Any] = {}
        for place in prepared.places(self.n_attempts):
            if place.is_first:
                fitted = {}
            whose = place.system.metric_of or place.system.name
            lot = lots.setdefault((place.split.seed, place.attempt, whose), len(lots))
            path = self._path(place, prepared.made_from(place))
            make = partial(self._keep, prepared, place, fitted)
            found.append(Piece(path.name if path else "", make, lot))
        return found

    def _prepared(self) -> "_Prepared":
        extras.require("train", "measuring scorers")
        performances = self.performances()
        systems, left_out = self._systems(performances)
        samples = self._samples(performances, systems)
        grouping = self._grouping(performances)
        if grouping.column:
            samples = {reads: _grouped(found, grouping) for reads, found in samples.items()}
        splits = tuple(self.splits) or self._draw(performances, samples, grouping)
        recipes = {
            s.name: (s.recipe(systems), samples_digest(samples[s.reads].values(), s.n_variants))
            for s in systems
        }
        n = len(performances)
        return _Prepared(systems, left_out, samples, splits, recipes, grouping.column, n)

    def _known_or_made(
        self, prepared: "_Prepared", place: "_Place", fitted: dict[str, Any]
    ) -> ResultRow:
        made_from = prepared.made_from(place)
        known = self._find_known(place, made_from)
        samples = prepared.samples[place.system.reads]
        return known or self._cell(place, samples, fitted, made_from)

    def _keep(self, prepared: "_Prepared", place: "_Place", fitted: dict[str, Any]) -> None:
        """Have a cell in the folder, made now or known from earlier results."""
        path = self._path(place, prepared.made_from(place))
        cell = self._known_or_made(prepared, place, fitted)
        if path and not path.is_file():
            write_bytes(path, json.dumps(asdict(cell)).encode())

    def performances(self) -> tuple[Performance, ...]:
        """List the performances that have a score."""
        listed = self.dataset if isinstance(self.dataset, Sequence) else self.dataset.performances()
        scored = tuple(p for p in listed if p.score is not None)
        if not scored:
            raise UsageError("no performance has a score to be measured against")
        return scored

    def samples(self, performances: Sequence[Performance] | None = None) -> dict[str, Sample]:
        """Return the performances with the features of `backbone`, by id."""
        return self._extract(performances or self.performances(), self.backbone, 0)

    def pose_samples(self, performances: Sequence[Performance] | None = None) -> dict[str, Sample]:
        """Return the performances with their keypoints, by id; none without a backbone for them."""
        if not self.keypoints:
            return {}
        return self._extract(performances or self.performances(), self.keypoints, 0)

    def _grouping(self, performances: Sequence[Performance]) -> Grouping:
        """Return what no split may part; nothing, where splits are given or drawn at random."""
        if self.splits or self.group == RANDOM:
            return grouped_by(performances, "")
        return group_by(performances, self.group)

    def _draw(
        self,
        performances: Sequence[Performance],
        samples: Mapping[Input, Mapping[str, Sample]],
        grouping: Grouping,
    ) -> tuple[DataSplit, ...]:
        if not grouping.column:
            return stratified_splits(performances, self.seeds)
        known = samples["clips"] or samples["keypoints"]
        return group_splits(performances, [known[p.id].group for p in performances], self.seeds)

    def _systems(self, performances: Sequence[Performance]) -> tuple[list[System], dict[str, str]]:
        systems = [s if isinstance(s, System) else system_of(s) for s in self.scorers]
        if not systems:
            raise UsageError("no scorer was named: choose from podium list scorers")
        if self._finds_joints(performances):
            return systems, {}
        reason = "reads keypoints, but no backbone for them was named"
        left_out = {s.title: reason for s in systems if s.reads == "keypoints"}
        kept = [s for s in systems if s.reads != "keypoints"]
        if not kept:
            raise UsageError(
                f"{', '.join(left_out)} {reason}: name one by --keypoints, or choose another scorer"
            )
        return kept, left_out

    def _finds_joints(self, performances: Sequence[Performance]) -> str:
        """Return the backbone whose features are joints, "" where there is none.

        Where all performances are files of joints already, any will do: none is asked.
        """
        if self.keypoints or not all(map(_is_file_of_joints, performances)):
            return self.keypoints or ""
        return self.backbone

    def _samples(
        self, performances: Sequence[Performance], systems: Sequence[System]
    ) -> dict[Input, dict[str, Sample]]:
        """Collect what each kind of system reads, by id."""
        n_variants = max(system.n_variants for system in systems)
        made: dict[Input, dict[str, Sample]] = {"clips": {}, "keypoints": {}, "judges": {}}
        wanted = {system.reads for system in systems}
        if wanted & {"clips", "judges"}:
            made["clips"] = self._extract(performances, self.backbone, n_variants)
            made["judges"] = made["clips"]
        if "keypoints" in wanted and (finder := self._finds_joints(performances)):
            made["keypoints"] = self._extract(performances, finder, 0)
        return made

    def _extract(
        self, performances: Sequence[Performance], backbone: str, n_variants: int
    ) -> dict[str, Sample]:
        advance = self.progress.counting(f"looking at videos ({backbone})", len(performances))
        return all_samples(performances, backbone, n_variants, self.cache, advance)

    def _find_known(self, place: "_Place", made_from: str) -> ResultRow | None:
        """Take a cell from an earlier run, if it was made from the same."""
        kept = _read_row(self._path(place, made_from))
        found = self.earlier.of(place.system.name) if self.earlier else ()
        sought = (place.split.seed, place.attempt, made_from)
        for cell in (kept, *found):
            if cell and (cell.split, cell.attempt, cell.made_from) == sought:
                return cell
        return None

    def _cell(
        self,
        place: "_Place",
        samples: Mapping[str, Sample],
        fitted: dict[str, Any],
        made_from: str,
    ) -> ResultRow:
        """Fit and measure one system on one split; `fitted` keeps the split's scorers."""
        system, split = place.system, place.split
        train, test = [samples[i] for i in split.train], [samples[i] for i in split.test]
        started = time.monotonic()
        scorer = _fit(place, train, fitted)
        fitted[system.name] = scorer
        predicted = scorer.predict(_hide_labels(system, test))
        cell = ResultRow(
            system=system.name,
            split=split.seed,
            n_train=len(train),
            seconds=round(time.monotonic() - started, 1),
            predictions={
                s.performance.id: round(float(p), 2) for s, p in zip(test, predicted, strict=True)
            },
            measures=measures(predicted, test),
            extras={} if place.attempt else self.hook(scorer, split, train, test),
            made_from=made_from,
            attempt=place.attempt,
        )
        if path := self._path(place, made_from):
            remove_half_written(path)
            write_bytes(path, json.dumps(asdict(cell)).encode())
        return cell

    def _path(self, place: "_Place", made_from: str) -> Path | None:
        if self.folder is None:
            return None
        again = f"-{place.attempt}" if place.attempt else ""
        name = f"{place.system.name}-{place.split.seed}{again}-{made_from}.json"
        return self.folder / "cells" / name


@dataclass(frozen=True)
class _Place:
    """Where a cell stands: a system on a split, fitted for the so-manieth time."""

    system: System
    split: DataSplit
    attempt: int
    is_first: bool
    """Whether it is the first of its split and attempt, whose scorers have nothing of others."""

    @property
    def seed(self) -> int:
        """What chance starts from; that of the split in the first attempt."""
        return self.split.seed + SEEDS_APART * self.attempt


@dataclass(frozen=True)
class _Prepared:
    """What all cells of a benchmark are made from."""

    systems: Sequence[System]
    left_out: Mapping[str, str]
    samples: Mapping[Input, Mapping[str, Sample]]
    splits: Sequence[DataSplit]
    recipes: Mapping[str, Any]
    column: str
    """Whose groups no split parts, "" where splits are drawn at random."""

    n_performances: int

    def places(self, n_attempts: int) -> list[_Place]:
        """List the cells in the order in which they are made."""
        return [
            _Place(system, split, attempt, number == 0)
            for split in self.splits
            for attempt in range(n_attempts)
            for number, system in enumerate(s for s in self.systems if s.at(attempt))
        ]

    def made_from(self, place: _Place) -> str:
        """Return a digest of what a cell is made from."""
        again = (place.attempt,) if place.attempt else ()
        return digest_of(self.recipes[place.system.name], place.split, *again)


def _is_file_of_joints(performance: Performance) -> bool:
    path = performance.path
    if path.suffix.lower() not in FEATURE_SUFFIXES:
        return False
    return Layout.of(read_features(path, performance.kind).backbone) is not None


def _grouped(samples: Mapping[str, Sample], grouping: Grouping) -> dict[str, Sample]:
    """Name the group of each, copies of one another being of one; in the order of the grouping."""
    if not samples:
        return {}
    found = with_groups([*samples.values()], grouping)
    return {sample.performance.id: sample for sample in found}


def all_samples(
    performances: Sequence[Performance],
    backbone: str,
    n_variants: int,
    cache: FeatureCache | None,
    advance: Callable[[], None],
) -> dict[str, Sample]:
    """Extract the samples of all performances, by id.

    Raises
    ------
    PodiumError
        If one cannot be used: results of other videos than were named would mislead.
    """
    extractor = Extractor(make_backbone(backbone, (backbone,)), cache=cache)
    variants = draw(AugmentationOptions(n_variants=n_variants), 0)
    extraction = extract(performances, extractor, variants, advance)
    if extraction.errors:
        raise next(iter(extraction.errors.values()))
    return {sample.performance.id: sample for sample in extraction.samples}


def _fit(place: _Place, train: Sequence[Sample], fitted: dict[str, Any]) -> Any:
    system = place.system
    seen = [replace(s, variants=s.variants[: system.n_variants]) for s in train]
    if system.metric_of in fitted:
        ours = system.options
        changes = {"constant_action": ours.constant_action, "target": ours.target}
        return fitted[system.metric_of].refit(seen, ours.references, **changes)
    return make_scorer(system.scorer, system.options, place.seed).fit(seen)


def _hide_labels(system: System, test: Sequence[Sample]) -> list[Sample]:
    """Hide scores from a scorer, and marks, but for one that reads nothing else."""
    if system.reads == "judges":
        return [replace(s, performance=replace(s.performance, score=None)) for s in test]
    return [hide_labels(sample) for sample in test]


def _read_row(path: Path | None) -> ResultRow | None:
    try:
        return ResultRow.from_json(read_row(path)) if path else None
    except (OSError, ModelError, ValueError, KeyError, TypeError):
        return None


def _note_of(system: System, **made_with: Any) -> SystemNote:
    options = system.settings()
    return SystemNote(
        title=system.title,
        scorer=system.scorer,
        options=asdict(options) if is_dataclass(options) else None,  # type: ignore[arg-type]
        reads=system.reads,
        n_variants=system.n_variants,
        metric_of=system.metric_of,
        code=system.code(),
        **made_with,
    )
