"""The elements of a long performance, as people read them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from podium.assessment.feedback import Chapter, chapters
from podium.assessment.segments import Segment
from podium.assessment.values import Assessment
from podium.report.key_frames import Moment
from podium.report.words import Words

MOST_LINES = 10
"""So many elements are said on a terminal: those that were least like the reference's."""


@dataclass(frozen=True)
class Fold:
    """An element as the page shows it: what is said of it, and its clips."""

    name: str
    when: str
    words: str
    segment: Segment
    moments: Sequence[Moment]


def least_alike(segments: Sequence[Segment]) -> int | None:
    """Return the number of the element that is least like the reference's."""
    least = min(segments, key=lambda one: one.similarity, default=None)
    return least.index if least else None


def parts_of(assessment: Assessment) -> tuple[Chapter, ...]:
    """Return what is gone to one after the other while it plays: elements, else chapters."""
    return tuple(
        Chapter(one.name, one.start_seconds, one.end_seconds, one.n_unlike > 0)
        for one in assessment.segments
        if one.start_seconds == one.start_seconds
    ) or chapters(assessment.clips)


def name_of(segment: Segment, words: Words) -> str:
    """Return what an element is called: by its number, where nobody named it."""
    return segment.name or words("segments.element", number=segment.index + 1)


def remark_of(segment: Segment, words: Words) -> str:
    """Say how an element was, beside the reference's."""
    unlike = words("segments.unlike", n=segment.n_unlike, of=segment.n_clips)
    said = [unlike if segment.n_unlike else words("segments.alike")]
    if segment.pace:
        said.append(words(f"segments.{segment.pace}", percent=100 * abs(segment.tempo - 1)))
    return ", ".join(said)


def folds(segments: Sequence[Segment], moments: Sequence[Moment], words: Words) -> list[Fold]:
    """Return the elements with what is shown of their clips."""
    return [
        Fold(
            name_of(one, words),
            when(one, words),
            remark_of(one, words),
            one,
            moments[one.first : one.last + 1],
        )
        for one in segments
    ]


def when(segment: Segment, words: Words) -> str:
    """Say when an element was, "" where that is not known."""
    start, end = segment.start_seconds, segment.end_seconds
    if start != start:
        return ""
    return words("remarks.time", start=words.number(start), end=words.number(end))


def segment_lines(segments: Sequence[Segment], words: Words) -> list[str]:
    """Return a line for each of those that are unlike the reference's, in order; of many, some."""
    unlike = [one for one in segments if one.n_unlike]
    least = sorted(unlike, key=lambda one: one.similarity)[:MOST_LINES]
    return [_line(one, words) for one in sorted(least, key=lambda one: one.index)]


def _line(segment: Segment, words: Words) -> str:
    points = segment.contribution
    shown = [
        name_of(segment, words),
        when(segment, words),
        words("timeline.similarity", similarity=words.number(segment.similarity, 2)),
        "" if points is None else points_of(points, words),
        remark_of(segment, words),
    ]
    return "  ".join(part for part in shown if part)


def points_of(points: float, words: Words) -> str:
    """Say what an element is worth."""
    return words("timeline.contribution", points=words.number(points, signed=True))


def segments_to_json(segments: Sequence[Segment], words: Words) -> list[dict[str, Any]]:
    """Return elements as plain JSON, each with its words."""
    return [{**asdict(one), "words": remark_of(one, words)} for one in segments]
