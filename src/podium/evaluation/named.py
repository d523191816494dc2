"""Several scores of one performance, such as the elements and the components of a routine.

A table names them in columns `score_NAME`. Each is learned, given and measured by itself, in points
of its own: neither a difficulty nor marks of judges, which are of the whole, are taken out of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from podium.evaluation.labels import label_of
from podium.performance import SCORE_PREFIX, Performance

HEADLINE = (
    "the table has no column score: {column}, the first of its scores, is what is shown first"
)


def names_of(performances: Sequence[Performance]) -> tuple[str, ...]:
    """Return the names of the scores that some performance has beside its own, in order."""
    return tuple(dict.fromkeys(name for one in performances for name in one.scores))


def about(performances: Sequence[Performance], name: str) -> tuple[Performance, ...]:
    """Return performances as those that have this score and no other; some may lack it."""
    return tuple(
        replace(one, score=one.scores.get(name), scores={}, judges=(), difficulty=None)
        for one in performances
    )


def headline_of(performances: Sequence[Performance]) -> str:
    """Return which score is shown first where none is just the score; "" where one is."""
    if any(one.score is not None or label_of(one) for one in performances):
        return ""
    return next(iter(names_of(performances)), "")


def with_headline(performances: Sequence[Performance], name: str) -> tuple[Performance, ...]:
    """Return performances whose score is the one of that name; as they are where it is ""."""
    if not name:
        return tuple(performances)
    pairs = zip(about(performances, name), performances, strict=True)
    return tuple(
        replace(one, scores={k: v for k, v in own.scores.items() if k != name})
        for one, own in pairs
    )


def said_of_headline(name: str) -> str:
    """Return the sentence that says which score is shown first."""
    return HEADLINE.format(column=f"{SCORE_PREFIX}{name}")
