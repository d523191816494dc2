"""What left-out predictions say of a model: how good it is, and how far a score may be off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from podium.errors import TrainingError
from podium.evaluation.calibration import Calibration, calibrate
from podium.evaluation.floors import measured_floors
from podium.evaluation.groups import by_group
from podium.evaluation.labelling import Labelling, fit_labelling, left_out_chances
from podium.evaluation.labels import ClassNames
from podium.evaluation.measures import Floats, measure, true_scores, with_coverage
from podium.features.values import Sample
from podium.folds.division import Ints, are_grouped, parts
from podium.machine.terminal import brief

MAX_NAME = 100
"""So many characters of the name of a group, or of a copy, go into a model."""

MAX_KEPT = 1_000
"""So many groups go into a model, and so many sets of copies."""

MAX_COPIES = 10
"""So many copies of one performance go into a model."""


@dataclass(frozen=True)
class LeftOut:
    """Scores of every performance by scorers that had not seen its part."""

    predicted: Floats
    """In points, (performances,)."""

    divided: Sequence[Ints]
    """The parts, by index."""

    groups: Sequence[str]
    """The group of each performance that was left out as a whole, "" for one on its own."""


@dataclass(frozen=True)
class Judging:
    """Measures left-out scores against the true ones, beside the floors."""

    samples: Sequence[Sample]
    divisors: Floats
    """What a score is divided by to be what the scorer predicts, (performances,)."""

    scorer: str
    """The name of the scorer, for the table."""

    @cached_property
    def true(self) -> Floats:
        """The judges' scores in points, (performances,)."""
        return true_scores(self.samples)

    def calibration(self, left_out: LeftOut) -> Calibration:
        """Learn from all left-out scores how far one may be off.

        Raises
        ------
        TrainingError
            If all are right, so that a range would promise exact scores.
        """
        found = self._calibrate(left_out, np.arange(len(self.samples)))
        if not found.is_measured:
            raise TrainingError(
                "performances that were left out were predicted without any error, so no range can "
                "be learned: give performances whose scores differ, and each of them once"
            )
        return found

    def labelling(self, left_out: LeftOut, names: ClassNames) -> Labelling:
        """Learn from all left-out scores how likely the better class is."""
        return fit_labelling(names, left_out.predicted, self.true == 1)

    def as_chances(self, left_out: LeftOut, names: ClassNames) -> LeftOut:
        """Return left-out scores as how likely the better class is, by those of other parts."""
        predicted, divided = left_out.predicted, left_out.divided
        found = left_out_chances(names, predicted, self.true == 1, divided)
        return replace(left_out, predicted=found)

    def results(self, left_out: LeftOut) -> dict[str, dict[str, Any]]:
        """Measure the scorer and the floors: one row each, as the model card has them."""
        score_range = (float(self.true.min()), float(self.true.max()))
        samples = self._grouped(left_out)
        measures = measure(left_out.predicted, samples, score_range)
        low, high = self._ranges(left_out)
        results = {self.scorer: with_coverage(measures, low, high, self.true).to_json()}
        for floor, found in measured_floors(samples, left_out.divided, score_range).items():
            results.setdefault(floor, found.measures.to_json())  # a floor may itself be the scorer
        return results

    def by_group(self, left_out: LeftOut) -> tuple[dict[str, Any], ...]:
        """Measure each group that was left out, with how often its range held the true score.

        Names are cut short, and of very many groups the largest are kept: a model must be readable.
        """
        low, high = self._ranges(left_out)
        is_covered = (self.true >= low) & (self.true <= high)
        found = by_group(left_out.predicted, self.true, left_out.groups, is_covered)
        largest = sorted(found, key=lambda one: -one.n)[:MAX_KEPT]
        named = [replace(one, group=brief(one.group, MAX_NAME)) for one in largest]
        return tuple(one.to_json() for one in sorted(named, key=lambda one: one.group))

    def _grouped(self, left_out: LeftOut) -> list[Sample]:
        pairs = zip(self.samples, left_out.groups, strict=True)
        return [replace(sample, group=group) for sample, group in pairs]

    def _ranges(self, left_out: LeftOut) -> tuple[Floats, Floats]:
        """Return the range of each left-out score by the residuals of other parts, in points."""
        n = len(self.samples)
        half = np.zeros(n)
        for part in left_out.divided if are_grouped(left_out.groups) else parts([""] * n, 1):
            others = np.setdiff1d(np.arange(n), part)
            half[part] = self._calibrate(left_out, others).half_width() * self.divisors[part]
        return left_out.predicted - half, left_out.predicted + half

    def _calibrate(self, left_out: LeftOut, rows: Ints) -> Calibration:
        divisors, true = self.divisors[rows], self.true[rows]
        groups = [left_out.groups[i] for i in rows]
        return calibrate(left_out.predicted[rows] / divisors, true / divisors, groups)
