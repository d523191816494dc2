"""What measures of times and heights answer, and why some cannot."""

from math import hypot
from typing import ClassVar, Protocol

from podium.measures._dive import Dive, Moment
from podium.measures._values import Measurement, Phase


class Named(Protocol):
    """What every measure says of itself."""

    name: ClassVar[str]
    unit: ClassVar[str]
    phase: ClassVar[Phase]


def missing(one: Named, reason: str) -> Measurement:
    """Return that it could not be measured, and why."""
    return Measurement(one.name, one.unit, one.phase, reason=reason)


def found(
    one: Named, dive: Dive, value: float, margin: float, start: int, end: int, least: float = 0.0
) -> Measurement:
    """Return a value, give or take a margin, no lower than `least`, and in which frames it was."""
    seconds = dive.athlete.start_seconds
    value = max(value, least)
    return Measurement(
        one.name, one.unit, one.phase, value, max(value - margin, least), value + margin,
        float(seconds[start]), float(seconds[end]),
    )  # fmt: skip


def seconds_between(one: Named, dive: Dive, first: Moment, last: Moment) -> Measurement:
    """Return how long it was from one moment to another."""
    seconds = dive.athlete.start_seconds
    lasted = float(seconds[last.index] - seconds[first.index])
    margin = hypot(first.uncertainty, last.uncertainty) * frame_seconds(dive)
    return found(one, dive, lasted, margin, first.index, last.index)


def frame_seconds(dive: Dive) -> float:
    """Return how long a frame is shown."""
    seconds = dive.athlete.start_seconds
    return float(seconds[-1] - seconds[0]) / max(len(seconds) - 1, 1)


def no_fall(dive: Dive) -> str:
    """Return the reason why there is no parabola from the board to the water."""
    if not dive.moments.board_left:
        return "board_not_found"
    return "camera_not_known" if dive.moments.water else "water_not_found"
