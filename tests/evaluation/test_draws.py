from itertools import islice

import numpy as np
import pytest

from podium.evaluation import draws, metrics
from podium.evaluation.draws import drawn_rows, how_drawn, members_of

TEN = [f"g{i}" for i in range(10) for _ in range(3)]
THREE = ["a"] * 5 + ["b"] * 2 + ["c"] * 3


@pytest.mark.parametrize(
    ("groups", "drawn"),
    [
        ([], "performances"),
        (["", "", ""], "performances"),
        (["a", "b", "c"], "performances"),
        (["a", "a", "a"], "performances"),
        (THREE, "performances within groups"),
        (TEN, "whole groups"),
        (TEN[:-3], "performances within groups"),
        ([*TEN[:-3], ""], "whole groups"),
    ],
)
def test_whole_groups_are_drawn_from_ten_on(groups, drawn):
    assert how_drawn(groups) == drawn


def test_one_on_its_own_is_a_group():
    found = [part.tolist() for part in members_of(["b", "", "a", "b", ""])]
    assert found == [[0, 3], [1], [2], [4]]


def test_single_performances_are_drawn_as_they_always_were(monkeypatch):
    expected = np.random.default_rng(3).integers(0, 4, size=(50, 4))
    monkeypatch.setattr(draws, "MAX_DRAWN", 40)  # ten draws at once
    np.testing.assert_array_equal(list(drawn_rows([""] * 4, 50, 3)), expected)


def test_whole_groups_stay_whole():
    sizes = set()
    for rows in drawn_rows([*TEN, "", "lone"], 200, 0):
        counts = np.bincount(rows, minlength=32)
        for group in range(10):
            assert len(set(counts[3 * group : 3 * group + 3])) == 1
        assert counts[:30:3].sum() + counts[30:].sum() == 12
        sizes.add(len(rows))
    assert len(sizes) > 3


def test_within_groups_each_keeps_its_size_and_lone_ones_are_drawn_among_themselves():
    groups = [*THREE, "", "d", ""]
    drawn = list(drawn_rows(groups, 200, 0))
    for rows in drawn:
        counts = np.bincount(rows, minlength=13)
        assert [counts[:5].sum(), counts[5:7].sum(), counts[7:10].sum()] == [5, 2, 3]
        assert counts[10:].sum() == 3
    assert len({tuple(np.sort(rows)) for rows in drawn}) > 100


def test_the_seed_fixes_the_draws():
    for groups in (THREE, TEN, [""] * 5):
        first, again = (list(islice(drawn_rows(groups, 20, 7), 20)) for _ in range(2))
        assert all((a == b).all() for a, b in zip(first, again, strict=True))


def test_an_interval_over_groups_is_that_of_the_means_of_groups():
    """Where all of a group are equal, five of each tell no more than one of each."""
    levels = np.random.default_rng(0).normal(5, 2, 100)
    groups = [f"g{i}" for i in range(100) for _ in range(5)]
    mean = lambda x: float(np.mean(x))  # noqa: E731
    single = metrics.bootstrap(mean, levels)
    grouped = metrics.bootstrap(mean, np.repeat(levels, 5), groups=groups)
    naive = metrics.bootstrap(mean, np.repeat(levels, 5))
    assert grouped.low == pytest.approx(single.low, abs=0.05)
    assert grouped.high == pytest.approx(single.high, abs=0.05)
    assert naive.high - naive.low < 0.6 * (grouped.high - grouped.low)


def test_an_interval_within_groups_leaves_out_how_groups_differ():
    values = np.array([0.0] * 5 + [100.0] * 5)
    interval = metrics.bootstrap(lambda x: float(np.mean(x)), values, groups=["a"] * 5 + ["b"] * 5)
    assert (interval.low, interval.high) == (50, 50)
