import re
from collections import Counter
from pathlib import Path

import pytest

from podium.benchmark.splits import (
    DataSplit,
    action_of,
    fits,
    group_splits,
    load_splits,
    save_splits,
    stratified_splits,
)
from podium.errors import ManifestError, UsageError
from podium.performance import Performance


def performances(counts: dict[str, int], **known) -> list[Performance]:
    return [
        Performance(f"{name}{number}", Path("x"), score=1.0, action=name, **known)
        for name, count in counts.items()
        for number in range(count)
    ]


def test_every_action_is_split_in_the_same_share():
    given = performances({"a": 30, "b": 12, "c": 3})
    for split in stratified_splits(given, range(5)):
        assert len({*split.train, *split.test}) == 45
        taken = Counter(name[0] for name in split.train)
        assert taken == {"a": 20, "b": 8, "c": 2}


def test_the_papers_share_gives_the_papers_numbers():
    """Its 264 dives of six types: 174 to learn from, 90 to be measured on, give or take."""
    counts = {"1": 51, "2": 58, "3": 57, "4": 36, "5": 20, "6": 42}
    split = stratified_splits(performances(counts), [0])[0]
    assert abs(len(split.train) - 174) <= 1
    assert len(split.train) + len(split.test) == 264


def test_the_same_seed_draws_the_same_split_whatever_the_order():
    given = performances({"a": 9, "b": 9})
    assert stratified_splits(given, [3]) == stratified_splits(given[::-1], [3])
    one, other = stratified_splits(given, [3, 4])
    assert one.train != other.train


def test_the_papers_type_counts_where_it_is_given():
    typed = Performance("x", Path("x"), action="207", extra={"paper_dive_type": "2"})
    assert action_of(typed) == "2"
    assert action_of(Performance("x", Path("x"), action="207")) == "207"


def test_a_lonely_performance_is_refused():
    message = "'b' has one performance only, which cannot be split: leave it out"
    with pytest.raises(UsageError, match=rf"^{message}$"):
        stratified_splits(performances({"a": 4, "b": 1}), [0])


def test_one_performance_without_an_action_is_refused():
    message = "one performance cannot be split: give two or more with scores"
    with pytest.raises(UsageError, match=rf"^{message}$"):
        stratified_splits([Performance("x", Path("x"))], [0])


def test_few_groups_are_each_left_out_once():
    given = performances({"a": 2, "b": 3})
    splits = group_splits(given, ["x", "x", "y", "y", "y"], range(10))
    assert [split.test for split in splits] == [("a0", "a1"), ("b0", "b1", "b2")]
    assert splits[0].train == splits[1].test


def test_of_many_groups_whole_ones_are_drawn():
    given = performances({"a": 30})
    groups = [f"g{i // 3}" for i in range(30)]
    splits = group_splits(given, groups, range(4))
    assert [split.seed for split in splits] == [0, 1, 2, 3]
    assert len({split.test for split in splits}) > 1
    group_of = dict(zip([p.id for p in given], groups, strict=True))
    for split in splits:
        assert sorted((*split.train, *split.test)) == sorted(group_of)
        assert not {group_of[i] for i in split.train} & {group_of[i] for i in split.test}
        assert 6 <= len(split.test) <= 12


def test_splits_survive_being_saved(tmp_path):
    given = performances({"a": 9, "b": 9})
    splits = stratified_splits(given, range(3))
    save_splits(splits, tmp_path / "splits.json")
    assert load_splits(tmp_path / "splits.json") == splits
    assert fits(splits, given)
    assert not fits(splits, given[1:])


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "splits.json"
    path.write_text('[{"seed": 1}]', "utf-8")
    message = f"{path}: is not a file of splits ('train'): make it again"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        load_splits(path)


def test_nobody_is_in_train_and_in_test():
    with pytest.raises(UsageError, match=r"^b is in train and in test of split 7$"):
        DataSplit(7, ("a", "b"), ("b", "c"))
