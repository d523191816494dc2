"""How the dense networks of `gap_regression` and `score_distribution` learn, in PyTorch.

Their arrays are kept as NumPy's, and what has learned answers without PyTorch.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.errors import TrainingError
from podium.metric.curves import Look, Watch, unwatched
from podium.networks import accelerated
from podium.scorers._dense_options import DenseOptions

Loss = Callable[[Any, Tensor], Tensor]
"""The loss of some rows, which are given by their indices; what is read goes to the device."""


def fit_dense(
    make: Callable[[], nn.Module],
    loss: Loss,
    n_rows: int,
    options: DenseOptions,
    seed: int,
    watch: Watch = unwatched,
) -> dict[str, npt.NDArray[Any]]:
    """Make a network, fit it, and return its arrays; the state of chance is left as it was.

    Each epoch draws the rows anew; the step of Adam falls to nothing along a cosine. `watch` is
    told of the mean loss of each epoch.

    Raises
    ------
    TrainingError
        If the loss is no number.
    """
    with accelerated.learning(seed):
        network = make().train().to(accelerated.device())
        _fit(network, loss, n_rows, options, watch)
    learned = network.cpu().state_dict()
    return {name: values.numpy().copy() for name, values in learned.items()}


def _fit(network: nn.Module, loss: Loss, n_rows: int, options: DenseOptions, watch: Watch) -> None:
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, options.n_epochs)
    step = 0
    for _ in range(options.n_epochs):
        losses: list[float] = []
        for rows in torch.split(torch.randperm(n_rows), options.batch_size):
            with accelerated.computing():
                value = loss(network, rows)
            losses.append(float(value.detach()))
            if not np.isfinite(losses[-1]):
                raise TrainingError("the network's loss is not a number: lower the learning rate")
            optimiser.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        schedule.step()
        step += len(losses)
        watch(Look(step, float(np.mean(losses))))
