"""Predictions of splits -> how close they came, each by itself and on average."""

from collections.abc import Mapping, Sequence

import numpy as np

from podium.benchmark.results import ResultRow, SplitMeasures, SystemRow, TypeMeasures
from podium.benchmark.splits import action_of
from podium.evaluation import metrics
from podium.evaluation.measures import Floats, execution_ranks, true_scores
from podium.evaluation.resampling import Bootstrap, known_number, middle
from podium.features.values import Sample


def measures(predicted: Floats, samples: Sequence[Sample]) -> SplitMeasures:
    """Measure predictions on one split, all together and by action."""
    true = true_scores(samples)
    groups = np.array([action_of(s.performance) for s in samples])
    execution = execution_ranks(predicted, true, samples)
    return SplitMeasures(
        spearman=known_number(metrics.spearman(predicted, true)),
        mse=known_number(metrics.mse(predicted, true)),
        execution_spearman=known_number(execution),
        by_type={
            str(name): _of_type(predicted[groups == name], true[groups == name])
            for name in np.unique(groups)
        },
    )


def _of_type(predicted: Floats, true: Floats) -> TypeMeasures:
    return TypeMeasures(
        len(true),
        known_number(metrics.spearman(predicted, true)),
        known_number(metrics.mse(predicted, true)),
    )


def bootstrap_of(cells: Sequence[ResultRow], samples: Mapping[str, Sample]) -> Bootstrap:
    """Draw the tested performances again and again, for every system alike."""
    return Bootstrap(cells, {name: float(s.performance.score or 0) for name, s in samples.items()})


def summary(
    systems: Sequence[str], cells: Sequence[ResultRow], samples: Mapping[str, Sample]
) -> dict[str, SystemRow]:
    """Average each system over the splits, with 95 % intervals from resampled performances."""
    draws = bootstrap_of(cells, samples)
    return {name: _row([cell for cell in cells if cell.system == name], draws) for name in systems}


def _row(cells: Sequence[ResultRow], draws: Bootstrap) -> SystemRow:
    spearman, mse = draws.means(cells)
    return SystemRow(
        spearman=_mean([cell.spearman for cell in cells]),
        spearman_interval=middle(spearman),
        mse=_mean([cell.mse for cell in cells]),
        mse_interval=middle(mse),
        execution_spearman=_mean([cell.measures.execution_spearman for cell in cells]),
        n_splits=len({cell.split for cell in cells}),
        seconds=round(sum(cell.seconds for cell in cells), 1),
        n_attempts=max((cell.attempt + 1 for cell in cells), default=1),
        spearman_seed_sd=_seed_sd(cells),
    )


def _seed_sd(cells: Sequence[ResultRow]) -> float | None:
    """Return how much rho varies within splits, pooled; `None` without several fits of one."""
    by_split: dict[int, list[float]] = {}
    for cell in cells:
        if cell.spearman is not None:
            by_split.setdefault(cell.split, []).append(cell.spearman)
    variances = [float(np.var(found, ddof=1)) for found in by_split.values() if len(found) > 1]
    return known_number(float(np.sqrt(np.mean(variances)))) if variances else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return known_number(float(np.mean(known))) if known else None
