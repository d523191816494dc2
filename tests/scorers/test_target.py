import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import whole
from podium.errors import TrainingError, UsageError
from podium.scorers._target import Difficulties, Target, choose_target


@pytest.fixture
def dives(make_sample):
    rows = [("a1", 70, 2.0), ("a2", 80, 4.0), ("a3", 75, 3.5), ("b1", 60, 1.5)]
    return [
        make_sample(id, score=score, difficulty=difficulty, action=id[0])
        for id, score, difficulty in rows
    ]


@pytest.mark.parametrize("choice", ["auto", "execution"])
def test_execution_divides_difficulty_out(dives, choice):
    target = choose_target(dives, choice)
    assert target.uses_execution
    np.testing.assert_allclose(target.of(dives), [70 / 2, 80 / 4, 75 / 3.5, 60 / 1.5])
    np.testing.assert_allclose(target.points(target.of(dives), dives), [70, 80, 75, 60])


def test_difficulties_are_kept_by_action(dives):
    target = choose_target(dives, "auto")
    assert target.difficulties("a") == Difficulties(2.0, 3.5, 4.0)
    assert target.difficulties("b") == Difficulties(1.5, 1.5, 1.5)
    for unknown in ("z", None, ""):
        assert target.difficulties(unknown) == Difficulties(1.5, 2.75, 4.0)


def test_an_unknown_difficulty_is_the_usual_one_of_the_action(make_sample, dives):
    target = choose_target(dives, "auto")
    queries = [make_sample("q", action=action) for action in ("a", "b", "z")]
    np.testing.assert_allclose(target.divisors(queries), [3.5, 1.5, 2.75])
    np.testing.assert_allclose(target.points(np.full(3, 20.0), queries), [70, 30, 55])


def test_the_score_is_learned_where_a_difficulty_lacks(make_sample, dives):
    mixed = [*dives, make_sample("c1", score=50, action="c")]
    target = choose_target(mixed, "auto")
    assert target == Target(uses_execution=False)
    np.testing.assert_allclose(target.of(mixed), [70, 80, 75, 60, 50])
    np.testing.assert_allclose(target.points(np.arange(5.0), mixed), np.arange(5.0))


def test_the_score_can_be_asked_for(dives):
    assert choose_target(dives, "score") == Target(uses_execution=False)


@given(st.lists(st.tuples(st.floats(1, 110), st.floats(1, 5)), min_size=1, max_size=8))
def test_points_undo_the_target(make_sample, rows):
    dives = [make_sample(f"{i}", score=s, difficulty=d) for i, (s, d) in enumerate(rows)]
    for choice in ("auto", "execution", "score"):
        target = choose_target(dives, choice)
        np.testing.assert_allclose(target.points(target.of(dives), dives), [s for s, _ in rows])


def test_a_target_survives_being_saved(dives):
    for choice in ("auto", "score"):
        target = choose_target(dives, choice)
        assert Target.from_json(json.loads(json.dumps(target.to_json()))) == target


def test_a_missing_difficulty_is_said(make_sample, dives):
    message = (
        "c1 has no difficulty, which the target execution needs: "
        "fill the column, or choose the target score"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        choose_target([*dives, make_sample("c1", score=50)], "execution")


@pytest.mark.parametrize("choice", ["auto", "execution", "score"])
def test_a_missing_score_is_said(make_sample, dives, choice):
    message = "c1 has no score: nothing can be learned from it"
    with pytest.raises(TrainingError, match=whole(message)):
        choose_target([*dives, make_sample("c1", difficulty=2.0)], choice)


@pytest.mark.parametrize("choice", ["auto", "execution", "score"])
def test_nothing_to_learn_from_is_said(choice):
    message = "there is no performance to learn from: give some with scores"
    with pytest.raises(TrainingError, match=whole(message)):
        choose_target([], choice)


def test_other_choices_are_refused(dives):
    message = "no target is called 'points': choose auto, execution or score"
    with pytest.raises(UsageError, match=whole(message)):
        choose_target(dives, "points")
