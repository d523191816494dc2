"""How a difficulty and what judges see make a score: by a rule that is named, or by marks."""

from collections.abc import Sequence
from typing import Literal

from podium.performance import Performance

Combination = Literal["times", "plus", "share"]
"""Whether the difficulty multiplies what the marks make, is added to it, or is changed by a tenth
of itself for each point of it."""

Removed = Literal["times", "plus"]
"""Of these, those that a difficulty is taken out of a score by."""

RULE_COLUMN = "rule"
"""The column of a table that names the rule of its sport."""

MOST_ASKED = 200
"""So many performances with marks say how their scores are made."""

LEAST_SHARE = 0.9
"""So many of these must have been made so."""


def named_rule(performances: Sequence[Performance]) -> str | None:
    """Return the rule that these performances name, where all that name one name the same."""
    named = {one.extra[RULE_COLUMN] for one in performances if one.extra.get(RULE_COLUMN)}
    return next(iter(named)) if len(named) == 1 else None


def adds_difficulty(performances: Sequence[Performance]) -> bool:
    """Return whether a score is the difficulty plus a mark, by the marks that are known.

    Then a score less its difficulty lies among the marks; and a score divided by it, which might
    by chance, does not.
    """
    known = [
        (one.score, one.difficulty, one.judges)
        for one in performances
        if one.score is not None and one.difficulty and one.judges
    ][:MOST_ASKED]
    plus = [min(m) <= round(score - d, 6) <= max(m) for score, d, m in known]
    times = [min(m) <= score / d <= max(m) for score, d, m in known]
    return bool(known) and _most(plus) and not _most(times)


def _most(found: Sequence[bool]) -> bool:
    return sum(found) >= LEAST_SHARE * len(found)
