"""Labels that are classes, such as correct and wrong, as true scores of 1 and 0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podium.errors import ManifestError, TrainingError
from podium.evaluation.predictions import PROBABILITY
from podium.performance import Performance

COLUMN = "label"
"""The column of a table of performances that names the class of each."""

USUAL = ("1", "1.0", "correct")
"""What the class of score 1 is called, where the table of performances does not say."""

BETTER = (
    "1", "1.0", "correct", "right", "good", "ok", "pass", "passed", "true", "yes", "proper",
    "richtig", "gut", "ja",
)  # fmt: skip
WORSE = (
    "0", "0.0", "wrong", "incorrect", "bad", "fail", "failed", "false", "no", "improper",
    "falsch", "schlecht", "nein",
)  # fmt: skip
"""What the better and the worse class are usually called, in small letters."""

MAX_NAMED = 5
"""So many classes are named in a message."""

MAX_CHARACTERS = 60
"""So much of the name of each is shown: a cell may be as long as a book."""


@dataclass(frozen=True)
class ClassNames:
    """What the two classes of a table are called."""

    worse: str
    """The class whose true score is 0."""

    better: str
    """The class whose true score is 1."""


def label_of(performance: Performance) -> str:
    """Return the class that a performance is said to be of; "" where nothing is said."""
    return performance.extra.get(COLUMN, "")


def better_class(classes: Sequence[str], performances: Sequence[Performance], path: Path) -> str:
    """Return the class whose true score is 1, of those that a table of predictions has.

    Where the manifest has labels and no scores, the first that the table has.

    Raises
    ------
    ManifestError
        If there are more than two classes, or it is not known which one is meant.
    """
    scores = {label_of(p): p.score for p in performances if label_of(p)}
    named = sorted({*classes, *scores})
    if len(named) > 2:
        raise ManifestError(
            f"{path}: there are {len(named)} classes here and in the manifest "
            f"({_shown(named, ', ')}), and two can be measured: give a column "
            f"{PROBABILITY}LABEL for each of two, and no other labels"
        )
    if scores:
        return next((name for name in named if scores.get(name) == 1), classes[0])
    return _usual(classes, performances, path)


def _usual(classes: Sequence[str], performances: Sequence[Performance], path: Path) -> str:
    """Return the class of score 1, where the manifest has no labels."""
    if {p.score for p in performances} - {None, 0, 1}:
        raise ManifestError(
            f"{path}: says how likely {_shown(classes, ' and ')} are, and scores of the manifest "
            f"are others than 0 and 1: give it a column {COLUMN}"
        )
    usual = [name for name in classes if name in USUAL or len(classes) == 1]
    if not usual:
        raise ManifestError(
            f"{path}: says how likely {_shown(classes, ' and ')} are, but not which of them the "
            f"score 1 of the manifest means: give that a column {COLUMN}"
        )
    return usual[0]


def _shown(names: Sequence[str], between: str) -> str:
    more = [] if len(names) <= MAX_NAMED else ["..."]
    return between.join([*(name[:MAX_CHARACTERS] for name in names[:MAX_NAMED]), *more])


def with_scores(performances: Sequence[Performance], better: str) -> tuple[Performance, ...]:
    """Return performances with score 1 if they are of the better class, 0 of the other one."""
    return tuple(
        replace(one, score=float(label_of(one) == better)) if label_of(one) else one
        for one in performances
    )


def classes_in_table(performances: Iterable[Performance]) -> ClassNames | None:
    """Return the two classes that performances are labelled with; `None` where they have scores.

    They have classes where a column `label` says one of two words, or scores are 0 and 1. Where a
    performance has another score than these, scores count, whatever labels say.

    Raises
    ------
    TrainingError
        If there are labels of one class, or of more than two, or it is not known which is better.
    """
    listed = [p for p in performances if p.score is not None or label_of(p)]
    scores = {p.score for p in listed}
    if not listed or scores - {None, 0, 1}:
        return None
    labels = sorted({label_of(p) for p in listed} - {""})
    if labels:
        return _named(labels, {label_of(p): p.score for p in listed if p.score is not None})
    return ClassNames("0", "1") if scores == {0, 1} else None


def _named(labels: Sequence[str], scores: dict[str, float | None]) -> ClassNames:
    if len(labels) != 2:
        what = "one class only" if len(labels) == 1 else f"{len(labels)} classes"
        raise TrainingError(
            f"the column {COLUMN} has {what} ({_shown(labels, ', ')}): give performances of two, "
            "such as correct and wrong, or a column score with numbers"
        )
    better = [name for name in labels if _is_better(name, labels, scores)]
    if len(better) != 1:
        raise TrainingError(
            f"the column {COLUMN} has the classes {_shown(labels, ' and ')}, and which of them is "
            "the better one is not known: call them correct and wrong, or give a column score "
            "too, with 1 for the better and 0 for the other"
        )
    return ClassNames(next(name for name in labels if name != better[0]), better[0])


def _is_better(name: str, both: Sequence[str], scores: dict[str, float | None]) -> bool:
    """Return whether a class is the better one: by its score, else by its name or the other's."""
    if scores:
        return scores.get(name) == 1
    (other,) = (label for label in both if label != name)
    if name.lower() in WORSE or other.lower() in BETTER:
        return False
    return name.lower() in BETTER or other.lower() in WORSE


def scored_by_class(
    performances: Sequence[Performance], names: ClassNames | None
) -> tuple[Performance, ...]:
    """Return performances with score 1 if they are of the better class, 0 of the other one."""
    return with_scores(performances, names.better) if names else tuple(performances)
