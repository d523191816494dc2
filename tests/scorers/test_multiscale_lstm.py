import re

import numpy as np
import pytest
import torch

from podium.errors import UsageError
from podium.scorers.multiscale_lstm import (
    MultiscaleLSTM,
    MultiscaleLSTMOptions,
    MultiscaleNetwork,
    likeness,
)
from samples import last_clips

SMALL = MultiscaleLSTMOptions(n_embedded=8, n_attention=4, n_rows=3, n_hidden=8, n_joined=4)


@pytest.fixture
def network() -> MultiscaleNetwork:
    torch.manual_seed(0)
    return MultiscaleNetwork(5, SMALL).eval()


def test_sizes_are_the_published_ones():
    network = MultiscaleNetwork(4096, MultiscaleLSTMOptions())
    shapes = {name: tuple(value.shape) for name, value in network.named_parameters()}
    assert shapes["embedded.weight"] == (128, 4096, 1)
    assert shapes["attention.first.weight"] == (64, 128)
    assert shapes["attention.second.weight"] == (50, 64)
    kernels = [shapes[f"scales.{scale}.weight"] for scale in range(3)]
    assert kernels == [(256, 128, 2), (256, 128, 4), (256, 128, 8)]
    assert [c.stride for c in network.scales] == [(1,), (2,), (4,)]


def test_attention_looks_at_real_clips_only(network):
    sequences = torch.randn(2, 9, 5, generator=torch.Generator().manual_seed(1))
    is_clip = torch.ones(2, 9, dtype=torch.bool)
    is_clip[0, :4] = False
    weights = network(sequences, is_clip)[1]
    assert weights.shape == (2, 3, 9)
    assert (weights[0, :, :4] == 0).all()
    np.testing.assert_allclose(weights.sum(dim=-1).detach(), 1, rtol=1e-5)


def test_the_penalty_is_the_squared_distance_from_rows_apart():
    weights = torch.rand(2, 3, 5, generator=torch.Generator().manual_seed(2))
    by_hand = np.mean(
        [
            ((float(a[i] @ a[j]) - (i == j)) ** 2)
            for a in weights
            for i in range(3)
            for j in range(3)
        ]
    )
    assert float(likeness(weights)) == pytest.approx(by_hand, rel=1e-5)


def test_one_clip_is_enough(graded):
    scorer = MultiscaleLSTM(SMALL).fit(graded(12))
    query = graded(1, seed=1)[0]
    short = last_clips(query, 1)
    assert np.isfinite(scorer.predict([short])).all()


def test_impossible_options_are_refused():
    said = "sizes must be 1 or more, penalty 0 or more, dropout from 0 to below 1"
    with pytest.raises(UsageError, match=rf"^MultiscaleLSTMOptions\(.*\): {re.escape(said)}$"):
        MultiscaleLSTMOptions(n_rows=0)
