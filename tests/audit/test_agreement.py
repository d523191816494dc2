"""Agreement, beside published numbers and slow ways of computing it."""

import numpy as np
import pytest

from audit.tables import panel, table_of
from podium.audit import PanelOptions, read_marks, write_panels
from podium.audit.agreement import agree, intraclass, spread_by_level, usual_spread, weighted_kappa

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
"""Table 2 of Shrout and Fleiss (1979): six targets, four judges."""


@pytest.fixture
def simulated(tmp_path):
    options = PanelOptions(n_sessions=2, outlier={4: 2.0})
    return read_marks(write_panels(tmp_path / "marks.csv", options, 5))


def test_intraclass_correlations_are_those_that_were_published(tmp_path):
    single, of_panel = intraclass(table_of(tmp_path, panel(SHROUT_FLEISS)))
    assert round(single.value, 2) == 0.17
    assert round(of_panel, 2) == 0.44
    assert (round(single.low, 3), round(single.high, 3)) == (-0.133, 0.723)


def test_kappa_is_that_of_a_table_of_counts():
    generator = np.random.default_rng(0)
    first = generator.integers(0, 5, 200)
    second = np.clip(first + generator.integers(-1, 2, 200), 0, 4)
    observed = np.zeros((5, 5))
    np.add.at(observed, (first, second), 1 / 200)
    weights = (np.arange(5)[:, None] - np.arange(5)) ** 2
    expected = observed.sum(axis=1)[:, None] * observed.sum(axis=0)
    kappa = 1 - (weights * observed).sum() / (weights * expected).sum()
    assert weighted_kappa(first / 2, second / 2) == pytest.approx(kappa)


def test_the_spread_of_a_level_is_that_of_its_panels(simulated):
    levels = spread_by_level(simulated, (0.0, 10.0))
    assert sum(level.n for level in levels) == len(simulated)
    median = simulated.panel_median[simulated.performance]
    for level in levels:
        is_last = level is levels[-1]
        here = (median >= level.low) & (median <= level.high if is_last else median < level.high)
        assert level.n == here.sum() >= 50
        assert level.sd == pytest.approx((simulated.mark - median)[here].std())


def test_few_marks_are_one_level(tmp_path):
    (level,) = spread_by_level(table_of(tmp_path, panel([[0, 1], [9, 10]])), (0.0, 10.0))
    assert (level.low, level.high, level.n, level.sd) == (0, 10, 4, 0.5)


def test_a_judge_in_units_of_what_is_usual(simulated):
    usual = usual_spread(simulated)
    for judge in agree(simulated, (0.0, 10.0)).judges:
        mine = simulated.judge == simulated.judges.index(judge.judge)
        squares = (simulated.deviation[mine] / usual[mine]) ** 2
        assert judge.rms_units == pytest.approx(np.sqrt(squares.mean()))
        assert judge.units.value == pytest.approx(judge.rms_units, abs=0.1)
        assert judge.rms == pytest.approx(np.sqrt((simulated.deviation[mine] ** 2).mean()))
        assert judge.bias.value == pytest.approx(simulated.deviation[mine].mean())
        assert judge.units.low < judge.units.value < judge.units.high
        assert judge.stands_apart == (judge.judge == "J05")


def test_judges_who_all_say_the_same_leave_nothing_to_compare(tmp_path):
    table = table_of(tmp_path, panel([[5, 5], [5, 5], [5, 5]]))
    found = agree(table, (5.0, 5.0))
    assert np.isnan([found.icc.value, found.icc_panel, found.kappa]).all()
    assert [judge.rms for judge in found.judges] == [0, 0]
    assert not any(judge.stands_apart for judge in found.judges)
