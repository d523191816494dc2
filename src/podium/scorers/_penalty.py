"""How strongly a line is held back: chosen on performances that it was not fitted to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from podium.folds.division import are_grouped, choice_groups, parts
from podium.machine import extras
from podium.scorers import Floats

if TYPE_CHECKING:
    from sklearn.linear_model import RidgeCV


def fit_penalised(
    inputs: npt.NDArray[Any], targets: Floats, groups: Sequence[str], penalties: Floats
) -> "RidgeCV":
    """Fit ridge regression to (rows, numbers), with the best of some penalties on rows left out.

    `groups` names the group of each row, "" for one on its own: a group is left out as a whole,
    and a row by itself where there are no groups, or too few to choose by (`choice_groups`).
    """
    with extras.needed_for("training", "train"):
        from sklearn.linear_model import RidgeCV

    groups = choice_groups(groups)
    if not are_grouped(groups):
        return RidgeCV(penalties).fit(inputs, targets)
    rows = np.arange(len(inputs))
    folds = [(np.setdiff1d(rows, part), part) for part in parts(groups, seed=0)]
    return RidgeCV(penalties, cv=folds, scoring="neg_mean_squared_error").fit(inputs, targets)
