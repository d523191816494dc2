"""What moments are worth: what becomes of the score with experts' clips in their place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from podium.checks import is_finite, require
from podium.features.values import Sample
from podium.measures import Phase
from podium.metric.matching import Ints, count_from_end
from podium.scorers import ComparingScorer, Floats, MatchingScorer

MIN_EXPERTS = 3
"""Fewer experts than these say nothing of how far points may be off."""

MAX_EXPERTS = 8
"""So many are asked at most: more change little, and take their time."""

MAX_EXCHANGED = 100
"""A performance is exchanged in so many parts at most, and scored anew for each."""

LEAST_POINTS = 0.5
"""Less than this is nothing to speak of."""

HELD = 90
"""The range holds what so many experts in a hundred would change."""

ALIKE_IN_ALL = (Phase.ENTRY, Phase.SPLASH)
"""In these, experts of all actions do the same; in others, those of the action alone are asked."""


@dataclass(frozen=True)
class Worth:
    """By how many points the score would differ the other way with experts' clips in place.

    Below 0 it cost points. `low` to `high` is what nine experts in ten would change.
    """

    points: float
    low: float
    high: float
    n_experts: int

    def __post_init__(self) -> None:
        for name in ("points", "low", "high"):
            require(is_finite(getattr(self, name)), name, getattr(self, name), "a finite number")
        fits = self.low <= self.points <= self.high
        require(fits, "points", self.points, f"from {self.low:g} to {self.high:g}")
        least = self.n_experts >= MIN_EXPERTS
        require(least, "n_experts", self.n_experts, f"{MIN_EXPERTS} or more")


class Exchange:
    """Puts experts' clips in place of a performance's, and sees what becomes of its score."""

    def __init__(
        self,
        scorer: ComparingScorer,
        query: Sample,
        references: Sequence[Sample],
        known: Sequence[Sample] = (),
    ) -> None:
        """Compare a performance with `references`; `known` are all experts there are."""
        self._scorer, self._query, self._references = scorer, query, references
        self._known = known or references

    def __call__(self, indices: Sequence[int], moment: str) -> Worth | None:
        """Return what clips of a moment are worth together.

        `None` where experts do not agree on which side of nothing it is, or are too few.
        """
        experts = self._experts(moment)
        if len(experts) < MIN_EXPERTS:
            return None
        exchanged = [
            _exchanged(self._query, one, indices, matched_clips(self._scorer, self._query, one))
            for one in experts
        ]
        scores = self._scorer.compare([self._query, *exchanged], self._references).mean(axis=1)
        rest = (100 - HELD) / 2
        low, points, high = np.percentile(scores[0] - scores[1:], [rest, 50, 100 - rest])
        if low <= 0 <= high or abs(points) < LEAST_POINTS:
            return None
        return Worth(float(points), float(low), float(high), len(experts))

    def _experts(self, moment: str) -> list[Sample]:
        """Return whose clips may stand there: a few, evenly chosen, and never one's own."""
        own, action = self._query.performance.id, self._query.performance.action
        others = [
            expert
            for expert in {e.performance.id: e for e in (*self._references, *self._known)}.values()
            if expert.performance.id != own
            and (moment in ALIKE_IN_ALL or expert.performance.action == action)
        ]
        chosen = np.linspace(0, len(others) - 1, min(len(others), MAX_EXPERTS))
        return [others[round(place)] for place in chosen]


def contributions(scorer: ComparingScorer, query: Sample, references: Sequence[Sample]) -> Floats:
    """Exchange one clip after the other for the references', (clips,): how the score differs.

    Of long performances neighbours are exchanged together, and share what that changes.
    """
    parts = _parts(len(query.features))
    lengths = [len(part) for part in parts]
    return np.repeat(worth_of_parts(scorer, query, references, parts) / lengths, lengths)


def worth_of_parts(
    scorer: ComparingScorer, query: Sample, references: Sequence[Sample], parts: Sequence[range]
) -> Floats:
    """Exchange one part after the other for the references', (parts,): how the score differs."""
    costs = []
    for reference in references:
        matched = matched_clips(scorer, query, reference)
        exchanged = [_exchanged(query, reference, part, matched) for part in parts]
        scores = scorer.compare([query, *exchanged], [reference])[:, 0]
        costs.append(scores[0] - scores[1:])
    return np.asarray(np.mean(costs, axis=0), np.float64)


def matched_clips(scorer: ComparingScorer, query: Sample, reference: Sample) -> Ints:
    """Return which clip of a reference each of a query's is compared with, (clips,).

    A scorer that does not say compares those that are as far from the end.
    """
    if isinstance(scorer, MatchingScorer):
        return scorer.matched(query, reference)
    return count_from_end(len(query.features), len(reference.features))


def _parts(n_clips: int) -> list[range]:
    """Return which clips are exchanged together: each by itself, where there are not too many."""
    n_together = -(-n_clips // MAX_EXCHANGED)
    return [range(i, min(i + n_together, n_clips)) for i in range(0, n_clips, n_together)]


def _exchanged(query: Sample, reference: Sample, indices: Sequence[int], matched: Ints) -> Sample:
    """Return a performance with the reference's clips that it is compared with at some places."""
    values, places = query.features.values.copy(), list(indices)
    values[places] = reference.features.values[matched[places]]
    return replace(query, features=replace(query.features, values=values))
