"""What a scorer says of two classes, as the name of one with how likely it is.

A scorer learns the better class as 1 and the other as 0, and says a number. How likely the better
class is at such a number is a logistic curve (Platt, 1999), fitted to performances that were left
out of the fit, with their groups where these are known: so it is calibrated on new ones.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.evaluation.labels import ClassNames
from podium.inputs.saved import record_of
from podium.machine import extras

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FIRMNESS = 10.0
"""How little the curve is held back where classes are told apart without an error."""


@dataclass(frozen=True)
class Labelling:
    """Names the class of a performance by what a scorer says of it."""

    worse: str
    """The class that is learned as 0."""

    better: str
    """The class that is learned as 1."""

    slope: float
    """How steep the curve is, 0 or more; 0 where the scorer tells nothing."""

    offset: float
    """The logarithm of the odds of the better class where the scorer says 0."""

    def chance(self, values: npt.ArrayLike) -> Floats:
        """Return how likely the better class is, 0 to 1, by what the scorer says."""
        odds = self.slope * np.asarray(values, np.float64) + self.offset
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))), np.float64)

    def label(self, chance: float) -> str:
        """Return the likelier class."""
        return self.better if chance >= 0.5 else self.worse

    def probabilities(self, chance: float) -> dict[str, float]:
        """Return how likely each class is, by that of the better one."""
        return {self.worse: 1 - chance, self.better: chance}

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Any) -> Self | None:
        """Build it from plain JSON; nothing from nothing.

        Raises
        ------
        ModelError
            If it is of other kinds, the classes have one name, or the curve falls.
        """
        if plain is None:
            return None
        found = record_of(cls, plain, "labelling")
        if found.worse == found.better or found.slope < 0:
            raise ModelError("labelling needs two names, and a slope of 0 or more")
        return found


def fit_labelling(names: ClassNames, values: Floats, is_better: npt.NDArray[np.bool_]) -> Labelling:
    """Fit the curve to what a scorer said, (performances,), of performances that it had not seen.

    Where the better class gets no more than the other one, the curve is flat: it then says how
    frequent the better class is.
    """
    with extras.needed_for("training", "train"):
        from sklearn.linear_model import LogisticRegression

    spread = float(values.std())
    if spread and 0 < is_better.sum() < len(values):
        scaled = ((values - values.mean()) / spread)[:, None]
        fitted = LogisticRegression(C=FIRMNESS).fit(scaled, is_better)
        slope = float(fitted.coef_[0, 0]) / spread
        if slope > 0:
            offset = float(fitted.intercept_[0]) - slope * float(values.mean())
            return Labelling(names.worse, names.better, slope, offset)
    share = (float(is_better.sum()) + 1) / (len(is_better) + 2)
    return Labelling(names.worse, names.better, 0.0, float(np.log(share / (1 - share))))


def left_out_chances(
    names: ClassNames, values: Floats, is_better: npt.NDArray[np.bool_], divided: Sequence[Ints]
) -> Floats:
    """Return how likely the better class is, by curves fitted to the other parts, (performances,).

    `divided` holds the parts that were left out, by index: so neither the scorer nor the curve
    has seen a performance.
    """
    found = np.zeros(len(values))
    for part in divided:
        others = np.setdiff1d(np.arange(len(values)), part)
        fitted = fit_labelling(names, values[others], is_better[others])
        found[part] = fitted.chance(values[part])
    return found
