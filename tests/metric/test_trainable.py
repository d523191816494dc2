"""What learns in PyTorch answers the same without it."""

import numpy as np
import pytest
import torch

from podium.metric.siamese import SiameseOptions, clip_embeddings
from podium.metric.trainable import TrainableSiamese


@pytest.mark.parametrize(
    "options",
    [
        SiameseOptions(12, 9, 7),
        SiameseOptions(12, 9, 7, reads_difference=False),
        SiameseOptions(5, 3, 2, activation="linear"),
    ],
)
def test_both_give_the_same(options):
    torch.manual_seed(0)
    learning = TrainableSiamese(4, options)
    answering = learning.learned()
    sequences = np.random.default_rng(0).normal(size=(6, 5, 4)).astype(np.float32)
    with torch.no_grad():
        embedded = learning.embedding(torch.from_numpy(sequences))
        logits = learning.logit(embedded[:3], embedded[3:])
        clips = learning.clip_embeddings(torch.from_numpy(sequences))
    found = answering.embedding(sequences)
    np.testing.assert_allclose(found, embedded.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(answering.logit(found[:3], found[3:]), logits, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(clip_embeddings(answering, sequences), clips, rtol=1e-5, atol=1e-6)
    assert list(answering.arrays()) == list(learning.state_dict())


def test_what_it_learns_later_does_not_change_what_it_had_learned():
    torch.manual_seed(0)
    learning = TrainableSiamese(4, SiameseOptions(3, 3, 3))
    had = learning.learned()
    before = had.first.weight.copy()
    with torch.no_grad():
        learning.first.weight.zero_()
    np.testing.assert_array_equal(had.first.weight, before)
