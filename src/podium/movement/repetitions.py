"""Repetitions are found and counted: out of the usual position to a turning point, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from podium.checks import is_finite, require
from podium.joints import Joints
from podium.movement.angles import (
    ANGLES,
    Angles,
    even_times,
    known_at,
    middle,
    places_of,
    smooth,
)

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

WHOLE = 0.5
"""A repetition goes out, and comes back, by at least this share of the largest."""

LEAST_EXCURSION = 0.12
"""What moves the body less than this, in body sizes, is no repetition."""

LEFT = 0.15
"""A repetition begins when so much of the way out has been gone, and ends so."""

CUT_SHORT = 0.35
"""By this share where the video begins or ends meanwhile."""

AT_REST = 0.3
"""A video that begins and ends within this share of one end of the movement does so at rest."""

FAR = 0.25
"""Frames nearer than this share of the furthest count as they are for what moves most."""

BENT_AT_ONE_END = 0.6
"""Limbs that bend with the movement correlate with it by more than this."""

MOVED = 0.08
"""What rises or sinks by more than this share of the body does so."""

SMOOTHED_SECONDS = 0.15


class Turn(StrEnum):
    """What the turning point of a movement looks like: shoulders low, hands high, or neither."""

    BOTTOM = "bottom"
    TOP = "top"
    AWAY = "turn"


@dataclass(frozen=True)
class Repetition:
    """One going out and coming back, in seconds of the video."""

    start_seconds: float
    turn_seconds: float
    """When it turns: the bottom of a push-up or a squat, the top of a lift."""

    end_seconds: float

    def __post_init__(self) -> None:
        order = (self.start_seconds, self.turn_seconds, self.end_seconds)
        rises = all(map(is_finite, order)) and order[0] <= order[1] <= order[2]
        require(rises, "start, turn and end", order, "finite seconds that rise")

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end_seconds - self.start_seconds


def find_repetitions(joints: Joints, angles: Angles) -> tuple[Repetition, ...]:
    """Find the repetitions of whatever moves most; none where nothing comes back.

    What moves most is the first principal component of where the joints are about the middle of
    the body, in body sizes, and of the angles. Of its two ends the one at which the body rests is
    the beginning: that at which more whole repetitions are seen, or where the limbs are stretched.
    """
    if len(joints) < 3 or joints.times[-1] <= joints.times[0]:
        return ()
    times = np.asarray(joints.times, np.float64)
    signal = main_movement(joints, angles)
    if np.ptp(signal) < LEAST_EXCURSION:
        return ()
    even = even_times(times)
    course = np.interp(even, times, signal)
    return tuple(_from_rest(course, even, _stretched(angles, even)))


def main_movement(joints: Joints, angles: Angles) -> Floats:
    """Return how far the body is along its main movement, in body sizes, (frames,)."""
    places = places_of(joints)
    columns = [i for i, name in enumerate(joints.names) if name.split(" ")[-1] in MOVING]
    centre = _known(middle(joints, places, joints.seen, "hip"), places.mean(axis=1))
    about = places[:, columns] - centre[:, None]
    size = max(float(np.median(np.sqrt((about**2).sum(axis=2).mean(axis=1)))), 1e-9)
    weights = joints.seen[:, columns].mean(axis=0)
    moved = (about / size * weights[:, None]).reshape(len(joints), -1)
    bent = np.deg2rad(angles.degrees) * angles.is_seen.mean(axis=0)
    both = np.concatenate([moved, _about_median(bent)], axis=1)
    both = smooth(both, np.asarray(joints.times, np.float64), SMOOTHED_SECONDS)
    axis = _main_axis(both)
    return np.asarray((both - both.mean(axis=0)) @ axis / np.sqrt(len(columns)))


def _main_axis(moved: Floats) -> Floats:
    """Return along what a body moves most, (numbers,), of (frames, numbers).

    What is done once, such as arms that are raised before an exercise, may go furthest from where
    the body usually is: frames further from there than half of all count as if they were not.
    Where the body rests for most of the time, they count for `FAR` of the furthest.
    """
    about = moved - np.median(moved, axis=0)
    far = np.linalg.norm(about, axis=1, keepdims=True)
    most = max(float(np.median(far)), FAR * float(far.max()))
    about *= np.minimum(1.0, most / np.maximum(far, 1e-9))
    about -= about.mean(axis=0)
    return np.asarray(np.linalg.eigh(about.T @ about)[1][:, -1])


MOVING = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "nose", "head")
"""The joints by which movement is seen; a face or a hand has many that move as one."""


def _about_median(angles: Floats) -> Floats:
    """Return angles less their medians, 0 where they were not seen."""
    seen = np.isfinite(angles)
    medians = [np.median(a[s]) if s.any() else 0 for a, s in zip(angles.T, seen.T, strict=True)]
    return np.where(seen, angles - np.array(medians), 0.0)


def _known(values: Floats, otherwise: Floats) -> Floats:
    return np.where(np.isfinite(values), values, otherwise)


def _from_rest(course: Floats, times: Floats, stretched: Floats) -> list[Repetition]:
    """Return the repetitions from the end of a course at which the body rests."""
    ways = [(sign * course, _turns(sign * course)) for sign in (1, -1)]
    away, turns = ways[0] if _rests_low(course, stretched, ways) else ways[1]
    return [_repetition(away, times, turns, i) for i in range(len(turns))]


def _rests_low(course: Floats, stretched: Floats, ways: list[tuple[Floats, Indices]]) -> bool:
    """Return whether the low end of a course is rest.

    It is where the video begins and ends, if that is one end; else where the limbs are stretched,
    if they are bent at one; else where more is gone out from and wholly come back to.
    """
    from scipy.signal import find_peaks

    low, high = np.percentile(course, [2, 98])
    n_ends = max(len(course) // 30, 1)
    ends = np.array([np.mean(course[:n_ends]), np.mean(course[-n_ends:])])
    shares = (ends - low) / max(high - low, 1e-9)
    if (shares < AT_REST).all() or (shares > 1 - AT_REST).all():
        return bool(shares[0] < 0.5)
    bent = np.corrcoef(course, stretched)[0, 1] if np.ptp(stretched) > 0 else 0.0
    if abs(bent) > BENT_AT_ONE_END:
        return bool(bent < 0)
    least = WHOLE * (high - low)
    whole = [len(find_peaks(way, prominence=least)[0]) for way, _ in ways]
    up, down = ((n, len(turns)) for n, (_, turns) in zip(whole, ways, strict=True))
    return up >= down


def _turns(course: Floats) -> Indices:
    """Return where a course turns: high places from which it goes far down on both sides.

    On the side where the video begins or ends it need not go quite so far.
    """
    from scipy.signal import find_peaks

    low, high = np.percentile(course, [2, 98])
    peaks, found = find_peaks(course, prominence=CUT_SHORT * (high - low))
    if not len(peaks):
        return np.zeros(0, np.int64)
    lowest = np.stack([found["left_bases"], found["right_bases"]], axis=1)
    falls = course[peaks, None] - course[lowest]
    usual = min(float(np.percentile(found["prominences"], 80)), high - low)
    whole = [
        max(fall) >= WHOLE * usual
        and all(
            one >= (CUT_SHORT if at_end else WHOLE) * usual
            for one, at_end in zip(fall, (i == 0, i == len(peaks) - 1), strict=True)
        )
        for i, fall in enumerate(falls)
    ]
    return np.asarray(peaks[whole])


def _repetition(course: Floats, times: Floats, turns: Indices, i: int) -> Repetition:
    """Return when it leaves the lowest place before its turn, and is back at the lowest after it.

    The lowest is looked for as far as the turns beside it.
    """
    turn = int(turns[i])
    first = int(turns[i - 1]) if i else 0
    last = int(turns[i + 1]) if i + 1 < len(turns) else len(course) - 1
    going, coming = course[first : turn + 1], course[turn : last + 1]
    start = turn - int((going[::-1] <= _left(going)).argmax())
    end = turn + int((coming <= _left(coming)).argmax())
    return Repetition(float(times[start]), float(times[turn]), float(times[end]))


def _left(course: Floats) -> float:
    return float(course.min() + LEFT * np.ptp(course))


def _stretched(angles: Angles, even: Floats) -> Floats:
    """Return how stretched elbows, hips and knees are, in degrees, at even times."""
    limbs = [i for i in range(len(ANGLES)) if ANGLES[i].split(" ")[-1] in ("elbow", "hip", "knee")]
    seen = [i for i in limbs if angles.is_seen[:, i].mean() > 0.5]
    columns = [known_at(angles.degrees[:, i], angles.times, even) for i in seen]
    return np.sum(columns, axis=0) if columns else np.zeros(len(even))


def way_of_turn(joints: Joints, repetitions: Sequence[Repetition]) -> Turn:
    """Say what the turning points look like: shoulders low, hands high, or neither."""
    if not repetitions:
        return Turn.AWAY
    places, seen = places_of(joints), joints.seen
    shoulders, hands, ankles = (
        middle(joints, places, seen, name)[:, 1] for name in ("shoulder", "wrist", "ankle")
    )
    size = np.nanmedian(np.linalg.norm(np.ptp(places, axis=1), axis=1))
    times = np.asarray(joints.times, np.float64)
    sinks = _at_turns(shoulders - ankles, times, repetitions) / size
    lifts = -_at_turns(hands - shoulders, times, repetitions) / size
    if sinks > MOVED:
        return Turn.BOTTOM
    return Turn.TOP if lifts > MOVED or sinks < -MOVED else Turn.AWAY


def _at_turns(downwards: Floats, times: Floats, repetitions: Sequence[Repetition]) -> float:
    """Return how much lower something is at the turning points than at the beginnings."""
    if not np.isfinite(downwards).any():
        return 0.0
    turns = known_at(downwards, times, [one.turn_seconds for one in repetitions])
    starts = known_at(downwards, times, [one.start_seconds for one in repetitions])
    return float(np.median(turns - starts))
