from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import whole
from podium.errors import TrainingError, UsageError
from podium.metric.pairs import PairOptions, Pairs, sample_pairs

OPTIONS = PairOptions(n_similar=40, n_dissimilar=60)


def drawn(scores: list[float], options: PairOptions = OPTIONS, seed: int = 0) -> Pairs:
    return sample_pairs(np.array(scores), options, np.random.default_rng(seed))


def kinds(scores: list[float], threshold: float) -> set[bool]:
    return {
        abs(a - b) < threshold for i, a in enumerate(scores) for j, b in enumerate(scores) if i < j
    }


@given(
    scores=st.lists(st.integers(0, 100).map(float), min_size=2, max_size=12),
    threshold=st.sampled_from([1.0, 5.0, 20.0]),
    seed=st.integers(0, 99),
)
def test_labels_and_counts_are_those_of_looking_at_each_pair(scores, threshold, seed):
    options = replace(OPTIONS, threshold=threshold)
    there = kinds(scores, threshold)
    for kind, gap in ((True, f"less than {threshold:.3g}"), (False, f"{threshold:.3g} or more")):
        if kind not in there:
            message = (
                f"the scores of no two performances differ by {gap}: "
                "give more performances, or another threshold"
            )
            with pytest.raises(TrainingError, match=whole(message)):
                drawn(scores, options, seed)
            return
    pairs = drawn(scores, options, seed)
    for first, second, similar in zip(pairs.first, pairs.second, pairs.similar, strict=True):
        assert first != second
        assert similar == (abs(scores[first] - scores[second]) < threshold)
    assert int(pairs.similar.sum()) == 40
    assert len(pairs) == 100
    assert repr(pairs) == "Pairs(40 similar, 60 dissimilar)"


def test_a_gap_of_the_threshold_is_dissimilar():
    pairs = drawn([0.0, 4.9, 5.0], PairOptions(n_similar=2, n_dissimilar=1))
    ends = [frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)]
    found = dict(zip(ends, pairs.similar, strict=True))
    assert found == {frozenset((0, 1)): True, frozenset((1, 2)): True, frozenset((0, 2)): False}


def test_without_need_no_pair_is_drawn_twice():
    pairs = drawn(list(np.arange(20.0)), PairOptions(n_similar=70, n_dissimilar=120))
    assert len({frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)}) == 190


def test_both_orders_are_as_likely():
    pairs = drawn([0.0, 1.0, 50.0], PairOptions(n_similar=2000, n_dissimilar=2000))
    ordered = {
        (a, b): int(((pairs.first == a) & (pairs.second == b)).sum())
        for a in range(3)
        for b in range(3)
    }
    for a, b, expected in ((0, 1, 1000), (0, 2, 500), (1, 2, 500)):
        assert ordered[a, b] == pytest.approx(expected, rel=0.15)
        assert ordered[b, a] == pytest.approx(expected, rel=0.15)


def test_the_labels_are_mixed():
    pairs = drawn(list(np.arange(30.0)))
    assert 0 < int(pairs.similar[:20].sum()) < 20


def test_the_seed_fixes_the_pairs():
    scores = list(np.arange(30.0))
    one, same, other = (drawn(scores, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.first, same.first)
    np.testing.assert_array_equal(one.second, same.second)
    assert (one.first != other.first).any()


@pytest.mark.parametrize("scores", [[], [5.0]])
def test_too_few_performances_are_said(scores):
    message = (
        "the scores of no two performances differ by less than 5: "
        "give more performances, or another threshold"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        drawn(scores)


def test_a_threshold_is_rounded_where_it_is_said():
    message = (
        "the scores of no two performances differ by 3.73 or more: "
        "give more performances, or another threshold"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        drawn([5.0, 6.0, 7.0], PairOptions(threshold=3.7333333333333334))


@pytest.mark.parametrize(
    "changed",
    [{"threshold": 0.0}, {"n_similar": 0}, {"n_dissimilar": 0}],
)
def test_options_that_draw_nothing_are_refused(changed):
    plain = {
        "threshold": None, "n_similar": 1300, "n_dissimilar": 1900,
    } | changed  # fmt: skip
    shown = ", ".join(f"{name}={value!r}" for name, value in plain.items())
    message = (
        f"PairOptions({shown}) draws no pairs: "
        "the threshold must be above 0 and both counts 1 or more"
    )
    with pytest.raises(UsageError, match=whole(message)):
        PairOptions(**changed)
