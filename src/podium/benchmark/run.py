"""Many scorers on many splits of one data set, with every prediction kept.

    Benchmark(dataset, scorers=["type_mean", "ridge", "siamese_lstm"]).run().save("results.json")

Nothing is chosen on test: a split's test scores are read once, to be compared with predictions.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import numpy as np

from podium import _catalog
from podium.backbones import make_backbone
from podium.benchmark.provenance import (
    PACKAGES,
    code_digest,
    commit,
    digest_of,
    samples_digest,
    versions,
)
from podium.benchmark.splits import DataSplit, action_of, stratified_splits
from podium.errors import MissingFile, ModelError, UsageError
from podium.evaluation import metrics
from podium.evaluation.measures import true_scores
from podium.features.extraction import Extractor, FeatureCache, Sample, extract
from podium.files import remove_half_written, write_bytes
from podium.performance import Performance
from podium.scorers import Floats
from podium.training import Progress, make_scorer, unlabelled
from podium.video.augmentation import AugmentationOptions, draw

FORMAT = 2
"""Raised when cells come to hold other measures, or protocols look at something else."""

N_RESAMPLES = 500

APART = ("podium.features.extraction", "podium.video.clips", "podium.backbones", "podium.errors")
"""Modules whose code a result does not depend on but through the samples, or not at all."""

Input = Literal["clips", "keypoints"]


class Dataset(Protocol):
    """What lists performances."""

    def performances(self) -> tuple[Performance, ...]:
        """List them all."""
        ...


@dataclass(frozen=True)
class System:
    """A row of a table: a scorer with its options, under the name that the papers give it.

    It is fitted with `n_variants` augmented variants of each training performance. With `metric_of`
    it takes the frozen metric of another system of the same split, and fits the rest anew.
    """

    name: str
    title: str
    scorer: str
    options: Any = None
    reads: Input = "clips"
    n_variants: int = 0
    metric_of: str | None = None

    def recipe(self, systems: Sequence["System"] = ()) -> str:
        """Tell apart what its results come from, besides data: code, options, versions.

        `systems` are those that are fitted beside it, one of which its metric may be of.
        """
        (kind,) = _catalog.resolve("podium.scorers", self.scorer, (self.scorer,))
        of = [other.recipe(systems) for other in systems if other.name == self.metric_of]
        code = code_digest(kind.__module__, APART)
        packages = [version for name, version in versions().items() if name in PACKAGES]
        return digest_of(
            self.scorer, self.settings(), self.reads, self.n_variants, of, code, packages, FORMAT
        )

    def settings(self) -> Any:
        """Give the options that the scorer has, its defaults where none were named."""
        return getattr(make_scorer(self.scorer, self.options, 0), "options", None)


def system_of(name: str) -> System:
    """Make a system of a scorer's name, with its defaults."""
    (kind,) = _catalog.resolve("podium.scorers", name, (name,))
    return System(name, name, name, reads=getattr(kind, "reads", "clips"))


@dataclass(frozen=True)
class Cell:
    """What one system came to on one split.

    `predictions` maps test ids to points, `measures` holds rho, MSE, execution rho, and the first
    two by action under `by_type`. `extras` is what a protocol looked at besides. `made_from` tells
    apart what it came from: code, options, versions, the split and the samples.
    """

    system: str
    split: int
    n_train: int
    seconds: float
    predictions: Mapping[str, float]
    measures: Mapping[str, Any]
    extras: Mapping[str, Any] = field(default_factory=dict)
    made_from: str = ""


@dataclass(frozen=True)
class Results:
    """Everything that a benchmark came to, as plain values: `save` and `load` are JSON.

    `about` says of what, with which versions; `systems` describes each row; `tables` holds what
    was worked out over all cells.
    """

    about: Mapping[str, Any]
    systems: Mapping[str, Mapping[str, Any]]
    cells: tuple[Cell, ...]
    tables: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: Path | str) -> Self:
        """Write the results; a cell a line, so that two runs can be compared."""
        cells = ",\n".join(json.dumps(asdict(cell), sort_keys=True) for cell in self.cells)
        parts = [
            f'"{name}": {json.dumps(getattr(self, name))}'
            for name in ("about", "systems", "tables")
        ]
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
            plain = json.loads(Path(path).read_text("utf-8"))
            cells = tuple(Cell(**cell) for cell in plain["cells"])
            return cls(plain["about"], plain["systems"], cells, plain["tables"])
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path}: is not a file of results ({error}): make it anew") from error

    def beside(self, earlier: "Results", order: Sequence[str]) -> "Results":
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
            name: {"commit": earlier.about["commit"], "versions": earlier.about["versions"], **row}
            for name, row in earlier.systems.items()
            if name not in self.systems
        }
        systems = {**self.systems, **added}
        cells = [*self.cells, *(c for c in earlier.cells if c.system in added)]
        titles = [row["title"] for row in systems.values()]
        about = {
            **self.about,
            "keypoints": self.about["keypoints"] or earlier.about["keypoints"],
            "seeds": sorted({cell.split for cell in cells}),
            "left_out": {t: why for t, why in self.about["left_out"].items() if t not in titles},
        }
        named = [name for name in order if name in systems]
        return Results(
            about,
            {name: systems[name] for name in named},
            tuple(sorted(cells, key=lambda c: (c.split, named.index(c.system)))),
            {**earlier.tables, **self.tables},
        )

    def _require_same(self, earlier: "Results") -> None:
        """Refuse to stand beside results of other performances or splits."""
        tested = {(c.split, tuple(sorted(c.predictions))) for c in self.cells}
        before = {(c.split, tuple(sorted(c.predictions))) for c in earlier.cells}
        n_splits = len({split for split, _ in tested | before})
        if earlier.about["backbone"] != self.about["backbone"] or len(tested | before) != n_splits:
            raise UsageError(
                f"the results that are there are of other performances, splits or features "
                f"({earlier.about['n_performances']} performances, backbone "
                f"{earlier.about['backbone']}): name another folder with --out"
            )

    def of(self, system: str) -> tuple[Cell, ...]:
        """Give the cells of one system, by split."""
        return tuple(sorted((c for c in self.cells if c.system == system), key=lambda c: c.split))


Look = Callable[[Any, DataSplit, Sequence[Sample], Sequence[Sample]], Mapping[str, Any]]
"""Looks at a fitted scorer, with its training and test samples, for more than its scores."""


@dataclass(frozen=True)
class Benchmark:
    """A data set, the scorers to be measured on it, and the splits: `run` does it.

    `dataset` lists performances (those without a score are left out). `scorers` are names of the
    catalogue, or `System`s. In `folder`, if given, each finished cell is kept, and taken from
    there when the run is started again, unless the scorer's code or options, the packages or the
    samples have changed since. So are cells of `earlier` results. `keypoints` is the backbone of
    scorers of pose; without one they are left out, which `about.left_out` says.
    """

    dataset: Dataset | Sequence[Performance]
    backbone: str = "motion"
    scorers: Sequence[str | System] = ("constant", "type_mean", "ridge", "siamese_lstm")
    seeds: Iterable[int] = range(10)
    splits: Sequence[DataSplit] = ()
    folder: Path | None = None
    earlier: Results | None = None
    keypoints: str | None = None
    cache: FeatureCache | None = field(default_factory=FeatureCache)
    progress: Progress = field(default_factory=Progress)
    look: Look = lambda scorer, split, train, test: {}

    def run(self) -> Results:
        """Fit every scorer on every split, and measure it on the rest.

        Raises
        ------
        UsageError
            If there is nothing to measure.
        """
        performances = self.performances()
        splits = tuple(self.splits) or stratified_splits(performances, self.seeds)
        systems, left_out = self._systems()
        samples = self._samples(performances, systems)
        recipes = {
            s.name: (s.recipe(systems), samples_digest(samples[s.reads].values(), s.n_variants))
            for s in systems
        }
        cells = []
        for number, split in enumerate(splits):
            fitted: dict[str, Any] = {}
            for place, system in enumerate(systems):
                done = number * len(systems) + place
                self.progress.report("measuring", done, len(splits) * len(systems))
                made_from = digest_of(recipes[system.name], split)
                known = self._known(system, split, made_from)
                cells.append(
                    known or self._cell(system, split, samples[system.reads], fitted, made_from)
                )
        made_with = {"commit": commit(), "versions": versions()}
        about = {
            "format": FORMAT,
            **made_with,
            "backbone": self.backbone,
            "keypoints": self.keypoints,
            "n_performances": len(performances),
            "seeds": [split.seed for split in splits],
            "left_out": left_out,
        }
        described = {system.name: {**_described(system), **made_with} for system in systems}
        overview = summary(list(described), cells, samples["clips"] or samples["keypoints"])
        return Results(about, described, tuple(cells), {"summary": overview})

    def performances(self) -> tuple[Performance, ...]:
        """List the performances that have a score."""
        listed = self.dataset if isinstance(self.dataset, Sequence) else self.dataset.performances()
        scored = tuple(p for p in listed if p.score is not None)
        if not scored:
            raise UsageError("no performance has a score to be measured against")
        return scored

    def samples(self, performances: Sequence[Performance] | None = None) -> dict[str, Sample]:
        """Give the performances with the features of `backbone`, by id."""
        return self._extracted(performances or self.performances(), self.backbone, 0)

    def posed(self, performances: Sequence[Performance] | None = None) -> dict[str, Sample]:
        """Give the performances with their keypoints, by id; none without a backbone for them."""
        if not self.keypoints:
            return {}
        return self._extracted(performances or self.performances(), self.keypoints, 0)

    def _systems(self) -> tuple[list[System], dict[str, str]]:
        systems = [s if isinstance(s, System) else system_of(s) for s in self.scorers]
        if not systems:
            raise UsageError("no scorer was named: choose from podium list scorers")
        if self.keypoints:
            return systems, {}
        reason = "reads keypoints, and no backbone for them was named"
        left_out = {s.title: reason for s in systems if s.reads == "keypoints"}
        return [s for s in systems if s.reads == "clips"], left_out

    def _samples(
        self, performances: Sequence[Performance], systems: Sequence[System]
    ) -> dict[Input, dict[str, Sample]]:
        """Make what each kind of system reads, by id."""
        n_variants = max(system.n_variants for system in systems)
        made: dict[Input, dict[str, Sample]] = {"clips": {}, "keypoints": {}}
        wanted = {system.reads for system in systems}
        if "clips" in wanted:
            made["clips"] = self._extracted(performances, self.backbone, n_variants)
        if "keypoints" in wanted and self.keypoints:
            made["keypoints"] = self._extracted(performances, self.keypoints, 0)
        return made

    def _extracted(
        self, performances: Sequence[Performance], backbone: str, n_variants: int
    ) -> dict[str, Sample]:
        advance = self.progress.counting(f"looking at videos ({backbone})", len(performances))
        return all_samples(performances, backbone, n_variants, self.cache, advance)

    def _known(self, system: System, split: DataSplit, made_from: str) -> Cell | None:
        """Take a cell from an earlier run, if it was made from the same."""
        kept = _kept(self._path(system, split, made_from))
        found = self.earlier.of(system.name) if self.earlier else ()
        for cell in (kept, *found):
            if cell and (cell.split, cell.made_from) == (split.seed, made_from):
                return cell
        return None

    def _cell(
        self,
        system: System,
        split: DataSplit,
        samples: Mapping[str, Sample],
        fitted: dict[str, Any],
        made_from: str,
    ) -> Cell:
        """Fit and measure one system on one split; `fitted` keeps the split's scorers."""
        train, test = [samples[i] for i in split.train], [samples[i] for i in split.test]
        started = time.monotonic()
        scorer = _fit(system, split, train, fitted)
        fitted[system.name] = scorer
        predicted = scorer.predict(_hidden(system, test))
        cell = Cell(
            system=system.name,
            split=split.seed,
            n_train=len(train),
            seconds=round(time.monotonic() - started, 1),
            predictions={
                s.performance.id: round(float(p), 2) for s, p in zip(test, predicted, strict=True)
            },
            measures=measures(predicted, test),
            extras=self.look(scorer, split, train, test),
            made_from=made_from,
        )
        if path := self._path(system, split, made_from):
            remove_half_written(path)
            write_bytes(path, json.dumps(asdict(cell)).encode())
        return cell

    def _path(self, system: System, split: DataSplit, made_from: str) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / "cells" / f"{system.name}-{split.seed}-{made_from}.json"


def all_samples(
    performances: Sequence[Performance],
    backbone: str,
    n_variants: int,
    cache: FeatureCache | None,
    advance: Callable[[], None],
) -> dict[str, Sample]:
    """Make the samples of all performances, by id.

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


def measures(predicted: Floats, samples: Sequence[Sample]) -> dict[str, Any]:
    """Measure predictions on one split, all together and by action; unknown values are null."""
    true = true_scores(samples)
    difficulties = [s.performance.difficulty for s in samples]
    known = all(difficulties)
    groups = np.array([action_of(s.performance) for s in samples])
    by_type = {
        str(name): {
            "n": int((groups == name).sum()),
            "rho": _number(metrics.spearman(predicted[groups == name], true[groups == name])),
            "mse": _number(metrics.mse(predicted[groups == name], true[groups == name])),
        }
        for name in np.unique(groups)
    }
    execution = (
        metrics.execution_spearman(predicted, true, np.array(difficulties, float))
        if known
        else float("nan")
    )
    return {
        "rho": _number(metrics.spearman(predicted, true)),
        "mse": _number(metrics.mse(predicted, true)),
        "execution_rho": _number(execution),
        "by_type": by_type,
    }


def summary(
    systems: Sequence[str], cells: Sequence[Cell], samples: Mapping[str, Sample]
) -> dict[str, Any]:
    """Average each system over the splits, with 95 % intervals from resampled performances.

    A performance is drawn for all splits at once: splits overlap, and are no independent tries.
    """
    draws = Draws(cells, samples)
    rows = {}
    for name in systems:
        ours = [cell for cell in cells if cell.system == name]
        rho, mse = draws.means(ours)
        executions = [c.measures["execution_rho"] for c in ours]
        rows[name] = {
            "rho": _mean([c.measures["rho"] for c in ours]),
            "rho_interval": _interval(rho),
            "mse": _mean([c.measures["mse"] for c in ours]),
            "mse_interval": _interval(mse),
            "execution_rho": _mean(executions),
            "n_splits": len(ours),
            "seconds": round(sum(c.seconds for c in ours), 1),
        }
    return rows


class Draws:
    """The same performances drawn again and again, with replacement, for every system alike."""

    def __init__(
        self, cells: Sequence[Cell], samples: Mapping[str, Sample], n: int = N_RESAMPLES
    ) -> None:
        ids = sorted({name for cell in cells for name in cell.predictions})
        generator = np.random.default_rng(0)
        chosen = generator.integers(0, len(ids), size=(n, len(ids)))
        self.counts = np.stack([np.bincount(row, minlength=len(ids)) for row in chosen])
        self.place = {name: number for number, name in enumerate(ids)}
        self.true = {name: float(samples[name].performance.score or 0) for name in ids}

    def means(self, cells: Sequence[Cell]) -> tuple[Floats, Floats]:
        """Give the mean over splits of rho and of MSE in each draw, (draws,) each."""
        rows = [self._split(cell) for cell in cells]
        return known_mean([rho for rho, _ in rows]), known_mean([mse for _, mse in rows])

    def _split(self, cell: Cell) -> tuple[Floats, Floats]:
        names = list(cell.predictions)
        predicted = np.array([cell.predictions[name] for name in names])
        true = np.array([self.true[name] for name in names])
        counts = self.counts[:, [self.place[name] for name in names]].astype(float)
        rho = weighted_spearman(predicted, true, counts)
        mse = counts @ (predicted - true) ** 2 / np.maximum(counts.sum(axis=1), 1)
        return rho, mse


def known_mean(rows: Sequence[Floats]) -> Floats:
    """Average rows where they are known; nan where none is."""
    stacked = np.stack(rows)
    known = np.isfinite(stacked)
    totals = np.where(known, stacked, 0).sum(axis=0)
    n_known = known.sum(axis=0)
    return np.where(n_known > 0, totals / np.maximum(n_known, 1), np.nan)


def compare(first: Sequence[Cell], second: Sequence[Cell], draws: Draws) -> dict[str, Any]:
    """Compare two systems on the splits that both have: first less second, in rho and in MSE.

    `p` is of Wilcoxon's signed-rank test over the splits, as the papers do it, though they
    overlap; `interval` (95 %) is from performances drawn with replacement, and is the one to
    trust.
    """
    from scipy.stats import wilcoxon

    shared = {cell.split for cell in first} & {cell.split for cell in second}
    first = [cell for cell in first if cell.split in shared]
    second = [cell for cell in second if cell.split in shared]
    ours, theirs = draws.means(first), draws.means(second)
    row: dict[str, Any] = {}
    for place, measure in enumerate(("rho", "mse")):
        gaps = np.array(
            [
                a.measures[measure] - b.measures[measure]
                for a, b in zip(first, second, strict=True)
                if a.measures[measure] is not None and b.measures[measure] is not None
            ]
        )
        tested = len(gaps) > 1 and np.any(gaps != 0)
        row[measure] = {
            "gap": _number(float(gaps.mean())) if len(gaps) else None,
            "interval": _interval(ours[place] - theirs[place]),
            "p": _number(float(wilcoxon(gaps).pvalue)) if tested else None,
            "n_better": int((gaps > 0).sum() if measure == "rho" else (gaps < 0).sum()),
            "n_splits": len(gaps),
        }
    return row


def _fit(system: System, split: DataSplit, train: Sequence[Sample], fitted: dict[str, Any]) -> Any:
    seen = [replace(s, variants=s.variants[: system.n_variants]) for s in train]
    if system.metric_of in fitted:
        return fitted[system.metric_of].refitted(seen, system.options.references)
    return make_scorer(system.scorer, system.options, split.seed).fit(seen)


def _hidden(system: System, test: Sequence[Sample]) -> list[Sample]:
    """Hide scores and marks from a scorer; the judges' marks are all that one_judge looks at."""
    if system.scorer == "one_judge":
        return [replace(s, performance=replace(s.performance, score=None)) for s in test]
    return [unlabelled(sample) for sample in test]


def _kept(path: Path | None) -> Cell | None:
    try:
        return Cell(**json.loads(path.read_text("utf-8"))) if path else None
    except (OSError, ValueError, TypeError):
        return None


def weighted_spearman(first: Floats, second: Floats, counts: Floats) -> Floats:
    """Give the rank correlation of rows that count several times each, (draws,).

    `first` and `second` are (rows,), `counts` (draws, rows): as if each row stood there so often.
    """
    a, b = mid_ranks(first, counts), mid_ranks(second, counts)
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    a = a - (counts * a).sum(axis=1, keepdims=True) / totals
    b = b - (counts * b).sum(axis=1, keepdims=True) / totals
    spreads = (counts * a**2).sum(axis=1) * (counts * b**2).sum(axis=1)
    shared = (counts * a * b).sum(axis=1)
    known = spreads > 1e-9
    return np.where(known, shared / np.sqrt(np.where(known, spreads, 1)), np.nan)


def mid_ranks(values: Floats, counts: Floats) -> Floats:
    """Rank values, (rows,), that each stand there `counts` (draws, rows) times, ties shared."""
    distinct, places = np.unique(values, return_inverse=True)
    belongs = np.eye(len(distinct))[places]
    sizes = counts @ belongs
    ranks = np.cumsum(sizes, axis=1) - sizes + (sizes + 1) / 2
    return np.asarray(ranks[:, places], np.float64)


def _interval(values: Floats) -> list[float] | None:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    return [round(float(v), 4) for v in np.quantile(finite, [0.025, 0.975])]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _number(float(np.mean(known))) if known else None


def _number(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None


def _described(system: System) -> dict[str, Any]:
    options = system.settings()
    return {
        "title": system.title,
        "scorer": system.scorer,
        "options": asdict(options) if is_dataclass(options) else None,  # type: ignore[arg-type]
        "reads": system.reads,
        "n_variants": system.n_variants,
        "metric_of": system.metric_of,
    }
