"""Group-aware contrastive regression (CoRe: Yu, Rao, Zhao, Lu and Zhou, 2021): the gap to others.

A performance is compared with one of the same action and difficulty whose score is known, and what
is learned is the gap between the two. A tree of intervals, each
of which holds as many of the gaps of training, says in which the gap lies, and each leaf where
in it. Pairs are learned in both orders; the votes of ten exemplars are averaged.

Of the paper's parts the video network is not fitted: rows of the last clips are read as they are.
Its exemplars are drawn by chance; here those that vote are spread evenly over the scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from podium.checks import require
from podium.features.values import Sample
from podium.inputs.saved import Arrays, array_of
from podium.machine import extras
from podium.metric.curves import Watch, learn_each
from podium.networks.layers import Array
from podium.scorers import Floats
from podium.scorers._dense_options import DenseOptions
from podium.scorers._exemplars import Exemplars, Ints
from podium.scorers._gap_tree import LEVELS, GapTree, balanced_borders, widths_of
from podium.scorers._learned import Learned
from podium.scorers._voting import ExemplarVoting

__all__ = ["GapRegression", "GapRegressionOptions"]


@dataclass(frozen=True)
class GapRegressionOptions(DenseOptions):
    """What `gap_regression` can be told beside what all dense networks can."""

    n_exemplars: int = 10
    """How many performances of training vote (10 in the paper)."""

    n_levels: int = 4
    """How many times the tree splits: at 4 it has 16 leaves, as the paper's."""

    leaf: Literal["likeliest", "expected"] = "expected"
    """Whether the likeliest leaf alone says the gap, as in the paper, or all by their chances."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.n_exemplars >= 1, "n_exemplars", self.n_exemplars, "1 or more")
        wanted = f"{LEVELS.start} to {LEVELS.stop - 1}"
        require(self.n_levels in LEVELS, "n_levels", self.n_levels, wanted)


class GapRegression(ExemplarVoting):
    """Learns the gap to exemplars of the same action and difficulty, ten of which vote (CoRe)."""

    name = "gap_regression"
    options_type = GapRegressionOptions
    options: GapRegressionOptions
    trees = Learned[tuple[GapTree, ...]]()
    borders = Learned[Floats]()
    """Between the intervals of gaps, in the target's spread, (leaves + 1,)."""

    def __init__(
        self, options: GapRegressionOptions = GapRegressionOptions(), seed: int = 0
    ) -> None:
        super().__init__(options, seed)

    def learn(self, everyone: Exemplars, peers: Sequence[Ints]) -> None:
        """Learn a tree of each seed."""
        with extras.needed_for("training", "train"):
            from podium.scorers._gap_learning import GapPairs, learn_tree

        options = self.options
        self.borders = balanced_borders(gaps_of(everyone.targets, peers), 2**options.n_levels)
        pairs = GapPairs(everyone.rows, everyone.targets, peers, self.borders)

        def learn(seed: int, watch: Watch) -> GapTree:
            return self._tree(learn_tree(pairs, options.n_levels, options, seed, watch), "")

        trees, self.curves = learn_each(learn, self.seeds)
        self.trees = tuple(trees)

    def votes(self, query: Sample) -> Floats:
        """Return what each of a query's exemplars says, (exemplars,), in the target's spread."""
        chosen = self.voters(query)
        scores = self.exemplars.targets[chosen]
        ours = np.repeat(self.rows([query]), len(chosen), axis=0)
        known = scores[:, None].astype(np.float32)
        pairs = np.concatenate([ours, self.exemplars.rows[chosen], known], axis=1)
        gaps = [self._gaps(*tree(pairs)) for tree in self.trees]
        return np.asarray(scores + np.mean(gaps, axis=0), np.float64)

    def learned_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the borders and the trees as the arrays that are saved."""
        arrays: dict[str, npt.NDArray[Any]] = {"borders": self.borders}
        for number, tree in enumerate(self.trees):
            arrays |= {f"tree.{number}.{key}": values for key, values in tree.arrays().items()}
        return arrays

    def restore_learned(self, arrays: Arrays) -> None:
        """Take the borders and the trees; `ModelError` where they do not fit."""
        n_borders = 2**self.options.n_levels + 1
        self.borders = array_of(arrays, "borders", (n_borders,), np.float64)
        numbers = range(self.options.n_networks)
        self.trees = tuple(self._tree(arrays, f"tree.{n}.") for n in numbers)

    def _tree(self, arrays: Arrays, prefix: str) -> GapTree:
        n_inputs = 2 * self.rows.width + 1
        options = self.options
        return GapTree.from_arrays(arrays, prefix, n_inputs, options.n_hidden, options.n_levels)

    def _gaps(self, chances: Array, places: Array) -> Floats:
        """Return the gaps of pairs, (pairs,), from chances and places, (pairs, leaves) each."""
        gaps = self.borders[:-1] + places * widths_of(self.borders)
        if self.options.leaf == "expected":
            return np.asarray((chances * gaps).sum(axis=1), np.float64)
        likeliest = chances.argmax(axis=1)
        return np.asarray(gaps[np.arange(len(gaps)), likeliest], np.float64)


def gaps_of(targets: Floats, peers: Sequence[npt.NDArray[np.int64]]) -> Floats:
    """Return the gaps between performances and those that each is compared with, both ways."""
    gaps = np.concatenate([targets[row] - targets[others] for row, others in enumerate(peers)])
    return np.concatenate([gaps, -gaps])
