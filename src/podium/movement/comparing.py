"""Two movements are compared: repetition by repetition, joint by joint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind
from podium.errors import FeatureError
from podium.joints import Joints, mirror
from podium.movement.alignment import align
from podium.movement.angles import ANGLES, BENT, SIDES, angles_of
from podium.movement.differences import differences_of
from podium.movement.doubts import doubts_of_joints
from podium.movement.likeness import framing_likeness, likeness_of, person_likeness
from podium.movement.repetitions import Repetition, find_repetitions, way_of_turn
from podium.movement.usual import usual_degrees
from podium.movement.values import Comparison, Movement, Pair

Floats = npt.NDArray[np.float64]
_Span = tuple[int | None, Repetition]

MOMENTS = 40
"""In so many moments a repetition is looked at."""

WELL_SEEN = 0.5
"""An angle is compared where it was seen in this share of the frames of both."""

MOST_PAIRS = 60
"""So many repetitions are compared; each with no more of the other's than `MOST_CHOICES`."""

MOST_CHOICES = 12

MIRRORED_IS_LIKER = DoubtKind("mirrored_is_liker", values=("form", "mirrored"))
"""Two have the likeness `form`, and the higher one `mirrored` if one of them is mirrored."""

NO_REPETITIONS = DoubtKind("no_repetitions", optional=("about",))
"""Nothing was found that is done and undone again; `about` names the other's, where it is that."""

CLEARLY = 0.05
"""A likeness is clearly higher by this."""

FAR_APART = 20.0
"""So many usual differences apart are movements of which no angle was seen at the same time."""


def movement_of(joints: Joints) -> Movement:
    """Return the angles and the repetitions of one person's movement."""
    angles = angles_of(joints)
    repetitions = find_repetitions(joints, angles)
    return Movement(joints, angles, repetitions, way_of_turn(joints, repetitions))


def compare(
    ours: Joints, theirs: Joints, *, mirrored: bool = False, theirs_name: str = "the other"
) -> Comparison:
    """Compare two movements, whoever does them and however fast.

    With `mirrored`, ours is mirrored first: what the left side does is compared with the right.
    `theirs_name` is how doubts name the other.

    Raises
    ------
    FeatureError
        If no angle was seen in both.
    """
    given, expert = movement_of(mirror(ours) if mirrored else ours), movement_of(theirs)
    names, pairs = paired(given, expert)
    form = _mean([pair.likeness for pair in pairs])
    other_way = form_likeness(movement_of(mirror(given.joints)), expert)
    return Comparison(
        ours=given,
        theirs=expert,
        names=names,
        pairs=pairs,
        differences=differences_of(given, expert, names, pairs),
        form=form,
        framing=framing_likeness(given.joints, theirs),
        person=person_likeness(given.joints, theirs),
        is_mirrored=mirrored,
        other_way=other_way,
        doubts=tuple(_doubts(given, expert, form, other_way, theirs_name)),
    )


def _doubts(
    given: Movement, expert: Movement, form: float, other_way: float, theirs_name: str
) -> Iterator[Doubt]:
    yield from doubts_of_joints(given.joints)
    yield from doubts_of_joints(expert.joints, about=theirs_name)
    if other_way > form + CLEARLY:
        yield MIRRORED_IS_LIKER(form=form, mirrored=other_way)
    if not given.repetitions:
        yield NO_REPETITIONS()
    if not expert.repetitions:
        yield NO_REPETITIONS(about=theirs_name)


def form_likeness(ours: Movement, theirs: Movement) -> float:
    """Return how alike two movements are in form alone, 0 to 1."""
    return _mean([pair.likeness for pair in paired(ours, theirs)[1]])


def paired(ours: Movement, theirs: Movement) -> tuple[tuple[str, ...], tuple[Pair, ...]]:
    """Return which angles both show, and each repetition beside the other's it is most like.

    Raises
    ------
    FeatureError
        If no angle was seen in both.
    """
    compared = _compared(ours, theirs)
    return compared.names, compared.pairs()


@dataclass(frozen=True, eq=False)
class _Compared:
    """Which angles are compared, and those of both over time, (frames, angles)."""

    names: tuple[str, ...]
    ours: Floats
    theirs: Floats
    given: Movement
    expert: Movement

    def pairs(self) -> tuple[Pair, ...]:
        """Put each repetition beside the other's that it is most like; else the whole."""
        mine = _spans(self.given)[:MOST_PAIRS]
        others = _spans(self.expert)[:MOST_CHOICES]
        rows = [_moments(self.theirs, self.expert.angles.times, span) for _, span in others]
        return tuple(self._pair(number, span, others, rows) for number, span in mine)

    def _pair(
        self,
        number: int | None,
        span: Repetition,
        others: Sequence[_Span],
        rows: Sequence[Floats],
    ) -> Pair:
        own = _moments(self.ours, self.given.angles.times, span)
        usual = np.array([usual_degrees(name) for name in self.names])
        apart = [_mean_apart(own - row, usual) for row in rows]
        chosen = int(np.argmin(apart))
        other, theirs = others[chosen]
        steps = align(own / usual, rows[chosen] / usual)
        degrees = own[steps[:, 0]] - rows[chosen][steps[:, 1]]
        return Pair(
            number, other, _seconds(span)[steps[:, 0]], _seconds(theirs)[steps[:, 1]], degrees,
            likeness_of(_mean_apart(degrees, usual)),
        )  # fmt: skip


def _compared(given: Movement, expert: Movement) -> _Compared:
    """Choose the angles that both show; of two sides, of which one shows one only, the mean."""
    names: list[str] = []
    for joint in BENT:
        sides = [f"{side} {joint}" for side in SIDES]
        seen = [_is_seen(name, given, expert) for name in sides]
        names += sides if all(seen) else [joint] if _is_seen(joint, given, expert) else []
    names += [name for name in ANGLES[-2:] if _is_seen(name, given, expert)]
    if not names:
        raise FeatureError(
            "no joint was seen in both for long enough to be compared: choose videos in which the "
            "whole person is in the picture"
        )
    ours, theirs = (
        np.stack([movement.angles.of(name) for name in names], axis=1)
        for movement in (given, expert)
    )
    return _Compared(tuple(names), ours, theirs, given, expert)


def _is_seen(name: str, *movements: Movement) -> bool:
    """Return whether an angle was seen in enough frames of each movement."""
    return all(np.isfinite(one.angles.of(name)).mean() >= WELL_SEEN for one in movements)


def _spans(movement: Movement) -> list[_Span]:
    """Return the repetitions with their numbers; where there are none, the whole movement."""
    if movement.repetitions:
        return list(enumerate(movement.repetitions))
    times = movement.angles.times
    start, end = float(times[0]), float(times[-1])
    return [(None, Repetition(start, (start + end) / 2, end))]


def _seconds(span: Repetition) -> Floats:
    return np.linspace(span.start_seconds, span.end_seconds, MOMENTS)


def _moments(degrees: Floats, times: Floats, span: Repetition) -> Floats:
    """Return angles at evenly spaced moments of a repetition, (moments, angles)."""
    moments = _seconds(span)
    nearest = np.clip(np.searchsorted(times, moments), 0, len(times) - 1)
    columns = []
    for series in degrees.T:
        seen = np.isfinite(series)
        column = np.interp(moments, times[seen], series[seen])
        columns.append(np.where(seen[nearest], column, np.nan))
    return np.stack(columns, axis=1)


def _mean_apart(degrees: Floats, usual: Floats) -> float:
    """Return how far apart angles are on average, in usual differences; 1 is usual."""
    apart = abs(degrees) / usual
    known = np.isfinite(apart)
    n_known = known.sum(axis=0)
    means = np.where(known, apart, 0).sum(axis=0)[n_known > 0] / n_known[n_known > 0]
    return float(means.mean()) if len(means) else FAR_APART


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
