"""What a scorer learns to predict: the score, or the execution with difficulty divided out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError, TrainingError, UsageError
from podium.features.values import Sample
from podium.inputs.saved import record_of, shown, values_of
from podium.judging import combined_in
from podium.judging._combined import Removed

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

    Execution is the judges' part, which is all that a video can show: score / difficulty where the
    sport's rule multiplies, as in diving, and score - difficulty where it adds, as for vaults
    (`combined`). On the paper's data set learning it instead of the score is worth about .05 of
    rank correlation.
    """

    uses_execution: bool
    overall: Difficulties = Difficulties(1.0, 1.0, 1.0)
    by_action: Mapping[str, Difficulties] = field(default_factory=dict)
    combined: Removed = "times"

    def of(self, samples: Sequence[Sample]) -> Floats:
        """Return what is to be learned for each performance, (performances,)."""
        scores = np.array([_score(s) for s in samples])
        return (scores - self.addends(samples)) / self.divisors(samples)

    def points(self, predicted: Floats, samples: Sequence[Sample]) -> Floats:
        """Turn predictions (performances,) back into points."""
        return predicted * self.divisors(samples) + self.addends(samples)

    def points_of(self, predicted: Floats, sample: Sample) -> Floats:
        """Turn predictions of one performance, of any shape, back into points."""
        return np.asarray(
            predicted * self.divisors([sample])[0] + self.addends([sample])[0], np.float64
        )

    def divisors(self, samples: Sequence[Sample]) -> Floats:
        """Return how many points one of the target is, (performances,).

        It is the difficulty, where that multiplies; the usual one of an action where it is not
        known.
        """
        if not self.uses_execution or self.combined == "plus":
            return np.ones(len(samples))
        return self._difficulties(samples)

    def addends(self, samples: Sequence[Sample]) -> Floats:
        """Return the difficulty, where it is added to the execution; else 0; (performances,)."""
        if not self.uses_execution or self.combined == "times":
            return np.zeros(len(samples))
        return self._difficulties(samples)

    def difficulty_of(self, sample: Sample) -> float:
        """Return its difficulty or the usual one, and what changes nothing where none is used."""
        if not self.uses_execution:
            return 1.0
        return float(self._difficulties([sample])[0])

    def scored(self, execution: float, difficulty: float) -> float:
        """Return the points that an execution makes at a difficulty, where that is taken out."""
        is_plus = self.combined == "plus"
        return execution + difficulty if is_plus else execution * difficulty

    def executed(self, points: float, difficulty: float) -> float:
        """Return the execution that makes so many points at a difficulty: `scored`, undone."""
        return points - difficulty if self.combined == "plus" else points / difficulty

    def _difficulties(self, samples: Sequence[Sample]) -> Floats:
        return np.array(
            [s.performance.difficulty or self.difficulties(s.performance.action).usual
             for s in samples]
        )  # fmt: skip

    def difficulties(self, action: str | None) -> Difficulties:
        """Return which difficulties an action had in training; of all actions where it had none."""
        return self.by_action.get(action or "", self.overall)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON; that a difficulty is divided out goes without saying."""
        plain = asdict(self)
        if self.combined == "times":
            plain.pop("combined")
        return plain

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
    combined = combined_in([sample.performance for sample in samples])
    return Target(True, _spread(everything), known, combined)


def _spread(values: Sequence[float]) -> Difficulties:
    return Difficulties(min(values), float(np.median(values)), max(values))


def _score(sample: Sample) -> float:
    if sample.performance.score is None:
        raise TrainingError(f"{sample.performance.id} has no score: nothing can be learned from it")
    return sample.performance.score
