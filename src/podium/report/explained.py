"""What a scorer itself points at, in words and as JSON: the feedback of its own method."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from podium.assessment.values import Assessment
from podium.report.words import Words
from podium.scorers import Explanation

MOST = 5
"""So many are told; the others are in JSON."""

PLANE = (("left", "right"), ("up", "down"))
SPACE = (("one_side", "other_side"), ("down", "up"), ("nearer", "farther"))
"""What the two ends of each axis are called: pictures count downwards, space upwards."""

JOINT = "movement.joint."


@dataclass(frozen=True)
class Told:
    """One thing that the scorer points at, in words; `start_seconds` where it is at some time."""

    words: str
    when: str = ""
    start_seconds: float | None = None


def explained(assessment: Assessment, words: Words) -> tuple[Told, ...]:
    """Return what is told of the scorer's own feedback, the weightiest first."""
    return tuple(_told(one, words) for one in assessment.as_shown().explanations[:MOST])


def explanations_to_json(explanations: Sequence[Explanation], words: Words) -> list[dict[str, Any]]:
    """Return the same as plain JSON, all of it."""
    return [
        {
            "kind": one.kind,
            "name": one.name,
            "start_seconds": one.start_seconds,
            "end_seconds": one.end_seconds,
            **one.values,
            "direction": list(one.direction),
            "words": explanation_sentence(one, words),
        }
        for one in explanations
    ]


def explanation_sentence(one: Explanation, words: Words) -> str:
    """Return what a scorer points at, in words."""
    numbers = {
        name: words.number(value, signed=one.kind == "falling_score")
        for name, value in one.values.items()
        if name.endswith("points")
    }
    if "share" in one.values:
        numbers["percent"] = words.number(100 * one.values["share"], 0)
    counts = {name: words.number(one.values[name], 0) for name in ("n", "of") if name in one.values}
    return words(f"explained.{one.kind}", **numbers, **counts, **_names(one, words))


def _names(one: Explanation, words: Words) -> dict[str, str]:
    if one.kind == "skill_class":
        return {"name": words(f"explained.class.{one.name}")}
    if one.kind != "joint_move":
        return {"name": one.name}
    joint = words.either(JOINT + one.name, one.name.replace("_", " "))
    return {"name": joint, "direction": words(f"explained.to.{_direction(one.direction)}")}


def _direction(direction: Sequence[float]) -> str:
    """Name a direction by its largest part."""
    axis = max(range(len(direction)), key=lambda number: abs(direction[number]))
    return (PLANE if len(direction) == len(PLANE) else SPACE)[axis][direction[axis] > 0]


def _told(one: Explanation, words: Words) -> Told:
    said = explanation_sentence(one, words)
    if one.start_seconds is None or one.end_seconds is None:
        return Told(said)
    start, end = words.number(one.start_seconds), words.number(one.end_seconds)
    return Told(said, words("remarks.time", start=start, end=end), one.start_seconds)
