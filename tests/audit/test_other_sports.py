"""Tables of sports nobody here looked at, without a rule: any scale, step, panel and script."""

import math

import numpy as np
import pytest

from audit.tables import panel, table_of, written
from podium.audit import audit_marks, make_audit_report, read_marks
from podium.audit.sentences import lines
from podium.errors import ManifestError
from podium.report.words import load_words

NAMES = ("Łukasz Żółć", "山田 花子", "محمد علي", "Zoë O’Neil", "Иван Петров", "Đặng Thị")
COUNTRIES = ("POL", "JPN", "EGY", "USA", "", "VIE")


def said(table) -> list[str]:
    return lines(audit_marks(table), load_words())


def scaled(low: float, high: float, step: float, n_judges: int, n: int = 40):
    """Marks of a sport on this scale, (performances, judges)."""
    generator = np.random.default_rng(5)
    worth = generator.uniform(0.3, 0.8, (n, 1)) + generator.normal(0, 0.05, (n, n_judges))
    return np.round((low + worth * (high - low)) / step) * step


@pytest.mark.parametrize(
    ("low", "high", "step", "n_judges"),
    [(0, 10, 0.1, 15), (0, 100, 0.001, 5), (-5, 5, 1, 9), (1, 5, 1, 3), (9, 10, 1, 3),
     (0, 1, 0.01, 7), (0, 1e6, 1, 4)],
)  # fmt: skip
def test_any_scale_step_and_panel_is_measured(tmp_path, low, high, step, n_judges):
    marks = scaled(low, high, step, n_judges)
    table = table_of(tmp_path, panel(marks.tolist()))
    audit = audit_marks(table)
    assert audit.agreement.sd == pytest.approx((marks - np.median(marks, axis=1)[:, None]).std())
    assert sum(level.n for level in audit.agreement.levels) == marks.size
    page = make_audit_report(audit, "marks.csv").html
    assert "nan" not in "".join(said(table))
    assert page.count("<svg ") >= 2 * n_judges


def test_where_judges_differ_by_little_more_digits_are_written(tmp_path):
    table = table_of(tmp_path, panel(scaled(0, 0.1, 0.0001, 5).tolist()))
    spread = next(line for line in said(table) if "from the panel's median" in line)
    sd = audit_marks(table).agreement.sd
    assert 0.001 < sd < 0.01
    assert spread.startswith(f"  A mark lies {sd:.4f} from the panel's median")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_with_decimal_commas(tmp_path, separator):
    """Fifteen judges of artistic swimming, names in any script, one judge of no country."""
    marks = scaled(0, 10, 0.1, 15, len(NAMES))
    judged_by = [*COUNTRIES, *("FRA" for _ in range(9))]
    header = ["athlete", "athlete_country", "judge", "judge_country", "mark"]
    rows = [
        [name, country, f"判定 {judge}", judged_by[judge], f"{mark:.1f}".replace(".", ",")]
        for name, country, row in zip(NAMES, COUNTRIES, marks, strict=True)
        for judge, mark in enumerate(row)
    ]
    path = tmp_path / "marks.csv"
    path.write_text("\n".join(separator.join(row) for row in [header, *rows]) + "\n", "utf-8")
    table = read_marks(path)
    assert table.mark.tolist() == pytest.approx(marks.ravel().tolist())
    assert table.athletes == NAMES
    assert table.matched.sum() == 5  # nobody is a compatriot of the judge without a country
    assert all(name in make_audit_report(audit_marks(table), "x").html for name in table.judges)


def test_a_comma_within_commas_is_no_decimal_one(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text('performance,judge,mark\nP,J,"7,5"\nP,K,7.5\n', "utf-8")
    with pytest.raises(ManifestError) as caught:
        read_marks(path)
    assert str(caught.value) == (
        f"{path}: 1 problem, nothing was done: line 2: mark '7,5' has a comma, which separates the "
        "cells of this table and so is not taken for a decimal sign: write a decimal point, or "
        "separate the cells by semicolons"
    )


def test_a_judge_who_gave_no_mark_is_left_out_there(tmp_path):
    rows = panel([[5, 6, 7], [7, 8, 9], [4, 5, 5]])
    rows[1]["mark"] = rows[8]["mark"] = ""
    table = table_of(tmp_path, rows)
    assert table.n_in_panel.tolist() == [2, 3, 2]
    assert said(table)[0] == (
        "7 marks of 3 judges on 3 performances in one session; 2 lines without a mark are left out"
    )
    rows[0]["mark"] = ""
    with pytest.raises(ManifestError) as caught:
        table_of(tmp_path, rows)
    assert str(caught.value).endswith(
        "1 problem, nothing was done: line 4: 'P0' has one mark: a judge is compared with the "
        "others of the panel"
    )
    nothing = [{**row, "mark": ""} for row in rows]
    with pytest.raises(ManifestError) as caught:
        table_of(tmp_path, nothing)
    assert str(caught.value).endswith("lists no marks: the column mark is empty on every line")


def test_percent_signs_are_on_all_marks_or_on_none(tmp_path):
    rows = panel([[61.5, 63], [70, 71.25]])
    for row in rows:
        row["mark"] = f"{row['mark']} %"
    assert table_of(tmp_path, rows).mark.tolist() == [61.5, 63, 70, 71.25]
    rows[2]["mark"] = 0.7
    with pytest.raises(ManifestError) as caught:
        table_of(tmp_path, rows)
    assert str(caught.value).endswith(
        "1 problem, nothing was done: line 4: mark '0.7' has no percent sign and those before it "
        "have one"
    )


def test_columns_may_be_named_in_capitals(tmp_path):
    rows = panel([[5, 6, 7], [7, 8, 9]], difficulty=[2, 3])
    named = [{name.title(): value for name, value in row.items()} for row in rows]
    table = read_marks(written(tmp_path / "marks.csv", named))
    assert table.mark.tolist() == [5, 6, 7, 7, 8, 9]
    assert table.difficulty.tolist() == [2, 3]


@pytest.mark.parametrize("marks", [[[3, 3], [3, 3]], [[3, 3], [4, 4]]])
def test_where_nothing_differs_that_is_said(tmp_path, marks):
    table = table_of(tmp_path, panel(marks))
    assert math.isnan(audit_marks(table).agreement.icc.value)
    assert (
        "  No mark differs from others of its panel, or no performance from another: how well "
        "judges agree cannot be told."
    ) in said(table)


def test_a_bout_of_two_is_a_session(tmp_path):
    """Boxing: three judges, ten points for one and nine for the other, each bout its own event."""
    generator = np.random.default_rng(2)
    rows = []
    for bout in range(30):
        for row in panel(
            [[10 if one else 9 for one in generator.random(3) < 0.6] for _ in range(2)]
        ):
            row["performance"] = f"{'red' if row['performance'] == 'P0' else 'blue'}"
            rows.append({"event": f"bout {bout}", **row})
    table = table_of(tmp_path, rows)
    assert (len(table.sessions), len(table.performances)) == (30, 60)
    assert "nan" not in "".join(said(table))
