"""From a video to what the body did: athlete -> measures -> how they stand."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from podium.athlete import Seed, frames_of
from podium.doubts import Doubt, DoubtKind, Severity
from podium.errors import UsageError
from podium.examination.looks import entry_looks
from podium.examination.pace import SLOW_MOTION, at_true_speed
from podium.examination.values import Examination
from podium.judging import find_rule
from podium.measures import Dive, Measurement, Reading, measure
from podium.performance import require_speed
from podium.recognition import Recognised, recognise
from podium.recognition.doubts import UNLIKE_ACTION
from podium.remarks import Judged, judge, like, percentile_of
from podium.video.frames import Frames, probe
from podium.video.limits import WHOLE, Part

NOBODY_FOUND = DoubtKind("nobody_found", severity=Severity.GRAVE)
"""Nothing in the video moves as an athlete does."""

WATER_NOT_FOUND = DoubtKind("water_not_found", severity=Severity.GRAVE)
"""Nobody meets the water in the video."""

COMPARED_METRES = 10.0
"""The dives beside which values stand were all from the platform of that height."""

BY_HEIGHT = ("flight_seconds",)
"""What lasts longer from higher up: it stands beside dives from the same height only."""

MIN_HEIGHT, MAX_HEIGHT = 0.5, 30.0
"""In metres: boards and platforms are not lower, nor higher."""

CONTRADICTED = 0.99
"""Where it is so sure that a dive turns in another way, the video contradicts its number."""


def examine(
    video: Path,
    *,
    action: str | None = None,
    part: Part = WHOLE,
    at: tuple[float, float] | None = None,
    height_metres: float | None = None,
    references: Sequence[Path] = (),
    playing_speed: float | None = None,
) -> Examination:
    """Measure a dive: what the body did, in degrees, seconds and lengths of the body.

    `action` is the number of the dive, where it is known: said, if the video shows another. `at` is
    where the athlete is in the first frame, (right, down) in pixels of the upright video, where it
    is not who moves most. Beside each value stands that of the first of `references`. The video is
    played `playing_speed` times as fast as it was; where that is not given, it is found out.

    Raises
    ------
    UsageError
        If the action is not the number of a dive, the height none of a board, or nothing is
        played at that speed.
    PodiumError
        If a file cannot be used.
    """
    _require_dive(action)
    _require_height(height_metres)
    require_speed(playing_speed)
    expert = examine(references[0], height_metres=height_metres) if references else None
    decode = partial(frames_of, video, part)
    find = partial(_seed, video, at)
    frames, dive, speed = at_true_speed(decode, find, height_metres, playing_speed)
    recognised = recognise(dive)
    measured = measure(dive)
    judged = _judged(dive, measured)
    is_slow = speed < 1 and playing_speed is None
    slow = (SLOW_MOTION(times=round(1 / speed, 1)),) if is_slow else ()
    return Examination(
        path=video,
        frames=frames,
        dive=dive.at_times(1 / speed),
        readings=_readings([one.at_times(1 / speed) for one in measured], dive, expert),
        expert=expert,
        doubts=(*frames.doubts, *slow, *_doubts(dive), *_contradictions(action, recognised)),
        recognised=recognised,
        faults=judged.faults,
        remarks=judged.remarks,
        playing_speed=speed,
    )


def _require_dive(action: str | None) -> None:
    numbers = find_rule("diving").numbers
    if action is not None and numbers is not None:
        numbers.meaning(action)


def _seed(video: Path, at: tuple[float, float] | None, frames: Frames) -> Seed | None:
    if at is None:
        return None
    about = probe(video)
    left, top = about.corner(frames.box)
    across, down = about.shape(frames.box)
    height, width = frames.pixels.shape[1:3]
    return Seed(0, (at[0] - left) * width / across, (at[1] - top) * height / down)


def _judged(dive: Dive, measured: Sequence[Measurement]) -> Judged:
    """Say what is likely wrong; nothing of what was not seen from the board to the water."""
    if not (dive.moments.board_left and dive.moments.water):
        return Judged((), ())
    values = {one.name: one.value for one in measured if _is_comparable(one, dive)}
    return judge(values | entry_looks(dive))


def _require_height(height_metres: float | None) -> None:
    if height_metres is not None and not MIN_HEIGHT <= height_metres <= MAX_HEIGHT:
        raise UsageError(
            f"height {height_metres:g} is none of a board or platform: give metres from "
            f"{MIN_HEIGHT:g} to {MAX_HEIGHT:g}, such as 10"
        )


def _readings(
    measured: Sequence[Measurement], dive: Dive, expert: Examination | None
) -> tuple[Reading, ...]:
    theirs, ours = expert.values if expert else {}, {one.name: one.value for one in measured}
    return tuple(
        Reading(one, _standing(one, dive, among), theirs.get(one.name), among)
        for one in measured
        for among in [like(one.name, ours)]
    )


def _standing(one: Measurement, dive: Dive, among: str) -> float | None:
    """Return how a value stands among those of Olympic dives; letters and counts stand nowhere."""
    if not isinstance(one.value, float) or not _is_comparable(one, dive):
        return None
    return percentile_of(one.name, one.value, among)


def _is_comparable(one: Measurement, dive: Dive) -> bool:
    return one.name not in BY_HEIGHT or dive.height_metres in (None, COMPARED_METRES)


def _doubts(dive: Dive) -> tuple[Doubt, ...]:
    if not dive.outline.is_seen.any():
        return (NOBODY_FOUND(),)
    return () if dive.moments.water else (WATER_NOT_FOUND(),)


def _contradictions(action: str | None, recognised: Recognised | None) -> tuple[Doubt, ...]:
    """Say that a dive turns in another way than its number says, where that is as good as sure.

    Counts of turns are told on new events as surely as on known ones; the direction is not.
    """
    if action is None or recognised is None or recognised.turns_as(action) > 1 - CONTRADICTED:
        return ()
    looks_like = f"{recognised.action}{recognised.position}"
    return (UNLIKE_ACTION(action=action, looks_like=looks_like),)
