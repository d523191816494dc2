"""Which difficulties an action is known to have had, in whatever was not said of it."""

import re
from functools import lru_cache

from podium.judging._rule import Action, ScoringRule
from podium.performance import Performance

SAME = 0.005
"""Two difficulties that differ by less are one: they are given in tenths."""

_HEIGHT = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?) *m?", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=4096)
def known_difficulties(
    rule: ScoringRule, action: Action, height: float | None = None
) -> tuple[float, ...]:
    """Return all difficulties that are known of an action, the lowest first.

    They are those of all years, and of all positions and heights where none is said; nothing where
    none is known.
    """
    numbers = rule.numbers
    if numbers is None:
        return ()
    heights = (height,) if height in numbers.heights else numbers.heights
    positions = action.position or rule.positions
    found: set[float] = set()
    for number in (f"{action.name}{position}" for position in positions):
        if rule.is_action(number):
            known = (numbers.difficulties(number, one) for one in heights)
            found.update(one.value for of_height in known for one in of_height)
    return tuple(sorted(found))


def nearest_if_off(
    rule: ScoringRule, action: Action, difficulty: float, height: float | None = None
) -> float | None:
    """Return the nearest difficulty that an action is known to have, if this one is none of them.

    `None` where it is one, and where nothing is known of the action.
    """
    known = known_difficulties(rule, action, height)
    if not known:
        return None
    nearest = min(known, key=lambda one: abs(one - difficulty))
    return None if abs(nearest - difficulty) < SAME else nearest


def height_of(performance: Performance) -> float | None:
    """Return the height of the board in metres, where a table has it in a column `height`."""
    found = _HEIGHT.fullmatch(performance.extra.get("height", ""))
    return float(found[1].replace(",", ".")) if found else None


def number_of(performance: Performance, rule: ScoringRule) -> Action | None:
    """Return the action of a performance, in its position where its whole number is known."""
    if performance.action is None:
        return None
    action = rule.canonical_action(performance.action)
    whole = rule.canonical_action(performance.extra.get("dive_number", ""))
    return whole if action.position is None and whole.name == action.name else action
