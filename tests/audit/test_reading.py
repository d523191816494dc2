"""Tables of marks: what is read, and what is refused, all of it in one line."""

import numpy as np
import pytest

from audit.tables import panel, table_of, written
from hostile.confinement import N_MUTATIONS, mutated
from messages import whole
from podium.audit import read_marks, simulate_panels
from podium.errors import ManifestError, MissingFile, PodiumError
from podium.judging import find_rule


def refuse(path, message, rule=None):
    with pytest.raises(ManifestError, match=whole(f"{path}: {message}")):
        read_marks(path, rule)


def test_what_is_known_of_each_mark_is_kept(tmp_path):
    rows = panel(
        [[7, 8, 9], [5.5, 5, 6]],
        athlete=["ann", "bo"], athlete_country=["GER", "chn"], event=["e", "e"],
        round=["final", "final"], difficulty=[3.2, ""], order=[2, 1], score=[76.8, ""],
    )  # fmt: skip
    for row, country in zip(rows, ["GER", "CHN", "AIN"] * 2, strict=True):
        row["judge_country"] = country
    table = table_of(tmp_path, rows)
    assert (table.judges, table.athletes) == (("J0", "J1", "J2"), ("ann", "bo"))
    assert (table.sessions, table.performances) == (("e final",), ("e final P0", "e final P1"))
    assert table.matched.tolist() == [True, False, False, False, True, False]
    assert table.deviation.tolist() == [-1.5, 0, 1.5, 0, -0.75, 0.75]
    assert table.panel_median.tolist() == [8, 5.5]
    assert table.others_median.tolist() == [8.5, 8, 7.5, 5.5, 5.75, 5.25]
    assert table.order.tolist() == [2, 1]
    assert (table.difficulty[0], table.score[0]) == (3.2, 76.8)
    assert np.isnan([table.difficulty[1], table.score[1]]).all()


def test_medians_of_others_are_those_of_the_marks_without_one(tmp_path):
    table = table_of(tmp_path, simulate_rows())
    for row in range(0, len(table), 7):
        same = table.performance == table.performance[row]
        same[row] = False
        assert table.others_median[row] == pytest.approx(np.median(table.mark[same]))


def simulate_rows():
    """Panels of several sizes."""
    return [row for number, row in enumerate(simulate_panels(_few())) if number % 5 or number % 3]


def _few():
    from podium.audit import PanelOptions

    return PanelOptions(n_sessions=2, n_athletes=6, n_dives=3)


@pytest.mark.parametrize("code", ["", "AIN", "neu", "-"])
def test_who_has_no_country_is_nobodys_compatriot(tmp_path, code):
    rows = [
        {**row, "judge_country": code, "athlete_country": code} for row in panel([[7, 8], [5, 5]])
    ]
    assert not table_of(tmp_path, rows).matched.any()


def test_without_order_dives_that_are_numbered_say_when(tmp_path):
    rows = panel([[7, 8], [5, 5]], athlete=["a", "a"], dive=["1", "2"])
    table = table_of(tmp_path, rows)
    assert (table.order_from, table.order.tolist()) == ("dive", [1, 2])
    rows = panel([[7, 8], [5, 5]], athlete=["a", "a"], dive=["107", "407"])
    assert table_of(tmp_path, rows).order_from == ""


def test_no_rule_is_applied_where_none_is_given(tmp_path):
    table = table_of(tmp_path, panel([[-3, 17.123], [104, 0.1], [5, 5]]))
    assert table.mark.tolist() == [-3, 17.123, 104, 0.1, 5, 5]


def test_a_table_that_is_not_there(tmp_path):
    path = tmp_path / "none.csv"
    message = f"{path}: no such table of marks: check the path"
    with pytest.raises(MissingFile, match=whole(message)):
        read_marks(path)


def test_an_empty_table(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("performance,judge,mark\n")
    refuse(path, "lists no marks: give one per line below the header")


def test_columns_that_are_missing_are_named(tmp_path):
    path = written(tmp_path / "marks.csv", [{"dive": 1, "judges": "7;8"}])
    refuse(
        path,
        "has no column mark, judge, performance (or event, round, athlete, dive) (its columns are "
        "dive, judges): give one mark per line, with the judge who gave it and the performance it "
        "was given for",
    )


def test_all_problems_are_told_at_once(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text(
        "athlete,dive,judge,judge_country,athlete_country,difficulty,mark\n"
        "a,1,J1,GER,CHN,3,7\n"
        "a,1,J1,GER,CHN,3,7\n"
        "a,1,J2,GER,USA,3,x\n"
        "a,2,J1,FRA,CHN,-1,y\n"
        "a,2,,GER,CHN,-1,1e13\n"
        ",,J1,GER,CHN,3,5,9\n"
    )
    refuse(
        path,
        "9 problems, nothing was done: "
        "line 3: judge 'J1' already marked 'a 1' on line 2: a column that tells the performances "
        "apart may be missing (performance, or event, round, athlete, dive); "
        "line 4: mark 'x' must be a number; "
        "line 4: performance 'a 1' has the athlete_country 'USA', but 'CHN' on line 2; "
        "line 5: difficulty '-1' must be a number above 0, or empty; "
        "line 5: judge 'J1' has the judge_country 'FRA', but 'GER' on line 2; "
        "line 5: mark 'y' must be a number; "
        "line 6: judge is empty; "
        "line 6: mark '1e13' must be no larger than 1e+12; "
        "line 7: has 8 cells under 7 columns: a comma separates cells here, so write numbers with "
        "a decimal point, and quote a text that holds a comma",
    )


def test_a_rule_says_which_marks_and_panels_there_are(tmp_path):
    marks = [[7, 8, 8, 7, 7.5, 10, 0], [7, 8, 8, 7, 7.25, 10.5, -1], [5, 5, 5, 5, 5, 5, 5]]
    rows = panel(marks)[:-1]
    wrong = "must be from 0 to 10 in steps of 0.5 by the rule of diving"
    refuse(
        written(tmp_path / "marks.csv", rows),
        "4 problems, nothing was done: "
        f"line 13: mark '7.25' {wrong}; line 14: mark '10.5' {wrong}; line 15: mark '-1' {wrong}; "
        "line 16: 'P2' has 6 marks: the panels of diving have 3, 5, 7",
        find_rule("diving"),
    )


@pytest.mark.parametrize(("rule", "highest"), [("diving", " up to 10"), (None, "")])
def test_a_penalty_is_a_number_of_points_taken_off(tmp_path, rule, highest):
    wrong = f"must be a number from 0{highest} (how many points are taken off), or empty"
    rows = panel([[5] * 5, [5] * 5, [5] * 5, [5] * 5], penalty=[-2, "two", 10, ""])
    refuse(
        written(tmp_path / "marks.csv", rows),
        f"2 problems, nothing was done: line 2: penalty '-2' {wrong}; "
        f"line 7: penalty 'two' {wrong}",
        find_rule(rule) if rule else None,
    )


def test_what_is_wrong_on_many_lines_is_said_by_its_lines(tmp_path):
    rows = panel([["x", "y"]] * 200)
    path = written(tmp_path / "marks.csv", rows)
    first = "; ".join(
        f"line {n}: mark {'x' if n % 2 == 0 else 'y'!r} must be a number" for n in range(2, 7)
    ).replace("mark x", "mark 'x'")
    refuse(
        path,
        f"400 problems, nothing was done: {first}, and 395 more like it (lines 7 to 401)",
    )


def test_damaged_tables_are_read_or_refused(tmp_path):
    path = written(tmp_path / "marks.csv", list(simulate_panels(_few()))[:60])
    content = path.read_bytes()
    for seed in range(N_MUTATIONS):
        path.write_bytes(mutated(content, seed))
        try:
            assert len(read_marks(path))
        except PodiumError as error:
            refusal = str(error)
            assert refusal.startswith(f"{path}: ")
