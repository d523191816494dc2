import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from podium.errors import TrainingError, UsageError
from podium.scorers._sequence_regression import FittingOptions
from podium.scorers.c3d_lstm import C3DLSTM, C3DLSTMOptions, falls, shares_done
from samples import last_clips

INCREMENTAL = C3DLSTMOptions(label="incremental", n_hidden=32)


@pytest.fixture(scope="module")
def incremental(graded) -> C3DLSTM:
    return C3DLSTM(INCREMENTAL).fit(graded(40))


def test_shares_done_count_the_clips_that_are_there():
    is_clip = torch.tensor([[False, True, True, True, True], [True] * 5])
    expected = [[0, 0.25, 0.5, 0.75, 1], [0.2, 0.4, 0.6, 0.8, 1]]
    np.testing.assert_allclose(shares_done(is_clip), expected)


def test_an_incremental_score_grows_to_the_whole(incremental, graded):
    for query in graded(5, seed=1):
        running = incremental.running_scores(query)
        shares = running / query.performance.score
        np.testing.assert_allclose(shares, [0.25, 0.5, 0.75, 1], atol=0.2)
        assert running[-1] == pytest.approx(incremental.predict([query])[0], rel=1e-5)


def test_a_final_score_is_the_last_of_the_running_ones(graded):
    scorer = C3DLSTM(C3DLSTMOptions(n_hidden=16)).fit(graded(20))
    query = graded(1, seed=2)[0]
    assert scorer.running_scores(query).shape == (4,)
    assert scorer.running_scores(query)[-1] == pytest.approx(scorer.predict([query])[0], rel=1e-5)


def test_a_short_performance_has_as_many_running_scores_as_clips(incremental, graded):
    query = graded(1, seed=3)[0]
    short = last_clips(query, 2)
    assert incremental.running_scores(short).shape == (2,)
    assert incremental.states(short).shape == (2, 32)


def test_a_clip_is_faulty_where_the_score_falls():
    assert falls([10, 20, 19, 19, 25, 1]).tolist() == [False, False, True, False, False, True]
    assert falls([5.0]).tolist() == [False]


def test_faulty_clips_are_where_the_running_score_falls(incremental, graded):
    query = graded(1, seed=4)[0]
    values = query.features.values.copy()
    values[2] = -8
    spoilt = replace(query, features=replace(query.features, values=values))
    running = incremental.running_scores(spoilt)
    np.testing.assert_array_equal(incremental.faulty_clips(spoilt)[1:], np.diff(running) < 0)
    assert incremental.faulty_clips(spoilt)[2]


def test_labels_change_what_is_learned(graded):
    train, queries = graded(20), graded(5, seed=5)
    made = [
        C3DLSTM(C3DLSTMOptions(label=label, n_hidden=16)).fit(train).predict(queries)
        for label in ("final", "incremental")
    ]
    assert not np.allclose(*made)


def test_the_score_is_read_where_it_stands_in_the_clips(graded):
    scorer = C3DLSTM(C3DLSTMOptions(n_hidden=32)).fit(graded(60))
    queries = graded(20, seed=6)
    true = [query.performance.score for query in queries]
    assert np.corrcoef(scorer.predict(queries), true)[0, 1] > 0.95


def test_variants_are_learned_from(graded):
    plain = graded(20)
    varied = [
        replace(s, variants=(replace(s.features, values=s.features.values + 1),)) for s in plain
    ]
    options = C3DLSTMOptions(n_hidden=16)
    query = graded(1, seed=7)
    one = C3DLSTM(options).fit(plain).predict(query)
    assert one != C3DLSTM(options).fit(varied).predict(query)


def test_validation_decides_when_to_stop(graded):
    quick = C3DLSTMOptions(n_hidden=16, fitting=FittingOptions(n_epochs=20, patience=2))
    train = graded(20)
    misleading = [
        replace(s, performance=replace(s.performance, score=200 - s.performance.score))
        for s in graded(20, seed=8)
    ]
    queries = graded(10, seed=9)
    good = C3DLSTM(quick).fit(train, graded(20, seed=8)).predict(queries)
    bad = C3DLSTM(quick).fit(train, misleading).predict(queries)
    assert np.std(good) > np.std(bad)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"label": "last"}, "label is 'last': choose one of final, incremental"),
        ({"n_hidden": 0}, "n_hidden is 0: it must be 1 or more"),
        ({"n_components": 0}, "n_components is 0: it must be 1 or more"),
    ],
)
def test_impossible_options_are_refused(wrong, message):
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        C3DLSTMOptions(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"held_back": 1.0}, "held_back is 1.0: it must lie between 0 and 1"),
        (
            {"n_epochs": 0},
            "FittingOptions(learning_rate=0.001, weight_decay=0.0001, batch_size=32, n_epochs=0, "
            "patience=12, held_back=0.2) fits nothing: batch_size, n_epochs and patience must be "
            "1 or more, learning_rate above 0",
        ),
    ],
)
def test_fitting_that_fits_nothing_is_refused(wrong, message):
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        FittingOptions(**wrong)


def test_a_loss_that_is_no_number_is_refused(graded):
    options = C3DLSTMOptions(n_hidden=4, fitting=FittingOptions(learning_rate=1e30))
    message = "the network's loss is not a number: lower the learning rate"
    with pytest.raises(TrainingError, match=rf"^{message}$"):
        C3DLSTM(options).fit(graded(20))


def test_too_few_performances_are_refused(graded):
    message = "4 performances are too few to learn from: give 5 or more with scores"
    with pytest.raises(TrainingError, match=rf"^{message}$"):
        C3DLSTM().fit(graded(4))
