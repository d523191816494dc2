import re
from pathlib import Path

import numpy as np
import pytest

import podium
from podium.folds.division import (
    are_grouped,
    choice_groups,
    drawn_parts,
    held_back,
    owners_of,
    parts,
)

SIZES = {"a": 9, "b": 1, "c": 4, "d": 4, "e": 2, "f": 7, "g": 1, "h": 3}
GROUPS = [name for name, size in SIZES.items() for _ in range(size)]
MIXED = ["", "a", "", "a", "b", "", "b", "b"]


def names(part, groups) -> set[str]:
    return {groups[i] or f"alone {i}" for i in part}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_parts", [2, 5, 8, 20])
@pytest.mark.parametrize("groups", [GROUPS, MIXED, [""] * 24, ["a"] * 11], ids=len)
def test_everyone_is_left_out_once_and_no_group_is_parted(groups, n_parts, seed):
    divided = parts(groups, seed, n_parts)
    assert sorted(np.concatenate(divided)) == list(range(len(groups)))
    assert all((np.diff(part) > 0).all() for part in divided)
    if are_grouped(groups):
        told = [name for part in divided for name in names(part, groups)]
        assert len(told) == len(set(told))
    assert len(divided) == min(n_parts, len(set(owners_of(groups))))
    for part, again in zip(divided, drawn_parts(groups, seed, n_parts), strict=True):
        np.testing.assert_array_equal(part, np.sort(again))


def test_parts_are_about_as_large_as_one_another():
    for seed in range(20):
        sizes = [len(part) for part in parts(GROUPS, seed, 4)]
        assert max(sizes) - min(sizes) <= 3


def test_no_more_groups_than_parts_are_a_part_each():
    found = parts(["x", "y", "x", "z", "y", "x"], 0)
    assert sorted(part.tolist() for part in found) == [[0, 2, 5], [1, 4], [3]]


def test_another_seed_draws_other_parts():
    drawn = {str([part.tolist() for part in parts(GROUPS, seed, 4)]) for seed in range(10)}
    assert len(drawn) > 1


@pytest.mark.parametrize(("groups", "so"), [
    ([], False), (["a"], False), (["a", "a"], False), (["", ""], False), (["a", "b"], False),
    (["a", "a", "b"], True), (["a", "a", ""], True),
])  # fmt: skip
def test_groups_are_some_that_belong_together_and_others_that_do_not(groups, so):
    assert are_grouped(groups) == so


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_whole_groups_are_held_back_but_never_all(share, seed):
    kept = held_back(GROUPS, share, seed)
    chosen = names(kept, GROUPS)
    assert sum(SIZES[name] for name in chosen) == len(kept)
    assert 0 < len(kept) < len(GROUPS)
    assert len(kept) <= max(1, round(share * len(GROUPS)))


def test_the_smallest_of_few_large_groups_is_held_back():
    assert held_back(["a"] * 9 + ["b"] * 5, 0.1, 0).tolist() == [9, 10, 11, 12, 13]


def test_single_performances_are_held_back_where_nothing_is_known():
    assert len(held_back([""] * 20, 0.2, 0)) == 4
    assert len(held_back(["a"] * 20, 0.2, 0)) == 4
    assert held_back([""] * 2, 1.0, 0).size == 1


ELSEWHERE = {
    "features/event.py": "is handed the parts, and draws them where no groups are known",
}


def test_folds_are_made_in_one_place():
    """Whoever draws folds by hand forgets the groups one day."""
    source = Path(podium.__file__).parent
    by_hand = re.compile(r"array_split|KFold|train_test_split|LeaveOneOut|ShuffleSplit")
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if by_hand.search(path.read_text("utf-8"))
    }
    assert found - {"folds/division.py"} == set(ELSEWHERE)


def test_a_setting_is_chosen_by_groups_where_there_are_enough():
    assert choice_groups(GROUPS) == GROUPS
    for few in (["a", "a", "b"], ["a", "a", "b", "c"], ["a"] * 4, ["", ""]):
        assert set(choice_groups(few)) == {""}
    assert choice_groups(["a", "a", "b", "c", ""]) == ["a", "a", "b", "c", ""]


@pytest.mark.parametrize("seed", range(5))
def test_groups_of_one_class_each_are_left_out_with_as_many_of_the_other(seed):
    groups = [name for name in "abcdefgh" for _ in range(5)]
    classes = [float(name in "abcd") for name in groups]
    divided = parts(groups, seed, 4, classes)
    assert sorted(np.concatenate(divided)) == list(range(40))
    for part in divided:
        assert len(names(part, groups)) == 2
        assert np.mean([classes[i] for i in part]) == 0.5


@pytest.mark.parametrize(
    "classes",
    [[0.0, 1.0] * 20, [1.0] * 5 + [0.0] * 35],
    ids=["both in each group", "one group of a class"],
)
def test_other_groups_are_divided_as_without_classes(classes):
    groups = [name for name in "abcdefgh" for _ in range(5)]
    for found, plain in zip(parts(groups, 1, 4, classes), parts(groups, 1, 4), strict=True):
        np.testing.assert_array_equal(found, plain)
