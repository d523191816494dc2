"""Several performances beside each other: what differs, and what is within the noise."""

from dataclasses import replace
from pathlib import Path

import pytest

from messages import whole
from podium.errors import UnusableFile, UsageError
from podium.report.kept import ANEW, Checked
from podium.report.result import SCHEMA, SCHEMA_VERSION
from podium.report.side_by_side import Line, lines_of, steps_between, told_of
from podium.report.words import load_words

WORDS = load_words()
FILE = Path("result.json")


def measure(name, unit="seconds", value=1.5, low=1.4, high=1.6, start=2.0, end=3.5, phase="flight"):
    return {
        "name": name, "unit": unit, "phase": phase, "value": value, "low": low, "high": high,
        "start_seconds": start, "end_seconds": end,
    }  # fmt: skip


def result(**changes):
    plain = {
        "schema": SCHEMA, "schema_version": SCHEMA_VERSION, "score": 70.0, "score_low": 60.0,
        "score_high": 80.0, "difficulty": 3.2, "action": "407", "remarks": [],
        "measures": [measure("flight_seconds")], "measured_remarks": [],
    }  # fmt: skip
    return Checked(FILE, plain | changes)


def verdicts(one, other, name):
    lines: list[Line] = lines_of([told_of(one, "one"), told_of(other, "other")], WORDS)
    return next([cell.verdict for cell in line.cells] for line in lines if line.name == name)


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(70.0, "unclear"), (84.0, "unclear"), (84.2, "more"), (55.9, "unclear"), (55.8, "less")],
)
def test_a_score_is_more_only_where_both_ranges_leave_that_open(score, verdict):
    """Halves of 10 each add up to 14.14."""
    other = result(score=score, score_low=score - 10, score_high=score + 10)
    assert verdicts(result(), other, "Score") == ["first", verdict]


def test_a_measure_without_a_range_is_called_neither_more_nor_less():
    bare = result(measures=[measure("flight_seconds", value=9.0, low=None, high=None)])
    assert verdicts(result(), bare, "Time in the air") == ["", ""]
    longer = result(measures=[measure("flight_seconds", value=1.7, low=1.65, high=1.75)])
    assert verdicts(result(), longer, "Time in the air") == ["first", "more"]


def test_dives_of_several_difficulties_are_held_against_each_other_by_how_they_were_done():
    harder = result(difficulty=1.6)
    assert verdicts(result(), harder, "Score") == ["", ""]
    assert verdicts(result(), harder, "Score / difficulty") == ["first", "more"]
    alike = lines_of([told_of(result(), "one"), told_of(result(), "other")], WORDS)
    assert "Score / difficulty" not in [line.name for line in alike]


def test_what_was_counted_is_another_dive_not_more_of_it():
    one, other = (
        result(measures=[measure("half_somersaults", "", value=n, low=n, high=n)]) for n in (5, 9)
    )
    lines = lines_of([told_of(one, "one"), told_of(other, "other")], WORDS)
    cells = next(line.cells for line in lines if line.name == "Somersaults")
    assert [(cell.value, cell.verdict) for cell in cells] == [("2½", ""), ("4½", "")]


def test_a_score_that_is_withheld_is_not_shown():
    withheld = result(score=None, score_if_trusted=90.0)
    told = told_of(withheld, "other")
    (score, *_) = lines_of([told_of(result(), "one"), told], WORDS)
    assert [(cell.value, cell.span, cell.verdict) for cell in score.cells] == [
        ("70.0", "60.0 to 80.0", ""), (WORDS("withheld.score"), "", ""),
    ]  # fmt: skip


def test_most_is_to_improve_where_it_was_measured_else_where_it_cost_most():
    measured = [
        {"phase": "splash", "is_praise": True, "words": "small"},
        {"phase": "entry", "is_praise": False, "words": "late"},
    ]
    costly = [{"moment": "flight", "contribution": c} for c in (None, 2.0, -1.0)]
    costly.append({"moment": "take_off", "contribution": -4.0})
    assert told_of(result(measured_remarks=measured, remarks=costly), "a").worst_phase == "entry"
    assert told_of(result(remarks=costly), "a").worst_phase == "take_off"
    assert told_of(result(), "a").worst_phase == ""


def test_two_are_in_step_by_the_moments_that_were_seen_in_both():
    opening = measure("opening_seconds", start=3.2, end=3.5)
    one = told_of(result(measures=[measure("flight_seconds"), opening]), "one")
    later = [measure("flight_seconds", start=1.0, end=2.4), measure("opening_seconds", start=2.2)]
    other = told_of(result(measures=later), "other")
    assert steps_between(one, other) == [(2.0, 1.0), (3.2, 2.2), (3.5, 2.4)]
    assert steps_between(one, told_of(result(measures=[]), "none")) == []
    backwards = replace(other, moments=(1.0, 0.9, 2.4))
    assert steps_between(one, backwards) == [(2.0, 1.0), (3.5, 2.4)]


def test_exercises_are_in_step_repetition_by_repetition():
    seconds = [{"start_seconds": s, "turn_seconds": s + 1, "end_seconds": s + 2} for s in (0, 3)]
    one, other = (told_of(result(repetitions=seconds[:n]), "a") for n in (2, 1))
    assert steps_between(one, other) == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"score": "70"}, "score is no number of at most 1e+06"),
        ({"measures": {}}, "measures is no list of at most 10,000 entries"),
        ({"measures": [measure("flight_seconds", phase="lunch")]},
         "a measure is of no part of a performance"),
        ({"measures": [measure("flight_seconds", value=True)]},
         "value is no number of at most 1e+06"),
        ({"schema_version": 99}, "is not a podium-result of version 1"),
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused(changes, why):
    with pytest.raises(UnusableFile, match=whole(f"{FILE}: {why}: {ANEW}")):
        told_of(result(**changes), "a")


def test_of_none_there_is_no_table():
    message = "nothing to put beside each other: name two performances or more"
    with pytest.raises(UsageError, match=whole(message)):
        lines_of([], WORDS)
