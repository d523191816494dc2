"""Which difficulty a performance has in all likelihood, where none was given: by what it shows."""

from collections.abc import Iterator
from dataclasses import replace

from podium.examination.values import Examination
from podium.judging import Action, ScoringRule, known_difficulties
from podium.recognition import Recognised
from podium.scorers._target import Difficulties, Target

LIKELY = 0.95
"""The range covers the difficulties of the dives that it is with this probability."""


def usual_difficulties(
    done: Action,
    is_given: bool,
    seen: Examination | None,
    rule: ScoringRule | None,
    target: Target,
) -> Difficulties:
    """Return which difficulties what was done may have, and the usual one.

    An action that was not given, and was not recognised either, may have that of any action.
    """
    if is_given:
        return difficulties_of(done, rule, target) or target.overall
    likely = likely_difficulties(seen, rule, target, done.name)
    usual = target.difficulties(done.name)
    return likely or replace(usual, low=target.overall.low, high=target.overall.high)


def likely_difficulties(
    seen: Examination | None, rule: ScoringRule | None, target: Target, action: str
) -> Difficulties | None:
    """Return the difficulties of the dives that were recognised, the likeliest one as the usual.

    `None` where nothing was recognised, or another dive than `action` is likelier: then it may be
    that of any action.
    """
    found = seen.recognised if seen else None
    if found is None or rule is None or found.action != action:
        return None
    height = _height_learned(rule, target)
    covered, values = 0.0, []
    for dive, probability in _likeliest(found):
        values.append(_agreed(known_difficulties(rule, dive, height), dive, target))
        covered += probability
        if covered >= LIKELY:
            break
    known = [one for one in values if one is not None]
    if covered < LIKELY or len(known) < len(values):
        return None
    low, high = min(one.low for one in known), max(one.high for one in known)
    return Difficulties(low, known[0].usual, high)


def _likeliest(found: Recognised) -> Iterator[tuple[Action, float]]:
    """Yield dives in their positions with how probable they are, the likeliest first.

    That of the action that was recognised comes first in any case.
    """
    dives = [
        (Action(action, letter), probability * share)
        for action, probability in found.probabilities.items()
        for letter, share in found.positions.get(action, {}).items()
    ]
    best = Action(found.action, found.position)
    yield from sorted(dives, key=lambda dive: (dive[0] != best, -dive[1]))


def difficulties_of(dive: Action, rule: ScoringRule | None, target: Target) -> Difficulties | None:
    """Return which difficulties an action is known to have in its position, if that is said.

    They are those of training that the table has, too, or those of one alone where the other has
    none; `None` where neither has any.
    """
    table = known_difficulties(rule, dive, _height_learned(rule, target)) if rule else ()
    return _agreed(table, dive, target)


def _agreed(table: tuple[float, ...], dive: Action, target: Target) -> Difficulties | None:
    learned = target.by_action.get(dive.name)
    if learned is None:
        return Difficulties(table[0], table[-1], table[-1]) if table else None
    both = [value for value in table if learned.low <= value <= learned.high]
    if not both:
        return learned
    usual = learned.usual if learned.usual in both else both[-1]
    return Difficulties(both[0], usual, both[-1])


def _height_learned(rule: ScoringRule, target: Target) -> float:
    """Return the height at which most of the difficulties that were learned are known."""
    heights = rule.numbers.heights if rule.numbers else ()

    def n_known(height: float) -> int:
        usual = {name: seen.usual for name, seen in target.by_action.items()}
        return sum(
            value in known_difficulties(rule, Action(name), height) for name, value in usual.items()
        )

    return max(heights, key=n_known, default=0.0)
