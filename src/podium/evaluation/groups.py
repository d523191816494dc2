"""How good predictions are in each group: one may be scored too high, another too low."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.evaluation import metrics
from podium.evaluation.metrics import plain_number

Floats = npt.NDArray[np.float64]

MIN_RANKED = 3
"""With fewer performances an order says nothing."""


@dataclass(frozen=True)
class GroupMeasures:
    """How close the predictions of one group came."""

    group: str
    """Its name: of the athlete, the event, or what else performances are grouped by."""

    n: int
    """Of how many performances."""

    spearman: float
    """Whether the better one gets the higher score, within the group; `nan` of fewer than three."""

    mse: float
    """The mean squared error, in points squared."""

    bias: float
    """By how much its scores are above the true ones on average, in points; below, negative."""

    covered: float | None = None
    """The share of true scores within the range given, 0 to 1; `None` where none is given."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, unknown values as null."""
        return {k: plain_number(v) if isinstance(v, float) else v for k, v in asdict(self).items()}


def by_group(
    predicted: Floats,
    true: Floats,
    groups: Sequence[str],
    is_covered: npt.NDArray[np.bool_] | None = None,
) -> tuple[GroupMeasures, ...]:
    """Measure each group by itself, in alphabetical order.

    `predicted`, `true`, `groups` (names, "" for one on its own, which is left out here) and
    `is_covered` (whether the true score lies within the range) are (performances,) each.
    """
    names = np.array(groups, dtype=object)
    order = np.argsort(names, kind="stable")
    starts = np.flatnonzero(names[order][1:] != names[order][:-1]) + 1
    return tuple(
        _measured(str(names[rows[0]]), predicted[rows], true[rows], _of(is_covered, rows))
        for rows in np.split(order, starts)
        if len(rows) and names[rows[0]]
    )


def _of(is_covered: npt.NDArray[np.bool_] | None, rows: npt.NDArray[np.int64]) -> float | None:
    return None if is_covered is None else float(is_covered[rows].mean())


def _measured(group: str, predicted: Floats, true: Floats, covered: float | None) -> GroupMeasures:
    ranks = metrics.spearman(predicted, true) if len(true) >= MIN_RANKED else float("nan")
    mse, bias = metrics.mse(predicted, true), metrics.bias(predicted, true)
    return GroupMeasures(group, len(true), ranks, mse, bias, covered)
