"""Which performances a query is compared with: the expert's, and the paper's other choices."""

from collections.abc import Callable, Sequence
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from podium.errors import TrainingError, UsageError
from podium.features.values import Sample

ReferenceChoice = Literal["best", "worst", "constant", "nearest"]
"""`best` or `worst` of each action with all ties (table III), `constant`: the best of one action
for all, `nearest`: the most similar high-scoring performance, whatever its action.
"""

CHOICES: tuple[str, ...] = get_args(ReferenceChoice)


def merit(sample: Sample) -> float:
    """Return what a performance is ranked by: the judges' score."""
    score = sample.performance.score
    if score is None:
        raise TrainingError(f"{sample.performance.id} has no score and cannot be a reference")
    return score


def reference_choice(text: str) -> ReferenceChoice:
    """Return the choice that a word stands for.

    Raises
    ------
    UsageError
        If there is no such choice.
    """
    for choice in get_args(ReferenceChoice):
        if choice == text:
            return cast(ReferenceChoice, choice)
    raise UsageError(f"no references are called {text!r}: choose one of {', '.join(CHOICES)}")


def choose_references(
    samples: Sequence[Sample], choice: ReferenceChoice, constant_action: str = ""
) -> tuple[Sample, ...]:
    """Pick the references out of the training performances.

    Performances marked `is_reference` are taken for their action instead, whatever the choice of
    `best`. `constant` are those of `constant_action`, "" being the most frequent. Order is that of
    `samples`.

    Raises
    ------
    UsageError, TrainingError
        If there is no such choice, or nothing to choose from.
    """
    reference_choice(choice)
    if not samples:
        raise TrainingError("there is no performance to choose references from")
    if choice == "constant":
        return _extremes(_of_constant(samples, constant_action), max)
    by_action = [
        _of_action_or_marked(_of_action(samples, action), choice) for action in _actions(samples)
    ]
    chosen = {sample.performance.id for group in by_action for sample in group}
    return tuple(sample for sample in samples if sample.performance.id in chosen)


def partners(
    query: Sample,
    references: Sequence[Sample],
    choice: ReferenceChoice,
    similarities: Callable[[Sample, Sequence[Sample]], npt.NDArray[np.float64]],
) -> tuple[Sample, ...]:
    """Pick the references of one query: those of its action, or what the choice says.

    A performance is never its own reference. `similarities` is asked only where the nearest has to
    be found: for `nearest`, and for an action that has no reference.
    """
    others = [r for r in references if r.performance.id != query.performance.id]
    if choice == "constant" or not others:
        return tuple(others)
    same = [r for r in others if r.performance.action == query.performance.action]
    if same and choice != "nearest":
        return tuple(same)
    return (others[int(np.argmax(similarities(query, others)))],)


def training_indices(
    query: Sample, references: Sequence[Sample], choice: ReferenceChoice
) -> list[int]:
    """Return where the references of a training query are: its action's, itself left out."""
    return [
        index
        for index, reference in enumerate(references)
        if reference.performance.id != query.performance.id
        and (choice == "constant" or reference.performance.action == query.performance.action)
    ]


def _of_action_or_marked(group: Sequence[Sample], choice: ReferenceChoice) -> Sequence[Sample]:
    marked = [sample for sample in group if sample.performance.is_reference]
    if marked and choice != "worst":
        return marked
    return _extremes(group, min if choice == "worst" else max)


def _extremes(
    group: Sequence[Sample], extreme: Callable[[list[float]], float]
) -> tuple[Sample, ...]:
    target = extreme([merit(sample) for sample in group])
    return tuple(sample for sample in group if merit(sample) == target)


def _actions(samples: Sequence[Sample]) -> list[str | None]:
    return list(dict.fromkeys(sample.performance.action for sample in samples))


def _of_action(samples: Sequence[Sample], action: str | None) -> list[Sample]:
    return [sample for sample in samples if sample.performance.action == action]


def _of_constant(samples: Sequence[Sample], action: str) -> list[Sample]:
    """Return those of which the best are constant references."""
    chosen = _of_action(samples, action or _most_frequent(samples))
    if not chosen:
        known = ", ".join(sorted(str(known) for known in _actions(samples)))
        raise UsageError(
            f"constant_action is {action!r}, which no training performance is of: choose one of "
            f"{known}, or leave it out"
        )
    return chosen


def _most_frequent(samples: Sequence[Sample]) -> str | None:
    return max(_actions(samples), key=lambda action: len(_of_action(samples, action)))
