"""How the paper's network learns: pairs, their losses, and the moment that was best."""

import copy
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.errors import TrainingError
from podium.metric.curves import Look, Watch
from podium.metric.embedding import pad
from podium.metric.learning import LearningOptions
from podium.metric.losses import clip_loss, pair_loss
from podium.metric.pairs import (
    ExpertPairs,
    MetricData,
    PairOptions,
    Pairs,
    PairSampler,
    sample_pairs,
)
from podium.metric.siamese import Siamese, SiameseOptions
from podium.metric.trainable import TrainableSiamese
from podium.networks import accelerated


def learn(
    train: MetricData,
    validation: MetricData,
    n_clips: int,
    options: LearningOptions,
    pair_options: PairOptions,
    siamese_options: SiameseOptions,
    seed: int,
    watch: Watch,
) -> Siamese:
    """Return the network as it was when it was best on validation (see `learn_metric`)."""
    generator = np.random.default_rng(seed)
    with accelerated.learning(seed):
        network = TrainableSiamese(train.sequences[0][0].shape[1], siamese_options)
        network.to(accelerated.device())
        learner = _Learner(network, train, n_clips, options, pair_options, generator)
        learner.run(_ValidationLoss(validation, n_clips, pair_options, seed), watch)
    return network.cpu().learned()


def make_network(n_inputs: int, options: SiameseOptions, seed: int) -> TrainableSiamese:
    """Return a network as chance makes it; the state of chance is left as it was."""
    with accelerated.learning(seed):
        return TrainableSiamese(n_inputs, options).eval()


class _Learner:
    def __init__(
        self,
        network: TrainableSiamese,
        train: MetricData,
        n_clips: int,
        options: LearningOptions,
        pair_options: PairOptions,
        generator: np.random.Generator,
    ) -> None:
        self.network, self.options, self.generator = network, options, generator
        self.pairs = PairSampler(train.scores, pair_options)
        flat = [variant for variants in train.sequences for variant in variants]
        (self.sequences,) = accelerated.moved(torch.from_numpy(pad(flat, n_clips)))
        counts = np.array([len(variants) for variants in train.sequences])
        self.n_variants, self.offsets = counts, np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.spread = self.sequences.std(dim=(0, 1)) * options.noise
        self.expert_pairs = ExpertPairs(
            train.scores, train.actions, pair_options.points, options.expert_share
        )
        self.optimiser = torch.optim.Adam(
            network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )

    def run(self, validation_loss: "_ValidationLoss", watch: Watch) -> None:
        best_loss, best, waited = float("inf"), copy.deepcopy(self.network.state_dict()), 0
        for step, train_loss in self._until_looked_at():
            loss = validation_loss(self.network)
            watch(Look(step, train_loss, loss))
            if loss < best_loss:
                best_loss, waited = loss, 0
                best = copy.deepcopy(self.network.state_dict())
            else:
                waited += 1
            if waited >= self.options.patience:
                break
        self.network.load_state_dict(best)
        self.network.eval()

    def _until_looked_at(self) -> Iterator[tuple[int, float]]:
        """Learn until it is time for a look; give the steps so far and the mean loss since."""
        step = 0
        for _ in range(self.options.n_epochs):
            losses: list[float] = []
            for loss in self._epoch():
                losses.append(loss)
                if len(losses) == self.options.look_every:
                    step += len(losses)
                    yield step, _mean(losses)
                    losses = []
            if losses:
                step += len(losses)
                yield step, _mean(losses)

    def _epoch(self) -> Iterator[float]:
        pairs = self.pairs.draw(self.generator)
        first, second = self._variant(pairs.first), self._variant(pairs.second)
        (labels,) = accelerated.moved(torch.from_numpy(pairs.similar.astype(np.float32)))
        for start in range(0, len(pairs), self.options.batch_size):
            part = slice(start, start + self.options.batch_size)
            self.network.train()
            yield self._step(first[part], second[part], labels[part])

    def _variant(self, performances: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        chosen = self.generator.random(len(performances)) * self.n_variants[performances]
        return np.asarray(self.offsets[performances] + chosen.astype(np.int64))

    def _step(
        self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], labels: Tensor
    ) -> float:
        used, indices = np.unique(np.concatenate([first, second]), return_inverse=True)
        ours, theirs = torch.from_numpy(indices.reshape(2, -1))
        with accelerated.computing():
            loss = pair_loss(self.network, self._noisy(used), ours, theirs, labels)
            if self.options.clip_weight and len(self.expert_pairs):
                loss = loss + self.options.clip_weight * self._clip_loss()
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _noisy(self, used: npt.NDArray[np.int64]) -> Tensor:
        """Add noise to sequences, but not to the zeros that stand before the shorter ones.

        It is drawn on the processor, so that every device learns from the same.
        """
        clean = self.sequences[torch.from_numpy(used)]
        is_clip = (clean != 0).any(dim=-1, keepdim=True)
        (noise,) = accelerated.moved(torch.randn(clean.shape))
        return clean + noise * self.spread * is_clip

    def _clip_loss(self) -> Tensor:
        """Draw pairs of an expert and another of the same action, and judge them by their clips."""
        drawn = self.generator.choice(len(self.expert_pairs), self.options.batch_size)
        pairs = self.expert_pairs.at(drawn)
        first, second = self._variant(pairs.first), self._variant(pairs.second)
        (labels,) = accelerated.moved(torch.from_numpy(pairs.similar.astype(np.float32)))
        used, indices = np.unique(np.concatenate([first, second]), return_inverse=True)
        sequences = self._noisy(used)
        clips = self.network.clip_embeddings(sequences)[torch.from_numpy(indices)]
        forth = self.network.logit(clips[: len(first)], clips[len(first) :])
        return clip_loss(forth, labels)


def _mean(losses: list[float]) -> float:
    mean = float(np.mean(losses))
    if not np.isfinite(mean):
        raise TrainingError("the metric's loss is not a number: lower the learning rate")
    return mean


class _ValidationLoss:
    """The loss on pairs of performances that are not learned from; always the same pairs."""

    def __init__(
        self, validation: MetricData, n_clips: int, pair_options: PairOptions, seed: int
    ) -> None:
        first = [variants[0] for variants in validation.sequences]
        (self.sequences,) = accelerated.moved(torch.from_numpy(pad(first, n_clips)))
        self.pairs: Pairs = sample_pairs(
            validation.scores, pair_options, np.random.default_rng(seed)
        )
        (self.labels,) = accelerated.moved(torch.from_numpy(self.pairs.similar.astype(np.float32)))

    def __call__(self, network: TrainableSiamese) -> float:
        network.eval()
        with torch.inference_mode(), accelerated.computing():
            embedded = network.embedding(self.sequences)
            first = embedded[torch.from_numpy(self.pairs.first)]
            second = embedded[torch.from_numpy(self.pairs.second)]
            logits = network.logit(first, second)
            return float(nn.functional.binary_cross_entropy_with_logits(logits, self.labels))
