"""What a scorer learns to predict: the score, or the execution with difficulty divided out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError, TrainingError, UsageError
from podium.features.values import Sample
from podium.inputs.saved import record_of, shown, values_of

TargetChoice = Literal["auto", "execution", "score"]
"""`auto` is `execution` where every training performance has a difficulty, else `score`."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Difficulties:
    """The difficulties seen in training for one action: the range, and the usual one."""

    low: float
    usual: float
    high: float


@dataclass(frozen=True)
class Target:
    """Turns scores into what is learned, and predictions back into points.

    Execution is score / difficulty: the judges' part, which is all that a video can show. On the
    paper's data set learning it instead of the score is worth about .05 of rank correlation.
    """

    uses_execution: bool
    overall: Difficulties = Difficulties(1.0, 1.0, 1.0)
    by_action: Mapping[str, Difficulties] = field(default_factory=dict)

    def of(self, samples: Sequence[Sample]) -> Floats:
        """Return what is to be learned for each performance, (performances,)."""
        return np.array([_score(s) for s in samples]) / self.divisors(samples)

    def points(self, predicted: Floats, samples: Sequence[Sample]) -> Floats:
        """Turn predictions (performances,) back into points."""
        return predicted * self.divisors(samples)

    def divisors(self, samples: Sequence[Sample]) -> Floats:
        """Return each one's difficulty, or the usual one of its action where it is not known."""
        if not self.uses_execution:
            return np.ones(len(samples))
        return np.array(
            [s.performance.difficulty or self.difficulties(s.performance.action).usual
             for s in samples]
        )  # fmt: skip

    def difficulties(self, action: str | None) -> Difficulties:
        """Return which difficulties an action had in training; of all actions where it had none."""
        return self.by_action.get(action or "", self.overall)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Build it from plain JSON.

        Raises
        ------
        ModelError
            If it is of other kinds, or difficulties are not above 0 and in order.
        """
        values_of(plain, "target", uses_execution=bool, overall=Difficulties, by_action=Any)
        made = record_of(cls, plain, "target")
        for action, known in {"all": made.overall, **made.by_action}.items():
            if not 0 < known.low <= known.usual <= known.high:
                raise ModelError(
                    f"the difficulties of {shown(action)} are not above 0 and in order: "
                    f"{shown(known)}"
                )
        return made


def choose_target(samples: Sequence[Sample], choice: TargetChoice) -> Target:
    """Decide what is learned from these training performances.

    Raises
    ------
    UsageError, TrainingError
        If there is no such choice, no performance, or a score is missing, or a difficulty that
        `execution` needs.
    """
    if choice not in ("auto", "execution", "score"):
        raise UsageError(f"no target is called {choice!r}: choose auto, execution or score")
    if not samples:
        raise TrainingError("there is no performance to learn from: give some with scores")
    for sample in samples:
        _score(sample)
    lacking = [s.performance.id for s in samples if s.performance.difficulty is None]
    if choice == "execution" and lacking:
        raise TrainingError(
            f"{lacking[0]} has no difficulty, which the target execution needs: "
            "fill the column, or choose the target score"
        )
    if choice == "score" or lacking:
        return Target(uses_execution=False)
    groups: dict[str, list[float]] = {}
    for sample in samples:
        value = sample.performance.difficulty or 1.0
        groups.setdefault(sample.performance.action or "", []).append(value)
    everything = [value for group in groups.values() for value in group]
    known = {action: _spread(values) for action, values in sorted(groups.items()) if action}
    return Target(True, _spread(everything), known)


def _spread(values: Sequence[float]) -> Difficulties:
    return Difficulties(min(values), float(np.median(values)), max(values))


def _score(sample: Sample) -> float:
    if sample.performance.score is None:
        raise TrainingError(f"{sample.performance.id} has no score: nothing can be learned from it")
    return sample.performance.score
