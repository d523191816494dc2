"""Labels that are classes, such as correct and wrong, as true scores of 1 and 0."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from podium.errors import ManifestError
from podium.evaluation.predictions import PROBABILITY
from podium.performance import Performance

COLUMN = "label"
"""The column of a table of performances that names the class of each."""

USUAL = ("1", "1.0", "correct")
"""What the class of score 1 is called, where the table of performances does not say."""

MAX_NAMED = 5
"""So many classes are named in a message."""

MAX_CHARACTERS = 60
"""So much of the name of each is shown: a cell may be as long as a book."""


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
