"""Linear support vector regression: the last step of half of the field's systems."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError
from podium.features.values import Sample
from podium.folds.division import choice_groups, drawn_parts
from podium.inputs.saved import array_of, values_of
from podium.machine import extras
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target, TargetChoice, choose_target

COSTS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Values of C to choose from, for inputs of unit length and targets of unit variance."""


@dataclass(frozen=True)
class Line:
    """A weighted sum of inputs and a constant: `weights` (dim,), in the target's unit."""

    weights: npt.NDArray[np.float32]
    bias: float

    def __call__(self, inputs: npt.NDArray[Any]) -> Floats:
        """Return one number for each row of (rows, dim)."""
        if inputs.shape[1] != len(self.weights):
            raise FeatureError(
                f"features have {inputs.shape[1]} numbers, but the model reads "
                f"{len(self.weights)}: use the backbone that the model was trained with"
            )
        return np.asarray(inputs.astype(np.float64) @ self.weights + self.bias, np.float64)

    def arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return it as the arrays that are saved; the constant is `bias` of the config."""
        return {"line.weights": self.weights}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], bias: float, n_inputs: int | None = None
    ) -> Self:
        """Build it from saved arrays, which must be for so many inputs, if that is given.

        Raises
        ------
        ModelError
            If they are missing, or do not fit.
        """
        return cls(np.array(array_of(arrays, "line.weights", (n_inputs,))), bias)


class LineOptions(Protocol):
    """Options, a frozen dataclass, that say what is predicted."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def target(self) -> TargetChoice:
        """Return what is predicted."""
        ...


Options = TypeVar("Options", bound=LineOptions)


class LineScorer(Generic[Options]):
    """One row of numbers a performance and a line on it: what such scorers inherit.

    `options_class` makes the default options; `inputs` is what a scorer adds.
    """

    name: ClassVar[str]
    options_class: ClassVar[type[Any]]
    _line = Learned[Line]()

    def __init__(self, options: Options | None = None, seed: int = 0) -> None:
        self.options: Options = self.options_class() if options is None else options
        self.seed = seed
        self.target = Target(uses_execution=False)

    def inputs(self, samples: Sequence[Sample]) -> npt.NDArray[Any]:
        """Describe performances as (performances, dim)."""
        raise NotImplementedError

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit the line; `validation` is not used.

        Raises
        ------
        FeatureError
            If the features are not what the scorer reads.
        """
        self.target = choose_target(train, self.options.target)
        groups = [s.group for s in train]
        self._line = fit_line(self.inputs(train), self.target.of(train), self.seed, groups)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        line = self._line
        if not queries:
            return np.zeros(0)
        return self.target.points(line(self.inputs(queries)), queries)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "target": self.target.to_json(),
            "bias": self._line.bias,
        }
        return ScorerState(self._line.arrays(), config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"options": cls.options_class, "seed": int, "target": Any, "bias": float}
        plain = values_of(state.config, "scorer", **kinds)
        scorer = cls(plain["options"], plain["seed"])
        scorer.target = Target.from_json(plain["target"])
        scorer._line = Line.from_arrays(state.arrays, plain["bias"])
        return scorer


def fit_line(inputs: npt.NDArray[Any], targets: Floats, seed: int, groups: Sequence[str]) -> Line:
    """Fit a linear SVR; its C is chosen by cross-validation within these performances.

    `inputs` is (performances, dim), `targets` (performances,); `groups` names the group of each.
    """
    rows = inputs.astype(np.float64)
    centre = rows.mean(axis=0)
    length = float(np.sqrt(((rows - centre) ** 2).sum(axis=1).mean())) or 1.0
    mean, spread = float(targets.mean()), float(targets.std()) or 1.0
    scaled, wanted = (rows - centre) / length, (targets - mean) / spread
    weights, constant = _fit(scaled, wanted, _choose_cost(scaled, wanted, seed, groups))
    weights = weights / length * spread
    bias = constant * spread + mean - float(weights @ centre)
    return Line(weights.astype(np.float32), bias)


def _fit(inputs: Floats, targets: Floats, cost: float) -> tuple[Floats, float]:
    """Fit with one C, and give the weights and the constant."""
    with extras.needed_for("training", "train"):
        from sklearn.svm import SVR

    machine = SVR(kernel="linear", C=cost)
    machine.random_state = 0  # it cannot be given, is of no use, and else drawn from NumPy's own
    machine.fit(inputs, targets)
    return machine.coef_[0], float(machine.intercept_[0])


def _choose_cost(inputs: Floats, targets: Floats, seed: int, groups: Sequence[str]) -> float:
    """Choose C by the squared error on left-out folds."""
    folds = drawn_parts(choice_groups(groups), seed)
    if len(folds) < 2:
        return 1.0
    errors = [sum(_error(inputs, targets, fold, cost) for fold in folds) for cost in COSTS]
    return COSTS[int(np.argmin(errors))]


def _error(inputs: Floats, targets: Floats, fold: npt.NDArray[np.int64], cost: float) -> float:
    """Add up the squared errors on one fold, of a line fitted to the others."""
    others = np.setdiff1d(np.arange(len(inputs)), fold)
    weights, constant = _fit(inputs[others], targets[others], cost)
    return float(((inputs[fold] @ weights + constant - targets[fold]) ** 2).sum())
