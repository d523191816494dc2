"""What of a question is not to be trusted, by the witnesses of a model."""

from collections.abc import Sequence

from podium.assessment.question import Question
from podium.doubts import Doubt
from podium.features.values import Sample
from podium.witnesses import Witnesses


def doubts_of_action(witnesses: Witnesses, question: Question) -> tuple[Doubt, ...]:
    """Doubt an action that was given, and that the video contradicts."""
    sample = question.sample
    if question.action_is_assumed:
        return ()
    return witnesses.ask_action(sample.features, sample.performance.action)


def doubts_of_references(
    witnesses: Witnesses, query: Sample, references: Sequence[Sample], known: Sequence[Sample]
) -> tuple[Doubt, ...]:
    """Doubt references of the user's own that are unlike all that the model knows."""
    own = {one.performance.id for one in known}
    return tuple(
        doubt
        for reference in references
        if reference.performance.id not in own
        for doubt in witnesses.ask_reference(
            query.features, reference.features, reference.performance.path.name
        )
    )
