"""How good predictions are of each action: one exercise may be scored, another be guessed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.evaluation import metrics
from podium.evaluation.classes import Classes
from podium.evaluation.groups import MIN_RANKED
from podium.evaluation.metrics import plain_number

Floats = npt.NDArray[np.float64]

UNKNOWN = float("nan")


@dataclass(frozen=True)
class ActionMeasures:
    """How close the predictions of one action came; what does not fit its labels is `nan`."""

    action: str
    """Its name."""

    n: int
    """Of how many performances."""

    spearman: float
    """Whether the better one gets the higher score; `nan` of fewer than three."""

    mad: float
    """The mean distance, in points."""

    rmse: float
    """The root of the mean squared error, in points."""

    mape: float
    """The mean distance in percent of the true score; `nan` where one of these is 0."""

    auc: float = UNKNOWN
    """How often one of the better class gets more than one of the worse, 0 to 1."""

    accuracy: float = UNKNOWN
    """The share that gets its own label, 0 to 1."""

    log_loss: float = UNKNOWN
    """How surprising the truth is by the predictions; `nan` where these are no probabilities."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, unknown values as null."""
        return {k: plain_number(v) if isinstance(v, float) else v for k, v in asdict(self).items()}


def by_action(
    predicted: Floats, true: Floats, actions: Sequence[str | None], classes: Classes | None = None
) -> tuple[ActionMeasures, ...]:
    """Measure each action by itself, in alphabetical order; nothing where there is only one.

    `predicted`, `true` and `actions` are (performances,) each; `classes` are the two labels that
    scores are made of, if they are.
    """
    named = np.array([action or "" for action in actions], dtype=object)
    known = sorted({*named} - {""})
    if len(known) < 2:
        return ()
    return tuple(
        _measured(name, predicted[named == name], true[named == name], classes) for name in known
    )


def _measured(
    action: str, predicted: Floats, true: Floats, classes: Classes | None
) -> ActionMeasures:
    ranks = metrics.spearman(predicted, true) if len(true) >= MIN_RANKED else UNKNOWN
    distances = metrics.mad(predicted, true), metrics.rmse(predicted, true)
    found = ActionMeasures(action, len(true), ranks, *distances, metrics.mape(predicted, true))
    return found if classes is None else _with_classes(found, predicted, true, classes)


def _with_classes(
    found: ActionMeasures, predicted: Floats, true: Floats, classes: Classes
) -> ActionMeasures:
    is_high = true == classes.high
    can_be = classes.are_probabilities and bool(((predicted >= 0) & (predicted <= 1)).all())
    return replace(
        found,
        auc=metrics.auc(predicted, is_high),
        accuracy=metrics.accuracy(predicted, true, (classes.low, classes.high)),
        log_loss=metrics.log_loss(predicted, is_high) if can_be else UNKNOWN,
    )
