import json

import numpy as np
import pytest

from podium.evaluation.groups import GroupMeasures, by_group

TRUE = np.array([10.0, 20, 30, 40, 50, 60])
PREDICTED = np.array([12.0, 18, 36, 30, 70, 50])
GROUPS = ("b", "a", "b", "a", "b", "c")


def test_groups_are_measured_by_hand():
    assert by_group(PREDICTED, TRUE, GROUPS) == (
        GroupMeasures("a", 2, pytest.approx(np.nan, nan_ok=True), 52.0, -6.0),
        GroupMeasures("b", 3, pytest.approx(1.0), pytest.approx(440 / 3), pytest.approx(28 / 3)),
        GroupMeasures("c", 1, pytest.approx(np.nan, nan_ok=True), 100.0, -10.0),
    )


def test_an_order_within_a_group_is_of_three_or_more():
    found = by_group(np.array([1.0, 2, 9, 5, 7]), np.array([1.0, 2, 3, 4, 5]), list("aabbb"))
    assert np.isnan(found[0].spearman)
    assert found[1].spearman == pytest.approx(-0.5)


def test_coverage_is_that_of_each_group():
    is_covered = np.array([True, False, True, True, False, False])
    found = by_group(PREDICTED, TRUE, GROUPS, is_covered)
    assert [one.covered for one in found] == [0.5, pytest.approx(2 / 3), 0.0]


def test_those_on_their_own_are_no_group():
    assert by_group(PREDICTED, TRUE, [""] * 6) == ()
    assert [one.group for one in by_group(PREDICTED, TRUE, ["", "x", "", "x", "", ""])] == ["x"]


def test_groups_add_up_to_the_whole():
    generator = np.random.default_rng(0)
    groups = [f"g{i}" for i in generator.integers(0, 7, 100)]
    predicted, true = generator.normal(size=(2, 100))
    found = by_group(predicted, true, groups)
    assert [one.group for one in found] == sorted(set(groups))
    assert sum(one.n for one in found) == 100
    assert sum(one.n * one.bias for one in found) / 100 == pytest.approx((predicted - true).mean())
    squares = sum(one.n * one.mse for one in found) / 100
    assert squares == pytest.approx(((predicted - true) ** 2).mean())


def test_plain_json_has_null_for_what_is_not_known():
    plain = by_group(PREDICTED, TRUE, GROUPS)[0].to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == {
        "group": "a", "n": 2, "spearman": None, "mse": 52.0, "bias": -6.0, "covered": None,
    }  # fmt: skip
