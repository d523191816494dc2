"""Learning from all pairs of a block at once: benchmarks/training_pairs.py."""

import importlib

import pytest
import torch
from torch import nn

from podium.metric.siamese import SiameseOptions
from podium.metric.trainable import TrainableSiamese


@pytest.mark.parametrize("reads_difference", [True, False])
def test_a_block_has_the_loss_and_the_gradients_of_its_pairs(reads_difference, monkeypatch):
    monkeypatch.syspath_prepend("benchmarks")
    block_loss = importlib.import_module("training_pairs").block_loss
    torch.manual_seed(0)
    options = SiameseOptions(n_embedding=8, reads_difference=reads_difference)
    network, n = TrainableSiamese(5, options), 6
    sequences = torch.randn(n, 4, 5)
    alike, weights = (torch.rand(n, n) < 0.5).float(), torch.rand(n, n)
    first, second = torch.nonzero(~torch.eye(n, dtype=torch.bool), as_tuple=True)
    embedded = network.embedding(sequences)
    pairs = nn.functional.binary_cross_entropy_with_logits(
        network.logit(embedded[first], embedded[second]),
        alike[first, second],
        weights[first, second],
    )
    wanted = torch.autograd.grad(pairs, network.parameters())
    block = block_loss(network, sequences, alike, weights)
    found = torch.autograd.grad(block, network.parameters())
    torch.testing.assert_close(block, pairs, rtol=1e-5, atol=1e-6)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
