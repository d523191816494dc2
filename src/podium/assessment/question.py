"""What is asked of an assessor: a performance to be scored, and what had to be assumed about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from podium.assessment.values import Reference
from podium.doubts import Doubt, DoubtKind, Severity
from podium.errors import ModelError, UnusableReference, UsageError
from podium.features.values import Sample
from podium.judging import Action, ScoringRule, height_of, nearest_if_off, number_of
from podium.performance import Performance
from podium.scorers import ComparingScorer, Scorer
from podium.scorers._target import Difficulties, Target
from podium.video.frames import Part

QUERY = "your video"

NO_ACTION = DoubtKind("no_action", values=("action",))
"""No action was given; `action` was assumed."""

NOT_LEARNED = DoubtKind(
    "not_learned", values=("action",), optional=("nearest",), severity=Severity.GRAVE
)
"""The model has not learned the `action`; it was compared with the `nearest` that it has."""

NO_DIFFICULTY = DoubtKind("no_difficulty", values=("difficulty",), optional=("low", "high"))
"""No difficulty was given; `difficulty` was assumed, for a range of `low` to `high`."""

DIFFICULTY_OFF_TABLE = DoubtKind("difficulty_off_table", values=("action", "difficulty", "nearest"))
"""The `difficulty` is none that the `action` is known to have had; `nearest` is one that it had."""

UNUSUAL_DIFFICULTY = DoubtKind("unusual_difficulty", values=("difficulty", "low", "high"))
"""The `difficulty` is far from those of training, `low` to `high`."""


Given = str | Path | Performance
"""A video, an id of a reference in the model, or the part of a video that a performance bounds."""


@dataclass(frozen=True)
class Question:
    """One performance to be scored, and what had to be assumed about it.

    `position` is the letter that was given with the number of a dive: 207C is in position C.
    """

    sample: Sample
    difficulty_range: tuple[float, float]
    assumptions: tuple[Doubt, ...] = ()
    position: str | None = None

    @property
    def action(self) -> Action:
        """What was performed, and in which position, as far as that is known."""
        return Action(self.sample.performance.action or "", self.position)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is to be doubted about the video, and what had to be assumed."""
        return (*self.sample.features.doubts, *self.assumptions)

    @property
    def action_is_assumed(self) -> bool:
        """Whether the action was not given."""
        return any(doubt.kind == NO_ACTION for doubt in self.assumptions)

    @property
    def difficulty_is_assumed(self) -> bool:
        """Whether the difficulty was not given."""
        return any(doubt.kind == NO_DIFFICULTY for doubt in self.assumptions)

    def limits(
        self, rule: ScoringRule | None, seen: tuple[float, float]
    ) -> tuple[float, float, float]:
        """Return the lowest and highest score there can be, and the highest at the difficulty.

        Where no rule or no difficulty is known, they are those that were `seen` in training.
        """
        difficulty = self.sample.performance.difficulty
        if not rule or not difficulty:
            return *seen, seen[1]
        hardest = max(difficulty, self.difficulty_range[1])
        return 0.0, rule.highest(hardest), rule.highest(difficulty)


def assumed_action(asked: Action | None, assumed: str | None) -> Doubt:
    """Return what is to be said of an action that was not given, or that was never learned."""
    if asked is None:
        return NO_ACTION(action=str(assumed))
    return NOT_LEARNED(action=str(asked), **({"nearest": assumed} if assumed else {}))


def with_action(query: Sample, action: str | None) -> Sample:
    """Return a performance as one of an action."""
    return replace(query, performance=replace(query.performance, action=action))


def require_difficulty(difficulty: float | None, rule: ScoringRule | None, target: Target) -> None:
    """Refuse a difficulty that no performance can have: the score rises with it.

    Where the sport's rule is known, one that is nearer to a shifted decimal point than to any
    that was seen in training is none. Other scales may be anyone's own: those are doubted.
    """
    if difficulty is None:
        return
    if not 0 < difficulty < float("inf"):
        raise UsageError(f"difficulty {difficulty:g} must be a number above 0, such as 3.2")
    if rule and target.uses_execution:
        seen = target.overall
        rule.require_plausible_difficulty(difficulty, seen.low, seen.usual, seen.high)


def assumed_difficulty(usual: Difficulties) -> Doubt:
    """Return what is to be said of a difficulty that was not given."""
    if usual.low < usual.high:
        return NO_DIFFICULTY(difficulty=usual.usual, low=usual.low, high=usual.high)
    return NO_DIFFICULTY(difficulty=usual.usual)


def require_numbers(model: str, *found: float) -> None:
    """Refuse what is no number: of a model whose weights are whole, but make no sense.

    Raises
    ------
    ModelError
        If one of them is not finite.
    """
    if not np.isfinite(found).all():
        raise ModelError(
            f"the model {model} cannot score this video (its answer is not a number): train it "
            "again, or copy its folder again"
        )


def off_table(
    difficulty: float,
    action: Action | None,
    rule: ScoringRule | None,
    usual: float,
    row: Performance | None = None,
) -> tuple[Doubt, ...]:
    """Doubt a difficulty that contradicts the action: one of the two may be a slip.

    Tables change with the year: whatever is known of any of them is allowed. Nothing is doubted
    where training has difficulties of its own, as the `usual` one of the action tells. `row` may
    say the position and the height.
    """
    if rule is None or action is None or nearest_if_off(rule, Action(action.name), usual):
        return ()
    number = (row and number_of(row, rule)) or action
    nearest = nearest_if_off(rule, number, difficulty, height_of(row) if row else None)
    if nearest is None:
        return ()
    return (DIFFICULTY_OFF_TABLE(action=str(number), difficulty=difficulty, nearest=nearest),)


def unusual_difficulty(difficulty: float, seen: Difficulties) -> tuple[Doubt, ...]:
    """Doubt a difficulty that is far from all in training: a slip of the keyboard, perhaps."""
    if seen.low / 1.5 <= difficulty <= seen.high * 1.5:
        return ()
    return (UNUSUAL_DIFFICULTY(difficulty=difficulty, low=seen.low, high=seen.high),)


def performance_of(id_: str, video: Given) -> Performance:
    """Take a video, or the part of one that a performance bounds."""
    if isinstance(video, Performance):
        return video.same_frames(id_)
    return Performance(id_, Path(video))


def ids_among(given: Sequence[Given]) -> set[str]:
    """Return those that are no files, and so may be ids of references."""
    words = [one for one in given if not isinstance(one, Performance)]
    return {str(word) for word in words if not Path(word).exists()}


def action_of(given: Sequence[Given], known: Sequence[Sample]) -> Action | None:
    """Return the action of those references that are given by their id, if they share one."""
    named = ids_among(given)
    actions = {one.performance.action for one in known if one.performance.id in named}
    action = actions.pop() if len(actions) == 1 else None
    return Action(action) if action is not None else None


def part_of(performance: Performance) -> Part:
    """Return which frames of its video a performance is."""
    return Part(performance.start_frame or 0, performance.end_frame)


def picture_of(reference: Sample) -> Path | None:
    """Return the video of a reference that was looked at here.

    Of one that ships only the file's name is known: a file of that name may be any other video.
    """
    return reference.performance.path if reference.features.video else None


def of_action(reference: Sample, action: str | None) -> Sample:
    """Return a reference; refuse one of another action."""
    if action is not None and reference.performance.action != action:
        raise UnusableReference(
            f"reference {reference.performance.id} shows action {reference.performance.action} "
            f"and the video shows {action}: give references of the same action"
        )
    return reference


def describe(references: Sequence[Sample], query: Sample, scorer: Scorer) -> tuple[Reference, ...]:
    """Say which references a performance was compared with; none, if the scorer compares none."""
    if not isinstance(scorer, ComparingScorer):
        return ()
    return tuple(
        Reference(
            id=reference.performance.id,
            score=reference.performance.score,
            similarity=float(scorer.clip_similarity(query, reference).mean()),
            path=picture_of(reference),
            part=part_of(reference.performance),
        )
        for reference in references
    )
