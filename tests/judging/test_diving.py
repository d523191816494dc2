import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import UnknownName, UsageError
from podium.judging import Action, Marks, find_action, find_rule, position_of, rule_kept_by, rules
from podium.judging.diving import RULE as DIVING
from podium.performance import Performance

MARK = st.integers(0, 20).map(lambda halves: halves / 2)
SEVEN = (7.5, 7.5, 8.5, 7.5, 8.0, 7.5, 7.5)


def dive(number: int, score: float | None, judges=SEVEN, difficulty: float | None = 3.2):
    return Performance(f"{number}", Path("x.mp4"), score, difficulty=difficulty, judges=judges)


@given(st.lists(MARK, min_size=7, max_size=7), st.floats(1, 4.5))
def test_the_two_highest_and_two_lowest_of_seven_do_not_count(marks, difficulty):
    left = list(marks)
    for drop in (max, max, min, min):
        left.remove(drop(left))
    assert DIVING.score(marks, difficulty) == pytest.approx(sum(left) * difficulty)


@given(st.lists(MARK, min_size=5, max_size=5))
def test_the_highest_and_lowest_of_five_do_not_count(marks):
    # The middle three are those with the median sum of all threes.
    sums = sorted(sum(three) for three in combinations(marks, 3))
    assert sums[0] <= DIVING.score(marks, 1) <= sums[-1]
    assert DIVING.score(marks, 1) == sum(marks) - max(marks) - min(marks)


def test_a_score_by_hand():
    assert DIVING.score(SEVEN, 3.2) == pytest.approx(72)


@pytest.mark.parametrize("marks", [(), (7.0,), (7.0, 8.0)])
def test_fewer_than_three_marks_are_refused(marks):
    message = f"diving has no panel of {len(marks)}: give 3, 5 or 7 marks"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        DIVING.score(marks, 3)


def test_scores_that_follow_the_rule_are_known():
    assert DIVING.is_kept_by([dive(i, 72.0) for i in range(10)])
    assert DIVING.is_kept_by([dive(i, 72.0) for i in range(20)] + [dive(20, 50.0)])


@pytest.mark.parametrize(
    "dives",
    [
        [],
        [dive(i, 72.0) for i in range(9)],
        [dive(i, 72.1) for i in range(20)],
        [dive(i, 72.0) for i in range(20)] + [dive(i, 50.0) for i in range(20, 22)],
        [dive(i, 72.0, difficulty=None) for i in range(20)],
        [dive(i, None) for i in range(20)],
        [dive(i, 72.0, judges=(7.5, 7.5)) for i in range(20)],
    ],
    ids=["none", "few", "off", "9 in 10", "no difficulty", "no score", "two judges"],
)
def test_other_scores_are_not_taken_for_a_panels(dives):
    assert not DIVING.is_kept_by(dives)


@given(st.floats(0, 200), st.floats(1, 4.5))
def test_marks_are_half_points_from_0_to_10(score, difficulty):
    marks = DIVING.as_marks(score, score * 0.9, score * 1.1, difficulty)
    assert marks.low <= marks.mark <= marks.high
    for mark in (marks.low, marks.mark, marks.high):
        assert 0 <= mark <= 10
        assert mark * 2 == int(mark * 2)


def test_marks_by_hand():
    assert DIVING.as_marks(72, 60, 100, 3.2) == Marks(7.5, 6.0, 10.0)


def test_mean_marks_are_on_no_step():
    assert DIVING.mean_marks(72, 60, 100, 3.2) == Marks(7.5, 6.25, 10.0)
    assert DIVING.mean_marks(-3, -5, 61.6, 2.8) == Marks(0.0, 0.0, 61.6 / 2.8 / 3)


def test_no_score_is_above_the_one_that_only_tens_make():
    assert DIVING.highest(3.2) == DIVING.score((10.0,) * DIVING.n_judges, 3.2) == pytest.approx(96)


@pytest.mark.parametrize(
    ("asked", "action", "position"),
    [
        ("207C", "207", "C"),
        ("207c", "207", "C"),
        ("5253B", "5253", "B"),
        ("207", "207", None),
        ("207E", "207E", None),
        ("207CC", "207CC", None),
        ("squat", "squat", None),
        ("C", "C", None),
        ("", "", None),
    ],
)
def test_a_letter_after_a_dive_number_is_its_position(asked, action, position):
    found = DIVING.canonical_action(asked)
    assert found == Action(action, position)
    assert str(found) == action + (position or "")


@pytest.mark.parametrize("rule", [DIVING, None])
def test_an_action_is_found_with_or_without_its_letter(rule):
    assert find_action("207", ("107", "207"), rule) == Action("207")
    assert find_action("207b", ("107", "207"), rule) == Action("207", "B")
    assert find_action("207B", ("207", "207B"), rule) == Action("207B")
    assert find_action("307B", ("107", "207"), rule) is None


def test_a_position_that_the_rule_excludes_is_refused():
    message = (
        "'207D' is not the number of a dive: D (free) is only for dives with twists; give A, B or C"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        find_action("207D", ("107", "207"), DIVING)
    assert find_action("999D", ("999",), DIVING) == Action("999", "D")  # numbers of one's own


def test_the_position_is_that_of_the_whole_number_where_a_table_has_it():
    without = Performance("1", Path("x.mp4"), action="207")
    assert position_of(without, DIVING) is None
    assert position_of(replace(without, action="207B"), DIVING) == "B"
    assert position_of(replace(without, extra={"dive_number": "207C"}), DIVING) == "C"
    assert position_of(replace(without, extra={"dive_number": "207C"}), None) == "C"


@pytest.mark.parametrize(
    ("difficulty", "possible"),
    [(0.5, False), (0.9, True), (3.0, True), (12.0, True), (13.0, False)],
)
def test_a_difficulty_nearer_to_a_shifted_point_is_not_plausible(difficulty, possible):
    assert DIVING.plausible_difficulty(difficulty, 2.7, 4.0) is possible
    if possible:
        return
    message = (
        f"{difficulty:g} is not a possible difficulty (the model was trained on 2.7 to 4): check "
        "its decimal point, and give one such as 3.2, or leave it out"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        DIVING.require_plausible_difficulty(difficulty, 2.7, 3.2, 4.0)


@pytest.mark.parametrize("difficulty", [0.9, 6.5, 9.9, 12.0])
def test_a_difficulty_that_no_dive_ever_had_is_refused(difficulty):
    message = f"{difficulty:g} is no difficulty of diving: give one from 1 to 6"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        DIVING.require_plausible_difficulty(difficulty, 2.7, 3.2, 4.0)
    DIVING.require_plausible_difficulty(difficulty, 2.7, 3.2, 7.0)  # a scale of one's own


def test_every_rule_is_found_by_the_name_of_its_file():
    assert DIVING in rules()
    for rule in rules():
        assert find_rule(rule.name) is rule
    message = f"no scoring rule is called 'gym': choose one of {', '.join(r.name for r in rules())}"
    with pytest.raises(UnknownName, match=rf"^{re.escape(message)}$"):
        find_rule("gym")


def test_the_rule_that_scores_follow_is_found():
    assert rule_kept_by([dive(i, 72.0) for i in range(10)]) is DIVING
    assert rule_kept_by([dive(i, 50.0) for i in range(10)]) is None
