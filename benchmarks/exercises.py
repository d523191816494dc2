"""How well exercises that are seen as skeletons or angles are scored, of people nobody has seen.

    PODIUM_DATA=... python benchmarks/exercises.py [--only kimore|ui_prmd|pushups]

The scorer `angle_statistics`, with its defaults, is fitted to some people and asked about others:
of KIMORE a tenth of the people at a time, all exercises together, in three drawings; of UI-PRMD
each of the eight people in turn. Intervals draw whole people. The floors need no skeleton; where
one says the same of all, it has no ranks.

Push-ups are videos, whose joints BlazePose finds: the scorer, as the model that ships has it, is
fitted without one correct and one wrong recording, for each such pair in turn, and tells the clips
of the two apart (the mean AUC over pairs). Pooled, each recording is left out with one of the other
label, in three drawings of who goes with whom.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from measuring import run_where_data_are, write

from podium.backbones import make_backbone
from podium.datasets.kimore import Kimore
from podium.datasets.pushups import Pushups
from podium.datasets.ui_prmd import UiPrmd
from podium.evaluation import metrics
from podium.evaluation.actions import by_action
from podium.evaluation.classes import classes_of
from podium.evaluation.floors import measured_floors
from podium.evaluation.measures import measure, true_scores
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.given import read_features
from podium.features.values import Sample
from podium.folds import parts
from podium.model import load_model
from podium.performance import Performance
from podium.scorers.angle_statistics import AngleStatistics, AngleStatisticsOptions
from podium.training import hide_labels

Floats = npt.NDArray[np.float64]
KEPT = (
    "n", "spearman", "interval", "mad", "rmse", "mape", "mse", "auc", "auc_interval", "accuracy",
    "drawn",
)  # fmt: skip
DIVISIONS: dict[str, tuple[type[Kimore | UiPrmd], int, int]] = {
    "kimore": (Kimore, 10, 3),
    "ui_prmd": (UiPrmd, 8, 1),
}
"""The data set, into how many parts people are divided, and how often."""

PUSH_UPS = "exercises_push_ups"
"""The model whose options the scorer of push-ups has."""

DRAWINGS = 3


def samples_of(performances: Sequence[Performance]) -> list[Sample]:
    """Read those that have a score, each of the group of its person."""
    return [
        Sample(p, read_features(p.path, p.kind), group=p.athlete or "")
        for p in performances
        if p.score is not None
    ]


def left_out(samples: Sequence[Sample], divided: Sequence[npt.NDArray[np.int64]]) -> Floats:
    """Predict each performance by a scorer that has not seen its person, in points."""
    found = np.zeros(len(samples))
    for number, part in enumerate(divided):
        train = [samples[i] for i in np.setdiff1d(np.arange(len(samples)), part)]
        scorer = AngleStatistics().fit(train)
        found[part] = scorer.predict([hide_labels(samples[i]) for i in part])
        print(f"part {number + 1} of {len(divided)}", flush=True)
    return found


def measured(samples: Sequence[Sample], n_parts: int, n_divisions: int) -> dict[str, Any]:
    """Measure the mean of some drawings: pooled, each action beside it, and the floors."""
    groups, true = [sample.group for sample in samples], true_scores(samples)
    divisions = [parts(groups, seed, n_parts) for seed in range(n_divisions)]
    each = [left_out(samples, divided) for divided in divisions]
    score_range = float(true.min()), float(true.max())
    actions = [sample.performance.action for sample in samples]
    rows = [measure(one, samples, score_range).to_json() for one in each]
    by = [[a.to_json() for a in by_action(one, true, actions, classes_of(true))] for one in each]
    floors = measured_floors(samples, divisions[0], score_range)
    return {
        "people": len(set(groups)),
        "parts": n_parts,
        "divisions": n_divisions,
        "angle_statistics": kept(mean_of(rows)),
        "actions": [mean_of([found[i] for found in by]) for i in range(len(by[0]))],
        "floors": {name: kept(floor.measures.to_json()) for name, floor in floors.items()},
    }


def mean_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return rows of measures as one, numbers as their mean over drawings."""
    return {key: _mean([row[key] for row in rows]) for key in rows[0]}


def _mean(values: Sequence[Any]) -> Any:
    if isinstance(values[0], list):
        return [_mean(ends) for ends in zip(*values, strict=True)]
    return round(float(np.mean(values)), 4) if isinstance(values[0], float) else values[0]


def kept(row: dict[str, Any]) -> dict[str, Any]:
    """Return the measures of a row that say something here."""
    return {key: row[key] for key in KEPT if row[key] is not None}


def push_ups() -> list[Sample]:
    """Find the joints of every push-up, each of the group of its recording."""
    extractor = Extractor(make_backbone("pose", ("pose",)), cache=FeatureCache())
    found = extract(Pushups().performances(), extractor).samples
    return [replace(one, group=one.performance.extra["recording"]) for one in found]


def told(
    samples: Sequence[Sample], left: Sequence[str], options: AngleStatisticsOptions
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return who is of the recordings left out, and what a scorer without them says of each."""
    is_left = np.array([sample.group in left for sample in samples])
    train = [sample for sample, is_out in zip(samples, is_left, strict=True) if not is_out]
    rows = np.flatnonzero(is_left)
    asked = [hide_labels(samples[i]) for i in rows.tolist()]
    return rows, AngleStatistics(options).fit(train).predict(asked)


def measured_push_ups(samples: Sequence[Sample]) -> dict[str, Any]:
    """Measure how well the clips of a correct and of a wrong recording are told apart."""
    is_correct = true_scores(samples) == 1
    recordings = [
        sorted({s.group for s, one in zip(samples, is_correct, strict=True) if one == is_so})
        for is_so in (True, False)
    ]
    scorer = load_model(PUSH_UPS).scorer
    assert isinstance(scorer, AngleStatistics)
    said = {pair: told(samples, pair, scorer.options) for pair in product(*recordings)}
    aucs = [metrics.auc(values, is_correct[rows]) for rows, values in said.values()]
    return {
        "clips": len(samples),
        "recordings": [len(one) for one in recordings],
        "pairs": len(said),
        "auc_of_pairs": round(float(np.mean(aucs)), 3),
        "auc_of_pairs_sd": round(float(np.std(aucs)), 3),
        "auc_pooled": [round(pooled(said, recordings, is_correct, n), 3) for n in range(DRAWINGS)],
    }


def pooled(
    said: dict[Any, tuple[npt.NDArray[np.int64], Floats]],
    recordings: Sequence[Sequence[str]],
    is_correct: npt.NDArray[np.bool_],
    seed: int,
) -> float:
    """Return the AUC of all clips, each by a scorer without its recording and one beside it."""
    values, (correct, wrong) = np.zeros(len(is_correct)), recordings
    beside = np.random.default_rng(seed).permutation(len(wrong))
    for i, one in enumerate(correct):
        rows, found = said[one, wrong[beside[i % len(wrong)]]]
        values[rows] = found
    return metrics.auc(values, is_correct)


def main() -> None:
    """Measure, and write a file a data set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[*DIVISIONS, "pushups"])
    only = parser.parse_args().only
    for name in [only] if only else [*DIVISIONS, "pushups"]:
        if name == "pushups":
            print(write("exercises_pushups", measured_push_ups(push_ups())))
            continue
        kind, n_parts, n_divisions = DIVISIONS[name]
        samples = samples_of(kind().performances())
        found = measured(samples, n_parts, n_divisions)
        print(write(f"exercises_{name}", found))


if __name__ == "__main__":
    run_where_data_are(main)
