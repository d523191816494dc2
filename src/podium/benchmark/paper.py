"""The paper's tables (Jain, Harit and Sharma) made anew: its systems, splits and findings.

What the paper calls "ours" stands here as printed, with nothing of Podium's beside it; Podium's own
defaults are rows of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from podium.benchmark.averages import bootstrap_of, summary
from podium.benchmark.corrected import read_corrected
from podium.benchmark.faults import (
    FAULTY_BELOW,
    clips_of_phase,
    detection_summary,
    faulty_clips,
    read_comments,
    tally,
)
from podium.benchmark.paper_systems import CLAIMS, N_ATTEMPTS, QUICK, SYSTEMS
from podium.benchmark.results import Ceiling, Claim, FaultRow, ResultRow, Results, TypeCount
from podium.benchmark.run import Benchmark
from podium.benchmark.segments import segment_table
from podium.benchmark.siamese_as_printed import embeddings, joint_embeddings
from podium.benchmark.splits import (
    DataSplit,
    action_of,
    fits,
    load_splits,
    save_splits,
    stratified_splits,
)
from podium.benchmark.system import System
from podium.benchmark.unseen import unseen_joints
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import UnknownName, UsageError
from podium.evaluation import metrics
from podium.evaluation.resampling import compare
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.judging.diving import RULE as DIVING
from podium.performance import Performance
from podium.scorers import ComparingScorer
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.training import Piece, Progress

SPLITS = Path(__file__).parent / "_protocol" / "paper_splits.json"
"""The ten splits of the dives whose scores are at hand: ids only."""

FLAGGING = {
    "c3d_lstm_i": "C3D + LSTM",
    "c3d_lstm_svr_i": "C3D + LSTM + SVR",
    "siamese_best": "Ours",
    "podium": "Podium: siamese_lstm, its defaults",
}


@dataclass(frozen=True)
class PaperBenchmark:
    """All of the paper's tables on UNLV-Dive, as far as its data are at `root`.

    What chance has a part in is fitted `n_attempts` times on each split. `quick` measures three
    systems on two splits, once; `systems` names those to be measured, () all;
    where some are named, the others are those of `earlier` results. Finished cells are kept in
    `folder`. `corrections` is a table of what coaches said of remarks: of the phases that it names,
    it says what was faulty.
    """

    root: Path | None = None
    backbone: str = "motion"
    keypoints: str | None = None
    n_seeds: int = 10
    n_attempts: int = N_ATTEMPTS
    quick: bool = False
    systems: Sequence[str] = ()
    folder: Path | None = None
    earlier: Results | None = None
    corrections: Path | None = None
    cache: FeatureCache | None = field(default_factory=FeatureCache)
    progress: Progress = field(default_factory=Progress)

    def run(self) -> Results:
        """Measure every system on every split, and work out the tables."""
        dives = self.dives()
        _, not_asked = self._systems()
        benchmark = self._benchmark(dives)
        results = benchmark.run()
        if any(system.reads == "keypoints" for system in results.systems.values()):
            seen = unseen_joints(benchmark.pose_samples(dives).values())
            results = replace(results, tables=replace(results.tables, keypoints=seen))
        if self.systems and self.earlier:
            results = results.merge(self.earlier, [system.name for system in SYSTEMS])
        return self._with_tables(results, benchmark.samples(dives), not_asked)

    def pieces(self) -> list[Piece]:
        """List the cells that `run` takes from `folder` where they are there; see `Benchmark`."""
        return self._benchmark(self.dives()).pieces()

    def _benchmark(self, dives: Sequence[Performance]) -> Benchmark:
        splits = self.splits(dives)
        systems, _ = self._systems()
        return Benchmark(
            dives, self.backbone, systems, splits=splits, folder=self.folder, earlier=self.earlier,
            keypoints=self.keypoints, cache=self.cache, progress=self.progress,
            n_attempts=1 if self.quick else self.n_attempts,
            hook=Collector(splits[0].seed),
        )  # fmt: skip

    def _comments(self, samples: Mapping[str, Sample]) -> dict[str, dict[str, str]]:
        """Return what was said of phases: by commentators, where coaches did not correct it."""
        path = UnlvDive(self.root).root / "faults.csv"
        comments = read_comments(path) if path.is_file() else {}
        if self.corrections is None:
            return comments
        names = {id_: str(one.performance.path) for id_, one in samples.items()}
        return read_corrected(self.corrections, names).over(comments)

    def _with_tables(
        self, results: Results, samples: Mapping[str, Sample], not_asked: Mapping[str, str]
    ) -> Results:
        """Work out what is over all systems, and say what this is and is not."""
        dives = [sample.performance for sample in samples.values()]
        tables = replace(
            results.tables,
            summary=summary(list(results.systems), results.cells, samples),
            claims=claims(results, samples),
            types=type_counts(dives),
            ceiling=one_judge(dives),
            segments=segment_table(samples, self.splits(dives)),
            faults=fault_table(results, samples, self._comments(samples)),
        )
        titles = [system.title for system in results.systems.values()]
        about = replace(
            results.about,
            name="paper",
            dataset="UNLV-Dive",
            quick=self.quick,
            left_out={
                **results.about.left_out,
                **{title: why for title, why in not_asked.items() if title not in titles},
            },
        )
        return replace(results, about=about, tables=tables)

    def _systems(self) -> tuple[list[System], dict[str, str]]:
        """Choose the systems, and say of the others that nobody asked for them."""
        known = [system.name for system in SYSTEMS]
        unknown = [name for name in self.systems if name not in known]
        if unknown:
            raise UnknownName(
                f"no system of the paper's tables is called {unknown[0]!r}: choose from "
                f"{', '.join(known)}"
            )
        wanted = self.systems or (QUICK if self.quick else known)
        chosen = [system for system in SYSTEMS if system.name in wanted]
        return chosen, {s.title: "not asked for" for s in SYSTEMS if s not in chosen}

    def dives(self) -> tuple[Performance, ...]:
        """List the dives of the paper's six types that have a score."""
        listed = UnlvDive(self.root).performances()
        typed = tuple(p for p in listed if p.score is not None and p.extra.get("paper_dive_type"))
        if not typed:
            raise UsageError(
                f"{UnlvDive(self.root).root}: no scored dive has a paper_dive_type: the paper's "
                "protocol needs that column of metadata.csv"
            )
        return typed

    def splits(self, dives: Sequence[Performance]) -> tuple[DataSplit, ...]:
        """Return the splits that are kept in the repository, or draw them anew for other dives."""
        n_splits = 2 if self.quick else self.n_seeds
        if SPLITS.is_file():
            kept = load_splits(SPLITS)
            if fits(kept, dives) and n_splits <= len(kept):
                return kept[:n_splits]
        drawn = stratified_splits(dives, range(n_splits))
        if self.folder:
            save_splits(drawn, self.folder / "splits.json")
        return drawn


@runtime_checkable
class FaultFinding(Protocol):
    """A scorer that says by itself which clips are faulty."""

    def faulty_clips(self, sample: Sample) -> Sequence[bool]:
        """Return for each clip whether it is faulty, (clips,)."""
        ...


@dataclass(frozen=True)
class Collector:
    """Looks at fitted scorers for what tables VII and VIII and figure 5 show."""

    first_split: int

    def __call__(
        self, scorer: Any, split: DataSplit, train: Sequence[Sample], test: Sequence[Sample]
    ) -> Mapping[str, Any]:
        """Gather faulty clips, similarities and clusters, where a scorer has them."""
        if isinstance(scorer, SiameseLSTM):
            return {
                "similarity": {s.performance.id: _similarities(scorer, s) for s in test},
                "clusters": self._clusters(scorer, split, [*train, *test]),
            }
        if isinstance(scorer, FaultFinding):
            return {"flagged": {s.performance.id: _flags(scorer, s) for s in test}}
        return {}

    def _clusters(
        self, scorer: SiameseLSTM, split: DataSplit, samples: Sequence[Sample]
    ) -> dict[str, Any]:
        """Return how far apart types are in O and D2 (silhouette), and a map of the first split."""
        from sklearn.metrics import silhouette_score

        types = [action_of(s.performance) for s in samples]
        spaces = {"O": embeddings(scorer, samples), "D2": joint_embeddings(scorer, samples)}
        found: dict[str, Any] = {
            name: round(float(silhouette_score(space, types)), 4) for name, space in spaces.items()
        }
        if split.seed == self.first_split:
            found["map"] = {name: _map_of(space, samples) for name, space in spaces.items()}
        return found


def claims(results: Results, samples: Mapping[str, Sample]) -> tuple[Claim, ...]:
    """Compare the pairs of systems that the paper's claims are about, where both were run."""
    draws, rows = bootstrap_of(results.cells, samples), []
    for first, second, words in CLAIMS:
        if (ours := results.of(first)) and (theirs := results.of(second)):
            found = compare(ours, theirs, draws)
            rows.append(Claim(first, second, words, found.spearman, found.mse))
    return tuple(rows)


def type_counts(dives: Sequence[Performance]) -> tuple[TypeCount, ...]:
    """Count the best and the worst performers of each type, with all ties (table III)."""
    rows = []
    for name in sorted({action_of(dive) for dive in dives}):
        ours = [d for d in dives if action_of(d) == name]
        scores = [d.score or 0.0 for d in ours]
        rows.append(
            TypeCount(
                type=name,
                action=ours[0].action,
                n=len(ours),
                best=max(scores),
                n_best=scores.count(max(scores)),
                worst=min(scores),
                n_worst=scores.count(min(scores)),
            )
        )
    return tuple(rows)


def one_judge(dives: Sequence[Performance]) -> Ceiling:
    """Compare each judge with the panel that the other six make: the ceiling for any model.

    Six judges have no middle three: the mean of their middle four stands for it.
    """
    judged = [d for d in dives if len(d.judges) == DIVING.n_judges and d.difficulty]
    said, true = [], []
    for dive in judged:
        for place, mark in enumerate(dive.judges):
            rest = sorted(m for other, m in enumerate(dive.judges) if other != place)
            said.append(DIVING.n_counting * mark * (dive.difficulty or 1))
            true.append(DIVING.n_counting * float(np.mean(rest[1:5])) * (dive.difficulty or 1))
    if not judged:
        return Ceiling(0)
    spearman, mse = metrics.spearman(said, true), metrics.mse(said, true)
    return Ceiling(len(judged), round(spearman, 4), round(mse, 2))


def fault_table(
    results: Results, samples: Mapping[str, Sample], said: Mapping[str, Mapping[str, str]]
) -> dict[str, FaultRow]:
    """Compare flagged clips with what the commentary calls faults (table VIII).

    With floors: every clip flagged, and those of entry and splash always. `only_faulted` leaves
    out performances of which no fault was said, where "none" may mean that nobody spoke.
    """
    if not said:
        return {}
    truth = {
        name: faulty_clips(sample, said[name])
        for name, sample in samples.items()
        if name in said and sample.performance.phases
    }
    flags = {title: _collect_flags(results.of(name)) for name, title in FLAGGING.items()}
    tested = sorted({(cell.split, name) for cell in results.cells for name in cell.predictions})
    flags["Every clip (floor)"] = {key: np.ones(99, bool) for key in tested}
    flags["Entry and splash, always (floor)"] = {key: _late(samples[key[1]]) for key in tested}
    return {
        title: FaultRow(
            all=detection_summary(_tallies(found, truth)),
            only_faulted=detection_summary(
                _tallies(found, {k: v for k, v in truth.items() if v.any()})
            ),
        )
        for title, found in flags.items()
        if found
    }


def _tallies(
    flags: Mapping[tuple[int, str], Any], truth: Mapping[str, Any]
) -> dict[str, list[Any]]:
    tallies: dict[str, list[Any]] = {}
    for (_, name), flagged in flags.items():
        if name in truth:
            row = tally(flagged[: len(truth[name])], truth[name])
            tallies.setdefault(name, []).append(row)
    return tallies


def _collect_flags(cells: Sequence[ResultRow]) -> dict[tuple[int, str], Any]:
    """Collect which clips were flagged, by split and id."""
    found = {}
    for cell in cells:
        for name, flags in cell.extras.get("flagged", {}).items():
            found[cell.split, name] = np.array(flags, bool)
        for name, similarities in cell.extras.get("similarity", {}).items():
            found[cell.split, name] = np.array(similarities) < FAULTY_BELOW
    return found


def _late(sample: Sample) -> Any:
    return clips_of_phase(sample, "entry") | clips_of_phase(sample, "splash")


def _flags(scorer: FaultFinding, sample: Sample) -> list[int]:
    return [int(flag) for flag in scorer.faulty_clips(sample)]


def _similarities(scorer: ComparingScorer, sample: Sample) -> list[float]:
    """Return the mean similarity of each clip to those of the references."""
    references = scorer.partners(sample, scorer.references)
    mean = np.mean([scorer.clip_similarity(sample, r) for r in references], axis=0)
    return [round(float(value), 3) for value in mean]


def _map_of(space: Any, samples: Sequence[Sample]) -> dict[str, list[float]]:
    """Lay an embedding out on a plane by t-SNE, (x, y) by id."""
    from sklearn.manifold import TSNE

    places = TSNE(random_state=0, init="pca", perplexity=30).fit_transform(space)
    return {
        s.performance.id: [round(float(x), 2) for x in place]
        for s, place in zip(samples, places, strict=True)
    }
