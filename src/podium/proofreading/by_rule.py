"""What the rule of a sport says of a row: its action, difficulty, marks and score."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from podium.judging import (
    ScoringRule,
    height_of,
    known_difficulties,
    nearest_if_off,
    number_of,
)
from podium.performance import Performance

UNLIKE_SDS = 6.0
"""A mark is unlike the others where it lies so many standard deviations of a judge off the median.

Of 1841 panels of Sydney 2000 and London 2012, no mark lies as far off.
"""

Finding = tuple[str, dict[str, Any]]


def about_number(one: Performance, rule: ScoringRule) -> Iterator[Finding]:
    """Find an action or a difficulty that no rule of any year has."""
    action = number_of(one, rule)
    least, most = rule.difficulties
    if action and not rule.is_action(str(action)):
        yield f"action {{action!r}} is none of {rule.name}", {"action": str(action)}
    if one.difficulty is None or least <= one.difficulty <= most:
        return
    yield (
        f"difficulty {{difficulty:g}} is none of {rule.name}, whose are from {least:g} to {most:g}",
        {"difficulty": one.difficulty},
    )


def about_marks(one: Performance, rule: ScoringRule) -> Iterator[Finding]:
    """Find marks that no judge gives, or that lie far off the rest of the panel."""
    if not one.judges:
        return
    wrong = [mark for mark in one.judges if not rule.is_mark(mark)]
    if wrong:
        yield (
            f"the marks {{judges}}: {{wrong}} is none of {rule.name}, whose are from "
            f"{rule.lowest_mark:g} to {rule.highest_mark:g} in steps of {rule.mark_step:g}",
            {"judges": _list(one.judges), "wrong": _list(wrong)},
        )
    if unlike := _unlike(one.judges, rule):
        yield (
            "the marks {judges}: {unlike} is far off the others",
            {"judges": _list(one.judges), "unlike": _list(unlike)},
        )
    if len(one.judges) not in rule.sizes():
        sizes = ", ".join(map(str, rule.sizes()))
        yield (
            f"has {{n}} marks: the panels of {rule.name} have {sizes}",
            {"n": len(one.judges)},
        )


def _unlike(marks: Sequence[float], rule: ScoringRule) -> list[float]:
    """Return marks that a judge may give, but that lie far off the others of their group."""
    if rule.judge_sd is None or len(marks) not in rule.sizes():
        return []
    most = UNLIKE_SDS * rule.judge_sd
    return [
        mark
        for _, given in rule.panel(len(marks)).by_group(marks)
        for mark in given
        if rule.is_mark(mark) and abs(mark - median(given)) > most
    ]


def has_own_difficulties(performances: Sequence[Performance], rule: ScoringRule) -> bool:
    """Return whether most difficulties are none that the actions ever had: a table of its own."""
    off = [
        nearest_if_off(rule, action, one.difficulty, height_of(one)) is not None
        for one in performances
        if one.difficulty and (action := number_of(one, rule)) and known_difficulties(rule, action)
    ]
    return 2 * sum(off) > len(off)


def about_score(one: Performance, rule: ScoringRule, has_table: bool = True) -> Iterator[Finding]:
    """Find a difficulty that the action never had, and a score that marks do not make.

    `has_table` says that difficulties are the sport's own.
    """
    least, most = rule.difficulties
    difficulty = one.difficulty
    if difficulty is not None and not least <= difficulty <= most:
        return  # which is said of the difficulty
    slip = _slip(one, rule) if has_table else None
    if slip is not None:
        yield (
            "difficulty {difficulty:g} is none that {action} is known to have had: its marks and "
            "score make it {slip:g}",
            {"difficulty": difficulty, "action": str(number_of(one, rule)), "slip": slip},
        )
        return
    if has_table:
        yield from _off_table(one, rule)
    if one.score is not None and difficulty is not None:
        yield from _not_made(one, rule, one.score, difficulty)


def _off_table(one: Performance, rule: ScoringRule) -> Iterator[Finding]:
    action = number_of(one, rule)
    if one.difficulty is None or action is None:
        return
    nearest = nearest_if_off(rule, action, one.difficulty, height_of(one))
    if nearest is not None:
        yield (
            "difficulty {difficulty:g} is none that {action} is known to have had in any year: the "
            "nearest is {nearest:g}",
            {"difficulty": one.difficulty, "action": str(action), "nearest": nearest},
        )


def _not_made(
    one: Performance, rule: ScoringRule, score: float, difficulty: float
) -> Iterator[Finding]:
    """Find a score that marks do not make, whatever the doubtful ones among them should be."""
    tolerance = rule.tolerance_points
    if len(one.judges) not in rule.sizes():
        highest = rule.highest(difficulty)
        if not 0 <= score < highest + tolerance:
            yield (
                "score {score:g} cannot be: at difficulty {difficulty:g} there are 0 to "
                "{highest:g}",
                {"score": score, "difficulty": difficulty, "highest": round(highest, 2)},
            )
        return
    if rule.makes(score, one.judges, difficulty):
        return
    made = _made(one, rule, difficulty)
    if not any(low - tolerance < score < high + tolerance for low, high in made):
        latest, *_ = rule.possible_scores(one.judges, difficulty)
        yield (
            "score {score:g} is not what the marks {judges} make at difficulty {difficulty:g}, "
            "which is {made:g}",
            {"score": score, "judges": _list(one.judges), "difficulty": difficulty,
             "made": round(latest, 2)},
        )  # fmt: skip


def _made(one: Performance, rule: ScoringRule, difficulty: float) -> list[tuple[float, float]]:
    """Return from what to what marks make, for each way of counting them: doubtful ones vary."""
    doubtful = _doubtful(one, rule)
    lowest, highest = (
        rule.possible_scores([bound if m in doubtful else m for m in one.judges], difficulty)
        for bound in (rule.lowest_mark, rule.highest_mark)
    )
    return list(zip(lowest, highest, strict=True))


def _slip(one: Performance, rule: ScoringRule) -> float | None:
    """Return the difficulty that the action has and the score tells of, where another is given."""
    action, difficulty, score = number_of(one, rule), one.difficulty, one.score
    if action is None or difficulty is None or score is None:
        return None
    if nearest_if_off(rule, action, difficulty, height_of(one)) is None or _doubtful(one, rule):
        return None
    known = known_difficulties(rule, action, height_of(one))
    return next((value for value in known if rule.makes(score, one.judges, value)), None)


def _doubtful(one: Performance, rule: ScoringRule) -> set[float]:
    wrong = {mark for mark in one.judges if not rule.is_mark(mark)}
    return wrong | set(_unlike(one.judges, rule))


def _list(marks: Sequence[float]) -> str:
    return ";".join(f"{mark:g}" for mark in marks)
