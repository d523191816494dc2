"""What measures of joints share: what they answer, and which angles a movement moves."""

from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from podium.measures._values import Measurement
from podium.movement import Movement, Repetition

Floats = npt.NDArray[np.float64]

NO_REPETITION, NOT_SEEN = "no_repetition_found", "joint_not_seen"

WELL_SEEN = 0.5
"""An angle is measured where it was seen in this share of the frames."""

BENDING = ("elbow", "shoulder", "hip", "knee")
"""The joints of which the one that moves most is looked for."""


class Named(Protocol):
    """What every measure of joints says of itself."""

    name: ClassVar[str]
    unit: ClassVar[str]


def missing(one: Named, reason: str) -> Measurement:
    """Return that it could not be measured, and why."""
    return Measurement(one.name, one.unit, None, reason=reason)


def found(one: Named, movement: Movement, values: list[float]) -> Measurement:
    """Return the middle of what was measured in each repetition, and from where to where it is."""
    start, end = seconds_of(movement)
    low, high = (float(np.percentile(values, share)) for share in (5, 95))
    middle = float(np.median(values))
    return Measurement(one.name, one.unit, None, middle, low, high, start, end)


def seconds_of(movement: Movement) -> tuple[float, float]:
    """Return from when to when the repetitions are, or else the whole movement."""
    times, done = movement.angles.times, movement.repetitions
    if not done:
        return float(times[0]), float(times[-1])
    return done[0].start_seconds, done[-1].end_seconds


def is_seen(degrees: Floats) -> bool:
    """Return whether an angle was seen in enough frames."""
    return bool(np.isfinite(degrees).mean() >= WELL_SEEN)


def within(movement: Movement, series: Floats, one: Repetition) -> Floats:
    """Return what is known of a series during a repetition."""
    times = movement.angles.times
    part = series[(times >= one.start_seconds) & (times <= one.end_seconds)]
    return np.asarray(part[np.isfinite(part)])


def each(movement: Movement, series: Floats) -> list[Floats]:
    """Return what is known of a series during each repetition, those with nothing left out."""
    parts = [within(movement, series, one) for one in movement.repetitions]
    return [part for part in parts if len(part)]


def range_of(one: Named, movement: Movement, joint: str) -> Measurement:
    """Return by how many degrees a joint moves in a repetition; of two sides, their mean."""
    degrees = movement.angles.of(joint)
    if not is_seen(degrees):
        return missing(one, NOT_SEEN)
    parts = each(movement, degrees)
    return (
        found(one, movement, [float(np.ptp(p)) for p in parts])
        if parts
        else missing(one, NO_REPETITION)
    )


def moves_most(movement: Movement) -> str | None:
    """Return the joint that bends most in a repetition; `None` where none was seen."""
    ranges = {}
    for joint in BENDING:
        degrees = movement.angles.of(joint)
        parts = each(movement, degrees) if is_seen(degrees) else []
        if parts:
            ranges[joint] = float(np.median([np.ptp(part) for part in parts]))
    return max(ranges, key=lambda joint: ranges[joint]) if ranges else None
