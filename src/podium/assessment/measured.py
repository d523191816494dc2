"""What the athlete did, where the sport is one that is measured, and what it says of the action."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from podium.assessment.question import Given, part_of
from podium.doubts import Doubt
from podium.examination.values import Examination
from podium.features.close_up import Seen
from podium.features.values import Features
from podium.inputs.given import FEATURE_SUFFIXES
from podium.judging import Action, ScoringRule, find_action
from podium.measures import Phase
from podium.performance import Performance
from podium.video.limits import WHOLE

MEASURED_SPORTS = ("diving",)
"""In these the athlete is followed and measured."""

UNDER_SECONDS = 0.15
"""So long after the water is met the body is under it: that long, it enters."""

CLEARLY = 0.5
"""An action is taken for what was recognised where it is at least so probable."""


def measured(
    rule: ScoringRule | None,
    query: Performance,
    action: Action | None,
    references: Sequence[Given],
    at: tuple[float, float] | None = None,
) -> Examination | None:
    """Measure what the body does; `None` where the sport is not measured, or there is no video.

    `at` is where the athlete is in the first frame, where it is not who moves most.
    """
    if not _can_be_measured(rule, query):
        return None
    from podium.examination import examine

    return examine(
        query.path,
        part=part_of(query),
        action=str(action) if action else None,
        references=_videos(references),
        playing_speed=query.playing_speed,
        at=at,
    )


def _can_be_measured(rule: ScoringRule | None, query: Performance) -> bool:
    is_video = query.path.suffix.lower() not in FEATURE_SUFFIXES
    return rule is not None and rule.name in MEASURED_SPORTS and is_video


def at_seen_speed(query: Performance, seen: Examination | None) -> Performance:
    """Return the same performance, played as fast as was found."""
    if seen is None or seen.playing_speed == 1:
        return query
    return replace(query, playing_speed=seen.playing_speed)


def athlete_of(seen: Examination | None, at: tuple[float, float] | None = None) -> Seen | None:
    """Return the athlete who was followed, so that it need not be done again.

    `at` is where the athlete was said to be.
    """
    if seen is None:
        return None
    return Seen(seen.dive.at_times(seen.playing_speed), seen.frames.numbers, at)


def expert_of(seen: Examination | None, reference: Performance) -> Examination | None:
    """Return what was seen of a reference, where it was looked at: whole, at a speed found out."""
    expert, is_whole = seen.expert if seen else None, part_of(reference) == WHOLE
    if expert is None or expert.path != reference.path or not is_whole or reference.playing_speed:
        return None
    return expert


def athlete_in(performance: Performance, seen: Examination | None) -> Seen | None:
    """Return the athlete who was followed, where that was as fast as a performance is said to be.

    What is played in slow motion is looked at as it is first, and was examined as fast as it was.
    """
    is_as_fast = seen is not None and seen.playing_speed == (performance.playing_speed or 1.0)
    return athlete_of(seen) if is_as_fast else None


def in_slow_motion(
    rule: ScoringRule | None, performance: Performance, seen: Examination | None = None
) -> tuple[Performance | None, tuple[Doubt, ...]]:
    """Return a performance with its speed, where it is found to be played in slow motion; says so.

    `None` where it is not, or its speed is known. What was `seen` of it is not looked for again.
    """
    if performance.playing_speed is not None or not _can_be_measured(rule, performance):
        return None, ()
    seen = seen or measured(rule, performance, None, ())
    if seen is None or seen.playing_speed == 1:
        return None, ()
    return at_seen_speed(performance, seen), seen.contradictions


def _videos(references: Sequence[Given]) -> list[Path]:
    """Return the videos among references; the others are ids, or files of features."""
    paths = [one.path if isinstance(one, Performance) else Path(one) for one in references]
    return [p for p in paths if p.is_file() and p.suffix.lower() not in FEATURE_SUFFIXES]


def recognised_action(
    seen: Examination | None, known: Collection[str], rule: ScoringRule | None
) -> Action | None:
    """Return the action that was recognised, where it is clear and one that is known."""
    found = seen.recognised if seen else None
    if found is None or found.probability < CLEARLY:
        return None
    return find_action(found.action, known, rule)


def moments_seen(seen: Examination | None, features: Features) -> tuple[str, ...]:
    """Name what was seen in the middle of each clip, "" where that is not known.

    Nothing is named where no moment was seen.
    """
    if seen is None or not any(vars(seen.dive.moments).values()):
        return ()
    middles = (features.start_seconds + features.end_seconds) / 2
    return tuple(_phase_at(float(second), seen) for second in middles)


def _phase_at(second: float, seen: Examination) -> str:
    """Return the phase between the moments that were seen about a time."""
    moments, starts = seen.dive.moments, seen.frames.start_seconds
    board, opened, water = (
        float(starts[moment.index]) if moment else None
        for moment in (moments.board_left, moments.come_out, moments.water)
    )
    if water is not None and second >= water + UNDER_SECONDS:
        return Phase.SPLASH
    if opened is not None and second >= opened:
        return Phase.ENTRY if water is not None else ""
    if board is not None and second < board:
        return Phase.TAKE_OFF
    return Phase.FLIGHT if board is not None and opened is not None else ""
