"""What the scorers with a network over clips share: inputs, the training loop, and saving.

A scorer says which network it has and, where it is not the squared error, which loss.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.checks import check_options
from podium.errors import TrainingError, UsageError
from podium.features.values import Sample
from podium.folds.division import choice_groups, held_back
from podium.inputs.saved import values_of
from podium.metric.curves import Curve, Look, Watch, unwatched
from podium.metric.embedding import N_CLIPS, Array, Normaliser, fit_normaliser, pad
from podium.networks import accelerated
from podium.scorers import Floats, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._restored import restore_network
from podium.scorers._target import Target, TargetChoice, choose_target

MIN_PERFORMANCES = 5
"""Performances without which no part can be held back to stop on."""


MAX_BATCH = 1024
"""How many performances the loss is measured on at once."""


@dataclass(frozen=True)
class FittingOptions:
    """How long and how fast a network is fitted; the papers say little or nothing of it.

    `held_back` is the share of the training performances that only decides when to stop: when
    the loss on them has not fallen for `patience` epochs. The best state is kept.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    batch_size: int = 32
    n_epochs: int = 100
    patience: int = 12
    held_back: float = 0.2

    def __post_init__(self) -> None:
        check_options(self, weight_decay=0)
        if min(self.batch_size, self.n_epochs, self.patience) < 1 or self.learning_rate <= 0:
            raise UsageError(
                f"{self} fits nothing: batch_size, n_epochs and patience must be 1 or more, "
                "learning_rate above 0"
            )
        if not 0 < self.held_back < 1:
            raise UsageError(f"held_back is {self.held_back}: it must lie between 0 and 1")


@dataclass(frozen=True)
class SequenceOptions:
    """What every scorer with a network over clips can be told.

    `n_components` is how many components of the features the network reads.
    """

    target: TargetChoice = "auto"
    n_components: int = 128
    fitting: FittingOptions = field(default_factory=FittingOptions)

    def __post_init__(self) -> None:
        check_options(self, n_components=1)


@dataclass(frozen=True)
class Batch:
    """Some performances as a network reads them.

    `sequences` is (performances, clips, dim), all ending at the last clip; `is_clip`
    (performances, clips) is false where zeros stand before a shorter one; `targets`
    (performances,) is centred and scaled.
    """

    sequences: Tensor
    is_clip: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def rows(self, chosen: Tensor) -> "Batch":
        """Return some of the performances."""
        return Batch(self.sequences[chosen], self.is_clip[chosen], self.targets[chosen])

    def moved(self) -> "Batch":
        """Return it on the device that networks learn on."""
        return Batch(*accelerated.moved(self.sequences, self.is_clip, self.targets))


Loss = Callable[[Any, Batch], Tensor]


def fit_network(
    network: nn.Module,
    loss: Loss,
    train: Batch,
    held_back: Batch,
    options: FittingOptions,
    watch: Watch = unwatched,
) -> list[float]:
    """Fit a network, leave it at its best epoch, and give the loss on `held_back` by epoch.

    `watch` is told of both losses at the end of each epoch.

    Raises
    ------
    TrainingError
        If the loss is no number.
    """
    optimiser = torch.optim.Adam(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    history: list[float] = []
    best, waited, step = copy.deepcopy(network.state_dict()), 0, 0
    for _ in range(options.n_epochs):
        losses: list[float] = []
        network.train()
        for rows in torch.split(torch.randperm(len(train)), options.batch_size):
            with accelerated.computing():
                value = loss(network, train.rows(rows))
            losses.append(float(value.detach()))
            optimiser.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        network.eval()
        with torch.inference_mode(), accelerated.computing():
            history.append(_mean_loss(network, loss, held_back))
        if not np.isfinite(history[-1]):
            raise TrainingError("the network's loss is not a number: lower the learning rate")
        step += len(losses)
        watch(Look(step, float(np.mean(losses)), history[-1]))
        if history[-1] <= min(history):
            best, waited = copy.deepcopy(network.state_dict()), 0
        else:
            waited += 1
        if waited >= options.patience:
            break
    network.load_state_dict(best)
    network.eval()
    return history


def _mean_loss(network: nn.Module, loss: Loss, batch: Batch) -> float:
    """Measure the loss on a batch; on parts of a large one, for some compare all with all."""
    parts = torch.split(torch.arange(len(batch)), MAX_BATCH)
    if len(parts) == 1:
        return float(loss(network, batch))
    losses = [float(loss(network, batch.rows(rows))) for rows in parts]
    return float(np.average(losses, weights=[len(rows) for rows in parts]))


class SequenceRegression:
    """A network that reads clips in order and gives a score: what its scorers inherit."""

    name: ClassVar[str]
    options_type: ClassVar[type[SequenceOptions]] = SequenceOptions
    options: Any
    network = Learned[Any]()
    normaliser = Learned[Normaliser]()
    n_clips = Learned[int]()
    centre = Learned[float]()
    spread = Learned[float]()

    def __init__(self, options: Any = None, seed: int = 0) -> None:
        self.options = self.options_type() if options is None else options
        self.seed = seed
        self.target = Target(uses_execution=False)
        self.curves: tuple[Curve, ...] = ()

    def make_network(self, n_inputs: int) -> nn.Module:
        """Build the unfitted network, for clips of `n_inputs` numbers."""
        raise NotImplementedError

    def outputs(self, sequences: Tensor, is_clip: Tensor) -> Tensor:
        """Return the centred and scaled score of each performance, (performances,)."""
        scores: Tensor = self.network(sequences, is_clip)
        return scores

    def loss(self, network: Any, batch: Batch) -> Tensor:
        """Return how wrong the network is about a batch: the mean squared error."""
        return nn.functional.mse_loss(network(batch.sequences, batch.is_clip), batch.targets)

    def scale(self, targets: Floats) -> tuple[float, float]:
        """Return the centre and the spread that targets are brought to before fitting."""
        return float(targets.mean()), float(targets.std()) or 1.0

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Fit the network; without `validation`, a part of `train` decides when to stop.

        Augmented variants are learned from like performances of their own.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        if len(train) < MIN_PERFORMANCES:
            raise TrainingError(
                f"{len(train)} performances are too few to learn from: "
                f"give {MIN_PERFORMANCES} or more with scores"
            )
        self.target = choose_target(train, self.options.target)
        self.n_clips = max(len(s.features) for s in train)
        clips = np.concatenate([s.features.values for s in train])
        self.normaliser = fit_normaliser(clips, self.options.n_components)
        self.centre, self.spread = self.scale(self.target.of(train))
        fitted, stopped = self._parts(train, validation)
        with accelerated.learning(self.seed):
            network = self.make_network(self.normaliser.dim).to(accelerated.device())
            batches = self._batch(fitted, with_variants=True).moved(), self._batch(stopped).moved()
            looks: list[Look] = []
            fit_network(network, self.loss, *batches, self.options.fitting, looks.append)
        self.network = network.cpu()
        self.curves = (Curve("network 1", tuple(looks)),)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        spread, centre = self.spread, self.centre
        with torch.inference_mode():  # one by one, so that a score does not depend on the others
            values = [float(self.outputs(*self.inputs([query]))[0]) for query in queries]
        return self.target.points(np.array(values) * spread + centre, queries)

    def inputs(self, samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
        """Return (performances, clips, dim), and which of (performances, clips) are clips."""
        return self._pad([self.normaliser(s.features.values) for s in samples])

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays: dict[str, npt.NDArray[Any]] = dict(self.normaliser.arrays())
        for key, value in self.network.state_dict().items():
            arrays[f"network.{key}"] = value.numpy()
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "n_clips": self.n_clips,
            "target": self.target.to_json(),
            "centre": self.centre,
            "spread": self.spread,
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"options": cls.options_type, "seed": int, "n_clips": N_CLIPS, "target": Any}
        plain = values_of(state.config, "scorer", **kinds, centre=float, spread=float)
        scorer = cls(plain["options"], plain["seed"])
        scorer.n_clips, scorer.target = plain["n_clips"], Target.from_json(plain["target"])
        scorer.centre, scorer.spread = plain["centre"], plain["spread"]
        scorer.normaliser = Normaliser.from_arrays(state.arrays)
        dim = scorer.normaliser.dim
        scorer.network = restore_network(lambda: scorer.make_network(dim), state.arrays, "network.")
        return scorer

    def _parts(
        self, train: Sequence[Sample], validation: Sequence[Sample]
    ) -> tuple[Sequence[Sample], Sequence[Sample]]:
        if validation:
            return train, validation
        groups = choice_groups([sample.group for sample in train])
        indices = set(held_back(groups, self.options.fitting.held_back, self.seed).tolist())
        fitted = [sample for index, sample in enumerate(train) if index not in indices]
        return fitted, [train[index] for index in sorted(indices)]

    def _batch(self, samples: Sequence[Sample], with_variants: bool = False) -> Batch:
        targets = (self.target.of(samples) - self.centre) / self.spread
        looks = [(s.features, *(s.variants if with_variants else ())) for s in samples]
        sequences, is_clip = self._pad([self.normaliser(f.values) for fs in looks for f in fs])
        repeated = np.repeat(targets, [len(features) for features in looks])
        return Batch(sequences, is_clip, torch.from_numpy(repeated.astype(np.float32)))

    def _pad(self, sequences: Sequence[Array]) -> tuple[Tensor, Tensor]:
        stacked = torch.from_numpy(pad(sequences, self.n_clips))
        lengths = torch.tensor([len(sequence) for sequence in sequences])
        from_end = torch.arange(stacked.shape[1], 0, -1)
        return stacked, from_end[None] <= lengths[:, None]


def last_clips(sequences: Tensor, is_clip: Tensor, n_clips: int) -> tuple[Tensor, Tensor]:
    """Keep the last `n_clips` of (performances, clips, dim), for networks that read no more."""
    return sequences[:, -n_clips:], is_clip[:, -n_clips:]


def masked_mean(values: Tensor, is_clip: Tensor) -> Tensor:
    """Average (performances, clips) over the real clips, (performances,)."""
    return (values * is_clip).sum(dim=1) / is_clip.sum(dim=1)


def ordered_pairs(targets: Tensor, min_gap: float = 0.0) -> tuple[Tensor, Tensor]:
    """List all pairs of a better and a worse performance by index; the gap is above `min_gap`."""
    better, worse = torch.nonzero(targets[:, None] - targets[None] > min_gap, as_tuple=True)
    return better, worse
