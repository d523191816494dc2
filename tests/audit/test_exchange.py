"""The test of a premium of all, beside all that might have come of handing marks out anew."""

from itertools import permutations, product

import numpy as np
import pytest

from audit.tables import panel, table_of
from podium.audit.exchange import exchange_test


def by_hand(table, chosen):
    """Go through every way of handing each panel's marks out anew."""
    level_free = table.level_free(np.ones(len(table), bool))
    scatter = np.sqrt([
        (level_free[table.judge == judge] ** 2).mean() for judge in range(len(table.judges))
    ])[table.judge]  # fmt: skip
    even = level_free / scatter
    sums = []
    for number in range(len(table.performances)):
        seats = np.flatnonzero(table.performance == number)
        own = seats[chosen[seats]]
        if len(own) in (0, len(seats)):
            continue
        ways = [
            float((scatter[own] * (even[list(drawn)] - even[seats].mean())).sum())
            for drawn in permutations(seats, len(own))
        ]
        sums.append((ways, float((scatter[own] * (even[own] - even[seats].mean())).sum())))
    value = abs(sum(found for _, found in sums))
    all_ways = [abs(sum(ways)) for ways in product(*(ways for ways, _ in sums))]
    return np.mean(np.array(all_ways) >= value - 1e-9)


@pytest.mark.parametrize(
    "chosen",
    [[(0, 0), (1, 1), (2, 2), (3, 0)], [(0, 0), (0, 1), (2, 2), (4, 1)], [(1, 2)],
     [(0, 0), (0, 1), (0, 2), (1, 0), (3, 3)]],
)  # fmt: skip
def test_it_is_the_share_of_all_ways_of_handing_marks_out(tmp_path, chosen):
    marks = np.random.default_rng(3).normal(6, 1, (5, 4))
    table = table_of(tmp_path, panel(marks.round(2).tolist()))
    is_chosen = np.zeros(20, bool)
    for performance, judge in chosen:
        is_chosen[(table.performance == performance) & (table.judge == judge)] = True
    found = exchange_test(table, is_chosen, np.ones(20, bool))
    assert found == pytest.approx(by_hand(table, is_chosen), abs=0.025)


def test_where_all_of_a_panel_are_chosen_nothing_can_be_said(tmp_path):
    table = table_of(tmp_path, panel([[5, 6, 7], [7, 8, 9]]))
    everything = np.ones(6, bool)
    assert exchange_test(table, everything, everything) == 1


def test_in_parts_it_is_the_same_question(tmp_path, monkeypatch):
    table = table_of(tmp_path, panel([[5, 6, 8], [7, 8, 9], [3, 4, 5]]))
    chosen = table.judge == 2
    whole = exchange_test(table, chosen, np.ones(9, bool))
    monkeypatch.setattr("podium.audit.exchange.MAX_DRAWN", 100)
    assert exchange_test(table, chosen, np.ones(9, bool)) == pytest.approx(whole, abs=0.03)
