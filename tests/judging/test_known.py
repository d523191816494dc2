"""Which difficulties an action ever had, and which rule a table with mistakes in it follows."""

from dataclasses import replace
from pathlib import Path

import pytest

from podium.judging import (
    Action,
    find_rule,
    height_of,
    known_difficulties,
    nearest_if_off,
    number_of,
    rule_of_most,
)
from podium.judging.diving import RULE as DIVING
from podium.performance import Performance

DIVE = Performance(
    "1", Path("x.mp4"), 72.0, "407C", 3.2, judges=(7.5, 7.5, 8.5, 7.5, 8.0, 7.5, 7.5)
)


def test_all_that_is_known_of_a_dive_is_allowed():
    at_ten = known_difficulties(DIVING, Action("307", "C"), 10.0)
    assert at_ten == (3.3, 3.4)  # of 2012, and of 2026
    everywhere = known_difficulties(DIVING, Action("307", "C"))
    assert set(at_ten) < set(everywhere)
    in_any_position = known_difficulties(DIVING, Action("307"))
    assert set(everywhere) < set(in_any_position)
    assert known_difficulties(DIVING, Action("307", "C"), 4.0) == everywhere  # no such board


def test_of_other_actions_and_sports_nothing_is_known():
    assert known_difficulties(DIVING, Action("999")) == ()
    assert known_difficulties(find_rule("gymnastics_vault"), Action("407")) == ()
    assert nearest_if_off(DIVING, Action("999"), 3.2) is None


@pytest.mark.parametrize(
    ("number", "position", "difficulty", "nearest"),
    [("407", None, 3.2, None), ("407", "C", 3.2, None), ("407", None, 3.3, 3.2),
     ("407", "C", 9.9, 3.2), ("407", None, 2.3, 2.7), ("5156", "B", 3.8, None)],
)  # fmt: skip
def test_a_difficulty_that_a_dive_never_had_has_a_nearest_one(
    number, position, difficulty, nearest
):
    found = nearest_if_off(DIVING, Action(number, position), difficulty)
    assert (
        found is None
        if nearest is None
        else found in known_difficulties(DIVING, Action(number, position))
    )
    assert (found is None) == (nearest is None)


@pytest.mark.parametrize(
    ("text", "metres"),
    [("10", 10.0), ("7.5 m", 7.5), ("7,5m", 7.5), ("", None), ("high", None), ("9" * 30, None)],
)
def test_the_height_of_a_board_is_read_where_a_table_has_it(text, metres):
    assert height_of(replace(DIVE, extra={"height": text})) == metres


def test_the_number_of_a_dive_is_as_whole_as_the_table_has_it():
    assert number_of(DIVE, DIVING) == Action("407", "C")
    assert number_of(replace(DIVE, action="407"), DIVING) == Action("407")
    whole = replace(DIVE, action="407", extra={"dive_number": "407B"})
    assert number_of(whole, DIVING) == Action("407", "B")
    assert number_of(replace(whole, action="107"), DIVING) == Action("107")
    assert number_of(replace(DIVE, action=None), DIVING) is None


def test_a_rule_is_found_though_half_of_the_rows_are_mistaken():
    wrong = replace(DIVE, score=95.2)
    assert rule_of_most([DIVE, DIVE, wrong, wrong]) is DIVING
    assert rule_of_most([DIVE, DIVE, wrong, wrong, wrong]) is None
    assert rule_of_most([DIVE]) is None
    assert rule_of_most([]) is None


def test_without_marks_difficulties_tell_the_rule():
    bare = replace(DIVE, score=None, judges=())
    assert rule_of_most([bare, bare, replace(bare, action="999")]) is DIVING
    assert rule_of_most([replace(bare, action="Es1")] * 4) is None
    assert rule_of_most([replace(bare, difficulty=None)] * 4) is None


def test_marks_decide_between_rules_that_share_their_numbers():
    rule = find_rule("synchronised_diving")
    marks = (7.0,) * 11
    pair = replace(DIVE, judges=marks, score=rule.score(marks, 3.2))
    assert rule_of_most([pair, pair]) is rule


def test_every_way_of_counting_a_panel_is_possible():
    marks = (7.0,) * 7
    assert DIVING.possible_scores(marks, 3.0) == pytest.approx((63.0, 63.0))
    marks = (4.0, 6.0, 7.0, 7.0, 7.0, 7.5, 9.0)
    latest, of_2000 = DIVING.possible_scores(marks, 3.0)
    assert DIVING.score(marks, 3.0) == latest
    assert DIVING.score(marks, 3.0, year=2000) == of_2000
    assert DIVING.makes(latest, marks, 3.0)
    assert DIVING.makes(of_2000, marks, 3.0)
    assert not DIVING.makes(latest + 1, marks, 3.0)
    assert DIVING.possible_scores((7.0, 7.0), 3.0) == ()


@pytest.mark.slow
def test_few_of_the_published_dives_are_off_every_table(data_folder):
    """Known by hand: the set has two typing errors, one of them in the test split."""
    from podium.datasets.unlv_dive import UnlvDive

    dives = UnlvDive(data_folder / "unlv-dive").performances()
    off = {
        str(number_of(p, DIVING)): p.split
        for p in dives
        if nearest_if_off(DIVING, number_of(p, DIVING), p.difficulty) is not None
    }
    assert len(dives) == 370
    assert off == {"307C": "test", "636C": "train"}
