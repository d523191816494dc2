"""How good predictions are, beside the floors that need no video."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from podium import _catalog
from podium.errors import UsageError
from podium.evaluation import metrics
from podium.evaluation.metrics import Interval
from podium.features.values import Sample

FLOORS = ("constant", "difficulty", "type_mean")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measures:
    """How close a row of predictions came: see `podium.evaluation.metrics` for each."""

    n: int
    spearman: float
    mse: float
    r_l2: float
    execution_spearman: float
    interval: Interval
    mse_interval: Interval
    covered: float | None = None
    """The share of true scores that lie in the range given with the prediction."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON; intervals as [low, high], unknown values as null."""
        plain = asdict(self)
        for name in ("interval", "mse_interval"):
            plain[name] = [_number(plain[name]["low"]), _number(plain[name]["high"])]
        return {
            key: _number(value) if isinstance(value, float) else value
            for key, value in plain.items()
        }


def measure(
    predicted: Floats,
    samples: Sequence[Sample],
    score_range: tuple[float, float],
    seed: int = 0,
) -> Measures:
    """Measure predictions, (performances,), against the true scores of the samples.

    Raises
    ------
    UsageError
        If a sample has no score.
    """
    true = true_scores(samples)
    known = [s.performance.difficulty for s in samples if s.performance.difficulty]
    execution = (
        metrics.execution_spearman(predicted, true, np.array(known))
        if len(known) == len(samples)
        else float("nan")
    )
    low, high = score_range
    return Measures(
        n=len(samples),
        spearman=metrics.spearman(predicted, true),
        mse=metrics.mse(predicted, true),
        r_l2=metrics.r_l2(predicted, true, score_range) if high > low else float("nan"),
        execution_spearman=execution,
        interval=metrics.bootstrap(metrics.spearman, predicted, true, seed=seed),
        mse_interval=metrics.bootstrap(metrics.mse, predicted, true, seed=seed),
    )


def with_coverage(measures: Measures, low: Floats, high: Floats, true: Floats) -> Measures:
    """Add the share of true scores that lie between `low` and `high`, (performances,) each."""
    return replace(measures, covered=float(np.mean((true >= low) & (true <= high))))


def without_ranks(measures: Measures) -> Measures:
    """Leave out how well predictions rank, where it would say nothing."""
    nan, unknown = float("nan"), Interval(float("nan"), float("nan"))
    return replace(measures, spearman=nan, execution_spearman=nan, interval=unknown)


def true_scores(samples: Sequence[Sample]) -> Floats:
    """Return the judges' scores in points, (performances,)."""
    missing = [s.performance.id for s in samples if s.performance.score is None]
    if missing:
        raise UsageError(f"{missing[0]} has no score to be measured against: leave it out")
    return np.array([s.performance.score for s in samples], float)


def floor_predictions(train: Sequence[Sample], queries: Sequence[Sample]) -> dict[str, Floats]:
    """Predict with every floor, fitted to `train`."""
    return {
        name: _catalog.find("podium.scorers", name)().fit(train).predict(queries) for name in FLOORS
    }


def left_out_floor_predictions(samples: Sequence[Sample]) -> dict[str, Floats]:
    """Predict each performance with every floor, fitted to all the others."""
    rows = [
        floor_predictions([*samples[:i], *samples[i + 1 :]], [samples[i]])
        for i in range(len(samples))
    ]
    return {name: np.array([row[name][0] for row in rows]) for name in FLOORS}


def _number(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None
