"""How well two classes are told apart, such as correct and wrong, where labels are that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.evaluation import metrics
from podium.evaluation.metrics import Interval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Classes:
    """The two labels that scores are made of, such as 0 and 1."""

    low: float
    """The label of the worse class."""

    high: float
    """The label of the better class."""

    @property
    def are_probabilities(self) -> bool:
        """Whether a prediction between them can be a probability: they are 0 and 1."""
        return (self.low, self.high) == (0, 1)


@dataclass(frozen=True)
class ClassMeasures:
    """How well the better class is told from the worse one."""

    auc: float
    """How often one of the better class gets more than one of the worse, 0 to 1; 0.5 is chance."""

    auc_interval: Interval
    """95 % of it."""

    accuracy: float
    """The share that gets its own label, 0 to 1."""

    log_loss: float
    """How surprising the truth is by the predictions; `nan` where these are no probabilities."""


def classes_of(scores: npt.ArrayLike) -> Classes | None:
    """Return the two classes that true scores, (performances,), are of; `None` where they are not.

    They are of two, if there are two values: 0 and 1, or others that occur twice or more.
    """
    labels, counts = np.unique(np.asarray(scores, float), return_counts=True)
    if len(labels) != 2:
        return None
    found = Classes(float(labels[0]), float(labels[1]))
    return found if found.are_probabilities or counts.min() > 1 else None


def class_measures(
    predicted: Floats,
    true: Floats,
    classes: Classes,
    groups: Sequence[str] = (),
    seed: int = 0,
) -> ClassMeasures:
    """Measure how well predictions, (performances,), tell the true classes apart.

    `true` holds the label of each, `groups` the name of its group (`metrics.bootstrap`).
    """
    is_high = true == classes.high
    can_be = classes.are_probabilities and bool(((predicted >= 0) & (predicted <= 1)).all())
    return ClassMeasures(
        auc=metrics.auc(predicted, is_high),
        auc_interval=metrics.bootstrap(metrics.auc, predicted, is_high, groups=groups, seed=seed),
        accuracy=metrics.accuracy(predicted, true, (classes.low, classes.high)),
        log_loss=metrics.log_loss(predicted, is_high) if can_be else float("nan"),
    )
