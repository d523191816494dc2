"""Phase one: learn from pairs when two performances are alike (paper, III-A and III-C)."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.errors import TrainingError, UsageError
from podium.metric.embedding import padded
from podium.metric.pairs import PairOptions, Pairs, best_of, expert_pairs, sample_pairs
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings

Array = npt.NDArray[np.float32]

LEAST_BORDER = 1e-3
"""Of unlikeness, in logits: a network that finds all clips alike still divides by something."""


@dataclass(frozen=True)
class LearningOptions:
    """How long and how fast the metric is learned, and what is learned beside the paper's loss.

    Each epoch draws new pairs. Learning stops when the loss on pairs of the validation
    performances has not fallen for `patience` epochs, and the best state is kept.

    `clip_weight` is the weight of a second loss, which the paper does not have: an expert (the
    best `expert_share` of an action) and another are alike if all of their clips are (noisy-and
    over the trimmed sequences that feedback asks about). Without it the similarity of a single
    clip is never learned, and lies below 0.5 for nearly every clip, faulty or not.

    `noise` is added to each component of the features while learning, as a share of its standard
    deviation: the fewer the performances, the more it helps against learning them by heart.

    `false_alarms` is the share of clips below 0.5 in performances scored as an expert's: allowing
    more of them finds more faults.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    batch_size: int = 256
    n_epochs: int = 40
    patience: int = 6
    clip_weight: float = 2.0
    expert_share: float = 0.2
    noise: float = 0.7
    false_alarms: float = 0.2

    def __post_init__(self) -> None:
        if min(self.batch_size, self.n_epochs, self.patience) < 1 or self.learning_rate <= 0:
            raise UsageError(
                f"{self} learns nothing: batch_size, n_epochs and patience must be 1 or more, "
                "learning_rate above 0"
            )
        if not 0 < self.false_alarms < 1:
            raise UsageError(f"false_alarms is {self.false_alarms}: it must lie between 0 and 1")


@dataclass(frozen=True)
class Curriculum:
    """What the metric is learned from: sequences of each performance, and their scores.

    `sequences` holds for each performance its variants, each (clips, dim) and normalised;
    `scores` is (performances,) in the unit of the threshold; `actions` names each one's action.
    """

    sequences: Sequence[Sequence[Array]]
    scores: npt.NDArray[np.float64]
    actions: npt.NDArray[np.str_]


def learn_metric(
    train: Curriculum,
    validation: Curriculum,
    n_clips: int,
    options: LearningOptions,
    pair_options: PairOptions,
    siamese_options: SiameseOptions,
    seed: int,
) -> Siamese:
    """Return the Siamese network, trained, at its best epoch on validation.

    Raises
    ------
    TrainingError
        If no pairs can be drawn, or the loss is no number.
    """
    generator = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Siamese(train.sequences[0][0].shape[1], siamese_options)
        learner = _Learner(network, train, n_clips, options, pair_options, generator)
        judge = _Judge(validation, n_clips, pair_options, seed)
        network = learner.run(judge)
    set_border(network, train, validation, n_clips, options, pair_options.threshold)
    return network


class _Learner:
    def __init__(
        self,
        network: Siamese,
        train: Curriculum,
        n_clips: int,
        options: LearningOptions,
        pair_options: PairOptions,
        generator: np.random.Generator,
    ) -> None:
        self.network, self.train, self.options = network, train, options
        self.pair_options, self.generator = pair_options, generator
        flat = [variant for variants in train.sequences for variant in variants]
        self.sequences = padded(flat, n_clips)
        counts = np.array([len(variants) for variants in train.sequences])
        self.n_variants, self.offsets = counts, np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.spread = self.sequences.std(dim=(0, 1)) * options.noise
        self.expert_pairs = expert_pairs(
            train.scores, train.actions, pair_options.threshold, options.expert_share
        )
        self.optimiser = torch.optim.Adam(
            network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )

    def run(self, judge: "_Judge") -> Siamese:
        best_loss, best, waited = float("inf"), copy.deepcopy(self.network.state_dict()), 0
        for _ in range(self.options.n_epochs):
            self._epoch()
            if (loss := judge.loss(self.network)) < best_loss:
                best_loss, waited = loss, 0
                best = copy.deepcopy(self.network.state_dict())
            else:
                waited += 1
            if waited >= self.options.patience:
                break
        self.network.load_state_dict(best)
        return self.network.eval()

    def _epoch(self) -> None:
        self.network.train()
        pairs = sample_pairs(
            self.train.scores, self.pair_options, self.generator, self.train.actions
        )
        first, second = self._variant(pairs.first), self._variant(pairs.second)
        labels = torch.from_numpy(pairs.similar.astype(np.float32))
        losses = []
        for start in range(0, len(pairs), self.options.batch_size):
            part = slice(start, start + self.options.batch_size)
            losses.append(self._step(first[part], second[part], labels[part]))
        if not np.isfinite(np.mean(losses)):
            raise TrainingError("the metric's loss is no number: lower the learning rate")

    def _variant(self, performances: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        chosen = self.generator.random(len(performances)) * self.n_variants[performances]
        return np.asarray(self.offsets[performances] + chosen.astype(np.int64))

    def _step(
        self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], labels: Tensor
    ) -> float:
        used, places = np.unique(np.concatenate([first, second]), return_inverse=True)
        ours, theirs = torch.from_numpy(places.reshape(2, -1))
        loss = pair_loss(self.network, self._noisy(used), ours, theirs, labels)
        if self.options.clip_weight and len(self.expert_pairs):
            loss = loss + self.options.clip_weight * self._clip_loss()
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _noisy(self, used: npt.NDArray[np.int64]) -> Tensor:
        """Add noise to sequences, but not to the zeros that stand before the shorter ones."""
        clean = self.sequences[torch.from_numpy(used)]
        is_clip = (clean != 0).any(dim=-1, keepdim=True)
        return clean + torch.randn_like(clean) * self.spread * is_clip

    def _clip_loss(self) -> Tensor:
        """Draw pairs of an expert and another of the same action, and judge them by their clips."""
        drawn = self.generator.choice(len(self.expert_pairs.first), self.options.batch_size)
        first = self._variant(self.expert_pairs.first[drawn])
        second = self._variant(self.expert_pairs.second[drawn])
        labels = torch.from_numpy(self.expert_pairs.similar[drawn].astype(np.float32))
        used, places = np.unique(np.concatenate([first, second]), return_inverse=True)
        sequences = self._noisy(used)
        clips = clip_embeddings(self.network, sequences)[torch.from_numpy(places)]
        forth = self.network.logit(clips[: len(first)], clips[len(first) :])
        return clip_loss(forth, labels)


class _Judge:
    """Measures the loss on pairs of performances that are not learned from; always the same."""

    def __init__(
        self, validation: Curriculum, n_clips: int, pair_options: PairOptions, seed: int
    ) -> None:
        self.sequences = padded([variants[0] for variants in validation.sequences], n_clips)
        self.pairs: Pairs = sample_pairs(
            validation.scores, pair_options, np.random.default_rng(seed), validation.actions
        )
        self.labels = torch.from_numpy(self.pairs.similar.astype(np.float32))

    def loss(self, network: Siamese) -> float:
        network.eval()
        with torch.inference_mode():
            embedded = network.embedding(self.sequences)
            first = embedded[torch.from_numpy(self.pairs.first)]
            second = embedded[torch.from_numpy(self.pairs.second)]
            logits = network.logit(first, second)
            return float(nn.functional.binary_cross_entropy_with_logits(logits, self.labels))


def pair_loss(
    network: Siamese,
    sequences: Tensor,
    first: Tensor,
    second: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
) -> Tensor:
    """Measure the paper's loss on pairs of sequences, each of which is embedded once.

    `sequences` is (sequences, clips, dim), `first` and `second` (pairs,) are places in it, and
    `labels` (pairs,) is 1 where the two are alike; `weights` (pairs,) is how much each pair counts.
    The loss and its gradients are those of running the LSTM over both sides of every pair, at the
    cost of running it over every sequence.
    """
    embedded = network.embedding(sequences)
    logits = network.logit(embedded[first], embedded[second])
    return nn.functional.binary_cross_entropy_with_logits(logits, labels, weights)


def block_loss(network: Siamese, sequences: Tensor, alike: Tensor, weights: Tensor) -> Tensor:
    """Measure the paper's loss on all ordered pairs of a block of sequences.

    `alike` and `weights` are (sequences, sequences); no sequence is paired with itself. The same as
    `pair_loss` of these pairs, in less time.
    """
    embedded = network.embedding(sequences)
    logits = network.logits_of_all(embedded, embedded)
    n = len(sequences)
    weights = weights * (1 - torch.eye(n))
    losses = nn.functional.binary_cross_entropy_with_logits(logits, alike, weights, reduction="sum")
    return losses / (n * (n - 1))


def clip_loss(clip_logits: Tensor, labels: Tensor) -> Tensor:
    """Measure how well "all clips are alike" agrees with the labels, (pairs, clips) and (pairs,).

    The chance that all are is the product of each one's, as if they were independent.
    """
    all_alike = nn.functional.logsigmoid(clip_logits).sum(dim=1).clamp(max=-1e-6)
    some_unlike = torch.log(-torch.expm1(all_alike))
    return -(labels * all_alike + (1 - labels) * some_unlike).mean()


def set_border(
    network: Siamese,
    train: Curriculum,
    validation: Curriculum,
    n_clips: int,
    options: LearningOptions,
    threshold: float,
) -> None:
    """Set below what a clip counts as faulty, from validation performances and scores alone.

    Each validation performance is compared with the experts of its action in training. Where the
    two scores are alike there should be no fault, so the border is put where `false_alarms` of the
    clips of these pairs lie below 0.5. Without such a pair, the nearest scores serve.
    """
    queries, experts = _beside_experts(train, validation, options.expert_share)
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
    border = float(np.quantile(clips, 1 - options.false_alarms))
    network.clip_border.fill_(max(border, LEAST_BORDER))


def _beside_experts(
    train: Curriculum, validation: Curriculum, expert_share: float
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
