"""What argues for the class of an exercise, in sentences: measured angles, and no causes."""

from podium.assessment.exercise import Exercise
from podium.assessment.values import Score
from podium.report.movement_words import joint_name
from podium.report.words import Words
from podium.scorers import HANDS, Argument

CHANGED = 0.05
"""An answer hangs on an angle where it would change by so much if that were as usual."""

SEEN = 0.5
"""An angle counts as measured where its joints were seen in this share of the frames."""

LEAST_APART = 10.0
"""What the model read is said to be measured otherwise where it differs by so many degrees."""


def told(exercise: Exercise, score: Score) -> list[Argument]:
    """Return what is said of each angle that is unusual, or that the answer hangs on: one each.

    It is what lies farthest from the middle of the correct ones, against their range.
    """
    of_angle: dict[str, list[Argument]] = {}
    for one in exercise.arguments:
        of_angle.setdefault(one.angle, []).append(one)
    worth_it = [
        found
        for found in of_angle.values()
        if hangs_on(found[0], score)
        or (is_seen(found[0], exercise) and any(map(is_unusual, found)))
    ]
    return [max(found, key=_far) for found in worth_it]


def hangs_on(one: Argument, score: Score) -> bool:
    """Return whether the answer would change if an angle were as usual."""
    return abs(one.score_if_usual - score.value) >= CHANGED


def is_seen(one: Argument, exercise: Exercise) -> bool:
    """Return whether an angle was seen often enough to be called measured."""
    return exercise.seen_share(one.angle) >= SEEN


def is_unusual(one: Argument) -> bool:
    """Return whether it is more or less than usual by as much as is written."""
    return abs(one.beyond) >= (0.005 if one.angle == HANDS else 0.5)


def _far(one: Argument) -> tuple[float, float]:
    spread = max(one.high - one.low, 1e-9)
    return abs(one.beyond) / spread, abs(one.value - one.usual) / spread


def argument_sentence(one: Argument, exercise: Exercise, score: Score, words: Words) -> str:
    """Say an angle, what is usual, and what the model would say were it as usual."""
    parts = [_measured(one, exercise, words)]
    if is_seen(one, exercise):
        parts += [standing_of(one, words)] if is_unusual(one) else []
        parts += [words("exercise.beside", **usual_of(one, words))]
    said = words.then(*parts)
    if not hangs_on(one, score):
        return said
    return f"{said}. {words('exercise.if_usual', **_chances(one, score, words))}"


def _measured(one: Argument, exercise: Exercise, words: Words) -> str:
    """Say how large it is and when; or that it was not seen."""
    name, when = angle_name(one.angle, words), when_of(one, exercise, words)
    if not is_seen(one, exercise):
        percent = words.number(100 * exercise.seen_share(one.angle), 0)
        return words("exercise.guessed", angle=name, percent=percent)
    said = words(f"exercise.{one.at}", angle=name, value=amount(one.angle, one.value, words))
    said = f"{said} ({when})" if when else said
    known = exercise.measured(one)
    if known is None or abs(known - one.value) < LEAST_APART:
        return said
    return f"{said}, {words('exercise.otherwise', value=amount(one.angle, known, words))}"


def _chances(one: Argument, score: Score, words: Words) -> dict[str, str]:
    """Return how likely the better class is, and would be."""
    *_, better = score.probabilities
    return {
        "label": better,
        "percent": words.number(100 * one.score_if_usual, 0),
        "now": words.number(100 * score.probabilities[better], 0),
    }


def angle_name(angle: str, words: Words) -> str:
    """Name what is read of a body, such as `elbow`."""
    return words("exercise.hands") if angle == HANDS else joint_name(angle, words)


def amount(angle: str, value: float, words: Words) -> str:
    """Write how large an angle is, or how far the hands are beneath the shoulders."""
    if angle == HANDS:
        return words("exercise.trunks", number=words.number(value, 2))
    return words("unit.degrees", value=words.number(value, 0))


def usual_of(one: Argument, words: Words) -> dict[str, str]:
    """Write where it lies in correct performances: the unit of lengths once is enough."""
    low = words.number(one.low, 2) if one.angle == HANDS else amount(one.angle, one.low, words)
    usual, high = (amount(one.angle, number, words) for number in (one.usual, one.high))
    return {"low": low, "usual": usual, "high": high}


def standing_of(one: Argument, words: Words) -> str:
    """Say by how much it is more or less than usual."""
    if not is_unusual(one):
        return words("exercise.within")
    key = "exercise.more" if one.beyond > 0 else "exercise.less"
    return words(key, amount=amount(one.angle, abs(one.beyond), words))


def when_of(one: Argument, exercise: Exercise, words: Words) -> str:
    """Say when it is so, and in which repetition; "" where it is of the whole."""
    if one.seconds is None or one.seconds != one.seconds:
        return ""
    seconds = words.number(one.seconds)
    number = repetition_at(one.seconds, exercise)
    if number is None:
        return words("exercise.when", seconds=seconds)
    return words("exercise.when_in", seconds=seconds, number=number + 1)


def repetition_at(seconds: float, exercise: Exercise) -> int | None:
    """Return in which repetition a moment lies, from 0; `None` in none."""
    spans = [(one.start_seconds, one.end_seconds) for one in exercise.movement.repetitions]
    return next((i for i, (start, end) in enumerate(spans) if start <= seconds <= end), None)
