"""The paper's tables (Jain, Harit and Sharma) made anew: its systems, splits and findings.

What the paper calls "ours" stands here as printed, with nothing of Podium's beside it; Podium's own
defaults are rows of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from podium.benchmark.corrected import read_corrected
from podium.benchmark.faults import (
    FAULTY_BELOW,
    clips_of_phase,
    detection_summary,
    faulty_clips,
    read_comments,
    tally,
)
from podium.benchmark.results import (
    Ceiling,
    Claim,
    FaultRow,
    ResultRow,
    Results,
    TypeCount,
    bootstrap_of,
    summary,
)
from podium.benchmark.run import Benchmark, System
from podium.benchmark.segments import segment_table
from podium.benchmark.siamese_as_printed import embeddings, joint_embeddings, paper_options
from podium.benchmark.splits import (
    DataSplit,
    action_of,
    fits,
    load_splits,
    save_splits,
    stratified_splits,
)
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
from podium.scorers._pose_spectrum import PoseSpectrumOptions
from podium.scorers.approximate_entropy import ApproximateEntropyOptions
from podium.scorers.c3d_lstm import C3DLSTMOptions
from podium.scorers.c3d_svr import C3DSVROptions
from podium.scorers.clipwise_rank import ClipwiseRankOptions
from podium.scorers.frequency_skill import FrequencySkillOptions
from podium.scorers.multiscale_lstm import MultiscaleLSTMOptions
from podium.scorers.pairwise_rank import PairwiseRankOptions
from podium.scorers.rank_aware_attention import RankAwareAttentionOptions
from podium.scorers.s3d import S3DOptions
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.training import Piece, Progress

SPLITS = Path(__file__).parent / "_protocol" / "paper_splits.json"
"""The ten splits of the dives whose scores are at hand: ids only."""

FINAL = C3DLSTMOptions(target="score")
INCREMENTAL = C3DLSTMOptions(target="score", label="incremental")
FEW, MANY = 3, 7
"""Augmented variants of each dive; with the dive itself 4 and 8 sequences."""

SYSTEMS = (
    System("constant", "Constant (floor)", "constant"),
    System("difficulty", "Difficulty alone (floor)", "difficulty"),
    System("type_mean", "Mean of the type x difficulty (floor)", "type_mean"),
    System("pose_dct", "Pose + DCT", "pose_dct", PoseSpectrumOptions("score"), "keypoints"),
    System("pose_dft", "Pose + DFT", "pose_dft", PoseSpectrumOptions("score"), "keypoints"),
    System("c3d_lstm_f", "C + L (F)", "c3d_lstm", FINAL),
    System("c3d_lstm_i", "C + L (I)", "c3d_lstm", INCREMENTAL),
    System("c3d_lstm_svr_f", "C + L + S (F)", "c3d_lstm_svr", FINAL),
    System("c3d_lstm_svr_i", "C + L + S (I)", "c3d_lstm_svr", INCREMENTAL),
    System("s3d", "S3D", "s3d", S3DOptions(target="score")),
    System("type_regressors", "One C + L (F) a type", "type_regressors", FINAL),
    System("siamese_best", "Ours: best performer bias per dive", "siamese_lstm",
           paper_options("best", 26_000), n_variants=MANY),
    System("siamese_worst", "Ours: worst performer bias per dive", "siamese_lstm",
           paper_options("worst", 26_000), n_variants=MANY, metric_of="siamese_best"),
    System("siamese_constant", "Ours: constant expert bias", "siamese_lstm",
           paper_options("constant", 26_000), n_variants=MANY, metric_of="siamese_best"),
    System("siamese_no_dml", "Without DML, with expert bias", "siamese_lstm",
           paper_options(learn_metric=False)),
    System("siamese_3k", "With DML + expert bias (no augmentation)", "siamese_lstm",
           paper_options(n_pairs=3_200)),
    System("siamese_14k", "With DML + expert bias (few augmented)", "siamese_lstm",
           paper_options(n_pairs=14_000), n_variants=FEW),
    System("podium", "Podium: siamese_lstm, its defaults", "siamese_lstm"),
    System("ridge", "Podium: ridge on execution, no reference", "ridge"),
    System("c3d_svr", "C3D-SVR", "c3d_svr", C3DSVROptions("score")),
    System("clipwise_rank", "Clip-wise + ranking loss", "clipwise_rank",
           ClipwiseRankOptions(target="score")),
    System("multiscale_lstm", "Self-attentive + multi-scale LSTM", "multiscale_lstm",
           MultiscaleLSTMOptions(target="score")),
    System("pairwise_rank", "Pairwise deep ranking", "pairwise_rank",
           PairwiseRankOptions(target="score")),
    System("rank_aware_attention", "Rank-aware attention", "rank_aware_attention",
           RankAwareAttentionOptions(target="score")),
    System("approximate_entropy", "Approximate entropy", "approximate_entropy",
           ApproximateEntropyOptions("score"), "keypoints"),
    System("frequency_skill", "Frequency features, skill classes", "frequency_skill",
           FrequencySkillOptions("score")),
)  # fmt: skip

QUICK = ("type_mean", "c3d_lstm_f", "siamese_3k")
"""The systems of `--quick`."""

CLAIMS = (
    ("siamese_best", "c3d_lstm_f", "An expert's bias beats regression without one"),
    ("siamese_best", "type_regressors", "An expert's bias beats one regressor a type"),
    ("siamese_best", "siamese_constant", "An expert of the same type beats a constant expert"),
    ("siamese_best", "siamese_worst", "The best performer is a better bias than the worst"),
    ("siamese_best", "siamese_no_dml", "Metric learning helps the score"),
    ("siamese_best", "siamese_3k", "More pairs by augmentation help the score"),
    ("podium", "siamese_best", "Podium's defaults beat the method as printed"),
    ("podium", "type_mean", "Podium's defaults beat the mean of the type"),
    ("podium", "c3d_svr", "Podium's defaults beat C3D-SVR"),
    ("podium", "ridge", "Podium's defaults beat a plain ridge on execution"),
)
"""Pairs of systems of which the first should be better, and the claim in words."""

FLAGGING = {
    "c3d_lstm_i": "C3D + LSTM",
    "c3d_lstm_svr_i": "C3D + LSTM + SVR",
    "siamese_best": "Ours",
    "podium": "Podium: siamese_lstm, its defaults",
}


@dataclass(frozen=True)
class PaperBenchmark:
    """All of the paper's tables on UNLV-Dive, as far as its data are at `root`.

    `quick` measures three systems on two splits; `systems` names those to be measured, () all;
    where some are named, the others are those of `earlier` results. Finished cells are kept in
    `folder`. `corrections` is a table of what coaches said of remarks: of the phases that it names,
    it says what was faulty.
    """

    root: Path | None = None
    backbone: str = "motion"
    keypoints: str | None = None
    n_seeds: int = 10
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
