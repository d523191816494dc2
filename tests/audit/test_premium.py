"""The premium, beside slow and obvious ways of computing it."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from audit.tables import panel, table_of
from podium.audit import PanelOptions, read_marks, write_panels
from podium.audit.chance import corrected, drawn_sums, sign_test
from podium.audit.changes import Counting
from podium.audit.premium import against_rivals, own_country


@pytest.fixture
def simulated(tmp_path):
    options = PanelOptions(n_sessions=2, n_athletes=20, n_judges=9, premium={2: 1.0})
    return read_marks(write_panels(tmp_path / "marks.csv", options, 3))


def test_it_is_mark_less_the_others_mean_there_less_elsewhere(simulated):
    own, rest = [], []
    for row in range(len(simulated)):
        panel_rows = np.flatnonzero(simulated.performance == simulated.performance[row])
        others = [simulated.mark[other] for other in panel_rows if other != row]
        number = simulated.performance[row]
        is_own = (
            simulated.judge_countries[simulated.judge[row]] == simulated.athlete_countries[number]
        )
        (own if is_own else rest).append(simulated.mark[row] - np.mean(others))
    found = own_country(simulated)
    assert found.n_matched == len(own)
    assert found.premium.value == pytest.approx(np.mean(own) - np.mean(rest))
    assert found.n_above + found.n_equal + found.n_below == len(own)
    assert found.premium.low < found.premium.value < found.premium.high


def test_a_judge_is_compared_with_the_judges_own_other_marks(simulated):
    found = {judge.judge: judge for judge in own_country(simulated).judges}
    for name, judge in found.items():
        mine = simulated.judge == simulated.judges.index(name)
        own = simulated.deviation[mine & simulated.matched]
        rest = simulated.deviation[mine & ~simulated.matched]
        assert judge.premium.value == pytest.approx(own.mean() - rest.mean())
        test = stats.ttest_ind(own, rest)
        interval = test.confidence_interval(0.95)
        assert judge.premium.low == pytest.approx(interval.low)
        assert judge.premium.high == pytest.approx(interval.high)
        assert judge.p == pytest.approx(test.pvalue, abs=0.03)
    assert found["J03"].stands_out


@pytest.mark.parametrize("n_chosen", [0, 1, 3, 5, 7])
def test_every_choice_is_drawn_as_often(n_chosen):
    values = 2.0 ** np.arange(7)  # each choice has its own sum
    drawn = drawn_sums(values, n_chosen, 20_000, np.random.default_rng(0))
    possible = [sum(chosen) for chosen in combinations(values, n_chosen)]
    found, counts = np.unique(drawn, return_counts=True)
    assert sorted(possible) == found.tolist()
    assert stats.chisquare(counts).pvalue > 0.001 if len(counts) > 1 else counts == [20_000]


def test_draws_in_parts_are_as_many(monkeypatch):
    monkeypatch.setattr("podium.audit.chance.MAX_DRAWN", 20)
    assert drawn_sums(np.ones(6), 2, 100, np.random.default_rng(0)).tolist() == [2.0] * 100


def test_holms_correction():
    p = [0.01, 0.04, 0.03, np.nan, 0.005]
    assert corrected(p)[[0, 1, 2, 4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert np.isnan(corrected(p)[3])
    assert corrected([]).tolist() == []


def test_signs():
    assert sign_test(0, 0) == 1
    assert sign_test(8, 2) == pytest.approx(stats.binomtest(8, 10).pvalue)


def test_where_no_country_is_known_there_is_none(tmp_path):
    assert own_country(table_of(tmp_path, panel([[7, 8], [5, 6]]))) is None


def test_one_mark_alone_has_no_range(tmp_path):
    rows = panel([[7, 8, 7], [5, 6, 5], [4, 4, 5]], athlete_country=["GER", "CHN", "CHN"])
    rows = [{**row, "judge_country": "GER" if row["judge"] == "J1" else ""} for row in rows]
    found = own_country(table_of(tmp_path, rows))
    assert found.n_matched == 1
    assert found.premium.value == pytest.approx(
        1 - np.mean([-0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1])
    )
    assert np.isnan([found.premium.low, found.premium.high]).all()


def test_who_judges_compatriots_only_is_no_test(tmp_path):
    rows = panel([[7, 8], [5, 6]], athlete_country=["GER", "GER"])
    rows = [{**row, "judge_country": "GER" if row["judge"] == "J1" else ""} for row in rows]
    found = own_country(table_of(tmp_path, rows))
    (judge,) = found.judges
    assert np.isnan([judge.premium.value, judge.p, judge.p_corrected, judge.p_by_athlete]).all()
    assert not judge.stands_out


def test_rivals_are_foreigners_near_the_medals_where_a_compatriot_is_too(simulated):
    counting = Counting(simulated, None)
    places = counting.places_of_performances()
    found = against_rivals(simulated, places)
    n = 0
    for row in range(len(simulated)):
        number = simulated.performance[row]
        same = simulated.session == simulated.session[number]
        country = simulated.judge_countries[simulated.judge[row]]
        near = {
            simulated.athlete_countries[other]
            for other in np.flatnonzero(same)
            if places[other] <= 6
        }
        is_rival = places[number] <= 6 and simulated.athlete_countries[number] != country
        n += bool(is_rival and country in near)
    assert found.n_matched == n > 0
