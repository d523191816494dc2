from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import whole
from podium.errors import TrainingError, UsageError
from podium.scorers._references import CHOICES, choose_references, merit, partners


@pytest.fixture
def dives(make_sample):
    """Actions a (70, 80, 80), b (60, 90) and one of c (50), out of order."""
    rows = {"a1": 70, "b1": 60, "a2": 80, "c1": 50, "a3": 80, "b2": 90}
    return [make_sample(id, score=score, action=id[0]) for id, score in rows.items()]


def ids(samples: Sequence) -> list[str]:
    return [sample.performance.id for sample in samples]


def never(*_: object) -> np.ndarray:
    raise AssertionError("asked for similarities")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("best", ["a2", "c1", "a3", "b2"]),
        ("worst", ["a1", "b1", "c1"]),
        ("constant", ["a2", "a3"]),
        ("nearest", ["a2", "c1", "a3", "b2"]),
    ],
)
def test_references_are_the_extremes_of_each_action_with_all_ties(dives, choice, expected):
    assert ids(choose_references(dives, choice)) == expected


@given(st.data())
def test_the_best_are_those_that_nobody_of_their_action_beats(make_sample, data):
    rows = data.draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), min_size=1, max_size=10)
    )
    dives = [make_sample(f"{i}", score=s, action=a) for i, (a, s) in enumerate(rows)]
    best = [str(i) for i, (a, s) in enumerate(rows) if all(s >= t for b, t in rows if a == b)]
    worst = [str(i) for i, (a, s) in enumerate(rows) if all(s <= t for b, t in rows if a == b)]
    assert ids(choose_references(dives, "best")) == best
    assert ids(choose_references(dives, "worst")) == worst


def test_performances_without_an_action_are_one_action(make_sample):
    dives = [make_sample("x", score=1), make_sample("y", score=2), make_sample("z", score=2)]
    assert ids(choose_references(dives, "best")) == ["y", "z"]


def test_marked_references_are_taken_instead_of_the_best(make_sample, dives):
    marked = make_sample("a4", score=10, action="a", is_reference=True)
    assert ids(choose_references([*dives, marked], "best")) == ["c1", "b2", "a4"]
    assert ids(choose_references([*dives, marked], "worst")) == ["b1", "c1", "a4"]
    assert ids(choose_references([*dives, marked], "constant")) == ["a2", "a3"]


def test_a_marked_reference_needs_no_score(make_sample):
    marked = make_sample("a", action="a", is_reference=True)
    assert ids(choose_references([marked], "best")) == ["a"]


def test_merit_is_the_score(make_sample):
    assert merit(make_sample("a", score=71.5)) == 71.5
    with pytest.raises(TrainingError, match=whole("a has no score and cannot be a reference")):
        merit(make_sample("a"))


def test_other_choices_are_refused(dives):
    message = "no references are called 'middle': choose one of best, worst, constant, nearest"
    with pytest.raises(UsageError, match=whole(message)):
        choose_references(dives, "middle")


@pytest.mark.parametrize("choice", CHOICES)
def test_nothing_to_choose_from_is_said(choice):
    message = "there is no performance to choose references from"
    with pytest.raises(TrainingError, match=whole(message)):
        choose_references([], choice)


# partners


@pytest.mark.parametrize("choice", ["best", "worst"])
def test_a_query_is_compared_with_all_references_of_its_action(make_sample, dives, choice):
    references = choose_references(dives, "best")
    query = make_sample("q", action="a")
    assert ids(partners(query, references, choice, never)) == ["a2", "a3"]


@pytest.mark.parametrize("choice", CHOICES)
def test_a_performance_is_never_its_own_reference(dives, choice):
    references = choose_references(dives, choice)
    for query in dives:
        found = partners(query, references, choice, lambda _, others: np.zeros(len(others)))
        assert query.performance.id not in ids(found)
        assert found or ids(references) == ids([query])


def test_a_lone_reference_leaves_itself_with_none(make_sample):
    only = make_sample("a", score=1, action="a")
    for choice in CHOICES:
        assert partners(only, [only], choice, never) == ()


@pytest.mark.parametrize(("choice", "action"), [("nearest", "a"), ("best", "z"), ("worst", "z")])
def test_the_nearest_is_the_most_similar_of_all_actions(make_sample, dives, choice, action):
    references = choose_references(dives, "best")
    query = make_sample("q", action=action)

    def similarities(asked, others) -> np.ndarray:
        assert asked is query
        assert ids(others) == ids(references)
        return np.array([0.1, 0.9, 0.4, 0.3])

    assert ids(partners(query, references, choice, similarities)) == ["c1"]


def test_a_constant_reference_is_everyones(make_sample, dives):
    references = choose_references(dives, "constant")
    assert ids(partners(make_sample("q", action="z"), references, "constant", never)) == [
        "a2", "a3",
    ]  # fmt: skip
    assert ids(partners(dives[2], references, "constant", never)) == ["a3"]
