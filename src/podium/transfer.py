"""From dives to other actions with the metric frozen (the paper's table VI)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from podium import _catalog, metrics
from podium.augmentation import AugmentationOptions, draw
from podium.benchmark import Results, System
from podium.datasets.pushups import Pushups
from podium.datasets.simulated import Simulated
from podium.errors import DatasetNotFound
from podium.evaluation import true_scores
from podium.features import Extractor, FeatureCache, Sample, extract
from podium.files import cache_folder, write_bytes
from podium.paper import SYSTEMS, PaperBenchmark
from podium.performance import Performance
from podium.simulation import SimulationOptions
from podium.splits import DataSplit, stratified_splits
from podium.training import Progress, make_scorer, unlabelled

N_SPLITS = 5
N_VAULTS = 138
"""As many as the paper has tuck vaults."""

TRAIN_SHARE = 98 / 138
REGRESSORS = ("c3d_lstm_f", "c3d_lstm_i", "c3d_lstm_svr_f", "c3d_lstm_svr_i")


@dataclass(frozen=True)
class Transfer:
    """Learns the metric from all scored dives at `root`, and scores vaults and push-ups with it."""

    root: Path | None = None
    backbone: str = "motion"
    n_vaults: int = N_VAULTS
    cache: FeatureCache | None = field(default_factory=FeatureCache)
    progress: Progress = field(default_factory=Progress)

    def run(self) -> dict[str, Any]:
        """Give rho and MSE of each system on each task, averaged over the splits."""
        dives = self._extracted(PaperBenchmark(self.root).dives(), 7)
        system = next(s for s in SYSTEMS if s.name == "siamese_best")
        diving = make_scorer(system.scorer, system.options, 0).fit(dives)
        tasks = [self._task("Simulated vaults", self._vaults(), diving)]
        pushups = self._pushups()
        if pushups:
            tasks.append(self._task("Push-ups", pushups, diving))
        return {"tasks": tasks}

    def _task(self, title: str, performances: Sequence[Performance], diving: Any) -> dict[str, Any]:
        samples = {s.performance.id: s for s in self._extracted(performances, 0)}
        splits = _splits([s.performance for s in samples.values()])
        rows = [_row("Ours: metric of diving, frozen", splits, samples, diving.refitted)]
        for name in REGRESSORS:
            system = next(s for s in SYSTEMS if s.name == name)
            rows.append(_row(system.title, splits, samples, _fitting(system)))
        rows.append(_row("Constant (floor)", splits, samples, _fitting(System("", "", "constant"))))
        n_train, n_test = len(splits[0].train), len(splits[0].test)
        return {"title": f"{title} ({len(splits)} splits, {n_train} / {n_test})", "rows": rows}

    def _vaults(self) -> tuple[Performance, ...]:
        """Render the vaults once, into the cache."""
        options = SimulationOptions(sport="vault", n_performances=self.n_vaults, seed=60)
        vaults = Simulated(cache_folder() / f"vaults-{self.n_vaults}", options)
        vaults.render(lambda done, total: self.progress.report("rendering vaults", done, total))
        return vaults.performances()

    def _pushups(self) -> tuple[Performance, ...]:
        beside = Path(self.root).parent / "pushups" if self.root else None
        try:
            return Pushups(beside).performances()
        except DatasetNotFound:
            return ()

    def _extracted(self, performances: Sequence[Performance], n_variants: int) -> list[Sample]:
        extractor = Extractor(_catalog.find("podium.backbones", self.backbone)(), cache=self.cache)
        variants = draw(AugmentationOptions(n_variants=n_variants), 0)
        return list(extract(performances, extractor, variants).samples)


def with_transfer(results: Results, root: Path | None, folder: Path, progress: Progress) -> Results:
    """Add table VI to the paper's results; what an earlier run kept in `folder` is taken."""
    backbone = results.about["backbone"]
    path = folder / "cells" / f"transfer-{backbone}.json"
    if path.is_file():
        table = json.loads(path.read_text("utf-8"))
    else:
        table = Transfer(root, backbone, progress=progress).run()
        write_bytes(path, json.dumps(table).encode())
    return replace(results, tables={**results.tables, "transfer": table})


def _splits(performances: Sequence[Performance]) -> tuple[DataSplit, ...]:
    """Split by action; push-ups, whose neighbours are one recording, by recording."""
    if any(p.event is None or p.action != "pushup" for p in performances):
        return stratified_splits(performances, range(N_SPLITS), train_share=TRAIN_SHARE)
    events = sorted({p.event or "" for p in performances})
    splits = []
    for seed in range(N_SPLITS):
        order = np.random.default_rng(seed).permutation(len(events))
        held = {events[place] for place in order[round(len(events) * TRAIN_SHARE) :]}
        train = tuple(p.id for p in performances if p.event not in held)
        splits.append(DataSplit(seed, train, tuple(p.id for p in performances if p.event in held)))
    return tuple(splits)


def _fitting(system: System) -> Any:
    def fit(train: Sequence[Sample]) -> Any:
        return make_scorer(system.scorer, system.options, 0).fit(train)

    return fit


def _row(
    title: str, splits: Sequence[DataSplit], samples: Mapping[str, Sample], fit: Any
) -> dict[str, Any]:
    rhos, mses = [], []
    for split in splits:
        train = [replace(samples[name], variants=()) for name in split.train]
        test = [samples[name] for name in split.test]
        predicted = fit(train).predict([unlabelled(sample) for sample in test])
        rhos.append(metrics.spearman(predicted, true_scores(test)))
        mses.append(metrics.mse(predicted, true_scores(test)))
    known = [rho for rho in rhos if np.isfinite(rho)]
    rho = round(float(np.mean(known)), 4) if known else None
    return {"title": title, "rho": rho, "mse": round(float(np.mean(mses)), 4)}
