"""Linear support vector regression: the last step of half of the field's systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError
from podium.scorers import Floats

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Values of C to choose from, for inputs of unit length and targets of unit variance."""

N_FOLDS = 5


@dataclass(frozen=True)
class Line:
    """A weighted sum of inputs and a constant: `weights` (dim,), in the target's unit."""

    weights: npt.NDArray[np.float32]
    bias: float

    def __call__(self, inputs: npt.NDArray[Any]) -> Floats:
        """Give one number for each row of (rows, dim)."""
        if inputs.shape[1] != len(self.weights):
            raise FeatureError(
                f"features have {inputs.shape[1]} numbers and the model reads "
                f"{len(self.weights)}: use the backbone that the model was trained with"
            )
        return np.asarray(inputs.astype(np.float64) @ self.weights + self.bias, np.float64)

    def arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        """Give it as arrays, as it is saved; the constant is `bias` of the config."""
        return {"line.weights": self.weights}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], bias: float) -> Self:
        """Make it of saved arrays."""
        return cls(np.array(arrays["line.weights"]), bias)


def fit_line(inputs: npt.NDArray[Any], targets: Floats, seed: int) -> Line:
    """Fit a linear SVR; its C is chosen by cross-validation within these performances.

    `inputs` is (performances, dim), `targets` (performances,).
    """
    rows = inputs.astype(np.float64)
    centre = rows.mean(axis=0)
    length = float(np.sqrt(((rows - centre) ** 2).sum(axis=1).mean())) or 1.0
    mean, spread = float(targets.mean()), float(targets.std()) or 1.0
    scaled, wanted = (rows - centre) / length, (targets - mean) / spread
    weights, constant = _fitted(scaled, wanted, _strength(scaled, wanted, seed))
    weights = weights / length * spread
    bias = constant * spread + mean - float(weights @ centre)
    return Line(weights.astype(np.float32), bias)


def _fitted(inputs: Floats, targets: Floats, strength: float) -> tuple[Floats, float]:
    """Fit with one C, and give the weights and the constant."""
    from sklearn.svm import SVR

    machine = SVR(kernel="linear", C=strength)
    machine.random_state = 0  # it cannot be given, is of no use, and else drawn from NumPy's own
    machine.fit(inputs, targets)
    return machine.coef_[0], float(machine.intercept_[0])


def _strength(inputs: Floats, targets: Floats, seed: int) -> float:
    """Choose C by the squared error on left-out folds."""
    order = np.random.default_rng(seed).permutation(len(inputs))
    folds = np.array_split(order, min(N_FOLDS, len(inputs)))
    if len(folds) < 2:
        return 1.0
    errors = [sum(_error(inputs, targets, fold, c) for fold in folds) for c in STRENGTHS]
    return STRENGTHS[int(np.argmin(errors))]


def _error(inputs: Floats, targets: Floats, fold: npt.NDArray[np.int64], strength: float) -> float:
    """Add up the squared errors on one fold, of a line fitted to the others."""
    others = np.setdiff1d(np.arange(len(inputs)), fold)
    weights, constant = _fitted(inputs[others], targets[others], strength)
    return float(((inputs[fold] @ weights + constant - targets[fold]) ** 2).sum())
