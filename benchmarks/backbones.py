"""What each backbone costs and gives: seconds a dive, megabytes of weights, and rank correlation.

Seconds are the processor's, of all threads, so that a busy machine matters little. The correlation
is that of a plain ridge regression (the scorer `ridge`) on execution = score / difficulty, over the
clips of the training dives of UNLV-Dive in five folds; the test dives are not looked at. A backbone
that cannot be made here, for want of weights or of an extra, is left out.
"""

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from measuring import by_turns, run_where_data_are, seconds_of, write

from podium import _catalog, backbones
from podium.backbones import Backbone
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import WeightsError
from podium.evaluation import metrics
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.values import Sample
from podium.folds import parts
from podium.performance import Performance
from podium.scorers.ridge import Ridge, RidgeOptions

WEIGHTS = Path(backbones.__file__).parent / "_weights"
ENVIRONMENT = {"c3d": "PODIUM_C3D_WEIGHTS", "mobilenet_v1": "PODIUM_MOBILENET_WEIGHTS"}
HAS_SEEN = ("c3d_mini",)
"""Backbones that learned from these very dives: their correlation here is too good."""


def makeable(names: Sequence[str]) -> dict[str, Backbone]:
    """Build those of some backbones that can be made here."""
    made: dict[str, Backbone] = {}
    for name in names:
        try:
            made[name] = _catalog.find("podium.backbones", name)()
        except WeightsError as error:
            print(f"left out: {error}")
    return made


def megabytes(name: str) -> float:
    """Return the size of a backbone's weights, in millions of bytes; 0 where there are none."""
    path = WEIGHTS / f"{name}.safetensors"
    if name in ENVIRONMENT:
        path = Path(os.environ[ENVIRONMENT[name]])
    return path.stat().st_size / 1e6 if path.is_file() else 0.0


def seconds_a_dive(
    made: dict[str, Backbone], dives: Sequence[Performance], n_rounds: int
) -> dict[str, list[float]]:
    """Measure video to features by turns, for each round as the mean over some dives.

    The processor's time counts, of all threads: a busy machine matters little.
    """

    def mean_seconds(backbone: Backbone) -> float:
        run = partial(extract, dives, Extractor(backbone))
        return seconds_of(run, time.process_time) / len(dives)

    ways = {name: partial(mean_seconds, backbone) for name, backbone in made.items()}
    return by_turns(ways, n_rounds)


def left_out_executions(samples: Sequence[Sample], seed: int = 0) -> npt.NDArray[np.float64]:
    """Predict each dive's execution from the four folds that it is not in."""
    predicted = np.zeros(len(samples))
    for left in parts([""] * len(samples), seed):
        chosen = np.setdiff1d(np.arange(len(samples)), left)
        ridge = Ridge(RidgeOptions(target="execution"), seed).fit([samples[i] for i in chosen])
        test = [samples[i] for i in left]
        predicted[left] = ridge.predict(test) / ridge.target.divisors(test)
    return predicted


def correlation(samples: Sequence[Sample]) -> dict[str, Any]:
    """Measure rho of execution on left-out dives, with its 95 % bootstrap interval."""
    predicted = left_out_executions(samples)
    true = np.array([sample.performance.execution for sample in samples], float)
    interval = metrics.bootstrap(metrics.spearman, predicted, true)
    rho = metrics.spearman(predicted, true)
    return {"n": len(samples), "rho": rho, "interval": [interval.low, interval.high]}


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = _catalog.names("podium.backbones")
    parser.add_argument("--only", nargs="+", choices=every, default=every)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dives", type=int, default=5, help="that each round is timed over")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)  # of what does not run on PyTorch
    train = [dive for dive in UnlvDive().performances() if dive.split == "train"]
    made = makeable(arguments.only)
    taken = seconds_a_dive(made, train[: arguments.dives], arguments.rounds)
    rows: dict[str, Any] = {}
    print(f"{'':<14}{'dim':>6}{'MB':>7}{'s a dive':>10}{'rho':>7}")
    for name, backbone in made.items():
        samples = extract(train, Extractor(backbone, cache=FeatureCache())).samples
        row = {
            "what": _catalog.summary("podium.backbones", name),
            "dim": backbone.dim,
            "megabytes": round(megabytes(name), 2),
            "seconds_a_dive": statistics.median(taken[name]),
            "has_seen_these_dives": name in HAS_SEEN,
            "execution": correlation(samples),
        }
        rows[name] = row
        rho = row["execution"]["rho"]  # type: ignore[index]
        seconds = row["seconds_a_dive"]
        print(f"{name:<14}{row['dim']:>6}{row['megabytes']:>7}{seconds:>10.3f}{rho:>7.3f}")
    settings = {"rounds": arguments.rounds, "threads": arguments.threads, "timed": arguments.dives}
    print(write("backbones", {**settings, "backbones": rows}))


if __name__ == "__main__":
    run_where_data_are(main)
