"""From where on a clip is unlike enough to be called faulty: the border of a similarity of 0.5."""

import numpy as np
import numpy.typing as npt
import torch

from podium.metric.embedding import padded
from podium.metric.pairs import MetricData, best_of
from podium.metric.siamese import Siamese, clip_embeddings

LEAST_BORDER = 1e-3
"""Of unlikeness, in logits: a network that finds all clips alike still divides by something."""


def set_border(
    network: Siamese,
    train: MetricData,
    validation: MetricData,
    n_clips: int,
    threshold: float,
    expert_share: float,
    false_alarms: float,
) -> None:
    """Set how unlike a clip may be before it counts as faulty: from scores alone.

    Each validation performance is compared with the experts of its action in training. Where the
    two scores are alike there should be no fault, so the border is put where `false_alarms` of the
    clips of these pairs lie below 0.5. Without such a pair, the nearest scores serve.
    """
    queries, experts = _beside_experts(train, validation, expert_share)
    if not len(queries):
        return
    gaps = np.abs(train.scores[experts] - validation.scores[queries])
    alike = gaps <= max(float(gaps.min()), threshold)
    ours = [validation.sequences[i][0] for i in queries[alike]]
    theirs = [train.sequences[i][0] for i in experts[alike]]
    with torch.inference_mode():
        embedded = clip_embeddings(network, padded([*ours, *theirs], n_clips))
        unlike = network.unlikeness(embedded[len(ours) :], embedded[: len(ours)])
    shared = [min(len(a), len(b)) for a, b in zip(ours, theirs, strict=True)]
    clips = np.concatenate([row[-n:].numpy() for row, n in zip(unlike, shared, strict=True)])
    border = float(np.quantile(clips, 1 - false_alarms))
    network.clip_border.fill_(max(border, LEAST_BORDER))


def _beside_experts(
    train: MetricData, validation: MetricData, expert_share: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pair each validation performance with every training expert of its action."""
    experts = np.array(
        [
            place
            for action in np.unique(train.actions)
            for place in best_of(train.scores, train.actions == action, expert_share)
        ]
    )
    same = validation.actions[:, None] == train.actions[experts][None]
    queries, places = np.nonzero(same)
    return queries, experts[places]
