"""Whether anything can be learned from a table: asked before a single video is looked at."""

from collections import Counter
from collections.abc import Sequence

from podium.errors import TrainingError
from podium.evaluation.labels import ClassNames, classes_in_table, scored_by_class
from podium.evaluation.named import about, names_of
from podium.folds.division import N_PARTS
from podium.inputs.saved import can_be_kept, shown
from podium.machine.terminal import brief
from podium.model import MAX_SCORES
from podium.performance import SCORE_PREFIX, Performance

MIN_PERFORMANCES = 2 * N_PARTS
"""So few performances are too few to learn from."""

MIN_OF_CLASS = N_PARTS
"""So many of each class there must be: one for each part that is left out."""

MAX_NAME = 60
"""So much of the name of a class is shown."""


def learnable(
    performances: Sequence[Performance],
) -> tuple[list[Performance], ClassNames | None]:
    """Return the performances that are learned from or stopped on, and what their classes are.

    Labels have become scores of 1 and 0. Those marked `test` and those without a score are left
    out.

    Raises
    ------
    TrainingError
        If there are too few, their scores are all the same, or they are not of two classes.
    """
    seen = [p for p in performances if p.split != "test"]
    names = classes_in_table(seen)
    usable = [p for p in scored_by_class(seen, names) if p.score is not None]
    train = [p for p in usable if p.split != "validation"]
    if not train:
        raise TrainingError(
            "no performance outside the splits test and validation has a score to learn from"
        )
    require_enough(len(train))
    if names:
        _require_both(train, names)
    _require_difference(train)
    return usable, names


def learnable_scores(usable: Sequence[Performance], headline: str) -> tuple[str, ...]:
    """Return the names of the other scores that usable performances have.

    `headline` is the name of their own, "" where that has none.

    Raises
    ------
    TrainingError
        If one cannot be learned, or its name cannot be kept, or they are too many.
    """
    names = names_of(usable)
    if len(names) > MAX_SCORES:
        raise TrainingError(
            f"performances have {len(names)} scores beside the first, and {MAX_SCORES} may be "
            "learned at once: leave columns out"
        )
    for name in filter(None, (headline, *names)):
        _require_name(name)
    for name in names:
        rated = [one for one in about(usable, name) if one.score is not None]
        train = [one for one in rated if one.split != "validation"]
        try:
            require_enough(len(train))
            _require_difference(train)
        except TrainingError as error:
            raise TrainingError(f"{SCORE_PREFIX}{name}: {error}") from error
    return names


def _require_name(name: str) -> None:
    """Refuse a name that a model could not be read with."""
    if not can_be_kept(name) or len(name) > MAX_NAME:
        raise TrainingError(
            f"the score {shown(name)} cannot be kept in a model: give its name {MAX_NAME} "
            "characters at most, none of which steers a terminal"
        )


def require_enough(n: int, why: str = "") -> None:
    """Refuse too few performances; `why` says what became of others.

    Raises
    ------
    TrainingError
        If there are.
    """
    if n < MIN_PERFORMANCES:
        raise TrainingError(
            f"{n} usable performances with scores are too few to train on: give "
            f"{MIN_PERFORMANCES} or more{why}"
        )


def _require_both(train: Sequence[Performance], names: ClassNames) -> None:
    counts = Counter(p.score for p in train)
    for name, score in ((names.better, 1), (names.worse, 0)):
        if counts[score] < MIN_OF_CLASS:
            raise TrainingError(
                f"{counts[score]} of {len(train)} performances are of the class "
                f"{brief(name, MAX_NAME)!r}, too few to learn from: give {MIN_OF_CLASS} or more of "
                f"each class ({brief(names.better, MAX_NAME)} and {brief(names.worse, MAX_NAME)})"
            )


def _require_difference(train: Sequence[Performance]) -> None:
    scores = {p.score for p in train}
    if len(scores) == 1:
        (only,) = scores
        raise TrainingError(
            f"all {len(train)} performances have the same score, {only:g}: give performances whose "
            "scores differ"
        )
