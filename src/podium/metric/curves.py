"""How the loss fell while something was learned: what is looked at to decide when to stop."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Learned = TypeVar("Learned")


@dataclass(frozen=True)
class Look:
    """One look at the loss while learning goes on."""

    step: int
    """After how many steps of learning, from 1."""

    train_loss: float
    """The mean loss of the steps since the last look, on what is learned from."""

    validation_loss: float | None = None
    """The loss on what only says when to stop; `None` where nothing is held back for that."""


Watch = Callable[[Look], None]
"""What is told of each look."""


def unwatched(look: Look) -> None:
    """Take no notice of a look."""


@dataclass(frozen=True)
class Curve:
    """The looks at one network while it learned, in order."""

    name: str
    """Which network, such as `network 1`."""

    looks: tuple[Look, ...]
    """One at least."""

    @property
    def kept(self) -> Look:
        """The look whose state was kept: the first with the least loss on what was held back.

        Where nothing was held back, the last.
        """
        known = [one for one in self.looks if one.validation_loss is not None]
        return min(known, key=_loss, default=self.looks[-1])


def _loss(look: Look) -> float:
    loss = look.validation_loss
    return math.inf if loss is None or math.isnan(loss) else loss


def learn_each(
    learn: Callable[[int, Watch], Learned], seeds: Sequence[int]
) -> tuple[list[Learned], tuple[Curve, ...]]:
    """Learn a network of each seed: return them, and the curve of each.

    `learn` is called with a seed, and with what is to be told of each look.
    """
    networks, curves = [], []
    for number, seed in enumerate(seeds, 1):
        looks: list[Look] = []
        networks.append(learn(seed, looks.append))
        curves.append(Curve(f"network {number}", tuple(looks)))
    return networks, tuple(curves)
