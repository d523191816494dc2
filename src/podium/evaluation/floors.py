"""The floors that need no video, each performance predicted from others, and what that is worth.

A floor that says the same of two performances can only rank them by which of them was left out:
the higher a score, the lower what the others come to. So each such pair comes out in the wrong
order, and a floor that tells none apart has a rank correlation of -1 whatever the scores (Parker
et al., 2007: stratification bias; Airola et al., 2011, leave out both of a pair instead).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from podium.evaluation.classes import Classes
from podium.evaluation.measures import (
    FLOORS,
    Floats,
    Measures,
    blank,
    can_say,
    floor_predictions,
    measure,
    without_execution,
    without_ranks,
)
from podium.features.values import Sample
from podium.folds.division import Ints, are_grouped, parts
from podium.judging import combined_in

MAX_ARTEFACT = 1 / 3
"""With more pairs than this share, 0-1, ranked by who was left out, a floor has no ranks.

Scores that have nothing to do with a floor would come out at about minus the share."""

MAX_RANKED = 1_000
"""So many of a part are compared with each other: the work grows with the square of them."""

N_PARTS = 10
"""So many parts are left out, each as a whole, to see how a floor ranks those in it."""


@dataclass(frozen=True)
class Artefact:
    """Which share of pairs a floor ranks by who was left out only, 0 to 1.

    When both are left out it says the same of them, or ranks them the other way round.
    """

    score: float
    """Of pairs ranked by score."""

    execution: float
    """Of pairs ranked by execution, score / difficulty."""


@dataclass(frozen=True)
class Floor:
    """How good a floor is, each performance predicted from others."""

    measures: Measures
    """Without the ranks that say nothing."""

    artefact: Artefact
    """How much of its ranks was only who was left out."""

    @property
    def has_ranks(self) -> bool:
        """Whether it tells enough apart for its rank correlation to say something."""
        return self.artefact.score <= MAX_ARTEFACT


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
    """Measure every floor on parts left out (`left_out_floors`), without ranks that say nothing.

    One that has nothing to go by, such as the difficulty where none is known, is blank.
    """
    predicted = left_out_floors(samples, left_out)
    artefacts = find_artefacts(samples, predicted)
    measured = {
        name: measure(values, samples, score_range, classes=classes)
        for name, values in predicted.items()
    }
    return {
        name: _floor(one if can_say(name, samples) else blank(one), artefacts[name])
        for name, one in measured.items()
    }


def _floor(measures: Measures, artefact: Artefact) -> Floor:
    if artefact.score > MAX_ARTEFACT:
        measures = without_ranks(measures)
    if artefact.execution > MAX_ARTEFACT:
        measures = without_execution(measures)
    return Floor(measures, artefact)


def find_artefacts(
    samples: Sequence[Sample], predicted: Mapping[str, Floats]
) -> dict[str, Artefact]:
    """Compare how floors rank performances, predicted from others, with how they rank by one fit.

    `predicted` holds what `left_out_floors` gives, by floor. For that, parts are left out as a
    whole. Where there are too few samples for parts, nothing is believed.
    """
    groups = [sample.group for sample in samples]
    n_parts = N_PARTS if are_grouped(groups) else min(N_PARTS, len(samples) // 2)
    if n_parts < 2:
        return dict.fromkeys(FLOORS, Artefact(1.0, 1.0))
    tried = parts(groups, 0, n_parts)
    executed = _executed(samples)
    return {
        name: Artefact(
            _share(values, predicted[name], tried),
            _share(executed(values), executed(predicted[name]), tried),
        )
        for name, values in left_out_floors(samples, tried).items()
    }


def _executed(samples: Sequence[Sample]) -> Callable[[Floats], Floats]:
    """Return what takes the difficulty out of scores of these samples, where it is known."""
    known = [sample.performance.difficulty for sample in samples]
    if combined_in([sample.performance for sample in samples]) == "plus":
        addends = np.array([difficulty or 0.0 for difficulty in known])
        return lambda values: values - addends
    divisors = np.array([difficulty or 1.0 for difficulty in known])
    return lambda values: values / divisors


def _share(together: Floats, singly: Floats, tried: Sequence[Ints]) -> float:
    """Return the share of pairs within parts that `together` ties, or ranks otherwise."""
    n_artefacts = n_pairs = 0
    for part in tried:
        rows = part[:MAX_RANKED]
        order = _order(together[rows])
        is_artefact = (order == 0) | (order != _order(singly[rows]))
        n_artefacts += int(is_artefact.sum()) - len(rows)  # each is tied with itself
        n_pairs += len(rows) * (len(rows) - 1)
    return n_artefacts / n_pairs if n_pairs else 1.0


def _order(values: Floats) -> Floats:
    """Return 1 where one is above another, -1 below, 0 where they differ by rounding only."""
    differences = values[:, None] - values[None]
    return np.sign(np.where(np.abs(differences) > 1e-9 * np.abs(values).max(), differences, 0.0))
