"""Group-aware contrastive regression (CoRe: Yu, Rao, Zhao, Lu and Zhou, 2021): the gap to others.

A performance is compared with one of the same action and difficulty whose score is known, and what
is learned is the gap between the two. A tree of intervals, each
of which holds as many of the gaps of training, says in which the gap lies, and each leaf where
in it. Pairs are learned in both orders; the votes of ten exemplars are averaged.

Of the paper's parts the video network is not fitted: rows of the last clips are read as they are.
Its exemplars are drawn by chance; here those that vote are spread evenly over the scores.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from podium.checks import require
from podium.features.values import Sample
from podium.inputs.saved import Arrays, array_of, values_of
from podium.machine import extras
from podium.metric.curves import Curve, Watch, learn_each
from podium.metric.embedding import N_CLIPS
from podium.networks.layers import Array
from podium.scorers import Floats, ScorerState
from podium.scorers._clip_rows import ClipRows, fit_clip_rows
from podium.scorers._dense_options import DenseOptions
from podium.scorers._exemplars import Exemplar, Exemplars
from podium.scorers._gap_tree import LEVELS, GapTree, balanced_borders, widths_of
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target

__all__ = ["GapRegression", "GapRegressionOptions"]

MAX_PEERS = 100
"""With so many others a performance is compared at most while learning."""

MAX_EXEMPLARS = 5_000
"""So many performances of training are kept to vote."""


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


class GapRegression:
    """Learns the gap to exemplars of the same action and difficulty, ten of which vote (CoRe)."""

    name = "gap_regression"
    rows = Learned[ClipRows]()
    exemplars = Learned[Exemplars]()
    trees = Learned[tuple[GapTree, ...]]()
    borders = Learned[Floats]()
    """Between the intervals of gaps, in the target's spread, (leaves + 1,)."""
    centre = Learned[float]()
    spread = Learned[float]()

    def __init__(
        self, options: GapRegressionOptions = GapRegressionOptions(), seed: int = 0
    ) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)
        self.curves: tuple[Curve, ...] = ()

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn from pairs of training performances; nothing is stopped on `validation`.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        with extras.needed_for("training", "train"):
            from podium.scorers._gap_learning import GapPairs, learn_tree

        options = self.options
        self.target = choose_target(train, options.target)
        self.rows = fit_clip_rows(train, options.n_last_clips, options.n_components)
        known = tuple(Exemplar.of(sample) for sample in train)
        targets = self.target.of(train)
        self.centre, self.spread = float(targets.mean()), float(targets.std()) or 1.0
        everyone = Exemplars(known, self.rows(train), (targets - self.centre) / self.spread)
        peers = [everyone.voters(sample, MAX_PEERS) for sample in train]
        self.borders = balanced_borders(gaps_of(everyone.targets, peers), 2**options.n_levels)
        pairs = GapPairs(everyone.rows, everyone.targets, peers, self.borders)

        def learn(seed: int, watch: Watch) -> dict[str, npt.NDArray[Any]]:
            return learn_tree(pairs, options.n_levels, options, seed, watch)

        first = self.seed * 1000
        learned, self.curves = learn_each(learn, range(first, first + options.n_networks))
        self.trees = tuple(self._tree(arrays, "") for arrays in learned)
        self.exemplars = everyone.thinned(MAX_EXEMPLARS)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,): the mean of the votes of exemplars."""
        values = np.array([self.votes(query).mean() for query in queries], np.float64)
        return self.target.points(values * self.spread + self.centre, queries)

    def votes(self, query: Sample) -> Floats:
        """Return what each of a query's exemplars says, (exemplars,), in the target's spread.

        That is the exemplar's score and the gap to it, as all trees see it on average.
        """
        exemplars = self.exemplars
        chosen = exemplars.voters(query, self.options.n_exemplars)
        scores = exemplars.targets[chosen]
        ours = np.repeat(self.rows([query]), len(chosen), axis=0)
        known = scores[:, None].astype(np.float32)
        pairs = np.concatenate([ours, exemplars.rows[chosen], known], axis=1)
        gaps = [self._gaps(*tree(pairs)) for tree in self.trees]
        return np.asarray(scores + np.mean(gaps, axis=0), np.float64)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays = {**self.rows.arrays(), **self.exemplars.arrays(), "borders": self.borders}
        for number, tree in enumerate(self.trees):
            arrays |= {f"tree.{number}.{key}": values for key, values in tree.arrays().items()}
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "n_clips": self.rows.n_clips,
            "target": self.target.to_json(),
            "centre": self.centre,
            "spread": self.spread,
            "exemplars": [one.to_json() for one in self.exemplars.known],
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit."""
        kinds = {"options": GapRegressionOptions, "seed": int, "n_clips": N_CLIPS, "target": Any}
        others = {"centre": float, "spread": float, "exemplars": tuple[Exemplar, ...]}
        plain = values_of(state.config, "scorer", **kinds, **others)
        scorer = cls(plain["options"], plain["seed"])
        scorer.target = Target.from_json(plain["target"])
        scorer.centre, scorer.spread = plain["centre"], plain["spread"]
        scorer.rows = ClipRows.from_arrays(state.arrays, plain["n_clips"])
        scorer.exemplars = Exemplars.from_arrays(
            state.arrays, plain["exemplars"], scorer.rows.width
        )
        n_borders = 2**scorer.options.n_levels + 1
        scorer.borders = array_of(state.arrays, "borders", (n_borders,), np.float64)
        numbers = range(scorer.options.n_networks)
        scorer.trees = tuple(scorer._tree(state.arrays, f"tree.{n}.") for n in numbers)
        return scorer

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
