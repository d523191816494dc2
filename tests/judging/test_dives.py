"""What the numbers of dives mean, and the difficulties that the formula and the table give."""

import csv
from collections import Counter

import pytest

from messages import whole
from podium.errors import UsageError
from podium.judging import Dive, find_rule, in_year, read_dive
from podium.judging._dive_difficulty import HEIGHTS, components

NUMBERS = find_rule("diving").numbers


@pytest.mark.parametrize(
    ("number", "dive"),
    [
        ("407C", Dive("inward", 7, position="tuck")),
        ("407c", Dive("inward", 7, position="tuck")),
        ("407", Dive("inward", 7)),
        ("112B", Dive("forward", 2, is_flying=True, position="pike")),
        ("1011C", Dive("forward", 11, position="tuck")),
        ("5253B", Dive("back", 5, 3, position="pike")),
        ("5152b", Dive("forward", 5, 2, position="pike")),
        ("6243D", Dive("back", 4, 3, is_armstand=True, position="free")),
        ("626C", Dive("back", 6, is_armstand=True, position="tuck")),
        ("600A", Dive("forward", 0, is_armstand=True, position="straight")),
    ],
)
def test_what_a_number_means(number, dive):
    assert read_dive(number) == dive


@pytest.mark.parametrize(
    "number",
    ["", "C", "999", "507C", "5053B", "127C", "100A", "640A", "407CC", "407E", "40 7C", "4O7C",
     "4\u0660\u0667C", "1012C", "52530B", "407C" * 1000],
)  # fmt: skip
def test_what_is_no_number_of_a_dive_is_refused(number):
    message = (
        f"{number[:20]!r} is not the number of a dive: give a direction (1 to 4), 0 or 1 for "
        "flying, and half somersaults, as in 407C; with twists 5, direction, half somersaults and "
        "half twists, as in 5253B; from an armstand 6, direction 1 to 3, half somersaults and half "
        "twists, if any, as in 6243D; then A, B, C or D"
    )
    with pytest.raises(UsageError, match=whole(message)):
        read_dive(number)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("407D", "D (free) is only for dives with twists; give A, B or C"),
        (
            "115A",
            "a flying somersault is in B or C (pike or tuck), for A is straight all along; give "
            "one of these",
        ),
        (
            "5253D",
            "with twists and so many somersaults, a dive is in B or C; give one of these",
        ),
        ("5132B", "with twists and so many somersaults, a dive is in D; give one of these"),
        (
            "5111D",
            "with twists and so many somersaults, a dive is in A or B or C; give one of these",
        ),
    ],
)
def test_positions_that_the_rules_exclude_are_refused(number, why):
    with pytest.raises(UsageError, match=whole(f"{number!r} is not the number of a dive: {why}")):
        read_dive(number)


def test_a_difficulty_by_hand():
    # appendix 8: 3 1/2 somersaults 2.8, tuck inward .3, approach inward .3
    (known,) = NUMBERS.difficulties("407C", 3.0)
    assert (known.value, str(known.years), known.source) == (3.4, "from 2025 on", "formula")
    assert known.components == {"A": 2.8, "B": 0.3, "C": 0.0, "D": 0.3, "E": 0.0}


def test_the_difficulty_is_that_of_the_year():
    known = NUMBERS.difficulties("307C", 10.0)
    assert [(one.value, str(one.years)) for one in known] == [
        (3.3, "in 2012"),
        (3.4, "from 2026 on"),
    ]
    assert in_year(known, 2012).value == 3.3
    assert in_year(known, 2026).value == in_year(known, None).value == 3.4
    assert in_year(known, 2015) is None
    assert in_year((), None) is None


@pytest.mark.parametrize(
    ("number", "height"),
    [("407", 10.0), ("407A", 10.0), ("6243D", 3.0), ("109C", 5.0), ("627C", 10.0), ("1011C", 3.0)],
)
def test_a_difficulty_that_is_not_known_is_not_guessed(number, height):
    assert NUMBERS.difficulties(number, height) == ()


def test_components_are_named_in_order():
    for height in HEIGHTS:
        assert list(components(read_dive("203B"), height)) == list("ABCDE")


def test_the_formula_gives_the_whole_table_of_2026(data_folder):
    n = 0
    table = data_folder / "rules" / "diving_difficulty_2026.csv"
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            height = float(row["height"].removesuffix("m"))
            known = NUMBERS.difficulties(row["dive"], height)
            assert in_year(known, 2026).value == float(row["difficulty"]), row
            n += 1
    assert n == 940


def test_the_dives_of_2012_have_the_difficulties_of_that_year(data_folder):
    found, table = {}, data_folder / "unlv-dive" / "metadata.csv"
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["dive_number"], Counter())[float(row["difficulty"])] += 1
    differ = set()
    for number, values in found.items():
        known = NUMBERS.difficulties(number, 10.0)
        if number == "627C":  # in no table; one dive, perhaps a typing error for 626C
            continue
        assert in_year(known, 2012).value == values.most_common(1)[0][0]
        if in_year(known, 2012).value != in_year(known, None).value:
            differ.add(number)
    assert differ == {"305B", "305C", "307C"}
    assert len(found) == 21
