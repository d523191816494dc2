"""The scorer that a model keeps: several networks of it learn one by one, and each is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from podium.errors import UnusableFile
from podium.features.values import Sample
from podium.inputs.saved import read_arrays
from podium.machine.files import write_bytes
from podium.metric.curves import Curve, Look
from podium.scorers import LearnedNetwork, PartwiseScorer, Scorer
from podium.training import left_out
from podium.training.options import Progress, TrainingOptions
from podium.training.pieces import Piece, state_of

CURVE = "curve"
"""The array of how the loss fell: step, loss, and loss on what was held back, a row a look."""

NOT_HELD_BACK = -1.0
"""Stands for no loss there; a loss is 0 or more."""


@dataclass(frozen=True)
class Fitting:
    """Fits the scorer of a model, network by network where it has several."""

    train: Sequence[Sample]
    validation: Sequence[Sample]
    options: TrainingOptions
    unfinished: Path
    """The folder in which networks are kept until the model is whole."""

    progress: Progress

    def pieces(self) -> list[Piece]:
        """List the networks; none where the scorer is fitted as a whole."""
        scorer = self._unfitted()
        if not isinstance(scorer, PartwiseScorer):
            return []
        paths = enumerate(self._paths(scorer))
        return [Piece(path.name, partial(self._networks, scorer, [n])) for n, path in paths]

    def fitted(self) -> Scorer:
        """Return the fitted scorer; of networks that are there it is not fitted again.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        scorer = self._unfitted()
        if scorer is None:
            return left_out.fitted_scorer(self.options, self.train, self.validation)
        if not isinstance(scorer, PartwiseScorer):
            return scorer.fit(self.train, self.validation)
        numbers = range(scorer.n_networks(self.train))
        return scorer.fit_with(self._networks(scorer, numbers), self.train)

    def _unfitted(self) -> Scorer | None:
        """Return the scorer; `None` where one is gone on from."""
        return None if self.options.kept else left_out.unfitted_scorer(self.options)

    def _paths(self, scorer: PartwiseScorer) -> list[Path]:
        state = state_of(self.options, self.train, self.validation)
        names = (f"network-{state}-{n}.safetensors" for n in range(scorer.n_networks(self.train)))
        return [self.unfinished / name for name in names]

    def _networks(self, scorer: PartwiseScorer, numbers: Sequence[int]) -> list[LearnedNetwork]:
        """Return networks by number: those that are there, and the others once they learned."""
        paths = self._paths(scorer)
        found = {n: known for n in numbers if (known := _read(paths[n], n))}
        missing = [n for n in numbers if n not in found]
        learning = scorer.learn_networks(missing, self.train, self.validation)
        for number in missing:
            self.progress.report("learning networks", len(found), len(numbers))
            found[number] = next(learning)
            write_bytes(paths[number], _content(found[number]))
        return [found[n] for n in numbers]


def _content(network: LearnedNetwork) -> bytes:
    arrays = {name: np.ascontiguousarray(values) for name, values in network.arrays.items()}
    if network.curve:
        arrays[CURVE] = np.array([_row(look) for look in network.curve.looks], np.float64)
    return save(arrays)


def _row(look: Look) -> tuple[float, float, float]:
    held_back = look.validation_loss
    return look.step, look.train_loss, NOT_HELD_BACK if held_back is None else held_back


def _read(path: Path, number: int) -> LearnedNetwork | None:
    """Read a network; `None` where there is none, or it is damaged."""
    try:
        arrays = read_arrays(path)
    except (OSError, UnusableFile):
        return None
    rows = arrays.pop(CURVE, np.zeros((0, 3)))
    if rows.ndim != 2 or rows.shape[1] != 3:
        return None
    looks = [
        Look(int(step), float(loss), None if held_back == NOT_HELD_BACK else float(held_back))
        for step, loss, held_back in rows
    ]
    return LearnedNetwork(arrays, Curve(f"network {number + 1}", tuple(looks)) if looks else None)
