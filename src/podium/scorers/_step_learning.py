"""How the network of `step_attention` learns, in PyTorch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.metric.curves import Watch, unwatched
from podium.networks import accelerated
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._dense_learning import fit_dense
from podium.scorers._dense_options import DenseOptions
from podium.scorers._step_network import StepShape


class TrainableSteps(nn.Module):
    """The network with gradients; `StepNetwork` has the same arrays and gives the same."""

    def __init__(self, shape: StepShape, dropout: float) -> None:
        super().__init__()
        self.shape, self.dropout = shape, nn.Dropout(dropout)
        layers = {name: nn.Linear(*sizes) for name, sizes in shape.layers().items()}
        self.embed, self.query, self.key = layers["embed"], layers["query"], layers["key"]
        self.value, self.beside, self.gap = layers["value"], layers["beside"], layers["gap"]
        self.places = nn.Parameter(torch.zeros(shape.n_steps, shape.n_hidden))

    def forward(self, ours: Tensor, theirs: Tensor, known: Tensor) -> Tensor:
        """Return the gap of each step, (pairs, steps)."""
        own, other = (self._embedded(steps) for steps in (ours, theirs))
        logits = self.query(own) @ self.key(other).transpose(1, 2) / self.shape.n_hidden**0.5
        found = logits.softmax(dim=-1) @ self.value(other)
        shown = known[:, None, None].expand(*own.shape[:2], 1)
        read = torch.cat([own, found, own - found, shown], dim=-1)
        gaps: Tensor = self.gap(torch.relu(self.beside(read)))[..., 0]
        return gaps

    def _embedded(self, steps: Tensor) -> Tensor:
        return torch.relu(self.embed(self.dropout(steps))) + self.places


@dataclass(frozen=True)
class StepPairs:
    """The pairs that it learns from.

    `steps` is (performances, steps, inputs), `targets` (performances,), scaled; `peers` are those
    that each is compared with, by index.
    """

    steps: Array
    targets: Floats
    peers: Sequence[npt.NDArray[np.int64]]

    def drawn(
        self, chosen: npt.NDArray[np.int64], generator: np.random.Generator
    ) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
        """Draw one peer of each; return what is read of pairs in both orders, and their gaps."""
        others = np.array([generator.choice(self.peers[row]) for row in chosen], np.int64)
        ours, theirs = np.concatenate([chosen, others]), np.concatenate([others, chosen])
        known = torch.from_numpy(self.targets[theirs].astype(np.float32))
        gaps = (self.targets[ours] - self.targets[theirs]).astype(np.float32)
        both = torch.from_numpy(self.steps[ours]), torch.from_numpy(self.steps[theirs])
        return (*both, known), torch.from_numpy(gaps)


def learn_steps(
    pairs: StepPairs, options: DenseOptions, seed: int, watch: Watch = unwatched
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a network that learned from pairs, drawn anew at each step.

    The loss is the squared error of the gap, which is the sum over the steps.
    """
    generator = np.random.default_rng(seed)
    _, n_steps, n_inputs = pairs.steps.shape
    shape = StepShape(n_steps, n_inputs, options.n_hidden)

    def make() -> nn.Module:
        return TrainableSteps(shape, options.dropout)

    def loss(network: Any, chosen: Tensor) -> Tensor:
        read, gaps = pairs.drawn(chosen.numpy(), generator)
        (wanted,) = accelerated.moved(gaps)
        return nn.functional.mse_loss(network(*accelerated.moved(*read)).sum(dim=1), wanted)

    return fit_dense(make, loss, len(pairs.steps), options, seed, watch)
