"""What came after the paper, beside it: each scorer on the training dives, whole events left out.

    PODIUM_DATA=... python benchmarks/rivals.py [--only NAME] [--seeds 5] [--random]

Every training dive of UNLV-Dive is scored once by a scorer that had seen neither it nor any dive of
its broadcast; with `--random`, also with fifths left out at random. All read what the model
`diving` reads (its backbones, aligned at the splash, the last two clips, ridge all) and no changed
copies. The test dives are not looked at; how many of the last clips are read had been chosen for
`diving`, and of `step_attention` four settings were tried on one seed. Each row says how many seeds
it is the mean of; results of rows that are not asked for are kept.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from measuring import RESULTS, run_where_data_are, write

from podium.datasets.unlv_dive import UnlvDive
from podium.evaluation.measures import FLOORS, measure
from podium.features.extraction import FeatureCache, extract
from podium.features.values import Sample
from podium.folds import parts
from podium.folds.copies import with_groups
from podium.folds.groups import group_by
from podium.model import load_model
from podium.scorers.ensemble import EnsembleOptions
from podium.scorers.gap_regression import GapRegressionOptions
from podium.scorers.score_distribution import ScoreDistributionOptions
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.scorers.step_attention import StepAttentionOptions
from podium.training import hide_labels, make_scorer

SHOWN = ("spearman", "execution_spearman", "mse")


@dataclass(frozen=True)
class Row:
    """A scorer, and how it is set; one that draws nothing is measured with one seed."""

    scorer: str
    options: Any = None
    draws: bool = True


ROWS = {
    **{name: Row(name, draws=False) for name in FLOORS},
    "ridge": Row("ridge", draws=False),
    "siamese_lstm": Row("siamese_lstm", SiameseLSTMOptions(n_last_clips=2, last_clips_share=0.75)),
    "gap_regression": Row("gap_regression", GapRegressionOptions(n_last_clips=2)),
    "score_distribution": Row("score_distribution", ScoreDistributionOptions(n_last_clips=2)),
    "step_attention": Row("step_attention", StepAttentionOptions(n_last_clips=2)),
    "ensemble of ridge and step_attention": Row(
        "ensemble", EnsembleOptions(("ridge", "step_attention"), n_folds=3, n_last_clips=2)
    ),
}


def training_dives() -> list[Sample]:
    """Return the training dives as `diving` reads them, those of one broadcast as one group."""
    dives = [p for p in UnlvDive().performances() if p.split != "test"]
    samples = extract(dives, load_model("diving").extractor(FeatureCache())).samples
    return list(with_groups(samples, group_by(dives, None)))


def predicted(
    row: Row, samples: Sequence[Sample], groups: Sequence[str], seed: int
) -> npt.NDArray[np.float64]:
    """Score every performance by a scorer that has seen nothing of its part, in points."""
    found = np.zeros(len(samples))
    for part in parts(groups, seed):
        others = np.setdiff1d(np.arange(len(samples)), part)
        scorer = make_scorer(row.scorer, row.options, seed).fit([samples[i] for i in others])
        found[part] = scorer.predict([hide_labels(samples[i]) for i in part])
    return found


def measured(
    row: Row, samples: Sequence[Sample], groups: Sequence[str], n_seeds: int
) -> dict[str, Any]:
    """Measure a scorer with each seed: the means, how far seeds are apart, an interval."""
    true = [sample.performance.score or 0.0 for sample in samples]
    said = [predicted(row, samples, groups, seed) for seed in range(n_seeds if row.draws else 1)]
    by_seed = [measure(one, samples, (min(true), max(true))) for one in said]
    found: dict[str, Any] = {"seeds": len(said)}
    for name in SHOWN:
        values = [float(getattr(one, name)) for one in by_seed]
        found[name] = round(float(np.mean(values)), 4)
        found[f"{name}_sd"] = round(float(np.std(values, ddof=1)), 4) if len(said) > 1 else None
    first = by_seed[0]  # the interval is over performances, groups kept together
    found["interval"] = [round(first.interval.low, 4), round(first.interval.high, 4)]
    found["mse_interval"] = [round(first.mse_interval.low, 1), round(first.mse_interval.high, 1)]
    return found


def main() -> None:
    """Measure, print each row as it comes and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=ROWS, action="append")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--random", action="store_true", help="fifths left out at random, too")
    arguments = parser.parse_args()
    samples = training_dives()
    schemes = {"events": [sample.group for sample in samples]}
    if arguments.random:
        schemes["random"] = [""] * len(samples)
    path = RESULTS / "rivals.json"
    for name in arguments.only or ROWS:
        kept = json.loads(path.read_text("utf-8")) if path.is_file() else {"rows": {}}
        rows = kept["rows"].setdefault(name, {})
        for scheme, groups in schemes.items():
            rows[scheme] = measured(ROWS[name], samples, groups, arguments.seeds)
            print(name, scheme, rows[scheme], flush=True)
        write("rivals", {"dives": len(samples), "rows": kept["rows"]})


if __name__ == "__main__":
    run_where_data_are(main)
