"""From a video to an assessment: video -> clips -> features -> similarity -> score -> feedback."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from podium.assessment.doubting import doubts_of_action, doubts_of_references
from podium.assessment.exercise import exercise_of
from podium.assessment.feedback import (
    ClipFeedback,
    WorthOf,
    clip_feedback,
    explanations_of,
    phase_points,
    remarks,
)
from podium.assessment.likely import usual_difficulties
from podium.assessment.measured import (
    at_seen_speed,
    athlete_in,
    athlete_of,
    expert_of,
    in_slow_motion,
    measured,
    moments_seen,
    recognised_action,
)
from podium.assessment.positions import in_position, other_position
from podium.assessment.question import (
    QUERY,
    Given,
    Question,
    action_of,
    assumed_action,
    assumed_difficulty,
    describe,
    ids_among,
    of_action,
    off_table,
    part_of,
    performance_of,
    require_difficulty,
    require_numbers,
    unusual_difficulty,
    with_action,
)
from podium.assessment.segments import segments_of
from podium.assessment.steps import compared_seconds, doubts_of_steps, in_step
from podium.assessment.values import Assessment, NamedScore, Score
from podium.assessment.worth import Exchange
from podium.doubts import Doubt, Severity, worst
from podium.errors import FeatureError, UnknownName, UsageError
from podium.evaluation.calibration import CONFIDENCE
from podium.examination.kept import KeptExpert
from podium.examination.values import Examination
from podium.features.close_up import Seen
from podium.features.extraction import Extractor, FeatureCache
from podium.features.surroundings import widening
from podium.features.values import Features, Sample
from podium.judging import Action, action_of_sport, actions_to_choose, find_action
from podium.model import Model, load_model
from podium.performance import Performance
from podium.report.rendering import RENDERER
from podium.scorers import ComparingScorer

_QUIETLY = np.errstate(over="ignore", invalid="ignore", divide="ignore")
"""Numbers that are none are refused in words of our own, and NumPy need not warn of them."""


class Assessor:
    """Scores videos with one model; made by `podium.load`."""

    def __init__(self, model: Model, cache: FeatureCache | None = None) -> None:
        self.model = model
        self._extractor: Extractor = model.extractor(cache)
        self._others = tuple(Assessor(other, cache) for other in model.scores.values())

    @_QUIETLY
    def assess(
        self,
        video: Given,
        *,
        action: str | None = None,
        difficulty: float | None = None,
        references: Sequence[Given] = (),
        at: tuple[float, float] | None = None,
    ) -> Assessment:
        """Score a video beside the references of its action, and say which moments cost points.

        `references` are videos of your own to compare with, or ids of references in the model;
        without any, the model's references of that action are taken. A `Performance` in place of a
        video bounds the part of it that counts; nothing else of it is read. `at` is where the
        athlete is in the first frame, (right, down) in pixels, where it is not who moves most.

        Raises
        ------
        UsageError, UnknownName
            If the action is not one the model knows, the difficulty is impossible, or a reference
            is of another action.
        PodiumError
            If a file cannot be used.
        """
        asked = self.known_action(action) or action_of(references, self._own_references())
        require_difficulty(difficulty, self.model.rule, self.model.scorer.target)
        given = performance_of(QUERY, video)
        seen = measured(self.model.rule, given, asked, references, at)
        query = at_seen_speed(given, seen)
        question = self._question(
            query, self._features(query, athlete_of(seen, at)), asked, difficulty, None, seen
        )
        chosen = self._references(references, question.sample.performance.action, seen)
        exercise = exercise_of(self.model.scorer, question.sample, self.model.meant)
        answer = self._answer(question, chosen, seen).with_exercise(exercise)
        return answer.with_examination(seen and seen.beside(self._kept(answer)))

    def _kept(self, answer: Assessment) -> KeptExpert | None:
        """Return what is kept of the first expert that was compared with, if anything is."""
        ids = [reference.id for reference in answer.references if reference.path is None]
        return next((self.model.experts[id_] for id_ in ids if id_ in self.model.experts), None)

    @_QUIETLY
    def compare(self, video: Given, reference: Given) -> Assessment:
        """Return how alike two videos, or parts of them, are, clip by clip, without a score.

        Raises
        ------
        PodiumError
            If a file cannot be used, or the model does not compare.
        """
        scorer = self._comparing()
        given = performance_of(QUERY, video)
        seen = measured(self.model.rule, given, None, [reference])
        given = at_seen_speed(given, seen)
        query = Sample(given, self._features(given, athlete_of(seen)))
        expert = self._own_reference(reference, None, seen)
        moments = self._moments(query.features, seen)
        clips = clip_feedback(scorer, query, [expert], moments, with_contributions=False)
        question = Question(query, (1.0, 1.0))
        return self._assessment(question, None, [expert], clips).with_examination(seen)

    @_QUIETLY
    def score(
        self, performance: Performance, seen: Examination | None = None
    ) -> tuple[Score, tuple[Doubt, ...]]:
        """Score one performance of a table against the model's references, without feedback.

        Gives the score and what had to be assumed or doubted. Where the same performance was
        examined already, `seen` is what came of it, and the athlete is not followed again.

        Raises
        ------
        PodiumError
            If the action is not known, the difficulty impossible, or the file cannot be used.
        """
        asked = self.known_action(performance.action)
        require_difficulty(performance.difficulty, self.model.rule, self.model.scorer.target)
        result, doubts = self._score_row(performance, asked, seen)
        if worst(doubts) is not Severity.GRAVE:
            return result, doubts
        slow, said = in_slow_motion(self.model.rule, performance, seen)
        if slow is None:
            return result, doubts
        result, doubts = self._score_row(slow, asked, seen)
        return result, (*doubts, *said)

    def _score_row(
        self, performance: Performance, asked: Action | None, seen: Examination | None
    ) -> tuple[Score, tuple[Doubt, ...]]:
        features = self._features(performance, athlete_in(performance, seen))
        query = performance.same_frames(performance.id)
        question = self._question(query, features, asked, performance.difficulty, performance)
        value, references = self._predict(question)
        score = self._with_others(self._score(value, question), question)
        return score, self._doubts(question, references)

    def known_action(self, action: str | None) -> Action | None:
        """Check an action against those of training; a dive number may keep its position letter.

        One that the sport has, though the model has not learned it, is an answer too: such a
        performance is measured, and no score is shown.

        Raises
        ------
        UnknownName
            If the model was not trained on that action, and the sport is not known to have it.
        """
        if action is None:
            return None
        if found := find_action(action, self.model.actions, self.model.rule):
            return found
        if self.model.actions and (other := action_of_sport(action, self.model.rule)):
            return other
        if not self.model.actions:
            raise UnknownName(
                f"the model {self.model.name} was trained without actions: leave out the action "
                f"{action!r}"
            )
        raise UnknownName(
            f"the model {self.model.name} was not trained on the action {action!r}: "
            f"{actions_to_choose(self.model.actions, self.model.rule)}"
        )

    def _features(self, performance: Performance, seen: Seen | None = None) -> Features:
        features = self._extractor.performance(performance, seen)
        if why := self.model.misfit(features):
            raise FeatureError(f"{performance.path}: {why}")
        return features

    def _question(
        self,
        given: Performance,
        features: Features,
        asked: Action | None,
        difficulty: float | None,
        row: Performance | None = None,
        examination: Examination | None = None,
    ) -> Question:
        """Fill in what was not given, and say so.

        `row` is what a table has of it, `examination` what was measured of the athlete.
        """
        assumptions: list[Doubt] = []
        learned = asked if asked and asked.name in self.model.actions else None
        action, position = (learned.name, learned.position) if learned else (None, None)
        query = Sample(replace(given, action=action, difficulty=difficulty), features)
        if action is None and len(self.model.actions) > 1 and self._scorer_compares():
            query = self._with_likely_action(query, examination)
            assumptions.append(assumed_action(asked, query.performance.action))
        elif asked and not learned:
            assumptions.append(assumed_action(asked, None))
        target = self.model.scorer.target
        if not target.uses_execution:
            return Question(query, (1.0, 1.0), tuple(assumptions), position)
        if difficulty is not None:
            known = difficulty or 1.0
            seen = target.difficulties(query.performance.action)
            off = off_table(difficulty, asked, self.model.rule, seen.usual, row)
            assumptions += off or unusual_difficulty(difficulty, target.overall)
            return Question(query, (known, known), tuple(assumptions), position)
        done = Action(query.performance.action or "", position)
        usual = usual_difficulties(done, action is not None, examination, self.model.rule, target)
        query = replace(query, performance=replace(query.performance, difficulty=usual.usual))
        assumptions.append(assumed_difficulty(usual))
        return Question(query, (usual.low, usual.high), tuple(assumptions), position)

    def _with_likely_action(self, query: Sample, seen: Examination | None) -> Sample:
        """Take the action that was recognised, or else that of the most similar reference."""
        found = recognised_action(seen, self.model.actions, self.model.rule)
        return with_action(query, found.name if found else self._nearest_action(query))

    def _nearest_action(self, query: Sample) -> str | None:
        references = self._comparing().references
        alike = self._comparing().similarity(query, references)
        return references[int(np.argmax(alike))].performance.action

    def _references(
        self, given: Sequence[Given], action: str | None, seen: Examination | None
    ) -> list[Sample]:
        if not given:
            return list(self._own_references())
        return [self._reference(reference, action, seen) for reference in given]

    def _reference(self, given: Given, action: str | None, seen: Examination | None) -> Sample:
        """Take a reference of the model by its id, or a video of the user's own."""
        for reference in self._comparing().references:
            if reference.performance.id in ids_among([given]):
                return of_action(reference, action)
        return self._own_reference(given, action, seen)

    def _own_reference(self, given: Given, action: str | None, seen: Examination | None) -> Sample:
        shown = performance_of("", given)
        expert = expert_of(seen, shown)
        shown = at_seen_speed(shown, expert)
        named = replace(shown, id=f"reference {shown.path.name}", action=action, is_reference=True)
        return Sample(named, self._features(named, athlete_of(expert)))

    def _answer(
        self, question: Question, references: Sequence[Sample], seen: Examination | None
    ) -> Assessment:
        query = question.sample
        if not self._scorer_compares():
            value = float(self.model.scorer.predict([query])[0])
            return self._assessment(question, self._score(value, question), [], ())
        scorer = self._comparing()
        partners = in_position(question, scorer.partners(query, references), self.model.rule)
        value = float(np.mean(scorer.compare([query], partners)))
        clips = clip_feedback(scorer, query, partners, self._moments(query.features, seen))
        worth_of = Exchange(scorer, query, partners, scorer.references)
        return self._assessment(question, self._score(value, question), partners, clips, worth_of)

    def _moments(self, features: Features, seen: Examination | None) -> tuple[str, ...]:
        """Name the clips by what was seen: of the athlete, or else of the event they end after."""
        found = features.video is not None and not features.video.missing_event
        at_event = self.model.moments if self.model.anchor and found and seen is None else ()
        return moments_seen(seen, features) or at_event

    def _predict(self, question: Question) -> tuple[float, Sequence[Sample]]:
        """Score beside the model's own references, and say which, where the position matters."""
        scorer, query = self.model.scorer, question.sample
        if question.position is None or not isinstance(scorer, ComparingScorer):
            return float(scorer.predict([query])[0]), ()
        partners = scorer.partners(query, scorer.references)
        alike = in_position(question, partners, self.model.rule)
        if len(alike) == len(partners):
            return float(scorer.predict([query])[0]), partners
        return float(np.mean(scorer.compare([query], alike))), alike

    def _score(self, value: float, question: Question) -> Score:
        """Put the 90 % range about a score, wider where the difficulty is not known."""
        require_numbers(self.model.name, value := self.model.meant(value))
        low, high = question.difficulty_range
        target = self.model.scorer.target
        middle = target.difficulty_of(question.sample)
        margin = self.model.calibration.half_width(CONFIDENCE) * widening(question.doubts)
        executed = target.executed(value, middle)
        least, most = executed - margin, executed + margin
        bottom, top, best = question.limits(self.model.rule, self.model.score_range)
        if self.model.witnesses.ask_ending(question.sample.features):
            # What was not seen may have gone any way.
            low = high = middle
            least, most = target.executed(bottom, middle), target.executed(top, middle)
        lows, highs = ([target.scored(one, d) for d in (low, high)] for one in (least, most))
        scores = (value, min(lows), max(highs))
        value, lowest, highest = (min(max(score, bottom), top) for score in scores)
        value = min(value, best)
        difficulty, marks, mean_marks = question.sample.performance.difficulty, None, None
        if (rule := self.model.rule) and difficulty:
            # A mark is for the execution: that the difficulty is not known makes it no vaguer.
            limits = target.scored(least, middle), target.scored(most, middle)
            marks = rule.as_marks(value, *limits, difficulty)
            mean_marks = rule.mean_marks(value, *limits, difficulty)
        is_remembered = self.model.witnesses.remembers(question.sample.features)
        require_numbers(self.model.name, lowest, highest, bottom, top, best)
        return Score(
            value, min(lowest, value), highest, bottom, top, marks, is_remembered, best,
            rule.judge_sd if rule else None, mean_marks,
        ).as_class(self.model.labelling)  # fmt: skip

    def _with_others(self, score: Score, question: Question) -> Score:
        """Add the other scores that performances have, each beside its own references."""
        found = [(self, score)] if self.model.headline else []
        for other in self._others:
            found.append((other, other._score(other._predict(question)[0], question)))
        named = tuple(
            NamedScore(name, one, *judge.model.evidence.rank_correlation(judge.model.scorer_name))
            for name, (judge, one) in zip(self.model.score_names, found, strict=True)
        )
        return replace(score, headline=self.model.headline, named=named)

    def _doubts(self, question: Question, references: Sequence[Sample] = ()) -> tuple[Doubt, ...]:
        """Return what had to be assumed, and what is not to be trusted."""
        features, witnesses = question.sample.features, self.model.witnesses
        return (
            *question.doubts,
            *witnesses.ask(features),
            *doubts_of_action(witnesses, question),
            *doubts_of_references(witnesses, question.sample, references, self._own_references()),
            *other_position(question, references, self.model.rule),
            *doubts_of_steps(self.model.scorer, question.sample, references),
        )

    def _weighed(
        self, doubts: tuple[Doubt, ...], question: Question, score: Score | None
    ) -> tuple[Doubt, ...]:
        """Take a doubt about a reference lightly where the score does not rest on it.

        Beside the model's own references it would then lie within the range that is shown.
        """
        if score is None or not any(doubt.about for doubt in doubts):
            return doubts
        own = self._score(self._predict(question)[0], question).value
        rests = not score.low <= own <= score.high
        return tuple(d.taken_lightly() if d.about and not rests else d for d in doubts)

    def _assessment(
        self,
        question: Question,
        score: Score | None,
        references: Sequence[Sample],
        clips: tuple[ClipFeedback, ...],
        worth_of: WorthOf = lambda indices, moment: None,
    ) -> Assessment:
        query, features = question.sample, question.sample.features
        require_numbers(
            self.model.name,
            *(clip.similarity for clip in clips),
            *(clip.contribution or 0.0 for clip in clips),
        )
        return Assessment(
            video_path=query.performance.path,
            video=features.video,
            score=score and self._with_others(score, question),
            action=query.performance.action,
            difficulty=query.performance.difficulty,
            difficulty_is_assumed=question.difficulty_is_assumed,
            difficulty_range=(
                question.difficulty_range if question.difficulty_is_assumed else None
            ),
            references=describe(references, query, self.model.scorer),
            clips=clips,
            remarks=remarks(clips, worth_of),
            phase_points=phase_points(clips, worth_of),
            segments=segments_of(self.model.scorer, query, references, clips),
            explanations=explanations_of(self.model.scorer, query, references),
            model=self.model.name,
            backbone=self.model.backbone_name,
            doubts=self._weighed(self._doubts(question, references), question, score),
            alignment=in_step(query, references, self._extractor.cache),
            compared_seconds=compared_seconds(self.model.scorer, query, references),
            part=part_of(query.performance),
            renderer=RENDERER,
        )

    def _own_references(self) -> Sequence[Sample]:
        return self._comparing().references if self._scorer_compares() else ()

    def _scorer_compares(self) -> bool:
        return isinstance(self.model.scorer, ComparingScorer)

    def _comparing(self) -> ComparingScorer:
        if isinstance(self.model.scorer, ComparingScorer):
            return self.model.scorer
        raise UsageError(
            f"the scorer {self.model.scorer_name} does not compare with references: "
            "use a model trained with siamese_lstm"
        )


def load(
    name_or_path: str | Path = "diving",
    *,
    cache: FeatureCache | None = None,
    allow_parts: Collection[str] = (),
) -> Assessor:
    """Load a model that ships, by name, or one of your own, by its folder.

    `allow_parts` names the classes of someone else's, `package.module:Class`, that are run if the
    model names them as its backbone or scorer.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model, its folder is damaged, or it names a part that is not allowed.
    """
    return Assessor(load_model(name_or_path, allow_parts=allow_parts), cache)
