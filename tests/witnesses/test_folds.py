import pytest

from podium.witnesses._folds import N_FOLDS, drawn, interleaved, measure_left_out


@pytest.mark.parametrize("folds", [drawn, interleaved])
@pytest.mark.parametrize("n", [5, 17])
def test_each_is_left_out_once_and_never_among_those_to_learn_from(folds, n):
    divided = list(folds([*range(n)]))
    assert len(divided) == N_FOLDS
    assert sorted(one for _, left_out in divided for one in left_out) == [*range(n)]
    assert all(sorted(others + left_out) == [*range(n)] for others, left_out in divided)


def test_every_fifth_is_left_out_in_turn():
    others, left_out = next(interleaved("abcdefg"))
    assert (others, left_out) == ([*"bcdeg"], ["a", "f"])


def test_those_drawn_are_the_same_each_time():
    assert list(drawn(range(20))) == list(drawn(range(20)))
    assert next(drawn(range(20)))[1] != [0, 5, 10, 15]


def test_those_left_out_are_measured_by_what_the_others_taught():
    found = measure_left_out(interleaved([*range(10)]), sum, lambda total, ones: [(total, ones)])
    assert list(found) == [(45 - i - (i + 5), [i, i + 5]) for i in range(5)]
