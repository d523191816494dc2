"""Does the paper's scorer work where the truth is known? Rank correlation and faulty clips.

Renders dives with a fresh seed, divides them ten times into four fifths to learn from and a fifth
to test on (as UNLV-Dive's own split), and measures on the test part: the rank correlation with the
best and with a constant expert, beside the floors, and how many faulty clips are found. Nothing is
chosen on the test part. The method was developed on dives of the seeds 104, 2024, 5101, 7001 and
7002; the seeds in benchmarks/results were rendered for the first time for these numbers, and all
that were are there: those up to 3033 before the border was measured on left-out experts. Sets of
200 dives differ much in how hard they are: one seed alone says little.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from podium.assessment.feedback import clip_feedback
from podium.backbones.figure import Figure
from podium.datasets.simulated import Simulated
from podium.evaluation import metrics
from podium.evaluation.measures import floor_predictions, true_scores
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.values import Sample
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions
from podium.simulation import Fault, SimulationOptions

CLIP_FRAMES = 16
OPTIONS = SiameseLSTMOptions(
    n_components=64,
    n_last_clips=0,
    head="joint_and_clips",
    clip_metric="deviation",
)
"""Those of the shipped model `simulated`."""


@dataclass(frozen=True)
class Found:
    """Clips of test dives: which were flagged, and which were faulty."""

    flagged: list[bool]
    faulty: list[bool]


def faulty_clips(sample: Sample, faults: Sequence[Fault]) -> list[bool]:
    """Return which clips are faulty: those that share half of themselves or of a fault's phase."""
    first = sample.features.first_used
    starts = [first + CLIP_FRAMES * index for index in range(len(sample.features))]
    return [any(_overlaps(start, fault) for fault in faults) for start in starts]


def _overlaps(start: int, fault: Fault) -> bool:
    shared = min(start + CLIP_FRAMES, fault.end_frame + 1) - max(start, fault.start_frame)
    return shared * 2 >= min(CLIP_FRAMES, fault.end_frame + 1 - fault.start_frame)


def split(n: int, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Divide `n` performances at random: four in five to learn from, one to test on."""
    order = np.random.default_rng([seed, n]).permutation(n)
    return np.sort(order[: 4 * n // 5]), np.sort(order[4 * n // 5 :])


def run_split(
    samples: Sequence[Sample], faults: Mapping[str, Sequence[Fault]], seed: int
) -> tuple[dict[str, dict[str, float]], Found]:
    """Measure one split: rho and MSE of each row, and the faulty clips that were found."""
    chosen, left = split(len(samples), seed)
    train = [samples[i] for i in chosen]
    test = [samples[i] for i in left]
    best = SiameseLSTM(OPTIONS, seed).fit(train)
    constant = best.refit(train, "constant")
    predictions = {
        "best expert": best.predict([_hide_labels(s) for s in test]),
        "constant expert": constant.predict([_hide_labels(s) for s in test]),
        **floor_predictions(train, test),
    }
    true = true_scores(test)
    rows = {
        name: {"spearman": metrics.spearman(p, true), "mse": metrics.mse(p, true)}
        for name, p in predictions.items()
    }
    return rows, _find_faults(best, test, faults)


def _hide_labels(sample: Sample) -> Sample:
    return replace(sample, performance=replace(sample.performance, score=None, judges=()))


def _find_faults(
    scorer: SiameseLSTM, test: Sequence[Sample], faults: Mapping[str, Sequence[Fault]]
) -> Found:
    flagged: list[bool] = []
    faulty: list[bool] = []
    for sample in test:
        partners = scorer.partners(sample, scorer.references)
        clips = clip_feedback(scorer, sample, partners, with_contributions=False)
        flagged += [clip.faulty for clip in clips]
        faulty += faulty_clips(sample, faults[sample.performance.id])
    return Found(flagged, faulty)


@cache
def measured(
    folder: Path, options: SimulationOptions
) -> tuple[tuple[Sample, ...], Mapping[str, tuple[Fault, ...]]]:
    """Return the samples of rendered dives, and their faults by id; looked at once a process."""
    dataset = Simulated(folder, options)
    extractor = Extractor(Figure(), cache=FeatureCache(folder / "features"))
    return extract(dataset.performances(), extractor).samples, dataset.faults()


def split_of(
    folder: Path, options: SimulationOptions, seed: int
) -> tuple[dict[str, dict[str, float]], Found]:
    """Measure one split of rendered dives; see `run_split`."""
    return run_split(*measured(folder, options), seed)


def run_splits(
    folder: Path, options: SimulationOptions, n_splits: int, workers: int
) -> list[tuple[dict[str, dict[str, float]], Found]]:
    """Measure every split, several at a time; each gives the same whatever the others do."""
    measured(folder, options)  # so that no two processes make the same features
    # A fresh process each: forking one that runs threads can hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), _one_thread) as pool:
        return list(pool.map(partial(split_of, folder, options), range(n_splits)))


def _one_thread() -> None:
    torch.set_num_threads(1)


def summarise(
    rows: Sequence[dict[str, dict[str, float]]], found: Sequence[Found]
) -> dict[str, Any]:
    """Average over splits, with the range over them, and pool the clips."""
    names = list(rows[0])
    table = {
        name: {
            measure: {
                "mean": _mean([row[name][measure] for row in rows]),
                "splits": [row[name][measure] for row in rows],
            }
            for measure in ("spearman", "mse")
        }
        for name in names
    }
    flagged = [clip for one in found for clip in one.flagged]
    faulty = [clip for one in found for clip in one.faulty]
    detected = metrics.detection(flagged, faulty)
    return {
        "scores": table,
        "faulty_clips": {
            "precision": detected.precision,
            "recall": detected.recall,
            "share_faulty": float(np.mean(faulty)),
            "share_flagged": float(np.mean(flagged)),
        },
    }


def _mean(values: Sequence[float]) -> float | None:
    """Average what is known: a constant has no rank correlation."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else None


def main() -> None:
    """Run the measurement, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=3024)
    parser.add_argument("--dives", type=int, default=200)
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, help="where the videos are kept")
    parser.add_argument("--out", type=Path, help="default: benchmarks/results/simulated_SEED.json")
    arguments = parser.parse_args()
    out = arguments.out or Path(f"benchmarks/results/simulated_{arguments.seed}.json")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        options = SimulationOptions(n_performances=arguments.dives, seed=arguments.seed)
        Simulated(folder, options).render(workers=arguments.workers)
        results = run_splits(folder, options, arguments.splits, arguments.workers)
    summary = summarise([rows for rows, _ in results], [found for _, found in results])
    summary |= {"seed": arguments.seed, "dives": arguments.dives, "splits": arguments.splits}
    summary |= {"head": OPTIONS.head, "clip_metric": OPTIONS.clip_metric}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(summary, indent=1) + "\n")
    for name, row in summary["scores"].items():
        rho = row["spearman"]["mean"]
        shown = "    -" if rho is None else f"{rho:.3f}"
        print(f"{name:<16} rho {shown}  MSE {row['mse']['mean']:.1f}")
    print(", ".join(f"{key} {value:.2f}" for key, value in summary["faulty_clips"].items()))


if __name__ == "__main__":
    main()
