"""How the tree of `gap_regression` learns, in PyTorch (Yu et al., 2021)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.inputs.saved import part_of
from podium.metric.curves import Watch, unwatched
from podium.networks import accelerated
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._dense_learning import fit_dense
from podium.scorers._dense_options import DenseOptions
from podium.scorers._gap_tree import interval_of, shapes_of, widths_of

TINY = 1e-6
"""No leaf is taken to be more certain than all but this."""


class TrainableTree(nn.Module):
    """The tree with gradients; `GapTree` has the same arrays and gives the same."""

    def __init__(self, n_inputs: int, n_hidden: int, n_levels: int, dropout: float) -> None:
        super().__init__()
        self.n_levels, self.dropout = n_levels, nn.Dropout(dropout)
        self.first = nn.Linear(n_inputs, n_hidden)
        started = {
            name: nn.Parameter(_start(name, shape, n_hidden))
            for name, shape in shapes_of(n_hidden, n_levels).items()
        }
        parts = [
            nn.ParameterList(part_of(started, f"{part}.").values())
            for part in ("splits", "split_biases", "grown", "grown_biases")
        ]
        self.splits, self.split_biases, self.grown, self.grown_biases = parts
        self.leaves, self.leaf_biases = started["leaves"], started["leaf_biases"]

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return the log chance of each leaf, and the place in its interval, (rows, leaves)."""
        features = torch.relu(self.first(self.dropout(rows)))[:, None]
        chances = rows.new_zeros(len(rows), 1)
        for level in range(self.n_levels):
            logits = torch.einsum("rnh,nkh->rnk", features, self.splits[level])
            sides = (logits + self.split_biases[level]).log_softmax(dim=-1)
            chances = (chances[..., None] + sides).flatten(1)
            grown = torch.einsum("rnh,nkoh->rnko", features, self.grown[level])
            features = torch.relu(grown + self.grown_biases[level]).flatten(1, 2)
        return chances, (features * self.leaves).sum(dim=-1) + self.leaf_biases


def _start(name: str, shape: tuple[int, ...], n_hidden: int) -> Tensor:
    """Return weights as chance makes them, and biases of 0."""
    return torch.zeros(shape) if "biases" in name else torch.randn(shape) / n_hidden**0.5


def tree_loss(chances: Tensor, places: Tensor, leaves: Tensor, wanted: Tensor) -> Tensor:
    """Return the loss of pairs: of the leaf each gap lies in, and of the place within that one.

    `chances`, logarithms, and `places` are (pairs, leaves), `leaves` and `wanted` (pairs,): the
    binary cross entropy of all leaves, and the squared error in the true one.
    """
    likely = chances.float().exp().clamp(TINY, 1 - TINY)
    is_own = nn.functional.one_hot(leaves, chances.shape[1]).to(likely.dtype)
    with torch.autocast(likely.device.type, enabled=False):  # it is refused in mixed precision
        entropies = nn.functional.binary_cross_entropy(likely, is_own, reduction="none")
    grouping = entropies.sum(dim=1)
    own = places.gather(1, leaves[:, None])[:, 0]
    return (grouping + (own - wanted) ** 2).mean()


@dataclass(frozen=True)
class GapPairs:
    """The pairs that a tree learns from.

    `rows` is (performances, width), `targets` (performances,), scaled; `peers` are those that each
    is compared with, by index; `borders` (leaves + 1,) lie between the intervals of gaps.
    """

    rows: Array
    targets: Floats
    peers: Sequence[npt.NDArray[np.int64]]
    borders: Floats

    def drawn(
        self, chosen: npt.NDArray[np.int64], generator: np.random.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Draw one peer of each; return pairs in both orders, their leaves, and places in these."""
        others = np.array([generator.choice(self.peers[row]) for row in chosen], np.int64)
        ours, theirs = np.concatenate([chosen, others]), np.concatenate([others, chosen])
        known = self.targets[theirs, None].astype(np.float32)
        pairs = np.concatenate([self.rows[ours], self.rows[theirs], known], axis=1)
        gaps = self.targets[ours] - self.targets[theirs]
        leaves = interval_of(gaps, self.borders)
        places = (gaps - self.borders[leaves]) / widths_of(self.borders)[leaves]
        wanted = torch.from_numpy(places.astype(np.float32))
        return torch.from_numpy(pairs), torch.from_numpy(leaves), wanted


def learn_tree(
    pairs: GapPairs, n_levels: int, options: DenseOptions, seed: int, watch: Watch = unwatched
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a tree that learned from pairs, drawn anew at each step."""
    generator = np.random.default_rng(seed)
    n_inputs = 2 * pairs.rows.shape[1] + 1

    def make() -> nn.Module:
        return TrainableTree(n_inputs, options.n_hidden, n_levels, options.dropout)

    def loss(network: Any, chosen: Tensor) -> Tensor:
        read, leaves, wanted = accelerated.moved(*pairs.drawn(chosen.numpy(), generator))
        chances, places = network(read)
        return tree_loss(chances, places, leaves, wanted)

    return fit_dense(make, loss, len(pairs.rows), options, seed, watch)
