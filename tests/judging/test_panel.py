import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import UsageError
from podium.judging.panel import Marks, as_marks, is_judged_by_panel, panel_score
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
    assert panel_score(marks, difficulty) == pytest.approx(sum(left) * difficulty)


@given(st.lists(MARK, min_size=5, max_size=5))
def test_the_highest_and_lowest_of_five_do_not_count(marks):
    # The middle three are those with the median sum of all threes.
    sums = sorted(sum(three) for three in combinations(marks, 3))
    assert sums[0] <= panel_score(marks, 1) <= sums[-1]
    assert panel_score(marks, 1) == sum(marks) - max(marks) - min(marks)


def test_a_score_by_hand():
    assert panel_score(SEVEN, 3.2) == pytest.approx(72)


@pytest.mark.parametrize("marks", [(), (7.0,), (7.0, 8.0)])
def test_fewer_than_three_marks_are_refused(marks):
    message = f"a panel of {len(marks)} has no middle three: give three marks or more"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        panel_score(marks, 3)


def test_scores_that_follow_the_rule_are_known():
    assert is_judged_by_panel([dive(i, 72.0) for i in range(10)])
    assert is_judged_by_panel([dive(i, 72.0) for i in range(20)] + [dive(20, 50.0)])


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
    assert not is_judged_by_panel(dives)


@given(st.floats(0, 200), st.floats(1, 4.5))
def test_marks_are_half_points_from_0_to_10(score, difficulty):
    marks = as_marks(score, score * 0.9, score * 1.1, difficulty)
    assert marks.low <= marks.mark <= marks.high
    for mark in (marks.low, marks.mark, marks.high):
        assert 0 <= mark <= 10
        assert mark * 2 == int(mark * 2)


def test_marks_by_hand():
    assert as_marks(72, 60, 100, 3.2) == Marks(7.5, 6.0, 10.0)
