"""Which moments were unlike the expert's, and what each is worth (paper, IV)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from podium.assessment.worth import Worth, contributions
from podium.checks import require, require_share
from podium.features.values import Sample
from podium.scorers import ComparingScorer, ExplainingScorer, Explanation, Scorer

FAULTY_BELOW = 0.5
"""A clip less similar than this to the expert's is faulty (paper, V-E)."""

_HOW = {
    "least": "less like the expert than any other moment",
    "unlike": "unlike the expert",
}


@dataclass(frozen=True)
class ClipFeedback:
    """One clip of a performance beside the expert's.

    `similarity` is 0 to 1, higher is more alike. `contribution` is in points: by how much the
    score would differ the other way if this clip were the expert's; below 0 it cost points.
    `moment` names the part of the performance that was seen there, "" where not known.
    """

    index: int
    start_seconds: float
    end_seconds: float
    similarity: float
    contribution: float | None
    faulty: bool
    moment: str = ""

    def __post_init__(self) -> None:
        require(self.index >= 0, "index", self.index, "0 or more")
        require_share("similarity", self.similarity)


RemarkGroup = Literal["costs", "gains", "apart"]
"""What cost points, what is unlike the expert's but cost none, and what has no points."""

RemarkKind = Literal["least", "unlike"]
"""The clip least like the expert's, or another that is faulty."""

WorthOf = Callable[[Sequence[int], str], Worth | None]
"""What clips of a moment are worth together, where that can be told (`worth.Exchange`)."""

_KINDS = f"one of {', '.join(get_args(RemarkKind))}"


@dataclass(frozen=True)
class Remark:
    """A line of feedback: when, what it cost in points with the range of it, and words.

    `contribution` is `None` where it cannot be told. `kind`, `moment` and the lowest `similarity`
    are what the words say, for other languages.
    """

    start_seconds: float
    end_seconds: float
    contribution: float | None
    words: str
    kind: RemarkKind = "unlike"
    moment: str = ""
    similarity: float | None = None
    contribution_low: float | None = None
    contribution_high: float | None = None

    def __post_init__(self) -> None:
        require(self.kind in get_args(RemarkKind), "kind", self.kind, _KINDS)
        require_share("similarity", self.similarity or 0.0)

    @property
    def group(self) -> RemarkGroup:
        """Return where it belongs, by its points as they are shown: to a tenth."""
        if self.contribution is None:
            return "apart"
        return "costs" if round(self.contribution, 1) < 0 else "gains"

    def __str__(self) -> str:
        cost = "" if self.contribution is None else f"  {self._cost(self.contribution)}"
        if not math.isfinite(self.start_seconds):  # features given as a file carry no times
            return f"time not known{cost}  {self.words}"
        return f"{self.start_seconds:.1f}-{self.end_seconds:.1f} s{cost}  {self.words}"

    def _cost(self, points: float) -> str:
        # What rounds to nothing is no loss: + 0.0 takes the sign off a zero.
        said = f"{round(points, 1) + 0.0:+.1f}"
        if self.contribution_low is None or self.contribution_high is None:
            return said
        return f"{said} ({self.contribution_low:+.1f} to {self.contribution_high:+.1f})"


@dataclass(frozen=True)
class PhasePoints:
    """What a phase is worth: with experts' clips in its place the score would differ by that."""

    phase: str
    worth: Worth


@dataclass(frozen=True)
class Chapter:
    """A part of a performance: neighbouring clips of one moment ("" where none is known)."""

    moment: str
    start_seconds: float
    end_seconds: float
    faulty: bool


def chapters(clips: Sequence[ClipFeedback]) -> tuple[Chapter, ...]:
    """Join neighbouring clips of one moment; where moments are not known, each clip is a part.

    Clips without times are no part of anything.
    """
    parts: list[Chapter] = []
    for clip in clips:
        if not math.isfinite(clip.start_seconds):
            continue
        if parts and clip.moment and parts[-1].moment == clip.moment:
            start, faulty = parts[-1].start_seconds, parts[-1].faulty or clip.faulty
            parts[-1] = Chapter(clip.moment, start, clip.end_seconds, faulty)
        else:
            parts.append(Chapter(clip.moment, clip.start_seconds, clip.end_seconds, clip.faulty))
    return tuple(parts)


def clip_feedback(
    scorer: ComparingScorer,
    query: Sample,
    references: Sequence[Sample],
    moments: Sequence[str] = (),
    with_contributions: bool = True,
) -> tuple[ClipFeedback, ...]:
    """Compare each clip with the clip of each reference that it is matched with.

    Similarities and contributions are means over the references. `moments` names what was seen in
    each clip; of fewer, the last name is the last clip's.
    """
    similarity = np.mean([scorer.clip_similarity(query, r) for r in references], axis=0)
    costs = contributions(scorer, query, references) if with_contributions else None
    n_clips = len(query.features)
    return tuple(
        ClipFeedback(
            index=index,
            start_seconds=float(query.features.start_seconds[index]),
            end_seconds=float(query.features.end_seconds[index]),
            similarity=float(similarity[index]),
            contribution=None if costs is None else float(costs[index]),
            faulty=bool(similarity[index] < FAULTY_BELOW),
            moment=_moment(moments, n_clips - index),
        )
        for index in range(n_clips)
    )


def remarks(
    clips: Sequence[ClipFeedback], worth_of: WorthOf = lambda indices, moment: None
) -> tuple[Remark, ...]:
    """Put what was unlike the expert's into words, what cost most first.

    Neighbours of one moment are one remark.
    """
    spans = _spans([clip for clip in clips if clip.faulty])
    worst = min((clip.similarity for clip in clips), default=1.0)
    lines = [_remark(span, worst, worth_of) for span in spans]
    return tuple(sorted(lines, key=lambda remark: remark.contribution or 0.0))


def phase_points(clips: Sequence[ClipFeedback], worth_of: WorthOf) -> tuple[PhasePoints, ...]:
    """Return what each moment that was seen is worth, where experts agree on it."""
    found = []
    for moment in dict.fromkeys(clip.moment for clip in clips if clip.moment):
        worth = worth_of([clip.index for clip in clips if clip.moment == moment], moment)
        if worth is not None:
            found.append(PhasePoints(moment, worth))
    return tuple(found)


def without_points(
    clips: Sequence[ClipFeedback], lines: Sequence[Remark]
) -> tuple[tuple[ClipFeedback, ...], tuple[Remark, ...]]:
    """Keep what is said of likeness, in order of time: no points, where they cannot be trusted."""
    alike = sorted(lines, key=lambda remark: remark.start_seconds)
    return (
        tuple(replace(clip, contribution=None) for clip in clips),
        tuple(
            replace(remark, contribution=None, contribution_low=None, contribution_high=None)
            for remark in alike
        ),
    )


def group_remarks(remarks: Sequence[Remark]) -> dict[RemarkGroup, tuple[Remark, ...]]:
    """Part what cost points from what did not; groups without a remark are left out."""
    parts = {
        group: tuple(r for r in remarks if r.group == group) for group in get_args(RemarkGroup)
    }
    return {group: part for group, part in parts.items() if part}


def _moment(moments: Sequence[str], from_end: int) -> str:
    return moments[max(len(moments) - from_end, 0)] if moments else ""


def _spans(faulty: Sequence[ClipFeedback]) -> list[list[ClipFeedback]]:
    spans: list[list[ClipFeedback]] = []
    for clip in faulty:
        last = spans[-1][-1] if spans else None
        if last and clip.index == last.index + 1 and clip.moment == last.moment:
            spans[-1].append(clip)
        else:
            spans.append([clip])
    return spans


def _remark(span: Sequence[ClipFeedback], worst: float, worth_of: WorthOf) -> Remark:
    moment, least = span[0].moment, min(clip.similarity for clip in span)
    where = f"about the {moment.replace('_', '-')}: " if moment else ""
    kind: RemarkKind = "least" if least == worst else "unlike"
    worth = worth_of([clip.index for clip in span], moment)
    return Remark(
        start_seconds=span[0].start_seconds,
        end_seconds=span[-1].end_seconds,
        contribution=worth.points if worth else None,
        words=f"{where}{_HOW[kind]} (similarity {least:.2f})",
        kind=kind,
        moment=moment,
        similarity=least,
        contribution_low=worth.low if worth else None,
        contribution_high=worth.high if worth else None,
    )


def explanations_of(
    scorer: Scorer, query: Sample, references: Sequence[Sample]
) -> tuple[Explanation, ...]:
    """Return what the scorer itself points at; nothing where its method has no such feedback."""
    if not isinstance(scorer, ExplainingScorer):
        return ()
    return scorer.explain(query, references)
