from dataclasses import replace
from pathlib import Path

import pytest

from podium.errors import UsageError
from podium.folds.groups import Grouping, group_by, grouped_by
from podium.performance import Performance


def performances(n: int = 4, **columns: str) -> list[Performance]:
    """Performances whose columns hold one letter each; "-" is nothing."""
    made = []
    for i in range(n):
        cells = {name: letters[i].strip("-") for name, letters in columns.items()}
        own = {name: cells.pop(name) or None for name in ("athlete", "event") if name in cells}
        made.append(Performance(f"p{i}", Path(f"{i}.mp4"), extra=cells, **own))
    return made


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({}, ""),
        ({"event": "xxyy"}, "event"),
        ({"athlete": "abab", "event": "xxyy"}, "athlete"),
        ({"athlete": "aabb", "event": "wxyz"}, "event"),
        ({"athlete": "aaaa", "event": "xxyy"}, "event"),
        ({"athlete": "ab-c", "event": "xxyy"}, "event"),
        ({"athlete": "aaaa"}, ""),
        ({"recording": "rstu"}, "recording"),
        ({"event": "xyxy", "recording": "rstu"}, "recording"),
        ({"camera": "cdcd"}, ""),
    ],
    ids=str,
)
def test_the_finest_column_that_is_known_of_all_is_chosen(columns, column):
    found = group_by(performances(**columns))
    assert found.column == column
    assert found == grouped_by(performances(**columns), column)


def test_any_column_can_be_named():
    found = group_by(performances(camera="cdcd", event="xxyy"), "camera")
    assert found == Grouping("camera", ("c", "d", "c", "d"))
    assert found.groups == ("c", "d")
    assert len(found) == 4


def test_nothing_known_leaves_each_on_its_own():
    assert group_by(performances()).names == ("",) * 4
    assert group_by(performances()).groups == ()
    assert group_by([]) == Grouping("", ())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"athlete": "a--b"},
            "--group athlete: 2 of 4 performances have no athlete (p1, p2): fill in that column, "
            "or choose another, such as athlete or event",
        ),
        (
            {},
            "--group athlete: 4 of 4 performances have no athlete (p0, p1, p2, ...): fill in that "
            "column, or choose another, such as athlete or event",
        ),
        (
            {"athlete": "aaaa"},
            "--group athlete: all performances have the same athlete, 'a', so none can be left "
            "out: choose a column with two or more",
        ),
    ],
)
def test_a_column_that_does_not_group_is_refused(columns, message):
    with pytest.raises(UsageError) as caught:
        group_by(performances(**columns), "athlete")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("column", "shown"),
    [("score", "score"), ("", "''"), ("lane", "lane"), ("l\n" * 99, "l\\n" * 25 + "l\\...")],
)
def test_a_name_that_is_no_column_to_group_by_is_refused(column, shown):
    others = {f"c{i}": "abcd" for i in range(12)}
    with pytest.raises(UsageError) as caught:
        group_by(performances(**others), column)
    assert str(caught.value) == (
        f"--group {shown}: no column of that name says which performances belong together: "
        "choose one of athlete, event, action, c0, c1, c10, c11, c2, c3, c4, c5, c6, c7, ..."
    )


def test_what_is_the_same_for_all_is_shown_shortly():
    with pytest.raises(UsageError) as caught:
        group_by([replace(p, athlete="L" * 10_000) for p in performances()], "athlete")
    assert str(caught.value) == (
        f"--group athlete: all performances have the same athlete, '{'L' * 77}...', so none can "
        "be left out: choose a column with two or more"
    )
