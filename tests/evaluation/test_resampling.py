from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from podium.evaluation.resampling import Bootstrap, compare, mid_ranks, middle


@dataclass(frozen=True)
class Split:
    split: int
    predictions: Mapping[str, float]
    spearman: float | None
    mse: float | None


def test_the_middle_holds_95_of_100_draws():
    assert middle(np.arange(1001.0)) == (25.0, 975.0)
    assert middle(np.array([np.nan])) is None


def test_a_split_on_which_two_are_the_same_is_better_for_neither():
    points = {"a": 1.0, "b": 2.0, "c": 3.0}
    ours = [Split(n, points, rho, mse) for n, (rho, mse) in enumerate([(0.5, 4.0), (0.6, 3.0)])]
    theirs = [Split(n, points, rho, mse) for n, (rho, mse) in enumerate([(0.5, 4.0), (0.5, 5.0)])]
    found = compare(ours, theirs, Bootstrap([*ours, *theirs], points))
    assert (found.spearman.n_better, found.mse.n_better) == (1, 1)
    assert (found.spearman.gap, found.mse.gap) == (0.05, -1.0)
    again = compare(theirs, ours, Bootstrap([*ours, *theirs], points))
    assert (again.spearman.n_better, again.mse.n_better) == (0, 0)


def test_ranks_of_rows_that_count_several_times_are_those_of_rows_that_stand_there_so_often():
    generator = np.random.default_rng(0)
    values = generator.integers(0, 6, 15).astype(float)
    counts = generator.integers(0, 4, (8, 15)).astype(float)
    for row, ranks in zip(counts, mid_ranks(values, counts), strict=True):
        written_out = np.repeat(values, row.astype(int))
        there = row > 0
        expected = [rankdata(written_out)[written_out == value][0] for value in values[there]]
        np.testing.assert_array_equal(ranks[there], expected)
