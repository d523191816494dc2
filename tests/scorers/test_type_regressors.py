import numpy as np
import pytest

from podium.scorers.c3d_lstm import C3DLSTM, C3DLSTMOptions
from podium.scorers.type_regressors import REST, TypeRegressors

OPTIONS = C3DLSTMOptions(n_hidden=8)


@pytest.fixture(scope="module")
def train(graded) -> list:
    return [*graded(14, action="a"), *graded(12, seed=1, action="b"), *graded(4, action="rare")]


@pytest.fixture(scope="module")
def scorer(train) -> TypeRegressors:
    return TypeRegressors(OPTIONS).fit(train)


def test_each_action_with_enough_performances_has_a_regressor(scorer):
    assert sorted(scorer._by_action) == [REST, "a", "b"]


def test_a_regressor_has_seen_its_own_action_only(scorer, train, graded):
    ours = [sample for sample in train if sample.performance.action == "b"]
    queries = graded(3, seed=2, action="b")
    alone = C3DLSTM(OPTIONS).fit(ours).predict(queries)
    np.testing.assert_array_equal(scorer.predict(queries), alone)


@pytest.mark.parametrize("action", ["rare", "unknown"])
def test_rare_and_unknown_actions_share_the_regressor_of_all(scorer, train, graded, action):
    queries = graded(3, seed=3, action=action)
    together = C3DLSTM(OPTIONS).fit(train).predict(queries)
    np.testing.assert_array_equal(scorer.predict(queries), together)
