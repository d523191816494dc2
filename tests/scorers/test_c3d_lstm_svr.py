import numpy as np
import pytest

from podium.scorers.c3d_lstm import C3DLSTM, C3DLSTMOptions
from podium.scorers.c3d_lstm_svr import C3DLSTMSVR

OPTIONS = C3DLSTMOptions(label="incremental", n_hidden=16)


@pytest.fixture(scope="module")
def scorer(graded) -> C3DLSTMSVR:
    return C3DLSTMSVR(OPTIONS).fit(graded(40))


def test_its_line_stands_on_the_states_of_the_lstm(scorer, graded):
    lstm = C3DLSTM(OPTIONS).fit(graded(40))
    query = graded(1, seed=1)[0]
    by_hand = lstm.states(query).astype(float) @ scorer._line.weights + scorer._line.bias
    np.testing.assert_allclose(scorer.running_scores(query), by_hand, rtol=1e-5)
    assert scorer.predict([query])[0] == pytest.approx(by_hand[-1], rel=1e-5)


def test_its_faulty_clips_are_where_its_own_score_falls(scorer, graded):
    query = graded(1, seed=2)[0]
    falling = np.diff(scorer.running_scores(query)) < 0
    assert scorer.faulty_clips(query).tolist() == [False, *falling]
