"""What differs between two movements: in which joint, when, and by how many degrees."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from podium.joints import Joints
from podium.movement.angles import BODY_LINE, known_at, line_of, measured_places, off_line
from podium.movement.usual import usual_degrees
from podium.movement.values import Difference, Movement, Pair, Part

Floats = npt.NDArray[np.float64]

WORTH_SAYING = 1.25
"""A difference is said where it is so many times as large as usual, and `LEAST_DEGREES`."""

LEAST_DEGREES = 8.0

LASTS = 0.5
"""A difference lasts as long as it is at least half of what it is at most."""

SUSTAINED = 5
"""Over so many moments of a repetition it is averaged: one frame that is off says nothing."""

NEAR = 0.12
"""What is so near to the beginning, the turn or the end, as a share of the repetition, is there."""


def differences_of(
    ours: Movement, theirs: Movement, names: Sequence[str], pairs: Sequence[Pair]
) -> tuple[Difference, ...]:
    """Return what differs by more than is usual, the most important first.

    Each angle is said once a repetition, where it differs most.
    """
    found = [
        difference
        for pair in pairs
        for number, name in enumerate(names)
        if (difference := _difference(ours, theirs, name, pair, pair.degrees[:, number]))
    ]
    return tuple(sorted(found, key=lambda one: -one.importance))


def _difference(
    ours: Movement, theirs: Movement, name: str, pair: Pair, degrees: Floats
) -> Difference | None:
    steady = _sustained(degrees)
    if not np.isfinite(steady).any():
        return None
    most = int(np.nanargmax(abs(steady)))
    value, usual = float(steady[most]), usual_degrees(name)
    if abs(value) < max(WORTH_SAYING * usual, LEAST_DEGREES):
        return None
    first, last = _lasting(steady, most)
    now, then = float(pair.ours_seconds[most]), float(pair.theirs_seconds[most])
    sinks = _sinks(ours, theirs, now, then) if name == BODY_LINE else (None, None)
    own = _at(ours.angles.of(name), ours.angles.times, now)
    return Difference(
        angle=name,
        degrees=value,
        ours_degrees=own,
        theirs_degrees=own - value,
        usual_degrees=usual,
        repetition=pair.ours,
        part=_part(ours, pair, now),
        start_seconds=float(pair.ours_seconds[first]),
        end_seconds=float(pair.ours_seconds[last]),
        sink_bodies=sinks[0],
        sink_metres=sinks[1],
    )


def _sustained(degrees: Floats) -> Floats:
    """Return the mean over a few moments about each, NaN where most were not seen."""
    seen = np.isfinite(degrees)
    window = np.ones(min(SUSTAINED, len(degrees)))
    counts = np.convolve(seen, window, mode="same")
    sums = np.convolve(np.where(seen, degrees, 0), window, mode="same")
    return np.where(seen & (counts > len(window) / 2), sums / np.maximum(counts, 1), np.nan)


def _lasting(steady: Floats, most: int) -> tuple[int, int]:
    """Return from which moment to which about the largest it is at least half as large."""
    large = steady * np.sign(steady[most]) >= LASTS * abs(steady[most])
    first = last = most
    while first and large[first - 1]:
        first -= 1
    while last + 1 < len(steady) and large[last + 1]:
        last += 1
    return first, last


def _part(ours: Movement, pair: Pair, now: float) -> Part | None:
    if pair.ours is None:
        return None
    one = ours.repetitions[pair.ours]
    near = NEAR * one.seconds
    if abs(now - one.turn_seconds) <= near:
        return Part.TURN
    if now < one.turn_seconds:
        return Part.START if now - one.start_seconds <= near else Part.GOING
    return Part.END if one.end_seconds - now <= near else Part.RETURNING


def _at(series: Floats, times: Floats, now: float) -> float:
    return float(known_at(series, times, [now])[0])


def _sinks(
    ours: Movement, theirs: Movement, now: float, then: float
) -> tuple[float | None, float | None]:
    """Return how much further the hips sink below the body's line than the other's.

    In lengths of that line, and in metres where the skeleton was measured in metres.
    """
    own, others = sink_of(ours.joints), sink_of(theirs.joints)
    if not (np.isfinite(own).any() and np.isfinite(others).any()):
        return None, None
    apart = _at(own, ours.angles.times, now) - _at(others, theirs.angles.times, then)
    is_measured = measured_places(ours.joints) is not None
    return apart, apart * _line_metres(ours.joints) if is_measured else None


def sink_of(joints: Joints) -> Floats:
    """Return how far the hips are below the line from shoulders to ankles, in lengths of it.

    Below 0 they are above it; (frames,), NaN where it was not seen.
    """
    shoulders, hips, ankles = line_of(joints)
    beneath, length = off_line(shoulders, hips, ankles), np.linalg.norm(ankles - shoulders, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sign(beneath[:, 1]) * np.linalg.norm(beneath, axis=1) / length)


def _line_metres(joints: Joints) -> float:
    shoulders, _, ankles = line_of(joints)
    return float(np.nanmedian(np.linalg.norm(ankles - shoulders, axis=1)))
