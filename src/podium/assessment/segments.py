"""A long performance cut into its elements, each beside the reference's element."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from podium.assessment.feedback import ClipFeedback
from podium.assessment.worth import matched_clips, worth_of_parts
from podium.checks import require, require_share
from podium.features.values import Features, Sample
from podium.features.warping import LONG_CLIPS
from podium.metric.matching import Ints
from podium.metric.segments import marked_elements, rest_borders
from podium.scorers import MatchingScorer, Scorer

TEMPO = 0.25
"""An element that takes so much longer, or shorter, than the reference's is said to."""


@dataclass(frozen=True)
class Segment:
    """One element of a performance beside the reference's, clips `first` to `last`.

    `name` is what the reference's is called, "" where nobody said. `similarity` is the mean of its
    clips, 0 to 1, and `contribution` in points: by how much the score would differ the other way if
    the reference's element stood in its place; below 0 it cost points. `n_unlike` of its clips are
    faulty. Times are in seconds of each video, `nan` where not known.
    """

    index: int
    name: str
    first: int
    last: int
    start_seconds: float
    end_seconds: float
    reference_start_seconds: float
    reference_end_seconds: float
    similarity: float
    contribution: float | None
    n_unlike: int
    tempo: float
    """How long it takes, as a share of the reference's; 1 is the same."""

    def __post_init__(self) -> None:
        require(0 <= self.first <= self.last, "first", self.first, f"0 to last, {self.last}")
        require_share("similarity", self.similarity)

    @property
    def n_clips(self) -> int:
        """How many clips it has."""
        return self.last - self.first + 1

    @property
    def pace(self) -> str:
        """Whether it takes clearly longer than the reference's: "slower", "faster" or ""."""
        if 1 / (1 + TEMPO) <= self.tempo <= 1 + TEMPO:
            return ""
        return "slower" if self.tempo > 1 else "faster"

    def without_points(self) -> "Segment":
        """Return it without what it is worth."""
        return replace(self, contribution=None)


def segments_of(
    scorer: Scorer, query: Sample, references: Sequence[Sample], clips: Sequence[ClipFeedback]
) -> tuple[Segment, ...]:
    """Cut a long performance into the elements of the first reference; a short one is not cut.

    The reference's are the phases that it was marked with, or else lie where it comes back to what
    it starts from. They are found in the query by the moments that were put in step, so the same
    element has the same number in all performances.
    """
    if len(clips) <= LONG_CLIPS or not references or not isinstance(scorer, MatchingScorer):
        return ()
    reference = references[0]
    names, theirs = elements_of(reference)
    ours = _spans(borders_in(matched_clips(scorer, query, reference), theirs), len(clips))
    there = [i for i, (start, stop) in enumerate(ours) if start < stop]
    parts = [range(*ours[i]) for i in there]
    if len(parts) < 2:
        return ()
    has_points = clips[0].contribution is not None
    worth = worth_of_parts(scorer, query, references, parts) if has_points else [None] * len(parts)
    own = _spans(theirs, len(reference.features))
    return tuple(
        _segment(number, names[i], part, own[i], (query.features, reference.features), clips, cost)
        for number, (i, part, cost) in enumerate(zip(there, parts, worth, strict=True))
    )


def _segment(
    number: int,
    name: str,
    part: range,
    own: tuple[int, int],
    features: tuple[Features, Features],
    clips: Sequence[ClipFeedback],
    worth: float | None,
) -> Segment:
    ours, theirs = features
    inside = [clips[i] for i in part]
    return Segment(
        index=number,
        name=name,
        first=part[0],
        last=part[-1],
        start_seconds=float(ours.start_seconds[part[0]]),
        end_seconds=float(ours.end_seconds[part[-1]]),
        reference_start_seconds=float(theirs.start_seconds[own[0]]),
        reference_end_seconds=float(theirs.end_seconds[own[1] - 1]),
        similarity=float(np.mean([clip.similarity for clip in inside])),
        contribution=None if worth is None else float(worth),
        n_unlike=sum(clip.faulty for clip in inside),
        tempo=len(part) / (own[1] - own[0]),
    )


def borders_in(matched: Ints, theirs: Ints) -> Ints:
    """Return which clip each element begins with, (elements,), as `matched` has the reference's.

    One that is not there begins where the next one does.
    """
    found = np.searchsorted(matched, theirs)
    return np.asarray([0, *found[1:]], np.intp)


def elements_of(reference: Sample) -> tuple[tuple[str, ...], Ints]:
    """Return the names of a reference's elements, and which clip each begins with."""
    marked = marked_elements(reference)
    if len(marked) > 1:
        firsts = np.array([one.first for one in marked], np.intp)
        return tuple(one.name for one in marked), firsts
    borders = rest_borders(reference.features.values)
    return ("",) * len(borders), borders


def _spans(borders: Ints, n_clips: int) -> list[tuple[int, int]]:
    """Return where each begins and the next one does."""
    return list(pairwise([*borders.tolist(), n_clips]))
