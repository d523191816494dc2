"""How the networks of `score_distribution` learn, in PyTorch (Tang et al., 2020)."""

from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.metric.curves import Watch, unwatched
from podium.networks import accelerated
from podium.networks.layers import Array
from podium.scorers._dense_learning import fit_dense
from podium.scorers._dense_options import DenseOptions


class TrainableJudges(nn.Module):
    """A layer for all judges and one of each judge's; `JudgesNetwork` gives the same."""

    def __init__(self, n_inputs: int, n_judges: int, n_grades: int, options: DenseOptions) -> None:
        super().__init__()
        self.shape = (n_judges, n_grades)
        self.dropout = nn.Dropout(options.dropout)
        self.first = nn.Linear(n_inputs, options.n_hidden)
        self.judges = nn.Linear(options.n_hidden, n_judges * n_grades)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the log chance of each grade from each judge, (rows, judges, grades)."""
        hidden = torch.relu(self.first(self.dropout(rows)))
        logits: Tensor = self.judges(hidden).unflatten(1, self.shape)
        return logits.log_softmax(dim=-1)


def learn_distributions(
    rows: Array, wanted: Array, options: DenseOptions, seed: int, watch: Watch = unwatched
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a network that learned distributions, (performances, judges, grades).

    `rows` is (performances, width); the loss is the Kullback-Leibler divergence from what is
    wanted, added over judges.
    """
    inputs, chances = accelerated.moved(torch.from_numpy(rows), torch.from_numpy(wanted))

    def make() -> nn.Module:
        return TrainableJudges(rows.shape[1], wanted.shape[1], wanted.shape[2], options)

    def loss(network: Any, chosen: Tensor) -> Tensor:
        divergence = nn.functional.kl_div(
            network(inputs[chosen]), chances[chosen], reduction="none"
        )
        return divergence.sum(dim=(1, 2)).mean()

    return fit_dense(make, loss, len(rows), options, seed, watch)
