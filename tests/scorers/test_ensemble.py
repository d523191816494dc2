from dataclasses import replace

import numpy as np
import pytest

from messages import whole
from podium import _catalog
from podium.errors import ForeignPart, ModelError, UsageError
from podium.scorers import ScorerState
from podium.scorers._target import Target
from podium.scorers.ensemble import Ensemble, EnsembleOptions, stacked_weights
from podium.scorers.score_distribution import ScoreDistributionOptions

QUICK = EnsembleOptions(("ridge", "type_mean", "c3d_svr"))


@pytest.fixture(scope="module")
def train(graded) -> list:
    return [*graded(20, action="a"), *graded(20, seed=1, action="b")]


@pytest.fixture(scope="module")
def fitted(train) -> Ensemble:
    return Ensemble(QUICK).fit(train)


def test_weights_are_those_of_a_search_through_all():
    generator = np.random.default_rng(0)
    true = generator.normal(60, 10, 200)
    said = np.stack([true + generator.normal(0, sd, 200) for sd in (4, 8, 30)], axis=1)
    steps = np.linspace(0, 1, 101)
    tried = [
        (float(np.mean((said @ [a, b, 1 - a - b] - true) ** 2)), a, b)
        for a in steps for b in steps if a + b <= 1 + 1e-9
    ]  # fmt: skip
    _, first, second = min(tried)
    found = stacked_weights(said, true)
    np.testing.assert_allclose(found, [first, second, 1 - first - second], atol=0.01)
    assert found.sum() == pytest.approx(1)


def test_one_that_is_wrong_gets_no_weight():
    true = np.arange(50.0)
    noise = np.random.default_rng(1).normal(0, 1, 50)
    found = stacked_weights(np.stack([true + noise, -true], axis=1), true)
    assert found.tolist() == [1, 0]


def test_its_scores_are_the_weighed_mean(fitted, train):
    said = [member.predict(train) for member in fitted.members]
    by_hand = sum(w * one for w, one in zip(fitted.weights, said, strict=True))
    np.testing.assert_allclose(fitted.predict(train), by_hand)
    assert [member.name for member in fitted.members] == list(QUICK.scorers)
    assert fitted.weights.min() >= 0
    assert fitted.weights[1] < 0.1  # what looks at no video says nothing beside the others


class Recorder:
    """A scorer that remembers whom it was fitted to, and asked about."""

    name, seen = "recorder", []

    def __init__(self, seed: int = 0) -> None:
        self.target = Target(uses_execution=False)

    def fit(self, train, validation=()):
        self.train = train
        return self

    def predict(self, queries):
        self.seen.append((self.train, queries))
        return np.arange(len(queries), dtype=float)


@pytest.fixture
def recorded(monkeypatch) -> list:
    find = _catalog.find
    monkeypatch.setattr(
        _catalog, "find", lambda folder, name: Recorder if name == "own" else find(folder, name)
    )
    monkeypatch.setattr(Recorder, "seen", [])
    return Recorder.seen


def test_weights_are_found_with_whole_groups_left_out_and_no_score_shown(train, recorded):
    grouped = [replace(one, group=f"g{i % 8}") for i, one in enumerate(train)]
    Ensemble(EnsembleOptions(("own", "ridge"), n_folds=4)).fit(grouped)
    assert len(recorded) == 4
    asked = [query.performance.id for _, queries in recorded for query in queries]
    assert sorted(asked) == sorted(one.performance.id for one in train)
    for known, queries in recorded:
        assert not {one.group for one in known} & {one.group for one in queries}
        assert all(query.performance.score is None for query in queries)


def test_last_clips_are_those_that_it_is_told():
    made = Ensemble(EnsembleOptions(("score_distribution", "ridge"), n_last_clips=2))
    options = []

    class Watched:
        def __init__(self, given=None, seed=0):
            self.options = given or ScoreDistributionOptions()

        def fit(self, train, validation):
            options.append(self.options.n_last_clips)
            return self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_catalog, "find", lambda folder, name: Watched)
        made._fitted("score_distribution", [], [])
        Ensemble(QUICK)._fitted("score_distribution", [], [])
    assert options == [2, ScoreDistributionOptions.n_last_clips]


def test_curves_are_those_of_its_scorers(train):
    quick = Ensemble(EnsembleOptions(("ridge", "c3d_lstm"), n_folds=2))
    assert quick.curves == ()
    assert [curve.name for curve in quick.fit(train).curves] == ["c3d_lstm network 1"]


@pytest.mark.parametrize("names", [(), ("ridge", "ridge"), ("ridge", "ensemble")])
def test_names_that_make_no_mean_are_refused(names):
    message = (
        f"scorers is {names!r}: it must be 1 to 10 names of scorers, each once, and not ensemble"
    )
    with pytest.raises(UsageError, match=whole(message)):
        EnsembleOptions(names)


def test_a_model_runs_nobodys_code_by_naming_it(fitted):
    state = fitted.state()
    options = {**state.config["options"], "scorers": ["ridge", "type_mean", "my.module:Mine"]}
    with pytest.raises(ForeignPart):
        Ensemble.restore(ScorerState(state.arrays, {**state.config, "options": options}))


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.5, -0.5]])
def test_weights_that_do_not_fit_are_refused(fitted, weights):
    state = fitted.state()
    message = (
        "scorer.weights and scorer.members must have an entry for each of the scorers, "
        "and no weight below 0"
    )
    with pytest.raises(ModelError, match=whole(message)):
        Ensemble.restore(ScorerState(state.arrays, {**state.config, "weights": weights}))
