import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import UsageError
from podium.simulation.faults import Flaw
from podium.simulation.judging import deduction, middle_three, panel_marks, panel_score

seven = st.lists(st.integers(0, 20).map(lambda half: half / 2), min_size=7, max_size=7)


def flaws(**severities: float) -> list[Flaw]:
    kinds = {"take_off": "leaning", "flight": "loose tuck", "entry": "past", "splash": "large"}
    return [Flaw(phase, kind, severities.get(phase, 0.0)) for phase, kind in kinds.items()]


@given(seven)
def test_the_two_highest_and_the_two_lowest_marks_do_not_count(marks: list[float]) -> None:
    left = list(marks)
    for choose in (max, max, min, min):
        left.remove(choose(left))
    assert middle_three(marks) == pytest.approx(sum(left))


@given(st.floats(0, 12), st.integers(0, 1000))
def test_marks_are_half_points_from_0_to_10(points_off: float, seed: int) -> None:
    marks = panel_marks(points_off, np.random.default_rng(seed))
    assert len(marks) == 7
    assert all(0 <= mark <= 10 and (mark * 2).is_integer() for mark in marks)


def test_a_dive_is_worth_the_middle_three_times_its_difficulty() -> None:
    marks = (7.0, 7.5, 8.0, 8.0, 8.5, 9.0, 10.0)
    assert panel_score("diving", marks, 3.2) == pytest.approx((8.0 + 8.0 + 8.5) * 3.2)


def test_a_vault_is_worth_its_difficulty_and_the_mean_of_the_middle_three() -> None:
    marks = (7.0, 7.5, 8.0, 8.0, 8.5, 9.0, 10.0)
    assert panel_score("vault", marks, 5.2) == pytest.approx(13.367)


def test_a_panel_of_five_is_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        middle_three((1.0,) * 5)
    assert str(refusal.value) == "a panel has 7 judges, not 5"


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_worse_entry_costs_more(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert deduction(flaws(entry=low)) <= deduction(flaws(entry=high))


def test_a_perfect_dive_costs_nothing_and_the_entry_costs_most() -> None:
    assert deduction(flaws()) == 0
    costs = {p: deduction(flaws(**{p: 0.8})) for p in ("take_off", "flight", "entry", "splash")}
    assert max(costs, key=lambda phase: costs[phase]) == "entry"
    assert min(costs, key=lambda phase: costs[phase]) == "take_off"
