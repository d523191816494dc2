"""What a report says first: the one thing to work on, and what was good."""

from collections.abc import Sequence
from dataclasses import dataclass

from podium.assessment.feedback import FAULTY_BELOW, Remark, group_remarks
from podium.report.athlete_view import AthleteView, Shown
from podium.report.key_frames import Moment
from podium.report.words import Words

AROUND_SECONDS = 0.4
"""What is played begins so long before what is meant, and ends so long after it."""


@dataclass(frozen=True)
class Highlight:
    """One thing that is said first."""

    words: str
    """What was seen, as a sentence."""

    moment: str
    """In which part of the performance, in words, or ""."""

    when: str
    """When it was, in words, or ""."""

    picture: str
    """A `data:` address, or ""."""

    span: tuple[float, float] | None
    """From when to when it is played, in seconds of the video; `None` where that is not known."""


@dataclass(frozen=True)
class Glance:
    """What is seen in the first five seconds, beside the score."""

    work: Highlight | None
    """The one thing to work on: a fact that was measured, else the clip that cost most."""

    good: Highlight | None
    """What was good: a fact that was measured, else the clip that is most like the expert's."""


def glance(
    athlete: AthleteView | None,
    remarks: Sequence[Remark],
    moments: Sequence[Moment],
    words: Words,
) -> Glance:
    """Choose what is said first."""
    measured = athlete.remarks if athlete else ()
    faults = [one for one in measured if not one.is_praise]
    praise = [one for one in measured if one.is_praise]
    work = _of_measure(faults[0], words) if faults else _costliest(remarks, moments, words)
    ordered = _ordered(remarks)
    to_improve = str(faults[0].phase) if faults else ordered[0].moment if ordered else ""
    good = _of_measure(praise[0], words) if praise else _most_alike(moments, to_improve, words)
    return Glance(work, good)


def _of_measure(shown: Shown, words: Words) -> Highlight:
    span = _around(shown.start_seconds, shown.end_seconds)
    moment = words.moment(shown.phase)
    # A sentence such as "Entry 12 degrees past vertical" names it already.
    is_named = shown.words.casefold().startswith(moment.casefold())
    return Highlight(shown.words, "" if is_named else moment, shown.when, shown.picture, span)


def _around(start: float | None, end: float | None) -> tuple[float, float] | None:
    if start is None or start != start:
        return None
    return start - AROUND_SECONDS, (start if end is None else end) + AROUND_SECONDS


def _costliest(
    remarks: Sequence[Remark], moments: Sequence[Moment], words: Words
) -> Highlight | None:
    """Return what is remarked first of what cost points, else of what was unlike the expert's."""
    ordered = _ordered(remarks)
    if not ordered:
        return None
    first = ordered[0]
    start, end = first.start_seconds, first.end_seconds
    when = words("remarks.time", start=words.number(start), end=words.number(end))
    inside = [one for one in moments if one.clip.start_seconds == start]
    picture = inside[0].picture if inside else ""
    named = _named(first.moment, words)
    return Highlight(_said(first, words), named, when, picture, _around(start, end))


def _ordered(remarks: Sequence[Remark]) -> list[Remark]:
    grouped = group_remarks(remarks)
    return [*grouped.get("costs", ()), *grouped.get("apart", ())]


def _said(remark: Remark, words: Words) -> str:
    """Say what was unlike; the moment is named apart."""
    if remark.similarity is None:
        return remark.words
    similarity = words.number(remark.similarity, 2)
    return words(f"remarks.{remark.kind}", about="", similarity=similarity)


def _most_alike(moments: Sequence[Moment], to_improve: str, words: Words) -> Highlight | None:
    """Return the clip that is most like the expert's, where it is like it at all.

    What is `to_improve` is not called good in the same breath.
    """
    alike = [
        one
        for one in moments
        if one.clip.similarity >= FAULTY_BELOW and (not to_improve or one.clip.moment != to_improve)
    ]
    if not alike:
        return None
    best = max(alike, key=lambda one: one.clip.similarity)
    start, end = best.clip.start_seconds, best.clip.end_seconds
    when = words("remarks.time", start=words.number(start), end=words.number(end))
    similarity = words.number(best.clip.similarity, 2)
    sentence = words("glance.most_alike", similarity=similarity)
    return Highlight(
        sentence, _named(best.clip.moment, words), when, best.picture, _around(start, end)
    )


def _named(moment: str, words: Words) -> str:
    return words.moment(moment) if moment else ""
