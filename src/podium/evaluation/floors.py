"""The floors that need no video, each performance predicted from others, and what that is worth.

A floor that says the same of two performances can only rank them by which of them was left out:
the higher a score, the lower what the others come to. So each such pair comes out in the wrong
order, and a floor that tells none apart has a rank correlation of -1 whatever the scores (Parker
et al., 2007: stratification bias; Airola et al., 2011, leave out both of a pair instead).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podium.evaluation.classes import Classes
from podium.evaluation.measures import (
    FLOORS,
    Floats,
    Measures,
    floor_predictions,
    measure,
    without_execution,
    without_ranks,
)
from podium.features.values import Sample
from podium.folds.parts import Ints, are_grouped, parts

MAX_ALIKE = 0.25
"""A floor that says the same of more pairs than this share, 0-1, has no rank correlation.

Scores that have nothing to do with it would come out at about minus the share."""

N_PARTS = 10
"""So many parts are left out, each as a whole, to see which performances a floor tells apart."""


@dataclass(frozen=True)
class Alike:
    """Of which share of pairs a floor says the same, when both are left out, 0 to 1."""

    score: float
    """Of which it predicts the same score."""

    execution: float
    """Of which it predicts the same execution, score / difficulty."""


@dataclass(frozen=True)
class Floor:
    """How good a floor is, each performance predicted from others."""

    measures: Measures
    """Without the ranks that say nothing."""

    alike: Alike
    """Of how many performances it says the same."""

    @property
    def has_ranks(self) -> bool:
        """Whether it tells enough apart for its rank correlation to say something."""
        return self.alike.score <= MAX_ALIKE


def left_out_floors(samples: Sequence[Sample], left_out: Sequence[Ints]) -> dict[str, Floats]:
    """Predict each performance with every floor, fitted to all others but those of its part.

    `left_out` holds the parts, by index: together they are all samples, each once.
    """
    found = {name: np.zeros(len(samples)) for name in FLOORS}
    for part in left_out:
        is_left_out = set(part.tolist())
        train = [sample for i, sample in enumerate(samples) if i not in is_left_out]
        for name, values in floor_predictions(train, [samples[i] for i in part]).items():
            found[name][part] = values
    return found


def measured_floors(
    samples: Sequence[Sample],
    left_out: Sequence[Ints],
    score_range: tuple[float, float],
    classes: Classes | None = None,
) -> dict[str, Floor]:
    """Measure every floor on parts left out (`left_out_floors`), without ranks that say nothing."""
    alike = find_alike(samples)
    return {
        name: _floor(measure(values, samples, score_range, classes=classes), alike[name])
        for name, values in left_out_floors(samples, left_out).items()
    }


def _floor(measures: Measures, alike: Alike) -> Floor:
    if alike.score > MAX_ALIKE:
        measures = without_ranks(measures)
    if alike.execution > MAX_ALIKE:
        measures = without_execution(measures)
    return Floor(measures, alike)


def find_alike(samples: Sequence[Sample]) -> dict[str, Alike]:
    """Return of which share of pairs each floor says the same, when both are left out.

    Of all, where there are too few samples to tell.
    """
    groups = [sample.group for sample in samples]
    n_parts = N_PARTS if are_grouped(groups) else min(N_PARTS, len(samples) // 2)
    if n_parts < 2:
        return dict.fromkeys(FLOORS, Alike(1.0, 1.0))
    tried = parts(groups, 0, n_parts)
    divisors = np.array([sample.performance.difficulty or 1.0 for sample in samples])
    said = left_out_floors(samples, tried)
    return {
        name: Alike(_share(values, tried), _share(values / divisors, tried))
        for name, values in said.items()
    }


def _share(values: Floats, tried: Sequence[Ints]) -> float:
    """Return the share of pairs within parts that have the same value, but for rounding."""
    n_alike = n_pairs = 0
    rounded = np.round(values / (np.abs(values).max() or 1.0), 9)
    for part in tried:
        _, counts = np.unique(rounded[part], return_counts=True)
        n_alike += int((counts * (counts - 1)).sum())
        n_pairs += len(part) * (len(part) - 1)
    return n_alike / n_pairs if n_pairs else 1.0
