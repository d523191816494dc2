"""Which part of a table a process does."""

import pytest

from messages import whole
from podium.batch import Shard, find_shard
from podium.errors import UsageError
from podium.performance import Performance


def rows(n):
    return [Performance(f"dive {number}", None) for number in range(n)]


@pytest.mark.parametrize("n", [1, 2, 8, 50])
def test_each_performance_is_of_one_shard(n):
    table = rows(40)
    cut = [one for i in range(n) for one in Shard(i, n).cut(table)]
    assert sorted(one.id for one in cut) == sorted(one.id for one in table)


def test_a_table_that_grows_moves_nothing():
    before = [Shard(i, 4).cut(rows(40)) for i in range(4)]
    after = [Shard(i, 4).cut(rows(100)[::-1]) for i in range(4)]
    for few, many in zip(before, after, strict=True):
        assert {one.id for one in few} <= {one.id for one in many}


def test_shards_are_about_as_large():
    sizes = [len(Shard(i, 8).cut(rows(4_000))) for i in range(8)]
    assert min(sizes) > 420
    assert max(sizes) < 580


def test_an_id_is_of_the_same_shard_for_ever():
    """Elsewhere a half of the work may be done already."""
    shards = [next(i for i in range(8) if Shard(i, 8).holds(id)) for id in ("001", "ä", "\udc80")]
    assert shards == [7, 4, 1]


def test_what_is_typed_goes_before_what_a_scheduler_says():
    assert find_shard("1/3", {"SLURM_ARRAY_TASK_ID": "x"}) == (Shard(1, 3), None)
    assert find_shard(None, {"HOME": "/"}) == (None, None)


@pytest.mark.parametrize(
    ("variables", "shard"),
    [
        ({"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "8"}, Shard(3, 8)),
        (
            {"SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "4",
             "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "1"},
            Shard(0, 4),
        ),
        (
            {"SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "0",
             "SLURM_ARRAY_TASK_MAX": "4", "SLURM_ARRAY_TASK_STEP": "2"},
            Shard(2, 3),
        ),
        ({"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETION_COUNT": "5"}, Shard(0, 5)),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "4", "AWS_BATCH_JOB_ARRAY_SIZE": "5"}, Shard(4, 5)),
        ({"BATCH_TASK_INDEX": "1", "BATCH_TASK_COUNT": "2"}, Shard(1, 2)),
    ],
)  # fmt: skip
def test_a_scheduler_says_which_shard_it_is(variables, shard):
    assert find_shard(None, variables) == (shard, next(iter(variables)))


ALONE = (
    "SLURM_ARRAY_TASK_ID {} is one of {}, from {} to {} in steps of 1, which may be some of a "
    "larger array that were queued again: give --shard, such as {}/{} (0/1 for the whole table)"
)


def again(index, count, first, last):
    """What Slurm says to a task of an array of which some alone were queued."""
    return {
        "SLURM_ARRAY_TASK_ID": index,
        "SLURM_ARRAY_TASK_COUNT": count,
        "SLURM_ARRAY_TASK_MIN": first,
        "SLURM_ARRAY_TASK_MAX": last,
    }


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"JOB_COMPLETION_INDEX": "3"},
            "JOB_COMPLETION_INDEX is 3, but JOB_COMPLETION_COUNT is not set: set it to how many "
            "parts there are, or give --shard (0/1 for the whole table)",
        ),
        (
            {"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETION_COUNT": "many"},
            "JOB_COMPLETION_COUNT 'many' must be a whole number: set it so, or give --shard",
        ),
        (
            {"SLURM_ARRAY_TASK_ID": "17", "SLURM_ARRAY_TASK_COUNT": "3",
             "SLURM_ARRAY_TASK_MIN": "1"},
            "SLURM_ARRAY_TASK_ID 17 is none of 3 parts from 1 on: number them without gaps, such "
            "as --array=0-7, or give --shard",
        ),
        (
            {"BATCH_TASK_INDEX": "2", "BATCH_TASK_COUNT": "2"},
            "BATCH_TASK_INDEX 2 is none of 2 parts from 0 on: number them without gaps, or give "
            "--shard",
        ),
        (again("3", "1", "3", "3"), ALONE.format(3, 1, 3, 3, 3, 8)),
        (again("0", "1", "0", "0"), ALONE.format(0, 1, 0, 0, 0, 8)),
        (again("9", "2", "8", "9"), ALONE.format(9, 2, 8, 9, 9, 10)),
        (again("0", "2", "0", "2"), ALONE.format(0, 2, 0, 2, 0, 8)),
    ],
)  # fmt: skip
def test_what_a_scheduler_leaves_open_is_asked_for(variables, message):
    with pytest.raises(UsageError, match=whole(message)):
        find_shard(None, variables)
