"""Which moments of two performances are compared, and whether that can be told."""

from collections.abc import Sequence

import numpy as np

from podium.assessment.question import picture_of
from podium.doubts import Doubt
from podium.features.alignment import Alignment, try_to_align
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.metric.matching import count_from_end
from podium.scorers import MatchingScorer, Scorer


def compared_seconds(
    scorer: Scorer, query: Sample, references: Sequence[Sample]
) -> tuple[float, ...]:
    """Return when the moment is, in the first reference whose video is at hand, of each clip.

    Nothing where it lies as long before the end, or no video is at hand.
    """
    shown = next((one for one in references if picture_of(one)), None)
    if shown is None or not isinstance(scorer, MatchingScorer):
        return ()
    matched = scorer.matched(query, shown)
    if np.array_equal(matched, count_from_end(len(query.features), len(shown.features))):
        return ()
    middles = (shown.features.start_seconds + shown.features.end_seconds) / 2
    return tuple(middles[matched].tolist())


def doubts_of_steps(
    scorer: Scorer, query: Sample, references: Sequence[Sample]
) -> tuple[Doubt, ...]:
    """Doubt a performance that can be put in step with none of what it is compared with."""
    if not isinstance(scorer, MatchingScorer):
        return ()
    beside = references or scorer.partners(query, scorer.references)
    found = [scorer.ask_steps(query, reference) for reference in beside]
    return found[0] if found and all(found) else ()


def in_step(
    query: Sample, references: Sequence[Sample], cache: FeatureCache | None
) -> Alignment | None:
    """Put a query in step with the first reference whose video is at hand, to be played."""
    seen = next((r.performance for r in references if picture_of(r)), None)
    return try_to_align(query.performance, seen, cache) if seen else None
