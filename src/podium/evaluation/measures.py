"""How good predictions are, beside the floors that need no video."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from podium import _catalog
from podium.errors import UsageError
from podium.evaluation import metrics
from podium.evaluation.classes import Classes, ClassMeasures, class_measures, classes_of
from podium.evaluation.draws import Drawn, how_drawn
from podium.evaluation.metrics import Interval, plain_number
from podium.features.values import Sample
from podium.judging import combined_in

FLOORS = ("constant", "difficulty", "type_mean")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measures:
    """How close a row of predictions came: see `podium.evaluation.metrics` for each."""

    n: int
    """Of how many performances."""

    spearman: float
    """Whether the better one gets the higher score, -1 to 1."""

    mse: float
    """The mean squared error, in points squared."""

    r_l2: float
    """The squared error relative to the range of scores, times 100."""

    execution_spearman: float
    """The rank correlation with the difficulty taken out; `nan` where one is not known."""

    interval: Interval
    """95 % of the rank correlation."""

    mse_interval: Interval
    """95 % of the mean squared error."""

    mad: float
    """The mean distance, in points."""

    rmse: float
    """The root of the mean squared error, in points."""

    mape: float
    """The mean distance in percent of the true score; `nan` where one of these is 0."""

    bias: float
    """By how much scores are above the true ones on average, in points; below, negative."""

    drawn: Drawn
    """What was drawn for the intervals."""

    covered: float | None = None
    """The share of true scores that lie in the range given with the prediction."""

    classes: ClassMeasures | None = None
    """How well two classes are told apart, where the true scores are labels of two."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON; intervals as [low, high], unknown values as null."""
        plain = asdict(self)
        classes = plain.pop("classes") or dict.fromkeys(_CLASS_MEASURES)
        return {key: _plain(value) for key, value in {**plain, **classes}.items()}


_CLASS_MEASURES = tuple(field.name for field in fields(ClassMeasures))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [plain_number(value["low"]), plain_number(value["high"])]
    return plain_number(value) if isinstance(value, float) else value


def measure(
    predicted: Floats,
    samples: Sequence[Sample],
    score_range: tuple[float, float],
    seed: int = 0,
    classes: Classes | None = None,
) -> Measures:
    """Measure predictions, (performances,), against the true scores of the samples.

    Intervals respect the groups of the samples (`draws.how_drawn`). `classes` are the two labels
    that scores are made of, where it is known that they are; else it is read off the true scores.

    Raises
    ------
    UsageError
        If a sample has no score.
    """
    true, groups = true_scores(samples), [sample.group for sample in samples]
    classes = classes or classes_of(true)
    low, high = score_range

    def interval(of: Callable[..., float]) -> Interval:
        return metrics.bootstrap(of, predicted, true, groups=groups, seed=seed)

    return Measures(
        n=len(samples),
        spearman=metrics.spearman(predicted, true),
        mse=metrics.mse(predicted, true),
        r_l2=metrics.r_l2(predicted, true, score_range) if high > low else float("nan"),
        execution_spearman=execution_ranks(predicted, true, samples),
        interval=interval(metrics.spearman),
        mse_interval=interval(metrics.mse),
        mad=metrics.mad(predicted, true),
        rmse=metrics.rmse(predicted, true),
        mape=metrics.mape(predicted, true),
        bias=metrics.bias(predicted, true),
        drawn=how_drawn(groups),
        classes=class_measures(predicted, true, classes, groups, seed) if classes else None,
    )


def execution_ranks(predicted: Floats, true: Floats, samples: Sequence[Sample]) -> float:
    """Return how predictions rank the execution, as the sport takes difficulty into a score.

    (performances,) each; `nan` where a difficulty is not known.
    """
    known = [s.performance.difficulty for s in samples if s.performance.difficulty]
    if len(known) != len(samples):
        return float("nan")
    combined = combined_in([sample.performance for sample in samples])
    return metrics.execution_spearman(predicted, true, np.array(known), combined)


def with_coverage(measures: Measures, low: Floats, high: Floats, true: Floats) -> Measures:
    """Add the share of true scores that lie between `low` and `high`, (performances,) each."""
    return replace(measures, covered=float(np.mean((true >= low) & (true <= high))))


def without_ranks(measures: Measures) -> Measures:
    """Leave out how well predictions rank, where it would say nothing."""
    unknown = Interval(float("nan"), float("nan"))
    classes = measures.classes
    if classes:
        classes = replace(classes, auc=float("nan"), auc_interval=unknown)
    measures = replace(measures, spearman=float("nan"), interval=unknown, classes=classes)
    return without_execution(measures)


def without_execution(measures: Measures) -> Measures:
    """Leave out how well predictions rank the execution, where it would say nothing."""
    return replace(measures, execution_spearman=float("nan"))


def blank(measures: Measures) -> Measures:
    """Return how many were measured, and nothing else: for what has nothing to go by."""
    unknown: dict[str, Any] = {f.name: float("nan") for f in fields(Measures) if f.type is float}
    nowhere = Interval(float("nan"), float("nan"))
    return replace(
        measures, **unknown, interval=nowhere, mse_interval=nowhere, covered=None, classes=None
    )


def can_say(floor: str, samples: Sequence[Sample]) -> bool:
    """Return whether a floor has anything to go by: else it is the constant under another name."""
    performances = [sample.performance for sample in samples]
    differ = len({p.difficulty for p in performances} - {None}) > 1
    if floor == "difficulty":
        return differ
    return floor != "type_mean" or differ or len({p.action for p in performances}) > 1


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
