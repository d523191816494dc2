import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import podium
from messages import whole
from podium.assessment.question import NOT_LEARNED
from podium.assessor import Assessor
from podium.athlete.follow import follow
from podium.errors import (
    FeatureError,
    MissingFile,
    UnknownName,
    UnusableReference,
    UsageError,
)
from podium.features.extraction import FeatureCache
from podium.features.surroundings import ENDS_SOON
from podium.measures import _look
from podium.model import Model, load_model
from podium.performance import Performance
from podium.scorers._target import Difficulties, Target
from podium.scorers.difficulty import Difficulty
from podium.video.frames import WHOLE, Part, decode
from podium.witnesses.novelty import NOVEL
from podium.witnesses.order import Order
from podium.witnesses.same_action import N_POSITIONS, ActionClassifier

pytestmark = pytest.mark.usefixtures("follows_once")


@pytest.fixture(scope="module")
def judge(small_model) -> Assessor:
    return podium.load(small_model.folder, cache=FeatureCache(small_model.cache / "features"))


@pytest.fixture
def dive(small_model) -> Path:
    """A video of action 107 that was not learned from."""
    return small_model.video("test", "107")


@pytest.fixture
def floor(judge, small_model) -> Assessor:
    """A model whose scorer looks at the difficulty only, and compares with nothing."""
    scorer = Difficulty().fit(judge.model.scorer.references)
    model = replace(judge.model, scorer=scorer, scorer_name="difficulty")
    return Assessor(model, FeatureCache(small_model.cache / "features"))


def ids(assessment) -> list[str]:
    return [reference.id for reference in assessment.references]


# loading


def test_a_model_is_loaded_by_its_folder(small_model):
    assert podium.load(small_model.folder).model.name == "bars"
    assert podium.load(str(small_model.folder)).model.name == "bars"


def test_a_model_that_ships_is_loaded_by_its_name(small_model, monkeypatch):
    monkeypatch.setattr("podium.model.SHIPPED", small_model.folder.parent)
    assert podium.load("bars").model.name == "bars"


def test_an_unknown_model_is_refused():
    with pytest.raises(UnknownName, match=r"^no model is called 'nothing': choose one of .*$"):
        podium.load("nothing")


# assessing


def test_a_score_lies_in_its_range_and_the_range_in_what_there_can_be(judge, small_model):
    for performance in small_model.performances():
        score = judge.assess(
            performance.path, action=performance.action, difficulty=performance.difficulty
        ).score
        assert score.range_low <= score.low <= score.value <= score.high <= score.range_high
        assert (score.range_low, score.range_high) == (
            0,
            pytest.approx(30 * performance.difficulty),
        )
        assert score.marks.low <= score.marks.mark <= score.marks.high


def test_the_score_is_that_of_the_scorer_and_the_range_that_of_left_out_folds(judge, dive):
    made = judge.assess(dive, action="107", difficulty=2.0)
    score, _ = judge.score(Performance("x", dive, action="107", difficulty=2.0))
    assert made.score.value == pytest.approx(score.value, rel=1e-5)
    margin = 2.0 * judge.model.calibration.half_width(0.9)
    assert score.low == pytest.approx(max(score.value - margin, 0))
    assert score.high == pytest.approx(min(score.value + margin, 60))
    assert not made.difficulty_is_assumed


def test_better_performances_get_more_points(judge, small_model):
    tested = [p for p in small_model.performances() if p.split == "test"]
    scores = [judge.score(p)[0].value for p in tested]
    assert np.corrcoef(scores, [p.score for p in tested])[0, 1] > 0.8


def test_clips_have_the_times_of_the_video(judge, dive):
    made = judge.assess(dive, action="107", difficulty=2.0)
    assert [clip.index for clip in made.clips] == [0, 1, 2]
    assert [clip.start_seconds for clip in made.clips] == pytest.approx([2 / 30, 18 / 30, 34 / 30])
    assert [clip.end_seconds for clip in made.clips] == pytest.approx([18 / 30, 34 / 30, 50 / 30])
    assert [clip.moment for clip in made.clips] == [""] * 3  # where they usually lie is not seen
    assert (made.video.n_frames, made.video.n_used, made.video.first_used) == (50, 48, 2)


def test_similarities_are_from_0_to_1(judge, dive, small_model):
    made = judge.assess(dive, action="107", difficulty=2.0)
    assert 0 <= made.similarity <= 1
    assert all(0 <= clip.similarity <= 1 for clip in made.clips)
    assert all(clip.faulty == (clip.similarity < 0.5) for clip in made.clips)


def test_without_references_those_of_the_action_are_taken(judge, dive, small_model):
    assert ids(judge.assess(dive, action="107", difficulty=2.0)) == ["005"]
    assert ids(judge.assess(dive, action="407", difficulty=3.0)) == ["017"]


def test_a_dive_number_may_keep_its_position(judge, dive):
    assert judge.assess(dive, action="107C", difficulty=2.0).action == "107"
    assert judge.assess(dive, action="107b", difficulty=2.0).action == "107"


def test_a_dive_that_was_not_learned_gets_no_score(judge, dive):
    found = judge.assess(dive, action="108C", difficulty=2.0)
    (doubt,) = [one for one in found.doubts if one.kind == NOT_LEARNED]
    assert doubt.values == {"action": "108C", "nearest": found.action}
    assert found.action in ("107", "407")
    assert found.is_withheld
    assert found.shown_score is None


@pytest.mark.parametrize("action", ["1070", "C107", "", "ABC"])
def test_an_unknown_action_is_refused(judge, dive, action):
    message = (
        f"the model bars was not trained on the action {action!r}: choose one of 107, 407, "
        "and add the position's letter (A, B, C or D) if you like, as in 107C"
    )
    with pytest.raises(UnknownName, match=whole(message)):
        judge.assess(dive, action=action)
    with pytest.raises(UnknownName, match=whole(message)):
        judge.score(Performance("x", dive, action=action))


def test_a_model_without_actions_says_so(judge, dive):
    plain = Assessor(replace(judge.model, actions=()))
    message = "the model bars was trained without actions: leave out the action '107'"
    with pytest.raises(UnknownName, match=whole(message)):
        plain.assess(dive, action="107")


@pytest.mark.parametrize("difficulty", [0, -3.2, float("nan"), float("inf"), -float("inf")])
def test_an_impossible_difficulty_is_refused(judge, dive, difficulty):
    message = f"difficulty {difficulty:g} must be a number above 0, such as 3.2"
    with pytest.raises(UsageError, match=whole(message)):
        judge.assess(dive, action="107", difficulty=difficulty)


# what is not known is assumed, and said


def test_without_an_action_it_is_compared_with_the_most_similar(judge, dive):
    made = judge.assess(dive, difficulty=2.0)
    nearest = max(
        ("107", "407"), key=lambda a: judge.assess(dive, action=a, difficulty=2.0).similarity
    )
    assert made.action == nearest
    assert made.warnings == (
        f"no action was given: it was taken to be {nearest}, which it looks like",
    )
    assert made.score == judge.assess(dive, action=nearest, difficulty=2.0).score


def test_without_a_difficulty_the_range_covers_those_of_the_action(judge, dive):
    made = judge.assess(dive, action="107")
    assert made.warnings == (
        "no difficulty was given: 2 was assumed, and the range covers 1.6 to 2.4",
    )
    assert (made.difficulty, made.difficulty_is_assumed) == (2.0, True)
    easy, usual, hard = (
        judge.assess(dive, action="107", difficulty=difficulty).score
        for difficulty in (1.6, 2.0, 2.4)
    )
    assert made.score.value == usual.value
    assert made.score.low == pytest.approx(easy.low)
    assert made.score.high == pytest.approx(hard.high)
    assert made.score.range_high == pytest.approx(hard.range_high)
    assert made.score.high - made.score.low > usual.high - usual.low
    assert made.score.marks == usual.marks


def test_knowing_neither_widens_the_range_to_all_difficulties(judge, dive):
    made = judge.assess(dive)
    seen = judge.model.scorer.target.overall
    known = judge.assess(dive, action=made.action, difficulty=seen.high).score
    assert made.score.high == pytest.approx(known.high)
    assert made.score.high - made.score.low >= known.high - known.low


SHIFTED = (
    "{:g} is not a possible difficulty (the model was trained on 1.6 to 3.2): check its decimal "
    "point, and give one such as 2.4, or leave it out"
)
NEVER = "{:g} is no difficulty of diving: give one from 1 to 6"


@pytest.mark.parametrize(
    ("difficulty", "said"),
    [(0.32, SHIFTED), (24.0, SHIFTED), (33.0, SHIFTED), (0.6, NEVER), (9.9, NEVER)],
)
def test_a_difficulty_that_no_dive_ever_had_is_refused(judge, dive, difficulty, said):
    """Of a panel's scores, that is: a score rises with the difficulty, so it would be none."""
    message = said.format(difficulty)
    with pytest.raises(UsageError, match=whole(message)):
        judge.assess(dive, action="107", difficulty=difficulty)
    with pytest.raises(UsageError, match=whole(message)):
        judge.score(Performance("x", dive, action="107", difficulty=difficulty))
    own_scale = Assessor(replace(judge.model, rule=None))
    assert len(own_scale.assess(dive, action="107", difficulty=difficulty).warnings) == 1


@pytest.mark.parametrize("difficulty", [1.0, 5.0])
def test_a_difficulty_far_from_all_in_training_is_doubted(judge, dive, difficulty):
    made = judge.assess(dive, action="107", difficulty=difficulty)
    seen = judge.model.scorer.target.overall
    assert made.warnings == (
        f"difficulty {difficulty:g} is far from those the model was trained on "
        f"({seen.low:g} to {seen.high:g}): check it",
    )


SLIP = (
    "difficulty {:g} is none that {} is known to have had in any year (the nearest is {:g}): "
    "check both"
)


@pytest.fixture
def real_judge(judge, small_model):
    """A model that learned difficulties of the sport's tables."""
    model = load_model(small_model.folder)
    known = {"107": Difficulties(3.0, 3.0, 3.0), "407": Difficulties(3.2, 3.2, 3.5)}
    target = replace(model.scorer.target, overall=Difficulties(2.0, 3.2, 4.1), by_action=known)
    model.scorer.target = target
    return Assessor(model, judge._extractor.cache)


@pytest.mark.parametrize(
    ("action", "difficulty", "warned"),
    [("407", 3.2, None), ("407", 4.1, None), ("407", 3.3, SLIP.format(3.3, "407", 3.2)),
     ("407C", 3.2, None), ("407C", 3.5, SLIP.format(3.5, "407C", 3.4)),
     ("407", 5.9, SLIP.format(5.9, "407", 4.1))],
)  # fmt: skip
def test_a_difficulty_that_the_dive_never_had_is_doubted(
    real_judge, small_model, action, difficulty, warned
):
    video = small_model.video("test", "407")
    said = real_judge.assess(video, action=action, difficulty=difficulty).warnings
    assert [one for one in said if one.startswith("difficulty")] == ([warned] if warned else [])


def test_a_table_may_say_more_of_a_dive(real_judge, small_model):
    row = Performance("x", small_model.video("test", "407"), action="407", difficulty=3.5)
    at_ten = replace(row, extra={"dive_number": "407C", "height": "10"})
    kinds = [[doubt.kind.name for doubt in real_judge.score(one)[1]] for one in (row, at_ten)]
    assert ["difficulty_off_table" in of_one for of_one in kinds] == [False, True]


def test_difficulties_of_a_models_own_are_not_held_against_a_table(judge, dive):
    assert judge.assess(dive, action="107", difficulty=2.0).warnings == ()


# the position of a dive


@pytest.fixture
def positioned(small_model, judge):
    """Build a model with two experts of 107, each in a position, or in none that is known."""

    def make(*numbers: str) -> Assessor:
        model = load_model(small_model.folder)
        expert = next(r for r in model.scorer.references if r.performance.action == "107")
        other = Performance("other", small_model.video("train", "107"))
        seen = (expert.features, judge.model.extractor(judge._extractor.cache).performance(other))
        model.scorer.references = tuple(
            replace(expert, features=features, performance=replace(
                expert.performance, id=f"expert {place}", extra={"dive_number": number}
            ))
            for place, (number, features) in enumerate(zip(numbers, seen, strict=True))
        )  # fmt: skip
        return Assessor(model, judge._extractor.cache)

    return make


def test_a_dive_is_compared_with_experts_in_its_position(positioned, dive):
    assessor = positioned("107B", "107C")
    for letter, expert in (("B", "expert 0"), ("c", "expert 1"), ("", "expert 0 expert 1")):
        action = f"107{letter}"
        made = assessor.assess(dive, action=action, difficulty=2.0)
        assert " ".join(ids(made)) == expert
        assert made.warnings == ()
        score, said = assessor.score(Performance("x", dive, action=action, difficulty=2.0))
        assert score.value == pytest.approx(made.score.value, rel=1e-5)
        assert said == ()


def test_that_no_expert_is_in_its_position_is_said(positioned, dive):
    assessor = positioned("107B", "107C")
    message = (
        "107A was compared with an expert's 107B, 107C: part of what differs may be the "
        "position, not how well it was done"
    )
    made = assessor.assess(dive, action="107A", difficulty=2.0)
    plain = assessor.assess(dive, action="107", difficulty=2.0)
    assert (made.warnings, plain.warnings) == ((message,), ())
    assert made.score == plain.score
    score, said = assessor.score(Performance("x", dive, action="107A", difficulty=2.0))
    assert (score.value, said) == (pytest.approx(made.score.value, rel=1e-5), made.doubts)
    beside = assessor.assess(dive, action="107C", difficulty=2.0, references=["expert 0"])
    assert beside.warnings == (message.replace("107A", "107C").replace("107B, 107C", "107B"),)


def test_where_positions_are_not_known_nothing_is_said_of_them(judge, positioned, dive):
    for assessor in (judge, positioned("", "")):
        made = assessor.assess(dive, action="107C", difficulty=2.0)
        plain = assessor.assess(dive, action="107", difficulty=2.0)
        assert (made.score, made.warnings, ids(made)) == (plain.score, (), ids(plain))


def test_an_action_of_one_difficulty_needs_no_range_of_it(small_model, dive):
    judge = Assessor(load_model(small_model.folder))
    target = judge.model.scorer.target
    usual = {name: replace(d, low=d.usual, high=d.usual) for name, d in target.by_action.items()}
    judge.model.scorer.target = replace(target, by_action=usual)
    made = judge.assess(dive, action="107")
    assert made.warnings == ("no difficulty was given: 2 was assumed",)


def test_both_may_be_unknown_and_both_are_said(judge, dive):
    assert [w.partition(":")[0] for w in judge.assess(dive).warnings] == [
        "no action was given", "no difficulty was given",
    ]  # fmt: skip


def test_a_model_that_learned_scores_takes_any_difficulty_as_it_is(judge, dive):
    """The difficulty plays no part in what was learned: the range must not be scaled by it."""
    scorer = type(judge.model.scorer).restore(judge.model.scorer.state())
    scorer.target = Target(uses_execution=False)
    plain = Assessor(replace(judge.model, scorer=scorer, rule=None, score_range=(-99, 99)))
    with_one = plain.assess(dive, action="107", difficulty=3.0)
    without = plain.assess(dive, action="107")
    assert with_one.score == without.score
    margin = judge.model.calibration.half_width()
    assert with_one.score.high == pytest.approx(with_one.score.value + margin)
    assert without.warnings == ()


def test_scores_of_a_panel_are_not_cut_where_the_difficulty_was_not_divided_out(floor, dive):
    made = floor.assess(dive, action="107", difficulty=3.0)
    assert made.score.range_high == pytest.approx(90)
    assert made.score.value == pytest.approx(90, abs=1e-6)
    assert made.score.marks.mark == 10
    without = floor.assess(dive, action="107")
    assert (without.score.range_low, without.score.range_high) == floor.model.score_range
    assert without.score.marks is None


def test_a_video_unlike_the_training_is_flagged(judge, make_video, dive):
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(50)]
    video = make_video("noise.mp4", noise)
    made = judge.assess(video, action="107", difficulty=2.0)
    said = made.warnings
    assert said == (
        "this video is unlike those the model was trained on (only 4.0% of them lie as far from "
        "the others)",
    )
    _, doubts = judge.score(Performance("x", video, action="107", difficulty=2.0))
    assert doubts == made.doubts
    assert judge.compare(video, dive).warnings == said
    assert judge.assess(dive, action="107", difficulty=2.0).warnings == ()


def test_a_reference_of_ones_own_is_doubted_as_the_video_is(judge, make_video, dive):
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(50)]
    video = make_video("noise.mp4", noise)
    said = (
        "the reference noise.mp4 is unlike those the model was trained on (only 4.0% of them lie "
        "as far from the others)",
    )
    assert judge.compare(dive, video).warnings == said
    beside = judge.assess(dive, action="107", difficulty=2.0, references=[video])
    assert beside.warnings == said
    assert judge.compare(dive, dive).warnings == ()


@pytest.mark.parametrize(("apart", "is_withheld"), [(0.0, False), (40.0, True)])
def test_a_doubtful_reference_withholds_a_score_that_rests_on_it(
    judge, make_video, dive, monkeypatch, apart, is_withheld
):
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(50)]
    known = {"action": "107", "difficulty": 2.0, "references": [make_video("noise.mp4", noise)]}
    score = judge.assess(dive, **known).score
    beside_its_own = score.value + (apart if score.value < 30 else -apart)
    monkeypatch.setattr(judge, "_predict", lambda question: (beside_its_own, ()))
    made = judge.assess(dive, **known)
    assert (made.score, made.is_withheld) == (score, is_withheld)
    assert [doubt.kind for doubt in made.doubts] == [NOVEL]
    assert judge.compare(dive, known["references"][0]).is_withheld


def with_witness(model: Model, **changed: Any) -> Model:
    return replace(model, witnesses=replace(model.witnesses, **changed))


def test_moments_out_of_order_are_flagged(judge, dive):
    normaliser = judge.model.witnesses.novelty.normaliser
    nothing_is_in_place = Order(np.zeros((normaliser.dim, 2)), np.zeros(2), threshold=1.0)
    strict = Assessor(with_witness(judge.model, order=nothing_is_in_place))
    ours = "the moments of this video do not come in the usual order"
    theirs = ours.replace("this video", f"the reference {dive.name}")
    assert strict.assess(dive, action="107", difficulty=2.0).warnings == (ours,)
    assert strict.compare(dive, dive).warnings == (ours, theirs)
    whatever_is_in_place = replace(nothing_is_in_place, threshold=-1.0)
    lax = Assessor(with_witness(judge.model, order=whatever_is_in_place))
    assert lax.assess(dive, action="107", difficulty=2.0).warnings == ()


def test_a_reference_that_seems_of_another_action_is_doubted(judge, dive):
    normaliser = judge.model.witnesses.novelty.normaliser
    size = (N_POSITIONS * normaliser.dim, 3)  # three actions, all as likely
    for threshold, doubted in ((1.0, True), (-99.0, False)):
        kinds = ActionClassifier(normaliser, np.zeros(size), np.zeros(3), threshold)
        said = Assessor(with_witness(judge.model, same_action=kinds)).compare(dive, dive).warnings
        doubt = f"the reference {dive.name} seems to show another action than this video"
        assert said == ((doubt,) if doubted else ())


def test_an_action_that_the_video_contradicts_is_said(judge, dive):
    """Only one that was given: one that was assumed looks like the video."""
    normaliser = judge.model.witnesses.novelty.normaliser
    sure = ActionClassifier(
        normaliser, np.zeros((N_POSITIONS * normaliser.dim, 2)), np.array([0.0, 9.0]), -99.0,
        ("107", "407"), least_lead=-5.0,
    )  # fmt: skip
    strict = Assessor(with_witness(judge.model, same_action=sure))
    made = strict.assess(dive, action="107", difficulty=2.0)
    said = "the video does not look like 107, which was given: it looks like 407"
    assert (made.warnings, made.is_withheld) == ((said,), False)
    assert strict.assess(dive, action="407", difficulty=2.0).warnings == ()
    assumed = {doubt.kind.name for doubt in strict.assess(dive, difficulty=2.0).doubts}
    assert "unlike_action" not in assumed
    row = Performance("a", dive, action="107", difficulty=2.0)
    assert [doubt.kind.name for doubt in strict.score(row)[1]] == ["unlike_action"]


def test_what_is_missing_after_the_event_makes_the_range_wider(judge, dive, monkeypatch):
    known = {"action": "107", "difficulty": 2.0}
    whole = judge.assess(dive, **known).score
    features = judge._features(Performance("", dive))
    doubt = ENDS_SOON(event="splash", seconds=0.3, needed=0.8)
    short = replace(features, video=replace(features.video, doubts=(doubt,)))
    monkeypatch.setattr(judge, "_features", lambda performance, seen=None: short)
    made = judge.assess(dive, **known)
    assert (made.score.value, made.is_withheld) == (whole.value, False)
    for side in ("low", "high"):
        off, wider = (abs(getattr(one, side) - one.value) for one in (whole, made.score))
        is_bounded = getattr(made.score, side) in (made.score.range_low, made.score.range_high)
        assert wider == pytest.approx(1.45 * off) or is_bounded
    assert made.score.high - made.score.low > whole.high - whole.low


# references of one's own


def test_an_own_video_may_be_the_reference(judge, dive, small_model):
    expert = small_model.video("train", "107")
    made = judge.assess(dive, action="107", difficulty=2.0, references=[expert])
    (reference,) = made.references
    assert (reference.id, reference.score) == (f"reference {expert.name}", None)
    assert reference.path == expert
    assert made.score != judge.assess(dive, action="107", difficulty=2.0).score


def test_several_references_are_averaged(judge, dive, small_model):
    videos = [p.path for p in small_model.performances()[:2]]
    known = {"action": "107", "difficulty": 2.0}
    made = judge.assess(dive, **known, references=videos)
    alone = [judge.assess(dive, **known, references=[video]) for video in videos]
    assert made.score.value == pytest.approx(np.mean([a.score.value for a in alone]), rel=1e-5)
    assert made.similarity == pytest.approx(np.mean([a.similarity for a in alone]), rel=1e-5)
    for i, clip in enumerate(made.clips):
        expected = np.mean([a.clips[i].similarity for a in alone])
        assert clip.similarity == pytest.approx(expected, rel=1e-5)


def test_a_reference_of_the_model_is_named_by_its_id(judge, dive):
    known = {"action": "107", "difficulty": 2.0}
    made = judge.assess(dive, **known, references=["005"])
    assert made == judge.assess(dive, **known)
    assert (made.references[0].score, made.references[0].path) == (72.0, None)


def test_the_action_is_that_of_the_reference_that_was_named(judge, dive):
    for id_, action in (("005", "107"), ("017", "407")):
        made = judge.assess(dive, difficulty=2.0, references=[id_])
        assert (made.action, ids(made), made.warnings) == (action, [id_], ())


@pytest.mark.parametrize("references", [["017"], ["017", "017"], ["005", "017"]])
def test_a_reference_of_another_action_is_refused(judge, dive, references):
    message = (
        "reference 017 shows action 407 and the video shows 107: give references of the same action"
    )
    with pytest.raises(UnusableReference, match=whole(message)):
        judge.assess(dive, action="107", difficulty=2.0, references=references)


def test_a_missing_reference_is_said(judge, dive, tmp_path):
    message = f"{tmp_path / 'none.mp4'}: no such file: check the path"
    with pytest.raises(MissingFile, match=whole(message)):
        judge.assess(dive, action="107", references=[tmp_path / "none.mp4"])


def test_a_file_called_as_a_references_is_never_shown_as_it(judge, dive, tmp_path, monkeypatch):
    """The model knows only that its expert's file was called 005.mp4."""
    assert judge.model.scorer.references[0].performance.path == Path("005.mp4")
    (tmp_path / "005.mp4").write_bytes(dive.read_bytes())
    monkeypatch.chdir(tmp_path)
    made = judge.assess("005.mp4", action="107", difficulty=2.0)
    assert made.references[0].path is None


def test_a_performance_beside_itself_loses_nothing(judge, dive):
    made = judge.assess(dive, action="107", difficulty=2.0, references=[dive])
    assert [clip.contribution for clip in made.clips] == pytest.approx([0, 0, 0], abs=1e-6)


def test_a_scorer_that_does_not_compare_says_so(floor, dive):
    message = (
        "the scorer difficulty does not compare with references: use a model trained with "
        "siamese_lstm"
    )
    with pytest.raises(UsageError, match=whole(message)):
        floor.assess(dive, action="107", references=[dive])
    with pytest.raises(UsageError, match=whole(message)):
        floor.compare(dive, dive)


def test_a_scorer_that_does_not_compare_gives_a_score_alone(floor, dive):
    made = floor.assess(dive, action="107", difficulty=2.0)
    assert (made.references, made.clips, made.remarks) == ((), (), ())
    assert made.to_json()["similarity"] is None


# comparing


def test_two_videos_are_compared_without_a_score(judge, dive, small_model):
    expert = small_model.video("train", "107")
    made = judge.compare(dive, expert)
    assert made.score is None
    assert made.action is made.difficulty is None
    assert [clip.contribution for clip in made.clips] == [None] * 3
    assert ids(made) == [f"reference {expert.name}"]
    assert str(made) == f"similarity {made.similarity:.2f} to reference {expert.name}"
    assert "score" not in made.to_json()


def test_a_video_is_wholly_like_itself(judge, dive):
    made = judge.compare(dive, dive)
    assert made.similarity == pytest.approx(1, abs=1e-5)
    assert [clip.similarity for clip in made.clips] == pytest.approx([1] * len(made.clips))


def test_a_performance_in_a_recording_is_assessed_as_if_it_were_cut_out(
    judge, dive, make_video, small_model
):
    exactly = {"pixel_format": "yuv444p", "qp": "0"}
    frames = list(decode(dive, width=64, height=48).pixels)
    other = [np.full((48, 64, 3), 40 + 3 * number, np.uint8) for number in range(30)]
    alone = make_video("alone.mp4", frames, **exactly)
    day = make_video("day.mp4", [*other, *frames, *other], **exactly)
    part = Performance("107 again", day, score=1.0, start_frame=30, end_frame=29 + len(frames))
    known, expert = {"action": "107", "difficulty": 2.0}, small_model.video("train", "107")
    cut_out = judge.assess(alone, references=[expert, alone], **known)
    inside = judge.assess(part, references=[expert, part], **known)
    assert inside.score == cut_out.score
    assert inside.part == inside.references[1].part == Part(30, 29 + len(frames))
    assert inside.references[0].part == cut_out.part == WHOLE
    starts = [[clip.start_seconds for clip in one.clips] for one in (inside, cut_out)]
    assert starts[0] == pytest.approx([second + 30 / 25 for second in starts[1]])
    assert inside.alignment.query_seconds == pytest.approx(
        [second + 30 / 25 for second in cut_out.alignment.query_seconds]
    )
    assert inside.alignment.reference_seconds == cut_out.alignment.reference_seconds
    kept = inside.to_json()["video"]
    assert (kept["start_frame"], kept["end_frame"]) == (30, 29 + len(frames))
    compared = judge.compare(part, part)
    assert compared.part == compared.references[0].part == inside.part
    assert compared.alignment.reference_seconds == compared.alignment.query_seconds


def test_a_comparison_is_the_same_both_ways(judge, dive, small_model):
    expert = small_model.video("train", "107")
    one, other = judge.compare(dive, expert), judge.compare(expert, dive)
    assert one.similarity == pytest.approx(other.similarity, rel=1e-5)


# features in place of videos


def test_features_of_another_length_are_refused(judge, tmp_path):
    path = tmp_path / "f.npy"
    np.save(path, np.ones((3, 7), np.float32))
    n = judge.model.witnesses.novelty.normaliser.mean.shape[0]
    message = f"{path}: has 7 numbers per clip, but the model bars reads {n}: make them with motion"
    with pytest.raises(FeatureError, match=whole(message)):
        judge.assess(path, action="107")


def test_features_in_place_of_a_video_get_the_same_score(judge, dive, tmp_path):
    features = judge.model.extractor().video(dive)
    path = tmp_path / "f.npy"
    np.save(path, features.values)
    made = judge.assess(path, action="107", difficulty=2.0, references=[path])
    same = judge.assess(dive, action="107", difficulty=2.0, references=[dive])
    assert made.score == same.score
    assert made.references[0].path is None
    plain = made.to_json()
    json.dumps(plain, allow_nan=False)
    assert plain["clips"][0]["start_seconds"] is None
    report = made.report().html
    assert "f.npy" in report
    assert not re.search(r"\bnan\b", report)


# saying it


def test_an_assessment_says_score_range_and_difficulty(judge, dive):
    made = judge.assess(dive, action="107", difficulty=2.0)
    score = made.score
    assert str(made) == (
        f"{score.value:.1f} of 60.0 ({score.low:.1f} to {score.high:.1f}), difficulty 2"
    )


def test_what_was_assumed_is_said_with_the_score(judge, dive):
    """The score is out of what the assumed difficulty allows; its range is for all there may be."""
    made = judge.assess(dive, action="107")
    score = made.score
    assert str(made) == (
        f"{score.value:.1f} of 60.0 ({score.low:.1f} to {score.high:.1f}), difficulty 2 "
        "(assumed; the range is for 1.6 to 2.4)"
    )
    assert (score.best, score.range_high) == (pytest.approx(60.0), pytest.approx(72.0))
    assert made.difficulty_range == (1.6, 2.4)
    assert made.to_json()["difficulty_range"] == [1.6, 2.4]
    assert made.to_json()["score_best"] == pytest.approx(60.0)
    alone = replace(made, difficulty_range=(2.0, 2.0))
    assert str(alone).endswith(", difficulty 2 (assumed)")
    known = judge.assess(dive, action="107", difficulty=2.0)
    assert (known.difficulty_range, known.score.best) == (None, known.score.range_high)


def test_a_score_is_never_above_the_highest_at_its_difficulty(floor, dive):
    made = floor.assess(dive, action="107").score
    assert made.low <= made.value <= made.of <= made.range_high


def test_it_is_the_same_each_time_and_with_or_without_a_cache(
    judge, dive, small_model, monkeypatch
):
    monkeypatch.setattr(_look, "follow", follow)  # anew each time
    known = {"action": "107", "difficulty": 2.0}
    assert judge.assess(dive, **known) == judge.assess(dive, **known)
    assert podium.load(small_model.folder).assess(dive, **known) == judge.assess(dive, **known)


def test_a_file_name_that_is_no_text_is_assessed_too(judge, dive, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4"))
    odd.write_bytes(dive.read_bytes())
    made = judge.assess(odd, action="107", difficulty=2.0)
    json.dumps(made.to_json()).encode()
    made.report().save(tmp_path / "out.html")


def test_the_model_in_memory_judges_as_the_one_that_was_saved(small_model, tmp_path, dive):
    model = load_model(small_model.folder)
    model.save(tmp_path / "bars")
    known = {"action": "107", "difficulty": 2.0}
    one = Assessor(model).assess(dive, **known)
    assert one == podium.load(tmp_path / "bars").assess(dive, **known)
