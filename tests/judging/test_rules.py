"""What holds for every sport's rule, and which marks of which panel count in which year."""

import csv
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import whole
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import UsageError
from podium.judging import Group, Panel, Years, find_rule, rules

RULES = {rule.name: rule for rule in rules()}
DIVING = RULES["diving"]
SYNCHRONISED = RULES["synchronised_diving"]
SEVEN = (7.5, 6.0, 9.0, 7.0, 8.0, 5.5, 8.5)


@pytest.fixture(params=RULES.values(), ids=RULES)
def rule(request):
    return request.param


def test_every_panel_that_gives_the_highest_marks_has_the_highest_score(rule):
    for panel in rule.panels:
        best = [rule.highest_mark] * panel.n_judges
        assert rule.score(best, 2.0, year=panel.years.first) == pytest.approx(rule.highest(2.0))


def test_marks_in_another_order_within_a_group_give_the_same(rule):
    for panel in rule.panels:
        marks = [rule.lowest_mark + rule.mark_step * i for i in range(panel.n_judges)]
        turned, at = [], 0
        for group in panel.groups:
            turned += marks[at : at + group.n_judges][::-1]
            at += group.n_judges
        assert panel.execution(turned) == pytest.approx(panel.execution(marks))


def test_every_mark_is_on_its_step_and_others_are_not(rule):
    n_steps = round((rule.highest_mark - rule.lowest_mark) / rule.mark_step)
    rule.require_marks([rule.lowest_mark + rule.mark_step * i for i in range(n_steps + 1)])
    for wrong in (rule.lowest_mark + rule.mark_step / 2, rule.highest_mark + 1, float("nan")):
        assert not rule.is_mark(wrong)


def test_all_wrong_marks_are_named_at_once():
    message = "7.3, 11, nan: no mark of diving; give marks from 0 to 10 in steps of 0.5"
    with pytest.raises(UsageError, match=whole(message)):
        DIVING.require_marks([7.5, 7.3, 11.0, float("nan")])


def test_a_difficulty_outside_the_range_is_refused():
    message = "32 is no difficulty of diving: give one from 1 to 6"
    with pytest.raises(UsageError, match=whole(message)):
        DIVING.require_difficulty(32.0)


@given(st.lists(st.integers(0, 20).map(lambda n: n / 2), min_size=7, max_size=7))
def test_in_2000_only_the_highest_and_the_lowest_of_seven_were_dropped(marks):
    expected = (sum(marks) - max(marks) - min(marks)) * 0.6 * 3.0
    assert DIVING.score(marks, 3.0, year=2000) == pytest.approx(expected)


def test_a_year_of_which_nothing_is_known_is_refused():
    message = "how diving counted a panel of 7 in 2005 is not known: it is in 2000, from 2012 on"
    with pytest.raises(UsageError, match=whole(message)):
        DIVING.score(SEVEN, 3.0, year=2005)
    assert DIVING.score(SEVEN, 3.0, year=2012) == DIVING.score(SEVEN, 3.0) == 67.5


@pytest.mark.parametrize("n", [0, 4, 6, 8, 9])
def test_a_panel_of_another_size_is_refused(n):
    message = f"diving has no panel of {n}: give 3, 5 or 7 marks"
    with pytest.raises(UsageError, match=whole(message)):
        DIVING.score([7.0] * n, 3.0)


def test_a_restart_costs_two_points_of_each_mark_and_no_mark_falls_below_0():
    assert DIVING.score(SEVEN, 3.0, penalty=2) == pytest.approx((5.0 + 5.5 + 6.0) * 3.0)
    assert DIVING.score([1.5] * 7, 3.0, penalty=2) == 0


@pytest.mark.parametrize(
    ("marks", "difficulty", "score"),
    [  # published results of Rio 2016: execution of one, of the other, synchronisation
        ((9, 9.5, 9, 8.5, 9, 9, 9.5, 9.5, 9.5, 9.5, 9.5), 2.0, 55.8),
        ((9, 9, 9, 8.5, 8.5, 9, 8.5, 8.5, 9, 8.5, 9), 2.0, 52.2),
        ((8, 7.5, 7.5, 6.5, 7, 7, 7, 7, 7, 7, 7.5), 3.1, 66.03),
    ],
)
def test_synchronised_dives_of_eleven_judges(marks, difficulty, score):
    assert SYNCHRONISED.score(marks, difficulty, year=2016) == pytest.approx(score)


def test_nine_judges_of_synchronised_diving():
    marks = (6, 7, 8, 9, 5, 6, 7, 8, 9)
    assert SYNCHRONISED.score(marks, 3.0) == pytest.approx((7 + 8 + 6 + 7 + 8) * 0.6 * 3.0)


def test_a_vault_adds_difficulty_and_execution_less_a_penalty():
    vault = find_rule("gymnastics_vault")
    score = vault.score((9.1, 9.2, 9.0, 9.3, 8.0), 5.4, penalty=0.3)
    assert score == pytest.approx(5.4 + 9.1 - 0.3)
    assert vault.score((0.0,) * 5, 1.0, penalty=3.0) == 0


def test_grades_of_execution_change_the_base_value_by_tenths():
    element = find_rule("figure_skating_element")
    assert element.score((-5, 3, 3, 3, 3, 3, 3, 3, 5), 8.0) == pytest.approx(8.0 * 1.3)
    assert element.score((-5,) * 9, 8.0) == pytest.approx(4.0)


def test_a_component_is_a_mean_times_a_factor():
    component = find_rule("figure_skating_component")
    assert component.score((1, 8, 8, 8, 8, 8, 8, 8, 10), 1.67) == pytest.approx(8 * 1.67)


@pytest.mark.parametrize(
    ("years", "words"),
    [
        (Years(2000, 2000), "in 2000"),
        (Years(2000, 2004), "2000 to 2004"),
        (Years(2012), "from 2012 on"),
    ],
)
def test_years_are_said_in_words(years, words):
    assert str(years) == words
    assert years.first in years
    assert years.first - 1 not in years
    assert (years.first + 40 in years) == (years.last is None)


def test_impossible_panels_are_refused():
    with pytest.raises(UsageError, match=whole("last is 1999: it must be 2000 or later")):
        Years(2000, 1999)
    with pytest.raises(
        UsageError, match=whole("n_dropped is 2: it must be less than half of the judges")
    ):
        Group(4, 2)
    with pytest.raises(UsageError, match=whole("number of marks is 2: it must be 3")):
        Panel((Group(3),), Years(2000)).execution((1.0, 2.0))


def test_the_scores_of_2012_follow_the_rule_of_that_year(data_folder):
    dives = [
        dive for dive in UnlvDive(data_folder / "unlv-dive").performances() if len(dive.judges) == 7
    ]
    off = [abs(DIVING.score(d.judges, d.difficulty, year=2012) - d.score) for d in dives]
    assert len(off) == 300
    assert max(off) < DIVING.tolerance_points


def test_the_results_of_sydney_follow_the_rule_of_that_year(data_folder):
    marks, difficulty = defaultdict(list), {}
    with (data_folder / "judges" / "sydney2000.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["event"], row["round"]) == ("M3mSB", "Final"):
                key = row["athlete"], row["rank"], row["dive"]
                marks[key].append(float(row["mark"]))
                difficulty[key] = float(row["difficulty"])
    totals = defaultdict(float)
    for (athlete, rank, dive), seven in marks.items():
        assert DIVING.is_mark(seven[0])
        totals[int(rank)] += DIVING.score(seven, difficulty[athlete, rank, dive], year=2000)
    assert len(totals) == 12
    assert (round(totals[1], 2), round(totals[2], 2)) == (478.32, 474.06)
