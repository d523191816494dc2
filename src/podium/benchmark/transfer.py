"""From dives to other actions with the metric frozen (the paper's table VI)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from podium.benchmark.averages import bootstrap_of, measures, summary
from podium.benchmark.paper import PaperBenchmark
from podium.benchmark.paper_systems import SYSTEMS
from podium.benchmark.provenance import code_digest, commit, digest_of, samples_digest
from podium.benchmark.results import (
    UNLV_VAULT,
    ResultRow,
    Results,
    TransferRow,
    TransferTable,
    TransferTask,
)
from podium.benchmark.run import all_samples
from podium.benchmark.splits import DataSplit, group_splits, stratified_splits
from podium.benchmark.system import APART, System
from podium.datasets.pushups import Pushups
from podium.datasets.simulated import Simulated
from podium.datasets.unlv_vault import UNKNOWN_TYPE, UnlvVault
from podium.errors import DatasetNotFound
from podium.evaluation.resampling import compare
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.folds.groups import group_by
from podium.machine.files import cache_folder
from podium.performance import Performance
from podium.scorers import Scorer
from podium.simulation import SimulationOptions
from podium.training import Progress, hide_labels, make_scorer

TABLE_VI = "transfer"
"""How table VI is asked for, among the systems."""

N_SPLITS = 5
N_VAULTS = 138
"""As many as the paper has tuck vaults."""

TRAIN_SHARE = 98 / 138
TUCK = "tuck"
"""What the paper's type of vaults is called in a table of types."""

FROZEN = "siamese_best"
REGRESSORS = ("c3d_lstm_f", "c3d_lstm_i", "c3d_lstm_svr_f", "c3d_lstm_svr_i")

Fit = Callable[[Sequence[Sample]], Scorer]


@dataclass(frozen=True)
class Transfer:
    """Learns the metric from all scored dives at `root`, and scores vaults and push-ups with it.

    The vaults are those of UNLV-Vault where it lies beside `root`, in `unlv-vault`, else simulated.
    Tasks of an `earlier` table that were made from the same code and samples are taken from it.
    """

    root: Path | None = None
    backbone: str = "motion"
    n_vaults: int = N_VAULTS
    earlier: TransferTable = field(default_factory=TransferTable)
    cache: FeatureCache | None = field(default_factory=FeatureCache)
    progress: Progress = field(default_factory=Progress)

    def run(self) -> TransferTable:
        """Return what each system came to on each task, averaged over the splits."""
        metric = _system(FROZEN)
        dives = list(self._extract(PaperBenchmark(self.root).dives(), metric.n_variants).values())
        code = code_digest(
            __name__,
            (
                *APART,
                "podium.benchmark",
                *(f"podium.benchmark.{n}" for n in ("paper", "results", "run")),
            ),
        )
        systems = [_system(name).recipe() for name in (FROZEN, *REGRESSORS)]
        recipe = digest_of(code, systems, samples_digest(dives, metric.n_variants))
        tasks, diving = [], None
        for title, performances in self._performances():
            samples = self._extract(performances, 0)
            made_from = digest_of(recipe, title, samples_digest(samples.values()))
            task = self._find_known(made_from)
            if task is None:
                self.progress.report(f"fitting for {title}", 0, 1)
                diving = diving or make_scorer(metric.scorer, metric.options, 0).fit(dives)
                task = _task(title, samples, diving, made_from)
            tasks.append(task)
        return TransferTable(tuple(tasks))

    def _find_known(self, made_from: str) -> TransferTask | None:
        known = (task for task in self.earlier.tasks if task.made_from == made_from)
        return next(known, None)

    def _performances(self) -> list[tuple[str, Sequence[Performance]]]:
        pushups = self._pushups()
        vaults = self._vaults() or ("Simulated vaults", self._simulated())
        return [vaults, ("Push-ups", pushups)] if pushups else [vaults]

    def _vaults(self) -> tuple[str, Sequence[Performance]] | None:
        """Return the vaults of the paper, where someone has them: those of its one type."""
        try:
            return of_one_type(UnlvVault(self._beside("unlv-vault")).performances())
        except DatasetNotFound:
            return None

    def _beside(self, folder: str) -> Path | None:
        """Return a folder beside that of the dives; `None` for where data lie by default."""
        return Path(self.root).parent / folder if self.root else None

    def _simulated(self) -> Sequence[Performance]:
        """Render the vaults once, into the cache."""
        options = SimulationOptions(sport="vault", n_performances=self.n_vaults, seed=60)
        vaults = Simulated(cache_folder() / f"vaults-{self.n_vaults}", options)
        vaults.render(lambda done, total: self.progress.report("rendering vaults", done, total))
        return vaults.performances()

    def _pushups(self) -> Sequence[Performance]:
        try:
            return Pushups(self._beside("pushups")).performances()
        except DatasetNotFound:
            return ()

    def _extract(self, performances: Sequence[Performance], n_variants: int) -> dict[str, Sample]:
        advance = self.progress.counting("looking at videos for table VI", len(performances))
        return all_samples(performances, self.backbone, n_variants, self.cache, advance)


def of_one_type(vaults: Sequence[Performance]) -> tuple[str, Sequence[Performance]]:
    """Return the vaults that the paper takes, those in tuck position, and what they are called.

    Where no type has that name, the most frequent is taken; where types are not known, all are.
    """
    types = [str(vault.action) for vault in vaults]
    if {*types} == {UNKNOWN_TYPE}:
        return f"{UNLV_VAULT}, all {len(vaults)}, types not given", vaults
    chosen = TUCK if TUCK in types else max(sorted({*types}), key=types.count)
    ours = [vault for vault in vaults if vault.action == chosen]
    return f"{UNLV_VAULT}, {len(ours)} of {chosen}", ours


def with_transfer(
    results: Results, root: Path | None, cache: FeatureCache | None, progress: Progress
) -> Results:
    """Add table VI to the paper's results; what they hold of it already is not made again."""
    earlier, backbone = results.tables.transfer or TransferTable(), results.about.backbone
    table = Transfer(root, backbone, earlier=earlier, cache=cache, progress=progress).run()
    return replace(results, tables=replace(results.tables, transfer=table))


def _task(title: str, samples: Mapping[str, Sample], diving: Any, made_from: str) -> TransferTask:
    """Measure every system on one kind of performance, with what the frozen metric is better by."""
    splits = _splits([sample.performance for sample in samples.values()])
    fits: dict[str, tuple[str, Fit]] = {
        "frozen": ("Ours: metric of diving, frozen", diving.refit),
        **{name: (_system(name).title, _fitting(_system(name))) for name in REGRESSORS},
        "constant": ("Constant (floor)", _fitting(System("", "", "constant"))),
    }
    cells = {name: _cells(name, splits, samples, fit) for name, (_, fit) in fits.items()}
    listed = [cell for ours in cells.values() for cell in ours]
    measured, draws = summary(list(fits), listed, samples), bootstrap_of(listed, samples)
    return TransferTask(
        made_from=made_from,
        commit=commit(),
        title=title,
        n_splits=len(splits),
        n_train=len(splits[0].train),
        n_test=len(splits[0].test),
        rows=tuple(
            TransferRow(
                **vars(measured[name]),
                system=name,
                title=fits[name][0],
                frozen_less_this=compare(cells["frozen"], ours, draws),
                predictions={str(cell.split): cell.predictions for cell in ours},
            )
            for name, ours in cells.items()
        ),
    )


def _system(name: str) -> System:
    return next(system for system in SYSTEMS if system.name == name)


def _splits(performances: Sequence[Performance]) -> tuple[DataSplit, ...]:
    """Split by action; push-ups, whose neighbours are one recording, by recording."""
    if any(p.action != "pushup" for p in performances):
        return stratified_splits(performances, range(N_SPLITS), train_share=TRAIN_SHARE)
    grouping = group_by(performances)
    return group_splits(performances, grouping.names, range(N_SPLITS), TRAIN_SHARE)


def _fitting(system: System) -> Fit:
    def fit(train: Sequence[Sample]) -> Scorer:
        return make_scorer(system.scorer, system.options, 0).fit(train)

    return fit


def _cells(
    name: str, splits: Sequence[DataSplit], samples: Mapping[str, Sample], fit: Fit
) -> list[ResultRow]:
    cells = []
    for split in splits:
        train = [replace(samples[i], variants=()) for i in split.train]
        test = [samples[i] for i in split.test]
        predicted = fit(train).predict([hide_labels(sample) for sample in test])
        points = {i: round(float(p), 4) for i, p in zip(split.test, predicted, strict=True)}
        cells.append(
            ResultRow(name, split.seed, len(train), 0.0, points, measures(predicted, test))
        )
    return cells
