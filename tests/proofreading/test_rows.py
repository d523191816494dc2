"""Planted errors are named, each once and with its line; what is right is left in peace."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from podium.judging import ScoringRule, find_rule
from podium.judging.diving import RULE as DIVING
from podium.performance import Performance, Phase
from podium.proofreading import find_contradictions

MARKS = (6.0, 6.0, 6.0, 6.5, 6.0, 6.5, 6.0)
RIGHT = Performance("0", Path("0.mp4"), 57.6, "407", 3.2, judges=MARKS, split="train", athlete="A")
HIGH = (9.5, 9.5, 9.0, 9.5, 9.5, 10.0, 9.5)


def found(
    rows: Iterable[Performance], rule: ScoringRule | None = DIVING
) -> tuple[list[str], list[str]]:
    """What is impossible and what contradicts itself, in rows with names of their own."""
    named = [
        replace(row, id=f"{n}", path=Path(f"{n}.mp4")) if row.path == RIGHT.path else row
        for n, row in enumerate(rows)
    ]
    impossible, warnings = find_contradictions(named, range(2, 2 + len(named)), rule)
    return (
        [f"line {line}: {words}" for line, words in impossible.by_line()],
        [f"line {line}: {words}" for line, words in warnings.by_line()],
    )


def of_one(rule: ScoringRule | None = DIVING, **changes: object) -> list[str]:
    """What is said of one row among some that are right; all of it."""
    impossible, warnings = found([RIGHT, RIGHT, RIGHT, replace(RIGHT, **changes)], rule)
    assert all(said.startswith("line 5: ") for said in (*impossible, *warnings))
    return [said.removeprefix("line 5: ") for said in (*impossible, *warnings)]


@pytest.mark.parametrize("rule", [DIVING, find_rule("gymnastics_vault"), None])
def test_nothing_is_said_of_what_is_right(rule):
    rows = [replace(RIGHT, judges=(), score=None, difficulty=None, action=None, split=None)] * 3
    assert found(rows, rule) == ([], [])
    assert found([RIGHT] * 3) == ([], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"judges": (9.5, 3.0, 9.5, 9.5, 9.5, 9.5, 9.5), "score": 91.2},
         "the marks 9.5;3;9.5;9.5;9.5;9.5;9.5: 3 is far off the others"),
        ({"judges": (13.0, *HIGH[1:]), "score": 91.2},
         "the marks 13;9.5;9;9.5;9.5;10;9.5: 13 is none of diving, whose are from 0 to 10 in steps "
         "of 0.5"),
        ({"judges": (6.25, *MARKS[1:])},
         "the marks 6.25;6;6;6.5;6;6.5;6: 6.25 is none of diving, whose are from 0 to 10 in steps "
         "of 0.5"),
        ({"judges": MARKS[:6]}, "has 6 marks: the panels of diving have 3, 5, 7"),
        ({"score": 95.2},
         "score 95.2 is not what the marks 6;6;6;6.5;6;6.5;6 make at difficulty 3.2, which is "
         "57.6"),
        ({"score": 97.0, "judges": ()},
         "score 97 cannot be: at difficulty 3.2 there are 0 to 96"),
        ({"score": -1.0, "judges": ()},
         "score -1 cannot be: at difficulty 3.2 there are 0 to 96"),
        ({"difficulty": 2.3},
         "difficulty 2.3 is none that 407 is known to have had: its marks and score make it 3.2"),
        ({"difficulty": 3.3, "score": None},
         "difficulty 3.3 is none that 407 is known to have had in any year: the nearest is 3.2"),
        ({"difficulty": 3.3, "score": 59.4},
         "difficulty 3.3 is none that 407 is known to have had in any year: the nearest is 3.2"),
        ({"difficulty": 32.0},
         "difficulty 32 is none of diving, whose are from 1 to 6"),
        ({"action": "999"}, "action '999' is none of diving"),
        ({"action": "407D"}, "action '407D' is none of diving"),
        ({"is_reference": True, "split": "test", "athlete": None},
         "is an expert's performance of the split test: references come from train, so it is none "
         "for a model"),
        ({"split": "test"},
         "athlete 'A' is in the split test, and on line 2 in train: what is learned of one is then "
         "measured on the same one"),
        ({"phases": (Phase("flight", 3, 9), Phase("entry", 5, 12))},
         "the phase 'entry' begins at frame 5, but 'flight' before it ends at 9"),
        ({"phases": (Phase("flight", 3, 9), Phase("entry", 10, 12)), "end_frame": 11},
         "the phase 'entry' (10 to 12) lies outside the performance"),
        ({"path": Path("1.mp4"), "split": "validation", "athlete": None},
         "'1.mp4' is already on line 3, in the split train, with the same frames"),
    ],
)  # fmt: skip
def test_a_planted_error_is_named_once(changes, said):
    assert of_one(**changes) == [said]


def test_a_mark_does_not_hide_a_wrong_score():
    assert of_one(judges=(13.0, *HIGH[1:]), score=57.6) == [
        "score 57.6 is not what the marks 13;9.5;9;9.5;9.5;10;9.5 make at difficulty 3.2, which is "
        "91.2",
        "the marks 13;9.5;9;9.5;9.5;10;9.5: 13 is none of diving, whose are from 0 to 10 in steps "
        "of 0.5",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 0.6 * 3.2 * 30.5},  # as seven marks were counted in Sydney
        {"difficulty": 3.5, "score": 63.0},  # 407B
        {"judges": (0.0, 0.0, 0.5, 0.0, 1.0, 2.0, 1.5), "score": 4.8},
        {"judges": (), "score": 96.0},
        {"path": Path("1.mp4"), "start_frame": 200},
        {"athlete": "B", "split": "test"},
        {"split": None},
        {"phases": (Phase("flight", 3, 9), Phase("entry", 10, 12))},
        {"is_reference": True},
    ],
)
def test_what_may_be_so_is_not_named(changes):
    assert of_one(**changes) == []


def test_the_height_and_the_whole_number_say_more():
    at_ten = {"action": "407", "extra": {"dive_number": "407C", "height": "10"}}
    assert of_one(**at_ten) == []
    assert of_one(**at_ten, difficulty=3.4, score=None) == [
        "difficulty 3.4 is none that 407C is known to have had in any year: the nearest is 3.2"
    ]


def test_difficulties_of_ones_own_are_left_alone():
    own = replace(RIGHT, difficulty=2.0, score=36.0)
    assert found([own, own, own, RIGHT]) == ([], [])
    assert found([own, own, replace(own, score=40.0)])[1] == [
        "line 4: score 40 is not what the marks 6;6;6;6.5;6;6.5;6 make at difficulty 2, which is 36"
    ]


def test_an_athlete_is_named_once_for_each_split():
    rows = [replace(RIGHT, split=split) for split in ("train", "test", "test", "validation")]
    impossible, warnings = found(rows)
    assert [said.partition(", and")[0] for said in warnings] == [
        "line 3: athlete 'A' is in the split test",
        "line 5: athlete 'A' is in the split validation",
    ]
    assert impossible == []


def test_without_a_rule_marks_are_not_judged():
    assert of_one(rule=None, judges=(13.0, *HIGH[1:]), score=-3.0, action="999") == []


def test_another_sport_has_other_marks():
    vault = find_rule("gymnastics_vault")
    row = replace(RIGHT, action="Yurchenko", difficulty=5.0, judges=(), score=15.5)
    impossible, (said,) = found([row], vault)
    assert impossible == []
    assert said == "line 2: score 15.5 cannot be: at difficulty 5 there are 0 to 15"


@pytest.mark.slow
def test_published_dives_follow_their_rule(data_folder):
    from podium.datasets.unlv_dive import UnlvDive

    dives = UnlvDive(data_folder / "unlv-dive").performances()
    impossible, warnings = find_contradictions(dives, range(2, 372), DIVING)
    assert not impossible
    assert [words for _, words in warnings.by_line()] == [
        "difficulty 3 is none that 307C is known to have had in any year: the nearest is 3.3",
        "difficulty 3.3 is none that 636C is known to have had in any year: the nearest is 3.2",
    ]
