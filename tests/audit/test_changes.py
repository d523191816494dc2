"""What would have been different, by hand."""

import numpy as np
import pytest

from audit.tables import panel, table_of, written
from podium.audit import PanelOptions, audit_marks, read_marks, write_panels
from podium.audit.changes import OTHERWISE, Counting, Moved, find_changes
from podium.judging import find_rule

MARKS = [[8, 8, 9], [8.5, 8.5, 7], [7, 7, 7], [6, 6, 6], [6, 6, 6]]
"""The first is ahead by the third judge alone; the last two share a place."""


def changes_of(table, rule=None):
    return find_changes(table, Counting(table, rule))


def test_places_without_each_judge(tmp_path):
    table = table_of(tmp_path, panel(MARKS, athlete="abcde", round=["r"] * 5))
    found = changes_of(table)
    assert [one.place for one in found.standings] == [1, 2, 3, 4, 4]
    assert [one.total for one in found.standings[:2]] == pytest.approx([25 / 3, 8])
    first, *others = found.without_judge
    assert (first.name, first.n_sessions, first.n_sessions_changed) == ("J2", 1, 1)
    assert (first.n_places, first.n_medals) == (2, 2)
    assert first.moved == (Moved("r", "a", 1, 2), Moved("r", "b", 2, 1))
    assert [one.n_places for one in others] == [0, 0]


def test_places_without_marks_for_the_own_country(tmp_path):
    rows = panel(MARKS, athlete="abcde", athlete_country=["GER", "CHN", "CHN", "CHN", "CHN"])
    rows = [{**row, "judge_country": "GER" if row["judge"] == "J2" else "FRA"} for row in rows]
    found = changes_of(table_of(tmp_path, rows)).without_matched
    assert (found.n_sessions, found.n_sessions_changed) == (1, 1)
    assert found.moved == (Moved("", "b", 2, 1),)  # both have 8 then, and share the first place


def test_ways_of_counting(tmp_path):
    table = table_of(tmp_path, panel([[5, 9, 6, 7], [4, 4, 10, 3], [1, 2, 2, 2]]))
    counting = Counting(table, None)
    counted = {name: counting.counted(way).tolist() for name, way in OTHERWISE.items()}
    assert counted["all"] == pytest.approx([27 / 4, 21 / 4, 7 / 4])
    assert counted["without_extremes"] == [6.5, 4, 2]
    assert counted["median"] == [6.5, 4, 2]


def test_two_marks_have_no_extremes(tmp_path):
    table = table_of(tmp_path, panel([[5, 9], [4, 4]]))
    assert Counting(table, None).counted(OTHERWISE["without_extremes"]).tolist() == [7, 4]


def test_by_the_rule_scores_are_those_of_the_sport(tmp_path):
    rows = panel([[7, 8, 8, 7, 7.5, 10, 0], [6] * 7], difficulty=[3.2, ""], score=[72.0, 19])
    path = tmp_path / "marks.csv"
    path.write_text(
        "performance,judge,mark,difficulty,score\n"
        + "".join("{performance},{judge},{mark},{difficulty},{score}\n".format(**r) for r in rows)
    )
    rule = find_rule("diving")
    table = read_marks(path, rule)
    assert Counting(table, rule).scores.tolist() == [22.5 * 3.2, 18]
    found = audit_marks(table, rule)
    assert (found.scores.n, found.scores.n_unlike) == (2, 1)
    assert found.changes.counted_by == "rule"


def test_a_penalty_is_taken_off_as_the_sport_does(tmp_path):
    """A restart costs two points of each mark: the published score follows, and so do places."""
    marks = [[7, 7.5, 7, 8, 7, 7.5, 7], [6] * 7, [1, 1, 1, 1, 1, 1, 5]]
    rows = panel(
        marks, athlete="abc", round=["final"] * 3, difficulty=[3.0] * 3,
        penalty=[2, "", 2], score=[46.5, 54.0, 0.0],
    )  # fmt: skip
    rule = find_rule("diving")
    table = read_marks(written(tmp_path / "marks.csv", rows), rule)
    assert table.penalty.tolist() == [2, 0, 2]
    counting = Counting(table, rule)
    assert counting.scores.tolist() == [(5 + 5 + 5.5) * 3, 18 * 3, 0]
    found = audit_marks(table, rule)
    assert (found.scores.n, found.scores.n_unlike) == (3, 0)
    assert [one.athlete for one in found.changes.standings] == ["b", "a", "c"]
    for row, replaced in enumerate(counting.replaced()):
        number = table.performance[row]
        others = np.where(np.arange(len(table)) == row, table.others[row], table.mark)
        others = others[table.performance == number].tolist()
        assert replaced == pytest.approx(rule.score(others, 3.0, table.penalty[number]))
    without = [{name: value for name, value in row.items() if name != "penalty"} for row in rows]
    table = read_marks(written(tmp_path / "marks.csv", without), rule)
    assert audit_marks(table, rule).scores.n_unlike == 2


def test_without_a_rule_it_is_not_known_what_a_penalty_is_off(tmp_path):
    table = table_of(tmp_path, panel([[5, 9], [4, 4]], penalty=[5, ""]))
    assert Counting(table, None).scores.tolist() == [7, 4]


def test_a_mark_is_replaced_by_the_mean_of_the_others(tmp_path):
    options = PanelOptions(n_sessions=1, n_athletes=5, n_dives=2)
    table = read_marks(write_panels(tmp_path / "marks.csv", options))
    rule = find_rule("diving")
    replaced = Counting(table, rule).replaced()
    for row in range(len(table)):
        number = table.performance[row]
        marks = np.where(np.arange(len(table)) == row, table.others[row], table.mark)
        marks = marks[table.performance == number].tolist()
        assert replaced[row] == pytest.approx(rule.score(marks, table.difficulty[number]))
