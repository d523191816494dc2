"""Several options of a scorer, each measured on the same left-out folds; groups are never parted.

The best of many is too good by chance: how many were tried goes into the card of what is trained.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from podium.errors import PodiumError
from podium.evaluation.floors import measured_floors
from podium.evaluation.labelling import left_out_chances
from podium.evaluation.measures import measure, true_scores
from podium.training.evidence import LeftOut
from podium.training.lesson import Lesson
from podium.training.options import Progress, TrainingOptions
from podium.training.run import hardest_left_out
from podium.training.settings import Setting


@dataclass(frozen=True)
class Try:
    """Options that were tried, and how good they are."""

    setting: Setting
    """What was tried."""

    measured: dict[str, Any] | None
    """Its measures, as plain JSON; `None` where nothing could be learned."""

    error: str = ""
    """Why nothing could be."""

    @property
    def goodness(self) -> float:
        """What the best is chosen by: rank correlation, of two classes the area under the curve."""
        found = self.measured or {}
        said = found.get("spearman") if found.get("auc") is None else found["auc"]
        return float("-inf") if said is None else float(said)


@dataclass(frozen=True)
class Sweep:
    """Measures options on the performances of a lesson."""

    lesson: Lesson
    """What is learned from."""

    options: TrainingOptions
    """What all have in common."""

    unfinished: Path
    """The folder in which folds are kept until all are done."""

    def run(self, settings: Sequence[Setting], progress: Progress) -> Iterator[Try]:
        """Yield what came of each setting, in order."""
        for number, setting in enumerate(settings):
            progress.report("trying options", number, len(settings))
            try:
                measured = self._measured(self._left_out(setting))
            except PodiumError as error:
                yield Try(setting, None, str(error))
            else:
                yield Try(setting, measured)

    def floors(self) -> dict[str, dict[str, Any]]:
        """Return what needs no video on the same folds, by name, as plain JSON."""
        floor = replace(self.options, scorer="constant", scorer_options=None)
        divided = hardest_left_out(self.lesson, floor, self.unfinished, Progress()).divided
        found = measured_floors(self.lesson.train, divided, self._score_range)
        return {name: one.measures.to_json() for name, one in found.items()}

    def _left_out(self, setting: Setting) -> LeftOut:
        tried = replace(self.options, scorer_options=setting.options)
        return hardest_left_out(self.lesson, tried, self.unfinished, Progress())

    def _measured(self, left_out: LeftOut) -> dict[str, Any]:
        train, names, predicted = self.lesson.train, self.lesson.names, left_out.predicted
        if names:
            is_better = true_scores(train) == 1
            predicted = left_out_chances(names, predicted, is_better, left_out.divided)
        grouped = zip(train, left_out.groups, strict=True)
        samples = [replace(sample, group=group) for sample, group in grouped]
        return measure(predicted, samples, self._score_range).to_json()

    @property
    def _score_range(self) -> tuple[float, float]:
        true = true_scores(self.lesson.train)
        return float(true.min()), float(true.max())


def best_of(tries: Sequence[Try]) -> Try:
    """Return the best of several tries, of equals the first."""
    return max(tries, key=lambda one: one.goodness)
