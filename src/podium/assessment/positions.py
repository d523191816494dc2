"""In which position of the body a performance and its experts are."""

from collections.abc import Sequence

from podium.assessment.question import Question
from podium.doubts import Doubt, DoubtKind
from podium.features.values import Sample
from podium.judging import Action, ScoringRule, position_of

OTHER_POSITION = DoubtKind("other_position", values=("action", "experts"))
"""An `action` was compared with those of the `experts`, in other positions of the body."""


def in_position(
    question: Question, partners: Sequence[Sample], rule: ScoringRule | None
) -> Sequence[Sample]:
    """Keep the references in the position that was asked for, where there are such."""
    if question.position is None:
        return partners
    return [one for one in partners if _performed(one, rule) == question.action] or partners


def other_position(
    question: Question, references: Sequence[Sample], rule: ScoringRule | None
) -> tuple[Doubt, ...]:
    """Doubt a comparison with an expert who is known to have dived in another position."""
    performed = {_performed(reference, rule) for reference in references}
    others = sorted(
        str(one) for one in performed if one.position and one.name == question.action.name
    )
    if question.position is None or question.action in performed or not others:
        return ()
    return (OTHER_POSITION(action=str(question.action), experts=", ".join(others)),)


def _performed(reference: Sample, rule: ScoringRule | None) -> Action:
    performance = reference.performance
    return Action(performance.action or "", position_of(performance, rule))
