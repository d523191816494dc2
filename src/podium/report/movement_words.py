"""What differs between two movements, in sentences."""

from podium.movement import Comparison, Difference, Part
from podium.movement.angles import BODY_LINE, TRUNK
from podium.report.words import Words

MOST_SAID = 12
"""So many differences are said in full."""

MOST_NUMBERED = 4
"""So many other repetitions are named by their numbers; of more it is said how many they are."""


def said_once(of: Comparison) -> list[tuple[Difference, tuple[int, ...]]]:
    """Return the largest difference of each joint in each direction, the most important first.

    Beside it stand the other repetitions, from 0, in which it is found as well.
    """
    alike: dict[tuple[str, bool], list[Difference]] = {}
    for one in of.differences:
        alike.setdefault((one.angle, one.degrees > 0), []).append(one)
    return [
        (first, tuple(sorted(one.repetition for one in others if one.repetition is not None)))
        for first, *others in alike.values()
    ]


def said_with_others(one: Difference, also: tuple[int, ...], of: Comparison, words: Words) -> str:
    """Say a difference, and in which other repetitions it is found."""
    said = difference_sentence(one, of, words)
    if not also:
        return said
    if len(also) <= MOST_NUMBERED or one.repetition is None:
        numbers = ", ".join(str(number + 1) for number in also)
        return words.then(said, words("movement.also", numbers=numbers))
    counted = {"n": len(also) + 1, "all": len(of.pairs), "most": one.repetition + 1}
    return words.then(said, words("movement.also_many", **counted))


def moment_of(one: Difference) -> str:
    """Name where a difference is for tables, such as `repetition 2 turn`; "" if it is of all."""
    if one.repetition is None:
        return ""
    return f"repetition {one.repetition + 1} {one.part or ''}".strip()


def difference_sentence(one: Difference, of: Comparison, words: Words) -> str:
    """Say a difference: which joint, by how much, where, and what is usual."""
    instead = words(
        "movement.instead",
        ours=words.number(one.ours_degrees, 0),
        theirs=words.number(one.theirs_degrees, 0),
        usual=words.number(one.usual_degrees, 0),
    )
    return f"{difference_in_short(one, of, words)} ({instead})"


def difference_in_short(one: Difference, of: Comparison, words: Words) -> str:
    """Say a difference: which joint, by how much, and where."""
    where = where_of(one, of, words)
    if one.angle == BODY_LINE:
        way = "low" if _sinks(one) else "high"
        return words(f"movement.hips_{way}", amount=_amount(one, words), where=where)
    degrees, is_more = words.number(abs(one.degrees), 0), one.degrees > 0
    if one.angle == TRUNK:
        return words(f"movement.trunk_{_either(is_more)}", degrees=degrees, where=where)
    joint = joint_name(one.angle, words)
    if one.angle.endswith("shoulder"):
        key = "movement.arm_out" if is_more else "movement.arm_in"
        return words(key, joint=joint, degrees=degrees, where=where)
    # A larger angle is a straighter joint.
    return words(
        f"movement.bends_{_either(not is_more)}", joint=joint, degrees=degrees, where=where
    )


def where_of(one: Difference, of: Comparison, words: Words) -> str:
    """Say in which part of which repetition it is, or from when to when."""
    span = words(
        "movement.span",
        start=words.number(one.start_seconds),
        end=words.number(one.end_seconds),
    )
    if one.repetition is None or one.part is None:
        return span
    turn = "" if one.part in (Part.START, Part.END) else f".{of.ours.turn}"
    there = words(f"movement.at.{one.part}{turn}", number=one.repetition + 1)
    return f"{there}, {span}" if one.angle == BODY_LINE else there


def joint_name(angle: str, words: Words) -> str:
    """Name an angle, such as `left elbow`."""
    return words(f"movement.joint.{angle.replace(' ', '_')}")


def _sinks(one: Difference) -> bool:
    """Return whether hips are lower than the other's; where the body stands, they are behind."""
    return one.sink_bodies > 0 if one.sink_bodies is not None else one.degrees < 0


def _amount(one: Difference, words: Words) -> str:
    """Say by how much the hips are off: in cm where a length is known, else in body lengths."""
    if one.sink_metres is not None:
        return words("movement.cm", number=words.number(100 * abs(one.sink_metres), 0))
    if one.sink_bodies is not None:
        return words("movement.bodies", number=words.number(abs(one.sink_bodies), 2))
    return words("movement.degrees", number=words.number(abs(one.degrees), 0))


def _either(is_more: bool) -> str:
    return "more" if is_more else "less"
