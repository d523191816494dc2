"""The answers known of Sydney 2000, which others computed from the same public table."""

import numpy as np
import pytest

from podium.audit import audit_marks, read_marks
from podium.audit.changes import OTHERWISE, Counting
from podium.audit.premium import own_country
from podium.judging import find_rule


@pytest.fixture(scope="module")
def marks(data_folder):
    path = data_folder / "judges" / "sydney2000.csv"
    if not path.is_file():
        pytest.skip(f"the marks of Sydney 2000 are not at {path}")
    return read_marks(path, find_rule("diving"))


@pytest.fixture(scope="module")
def premium(marks):
    return own_country(marks)


def test_all_is_read_as_it_is(marks):
    assert (len(marks), len(marks.judges), len(marks.performances)) == (10_787, 25, 1_541)
    assert len(marks.sessions) == 12


def test_the_premium_of_all(premium):
    found = premium.premium
    assert premium.n_matched == 314
    assert (round(premium.there, 3), round(premium.elsewhere, 3)) == (0.282, -0.008)
    assert round(found.value, 3) == 0.291
    assert 0.2 < found.low < found.value < found.high < 0.4
    assert premium.p < 0.001


def test_the_sign_test(premium):
    assert (premium.n_above, premium.n_equal, premium.n_below) == (228, 16, 70)
    assert premium.sign_p < 1e-12


def test_the_premium_of_each_judge(premium):
    judges = premium.judges
    assert len(judges) == 17
    assert sum(judge.premium.value > 0 for judge in judges) == 16
    assert sum(judge.p < 0.05 for judge in judges) == 13
    assert sum(judge.n_matched for judge in judges) == 314
    assert {judge.judge for judge in judges if judge.stands_out} < {
        judge.judge for judge in judges if judge.p < 0.05
    }


def test_the_spread_by_level(marks):
    levels = audit_marks(marks).agreement.levels
    assert [level.high for level in levels[:-1]] == pytest.approx([3, 4.5, 5.5, 6.5, 7.5, 8.5])
    found = [round(level.sd, 2) for level in levels]
    assert found == pytest.approx([0.61, 0.59, 0.57, 0.49, 0.43, 0.38, 0.39], abs=0.0101)
    assert sum(level.n for level in levels) == 10_787


def test_the_final_by_the_rule_of_that_year(marks):
    """Seven judges, the highest and the lowest dropped, five x .6 x difficulty."""
    counting = Counting(marks, find_rule("diving"))
    of_2000 = Counting(marks, find_rule("diving"), 2000)
    final = counting.session == marks.sessions.index("M3mSB Final")
    for scores in (of_2000.scores, counting.counted(OTHERWISE["without_extremes"])):
        first, second = np.sort(counting.totals(scores)[final])[::-1][:2]
        assert (round(float(first), 2), round(float(second), 2)) == (478.32, 474.06)
