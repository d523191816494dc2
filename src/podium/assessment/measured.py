"""What the athlete did, where the sport is one that is measured, and what it says of the action."""

from collections.abc import Collection, Sequence
from pathlib import Path

from podium.assessment.question import part_of
from podium.examination.values import Examination
from podium.inputs.given import FEATURE_SUFFIXES
from podium.judging import Action, ScoringRule, find_action
from podium.performance import Performance

MEASURED_SPORTS = ("diving",)
"""In these the athlete is followed and measured."""

CLEARLY = 0.5
"""An action is taken for what was recognised where it is at least so probable."""


def measured(
    rule: ScoringRule | None,
    query: Performance,
    action: Action | None,
    references: Sequence[str | Path | Performance],
) -> Examination | None:
    """Measure what the body does; `None` where the sport is not measured, or there is no video."""
    is_video = query.path.suffix.lower() not in FEATURE_SUFFIXES
    if rule is None or rule.name not in MEASURED_SPORTS or not is_video:
        return None
    from podium.examination import examine

    return examine(
        query.path,
        part=part_of(query),
        action=str(action) if action else None,
        references=_videos(references),
    )


def _videos(references: Sequence[str | Path | Performance]) -> list[Path]:
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
