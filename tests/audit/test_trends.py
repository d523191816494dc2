"""Drift, order, difficulty and halo, beside regressions with a column for each group."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from audit.tables import panel, table_of
from podium.audit import PanelOptions, read_marks, write_panels
from podium.audit.trends import find_trends, slopes_within


@pytest.fixture
def simulated(tmp_path):
    options = PanelOptions(n_sessions=3, drift={1: 1.0})
    return read_marks(write_panels(tmp_path / "marks.csv", options, 2))


def test_slopes_are_those_of_a_regression_with_a_column_for_each_group():
    generator = np.random.default_rng(0)
    group, x = generator.integers(0, 4, 60), generator.normal(size=60)
    y = 2 * x + group + generator.normal(size=60)
    design = np.column_stack([x, np.eye(4)[group]])
    weights, (rest,), *_ = np.linalg.lstsq(design, y)
    error = np.sqrt(rest / 55 * np.linalg.inv(design.T @ design)[0, 0])
    (slope,), (p,) = slopes_within(y, x, group, np.zeros(60, int), 1)
    assert slope.value == pytest.approx(weights[0])
    assert slope.high - slope.value == pytest.approx(stats.t.ppf(0.975, 55) * error)
    assert p == pytest.approx(2 * stats.t.sf(abs(weights[0]) / error, 55))


def test_a_drift_that_was_planted(simulated):
    first, *others = find_trends(simulated).drift
    assert (first.judge, first.stands_out) == ("J02", True)
    assert first.slope.low < 1 < first.slope.high
    assert not any(judge.stands_out for judge in others)


def test_a_difficulty_bias_that_was_planted(simulated):
    extra = np.where(simulated.judge == 3, simulated.difficulty[simulated.performance], 0)
    found = find_trends(replace(simulated, mark=simulated.mark + extra))
    assert found.difficulty_judges[0].judge == simulated.judges[3]
    assert found.difficulty_judges[0].slope.low < 1 < found.difficulty_judges[0].slope.high


def test_an_order_bias_that_was_planted(simulated):
    begin, last = simulated.order.min(), simulated.order.max()
    moment = ((simulated.order - begin) / (last - begin))[simulated.performance]
    found = find_trends(replace(simulated, mark=simulated.mark + 2 * moment))
    assert found.order.slope.low < 2 < found.order.slope.high
    assert found.order.p < 0.001


def test_a_halo_that_was_planted(simulated):
    none = find_trends(simulated).halo
    assert none.p > 0.01
    generator = np.random.default_rng(0)
    session = simulated.session[simulated.performance]
    athlete = simulated.athlete[simulated.performance]
    seat = (session * 100 + athlete) * 100 + simulated.judge
    common = generator.normal(0, 0.4, seat.max() + 1)[seat]
    found = find_trends(replace(simulated, mark=simulated.mark + common)).halo
    # Beside the mean of six others with a halo of their own.
    assert found.sd == pytest.approx(0.4 * np.sqrt(7 / 6), rel=0.15)
    assert found.p < 0.001


def test_what_the_table_does_not_say_is_not_told(tmp_path):
    found = find_trends(table_of(tmp_path, panel([[5, 6], [7, 7], [4, 5]])))
    assert (found.drift, found.order, found.difficulty) == ((), None, None)
    assert (found.difficulty_judges, found.halo) == ((), None)
