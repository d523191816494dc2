"""What the metric's learning brings down: the paper's loss on pairs, and one on their clips."""

import torch
from torch import Tensor, nn

from podium.metric.trainable import TrainableSiamese


def pair_loss(
    network: TrainableSiamese, sequences: Tensor, first: Tensor, second: Tensor, labels: Tensor
) -> Tensor:
    """Return the paper's loss on pairs of sequences, each of which is embedded once.

    `sequences` is (sequences, clips, dim), `first` and `second` (pairs,) are indices in it, and
    `labels` (pairs,) is 1 where the two are alike. The loss and its gradients are those of running
    the LSTM over both sides of every pair, at the cost of running it over every sequence.
    """
    embedded = network.embedding(sequences)
    logits = network.logit(embedded[first], embedded[second])
    return nn.functional.binary_cross_entropy_with_logits(logits, labels)


def clip_loss(clip_logits: Tensor, labels: Tensor) -> Tensor:
    """Return how badly "all clips are alike" agrees with the labels, (pairs, clips) and (pairs,).

    The chance that all are is the product of each one's, as if they were independent.
    """
    all_alike = nn.functional.logsigmoid(clip_logits.float()).sum(dim=1).clamp(max=-1e-6)
    some_unlike = torch.log(-torch.expm1(all_alike))
    return -(labels * all_alike + (1 - labels) * some_unlike).mean()
