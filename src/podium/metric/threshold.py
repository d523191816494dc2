"""From where on a clip is unlike enough to be called faulty: the border of a similarity of 0.5."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from podium.metric.embedding import pad
from podium.metric.pairs import Marked, MetricData, best_of
from podium.metric.siamese import Siamese, clip_embeddings

Array = npt.NDArray[np.float32]

MAX_BORDER_PAIRS = 50_000
"""How many pairs the border is learned from: more would say the same."""

MAX_PAIRS_AT_ONCE = 4096
"""How many pairs of performances are compared clip by clip at once."""

MIN_BORDER = 1e-3
"""Of dissimilarity, in logits: a network that finds all clips alike still divides by something."""


def measure_border(
    network: Siamese,
    train: MetricData,
    validation: MetricData,
    n_clips: int,
    threshold: float,
    expert_share: float,
    false_alarms: float,
) -> float | None:
    """Return how unlike a clip may be before it counts as faulty: from scores alone.

    Each validation performance is compared with the experts of its action in training. Where the
    two scores are alike there should be no fault, so the border is put where `false_alarms` of the
    clips of these pairs lie below 0.5. Without such a pair, the nearest scores serve. `None` where
    no action of validation is known in training.
    """
    queries, experts = _beside_experts(train, validation, expert_share, threshold)
    found = []
    for start in range(0, len(queries), MAX_PAIRS_AT_ONCE):
        part = slice(start, start + MAX_PAIRS_AT_ONCE)
        ours = [validation.sequences[i][0] for i in queries[part]]
        theirs = [train.sequences[i][0] for i in experts[part]]
        found += _dissimilarity(network, ours, theirs, n_clips)
    if not found:
        return None
    border = np.float32(np.quantile(np.concatenate(found), 1 - false_alarms))  # as it is saved
    return float(max(border, np.float32(MIN_BORDER)))


def _dissimilarity(
    network: Siamese, ours: Sequence[Array], theirs: Sequence[Array], n_clips: int
) -> list[Array]:
    """Return how unlike the clips of pairs are, (clips,) each; those one lacks do not count."""
    embedded = clip_embeddings(network, pad([*ours, *theirs], n_clips))
    unlike = network.dissimilarity(embedded[len(ours) :], embedded[: len(ours)])
    shared = [min(len(a), len(b)) for a, b in zip(ours, theirs, strict=True)]
    return [row[-n:] for row, n in zip(unlike, shared, strict=True)]


def _beside_experts(
    train: MetricData, validation: MetricData, expert_share: float, threshold: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pair validation performances with the training experts of their action of like scores.

    Of more than `MAX_BORDER_PAIRS` pairs, so many are taken evenly.
    """
    experts = np.concatenate(
        [
            best_of(train.scores, train.actions == action, expert_share)
            for action in np.unique(train.actions)
        ]
    )
    nearest = min(
        (
            float(np.abs(train.scores[experts[train.actions[experts] == action]] - score).min())
            for score, action in zip(validation.scores, validation.actions, strict=True)
            if action in train.actions
        ),
        default=0.0,
    )
    limit = max(nearest, threshold)

    def mark(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        same = validation.actions[rows, None] == train.actions[experts]
        near = np.abs(train.scores[experts] - validation.scores[rows, None]) <= limit
        return np.asarray(same & near)

    alike = Marked(len(validation.scores), mark)
    chosen = np.linspace(0, len(alike) - 1, min(len(alike), MAX_BORDER_PAIRS)).round()
    queries, indices = alike.at(chosen.astype(np.int64))
    return queries, experts[indices]
