"""Phase one: learn from pairs when two performances are alike (paper, III-A and III-C)."""

import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.checks import check_options
from podium.errors import TrainingError, UsageError
from podium.metric.embedding import pad
from podium.metric.losses import clip_loss, pair_loss
from podium.metric.pairs import (
    ExpertPairs,
    MetricData,
    PairOptions,
    Pairs,
    PairSampler,
    sample_pairs,
)
from podium.metric.siamese import Siamese, SiameseOptions, clip_embeddings
from podium.metric.threshold import set_border


@dataclass(frozen=True)
class LearningOptions:
    """How long and how fast the metric is learned, and what is learned beside the paper's loss.

    Each epoch draws new pairs. The state of the epoch that was best on validation pairs is kept.
    """

    learning_rate: float = 1e-3
    """The step of Adam."""

    weight_decay: float = 1e-4
    """The penalty on large weights."""

    batch_size: int = 256
    """How many pairs each step learns from."""

    n_epochs: int = 40
    """How many epochs there are at most."""

    patience: int = 6
    """Learning stops when the loss on validation pairs has not fallen for so many epochs."""

    clip_weight: float = 2.0
    """The weight of a second loss, which the paper does not have; 0 leaves it out.

    By it an expert and another of the same action are alike if all of their clips are (`clip_loss`,
    over the trimmed sequences that feedback asks about). Without it the similarity of a single clip
    is never learned, and lies below 0.5 for nearly every clip, faulty or not.
    """

    expert_share: float = 0.2
    """The best of each action so many, as a share, are experts: at least one."""

    noise: float = 0.7
    """What is added to each component of the features, as a share of its standard deviation.

    The fewer the performances, the more it helps against learning them by heart.
    """

    false_alarms: float = 0.2
    """The share of clips below 0.5 in performances scored as an expert's.

    Allowing more of them finds more faults.
    """

    def __post_init__(self) -> None:
        check_options(self, weight_decay=0, clip_weight=0, expert_share=0, noise=0)
        if min(self.batch_size, self.n_epochs, self.patience) < 1 or self.learning_rate <= 0:
            raise UsageError(
                f"{self} learns nothing: batch_size, n_epochs and patience must be 1 or more, "
                "learning_rate above 0"
            )
        if not 0 < self.false_alarms < 1:
            raise UsageError(f"false_alarms is {self.false_alarms}: it must lie between 0 and 1")


def learn_metric(
    train: MetricData,
    validation: MetricData,
    n_clips: int,
    options: LearningOptions,
    pair_options: PairOptions,
    siamese_options: SiameseOptions,
    seed: int,
) -> Siamese:
    """Return a Siamese network that has learned, as it was at its best epoch on validation.

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
        learner.run(_ValidationLoss(validation, n_clips, pair_options, seed))
    set_border(
        network,
        train,
        validation,
        n_clips,
        pair_options.threshold,
        options.expert_share,
        options.false_alarms,
    )
    return network


class _Learner:
    def __init__(
        self,
        network: Siamese,
        train: MetricData,
        n_clips: int,
        options: LearningOptions,
        pair_options: PairOptions,
        generator: np.random.Generator,
    ) -> None:
        self.network, self.options, self.generator = network, options, generator
        self.pairs = PairSampler(train.scores, pair_options)
        flat = [variant for variants in train.sequences for variant in variants]
        self.sequences = pad(flat, n_clips)
        counts = np.array([len(variants) for variants in train.sequences])
        self.n_variants, self.offsets = counts, np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.spread = self.sequences.std(dim=(0, 1)) * options.noise
        self.expert_pairs = ExpertPairs(
            train.scores, train.actions, pair_options.threshold, options.expert_share
        )
        self.optimiser = torch.optim.Adam(
            network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )

    def run(self, validation_loss: "_ValidationLoss") -> None:
        best_loss, best, waited = float("inf"), copy.deepcopy(self.network.state_dict()), 0
        for _ in range(self.options.n_epochs):
            self._epoch()
            loss = validation_loss(self.network)
            if loss < best_loss:
                best_loss, waited = loss, 0
                best = copy.deepcopy(self.network.state_dict())
            else:
                waited += 1
            if waited >= self.options.patience:
                break
        self.network.load_state_dict(best)
        self.network.eval()

    def _epoch(self) -> None:
        self.network.train()
        pairs = self.pairs.draw(self.generator)
        first, second = self._variant(pairs.first), self._variant(pairs.second)
        labels = torch.from_numpy(pairs.similar.astype(np.float32))
        losses = []
        for start in range(0, len(pairs), self.options.batch_size):
            part = slice(start, start + self.options.batch_size)
            losses.append(self._step(first[part], second[part], labels[part]))
        if not np.isfinite(np.mean(losses)):
            raise TrainingError("the metric's loss is not a number: lower the learning rate")

    def _variant(self, performances: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        chosen = self.generator.random(len(performances)) * self.n_variants[performances]
        return np.asarray(self.offsets[performances] + chosen.astype(np.int64))

    def _step(
        self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], labels: Tensor
    ) -> float:
        used, indices = np.unique(np.concatenate([first, second]), return_inverse=True)
        ours, theirs = torch.from_numpy(indices.reshape(2, -1))
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
        drawn = self.generator.choice(len(self.expert_pairs), self.options.batch_size)
        pairs = self.expert_pairs.at(drawn)
        first, second = self._variant(pairs.first), self._variant(pairs.second)
        labels = torch.from_numpy(pairs.similar.astype(np.float32))
        used, indices = np.unique(np.concatenate([first, second]), return_inverse=True)
        sequences = self._noisy(used)
        clips = clip_embeddings(self.network, sequences)[torch.from_numpy(indices)]
        forth = self.network.logit(clips[: len(first)], clips[len(first) :])
        return clip_loss(forth, labels)


class _ValidationLoss:
    """The loss on pairs of performances that are not learned from; always the same pairs."""

    def __init__(
        self, validation: MetricData, n_clips: int, pair_options: PairOptions, seed: int
    ) -> None:
        self.sequences = pad([variants[0] for variants in validation.sequences], n_clips)
        self.pairs: Pairs = sample_pairs(
            validation.scores, pair_options, np.random.default_rng(seed)
        )
        self.labels = torch.from_numpy(self.pairs.similar.astype(np.float32))

    def __call__(self, network: Siamese) -> float:
        network.eval()
        with torch.inference_mode():
            embedded = network.embedding(self.sequences)
            first = embedded[torch.from_numpy(self.pairs.first)]
            second = embedded[torch.from_numpy(self.pairs.second)]
            logits = network.logit(first, second)
            return float(nn.functional.binary_cross_entropy_with_logits(logits, self.labels))
