"""What is usual is measured on groups left out: those of a new group are not doubted for being new.

Each group shows its name in its features, as a broadcast does by its colours.
"""

from dataclasses import replace

import numpy as np
import pytest

from podium.features.values import Sample
from podium.witnesses import learn

N_GROUPS, N_EACH, N_CLIPS, DIM = 12, 15, 4, 24
NEW = range(N_GROUPS - 4, N_GROUPS)
"""The groups that nothing is learned from."""


@pytest.fixture(scope="module")
def samples(make_sample) -> list[Sample]:
    """Performances of two actions and twelve groups, each with a colour of its own."""
    generator = np.random.default_rng(0)
    moments, actions = generator.normal(size=(N_CLIPS, DIM)), generator.normal(size=(2, DIM))
    names = 1.5 * generator.normal(size=(N_GROUPS, DIM))
    made = []
    for number in range(N_GROUPS * N_EACH):
        group, action = number % N_GROUPS, number // N_GROUPS % 2
        values = moments + actions[action] + names[group]
        values = values + 0.5 * generator.normal(size=values.shape)
        sample = make_sample(f"s{number}", values.astype(np.float32), action="ab"[action])
        made.append(replace(sample, group=f"g{group}"))
    return made


def parted(samples: list[Sample], named: bool) -> tuple[list[Sample], list[Sample]]:
    """Those to learn from, with or without the names of their groups, and those of new groups."""
    new = [sample for sample in samples if int(sample.group[1:]) in NEW]
    known = [sample for sample in samples if int(sample.group[1:]) not in NEW]
    return [one if named else replace(one, group="") for one in known], new


@pytest.fixture(scope="module", params=[True, False], ids=["named", "unnamed"])
def doubted(request, samples) -> tuple[bool, float, float]:
    """Of new groups, how many are doubted, and how many pairs of one action are, as shares."""
    known, new = parted(samples, request.param)
    witnesses = learn(known)
    doubts = [witnesses.ask_usual(sample.features) for sample in new]
    kinds = witnesses.same_action
    pairs = [
        kinds.are_different(one.features.values, other.features.values)
        for one in new for other in new
        if one is not other and one.performance.action == other.performance.action
    ]  # fmt: skip
    print(
        request.param,
        np.mean([len(one) > 0 for one in doubts]),
        np.mean(pairs),
        [d.kind.name for o in doubts for d in o][:5],
    )
    return request.param, float(np.mean([len(one) > 0 for one in doubts])), float(np.mean(pairs))


def test_a_new_group_is_doubted_little_where_groups_are_known(doubted):
    named, share, _ = doubted
    assert share < 0.1 if named else share > 0.5


def test_pairs_of_one_action_are_doubted_little_where_groups_are_known(doubted):
    named, _, share = doubted
    assert share < 0.15 or not named
