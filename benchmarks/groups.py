"""Measures what a score is worth on people, recordings and competitions that nobody has seen.

    PODIUM_DATA=... python benchmarks/groups.py [--only unlv_dive]

Each row trains a model as `podium train` does and takes what it measured: every performance scored
by a model that had not seen it, with parts left out at random, and with its whole group left out
(the event of a dive, the person of an exercise, the recording of a push-up). Of push-ups also the
AUC inside pairs of one correct and one wrong recording that are both left out: whatever tells
recordings apart is of no use there. The test dives are not looked at; the floors need no video.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measuring import run_where_data_are, write

from podium.datasets.kimore import Kimore
from podium.datasets.pushups import Pushups
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import DatasetNotFound
from podium.evaluation import metrics
from podium.evaluation.calibration import CONFIDENCE
from podium.features.extraction import Extraction, FeatureCache
from podium.performance import Performance
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.training import TrainingOptions, hide_labels, make_scorer, train_model
from podium.video.augmentation import AugmentationOptions

COPIES = AugmentationOptions(n_variants=0, copies=True)
KEPT = (
    "n", "spearman", "interval", "execution_spearman", "mse", "mse_interval", "bias", "covered",
    "auc", "auc_interval", "accuracy", "drawn",
)  # fmt: skip


def dive(backbone: str, n_clips: int, share: float) -> TrainingOptions:
    """Return options for dives, with clips aligned at the splash, as `scripts/train_diving.py`."""
    options = SiameseLSTMOptions(n_last_clips=n_clips, last_clips_share=share)
    return TrainingOptions(
        backbone=backbone, scorer_options=options, augmentation=COPIES, event="splash"
    )


@dataclass(frozen=True)
class Task:
    """A data set and the ways to score it."""

    performances: Callable[[], Sequence[Performance]]
    rows: dict[str, TrainingOptions]


TASKS = {
    "unlv_dive": Task(
        lambda: UnlvDive().performances(),
        {
            "siamese_lstm, motion, last 4 clips (what shipped before)": dive("motion", 4, 0.5),
            "siamese_lstm, c3d_mini, last 2 clips (what ships)": dive("c3d_mini", 2, 0.75),
        },
    ),
    "kimore": Task(
        lambda: Kimore().performances(),
        {
            "ridge on joints": TrainingOptions("ridge"),
            "pose_dct on joints": TrainingOptions("pose_dct"),
        },
    ),
    "pushups": Task(
        lambda: Pushups().performances(),
        {
            "ridge, motion": TrainingOptions("ridge", "motion"),
            "ridge, c3d_mini": TrainingOptions("ridge", "c3d_mini"),
        },
    ),
}


def measured(performances: Sequence[Performance], options: TrainingOptions) -> dict[str, Any]:
    """Train on performances, and return what was measured on those left out."""
    with tempfile.TemporaryDirectory() as folder:
        model, extraction = train_model(
            performances, Path(folder) / "model", options, cache=FeatureCache()
        )
    evidence = model.evidence
    found: dict[str, Any] = {
        "grouped_by": evidence.grouped_by,
        "random": _kept(evidence.results[options.scorer]),
        "groups": _kept(evidence.left_out[options.scorer]),
        "by_group": list(evidence.groups),
        "floors": {
            name: _kept(row) for name, row in evidence.left_out.items() if name != options.scorer
        },
        "copies": [list(ids) for ids in evidence.copies],
    }
    if evidence.left_out[options.scorer]["auc"] is not None:
        found["auc_inside_pairs"] = auc_inside_pairs(extraction, options)
    return found


def _kept(row: Any) -> dict[str, Any]:
    return {key: row[key] for key in KEPT if key in row}


def auc_inside_pairs(extraction: Extraction, options: TrainingOptions) -> float:
    """Return the mean AUC inside pairs of a correct and a wrong recording, both left out."""
    samples = extraction.samples
    recordings: dict[float, list[str]] = {}
    for sample in samples:
        ours = recordings.setdefault(sample.performance.score or 0.0, [])
        name = sample.performance.extra["recording"]
        if name not in ours:
            ours.append(name)
    wrong, correct = (recordings[score] for score in sorted(recordings))
    drawn = np.random.default_rng(0)
    pairs = zip(drawn.permutation(wrong), drawn.permutation(correct), strict=False)
    found = []
    for pair in pairs:
        of_pair = [s.performance.extra["recording"] in pair for s in samples]
        train = [s for s, is_left_out in zip(samples, of_pair, strict=True) if not is_left_out]
        queries = [s for s, is_left_out in zip(samples, of_pair, strict=True) if is_left_out]
        scorer = make_scorer(options.scorer, options.scorer_options, options.seed).fit(train)
        predicted = scorer.predict([hide_labels(query) for query in queries])
        found.append(metrics.auc(predicted, [(q.performance.score or 0) > 0 for q in queries]))
    return round(float(np.nanmean(found)), 4)


def table(results: dict[str, Any]) -> str:
    """Write the results as a table: at random, and with whole groups left out."""
    lines = [
        "| | rho random | rho groups | interval | MSE random | MSE groups | bias by group | "
        f"in the {CONFIDENCE:.0%} range, by group | AUC random | AUC groups | inside pairs |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for task, rows in results.items():
        for name, row in rows.items():
            lines.append(_line(f"{task}: {name}", row))
        floors = next(iter(rows.values()))["floors"]
        for name, floor in floors.items():
            lines.append(_floor_line(f"{task}: {name} (floor)", floor))
    return "\n".join(lines)


def _line(name: str, row: dict[str, Any]) -> str:
    random, groups = row["random"], row["groups"]
    few = row["by_group"][:5] if len(row["by_group"]) <= 5 else []
    biases = ", ".join(f"{one['bias']:+.1f}" for one in few) or _spread(row["by_group"], "bias")
    held = ", ".join(f"{one['covered']:.0%}" for one in few) or f"{groups['covered']:.0%} in all"
    cells = [
        _number(random["spearman"]), _number(groups["spearman"]), _range(groups["interval"]),
        _number(random["mse"], 3), _number(groups["mse"], 3), biases, held,
        _number(random.get("auc")), _number(groups.get("auc")),
        _number(row.get("auc_inside_pairs")),
    ]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |"


def _floor_line(name: str, floor: dict[str, Any]) -> str:
    spearman, mse = _number(floor["spearman"]), _number(floor["mse"], 3)
    return f"| {name} | | {spearman} | {_range(floor['interval'])} | | {mse} | | | | | |"


def _spread(groups: Sequence[dict[str, Any]], key: str) -> str:
    values = [one[key] for one in groups]
    return f"SD {np.std(values):.2g} over {len(values)}"


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def _range(interval: Sequence[float | None]) -> str:
    return "-" if interval[0] is None else f"{interval[0]:.2f} to {interval[1]:.2f}"


def main() -> None:
    """Measure, print the table, and keep the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=TASKS, help="one data set only")
    only = parser.parse_args().only
    results: dict[str, Any] = {}
    for name in [only] if only else TASKS:
        try:
            performances = TASKS[name].performances()
        except DatasetNotFound as error:
            print(f"not measured: {error}")
            continue
        results[name] = {}
        for row, options in TASKS[name].rows.items():
            results[name][row] = measured(performances, options)
            print(f"{name}: {row}: done", flush=True)
    if results:
        print(table(results))
        print(write("groups" if not only else f"groups_{only}", results))


if __name__ == "__main__":
    run_where_data_are(main)
