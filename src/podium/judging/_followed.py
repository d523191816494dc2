"""Which sport's rule a table follows, where some of its rows may be mistaken."""

from collections.abc import Sequence

from podium.judging._combined import Removed, adds_difficulty, named_rule
from podium.judging._known import height_of, known_difficulties, nearest_if_off, number_of
from podium.judging._rule import ScoringRule, rules
from podium.performance import Performance

MOST_ASKED = 2_000
"""So many performances say which rule it is."""

LEAST_FOLLOWING = 2
LEAST_SHARE = 0.5
"""A rule is followed if this share of at least so many performances follow it."""


def rule_of_most(performances: Sequence[Performance]) -> ScoringRule | None:
    """Return the rule that most of these performances follow, by marks and score or by difficulty.

    One that they name is it (the column `rule`). `None` where none shows.
    """
    if named := _named(performances):
        return named
    asked = performances[:MOST_ASKED]
    found = [(sum(_followed(rule, asked)), rule) for rule in rules() if _is_followed(rule, asked)]
    return max(found, key=lambda one: one[0])[1] if found else None


def combined_in(performances: Sequence[Performance]) -> Removed:
    """Return how a difficulty is taken out of the scores of these performances.

    As the rule does that they name, or as their marks show; where neither says anything, it is
    divided out.
    """
    if named := _named(performances):
        return "plus" if named.combined == "plus" else "times"
    return "plus" if adds_difficulty(performances) else "times"


def _named(performances: Sequence[Performance]) -> ScoringRule | None:
    name = named_rule(performances)
    return next((rule for rule in rules() if rule.name == name), None) if name else None


def _is_followed(rule: ScoringRule, performances: Sequence[Performance]) -> bool:
    followed = _followed(rule, performances)
    n_following = sum(points > 0 for points in followed)
    return n_following >= max(LEAST_FOLLOWING, LEAST_SHARE * len(followed))


def _followed(rule: ScoringRule, performances: Sequence[Performance]) -> list[int]:
    """Return how far each follows a rule, of those that it can be asked of."""
    asked = (_points(rule, one) for one in performances)
    return [points for points in asked if points is not None]


def _points(rule: ScoringRule, one: Performance) -> int | None:
    """Return two points for marks that make the score, one for a difficulty of the action."""
    difficulty, action = one.difficulty, number_of(one, rule)
    if difficulty is None:
        return None
    if one.score is not None and one.judges:
        is_whole = len(one.judges) in rule.sizes()
        return 2 * rule.makes(one.score, one.judges, difficulty) if is_whole else None
    if rule.numbers is None or action is None:
        return None
    if not known_difficulties(rule, action):
        return 0
    return int(nearest_if_off(rule, action, difficulty, height_of(one)) is None)
