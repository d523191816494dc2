"""What scorers share that learn the gap to exemplars, some of which vote on a performance's score.

A scorer says how pairs are learned from, what its exemplars vote, and which arrays it has.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from podium.features.values import Sample
from podium.inputs.saved import Arrays, values_of
from podium.metric.curves import Curve
from podium.metric.embedding import N_CLIPS
from podium.scorers import Floats, ScorerState
from podium.scorers._clip_rows import ClipRows, fit_clip_rows
from podium.scorers._exemplars import MAX_EXEMPLARS, MAX_PEERS, Exemplar, Exemplars, Ints
from podium.scorers._learned import Learned
from podium.scorers._target import Target, choose_target


class ExemplarVoting:
    """Compares with performances of the same action and difficulty whose scores are known."""

    name: ClassVar[str]
    options_type: ClassVar[type[Any]]
    options: Any
    rows = Learned[ClipRows]()
    exemplars = Learned[Exemplars]()
    centre = Learned[float]()
    spread = Learned[float]()

    def __init__(self, options: Any = None, seed: int = 0) -> None:
        self.options = self.options_type() if options is None else options
        self.seed = seed
        self.target = Target(uses_execution=False)
        self.curves: tuple[Curve, ...] = ()

    def learn(self, everyone: Exemplars, peers: Sequence[Ints]) -> None:
        """Learn from pairs of each performance with its peers, by index."""
        raise NotImplementedError

    def votes(self, query: Sample) -> Floats:
        """Return what each of a query's exemplars says, (exemplars,), in the target's spread.

        That is the exemplar's score and the gap to it, as all networks see it on average.
        """
        raise NotImplementedError

    def learned_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what `learn` learned as the arrays that are saved."""
        raise NotImplementedError

    def restore_learned(self, arrays: Arrays) -> None:
        """Take what was learned from saved arrays; `ModelError` where they do not fit."""
        raise NotImplementedError

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn from pairs of training performances; nothing is stopped on `validation`.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        options = self.options
        self.target = choose_target(train, options.target)
        self.rows = fit_clip_rows(train, options.n_last_clips, options.n_components)
        targets = self.target.of(train)
        self.centre, self.spread = float(targets.mean()), float(targets.std()) or 1.0
        known = tuple(Exemplar.of(sample) for sample in train)
        everyone = Exemplars(known, self.rows(train), (targets - self.centre) / self.spread)
        self.learn(everyone, [everyone.voters(sample, MAX_PEERS) for sample in train])
        self.exemplars = everyone.thinned(MAX_EXEMPLARS)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,): the mean of the votes of exemplars."""
        values = np.array([self.votes(query).mean() for query in queries], np.float64)
        return self.target.points(values * self.spread + self.centre, queries)

    def voters(self, query: Sample) -> Ints:
        """Return which exemplars vote on a query, by index, (exemplars,)."""
        return self.exemplars.voters(query, self.options.n_exemplars)

    @property
    def seeds(self) -> range:
        """The seed of each of its networks."""
        first = self.seed * 1000
        return range(first, first + self.options.n_networks)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        arrays = {**self.rows.arrays(), **self.exemplars.arrays(), **self.learned_arrays()}
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
        kinds = {"options": cls.options_type, "seed": int, "n_clips": N_CLIPS, "target": Any}
        others = {"centre": float, "spread": float, "exemplars": tuple[Exemplar, ...]}
        plain = values_of(state.config, "scorer", **kinds, **others)
        scorer = cls(plain["options"], plain["seed"])
        scorer.target = Target.from_json(plain["target"])
        scorer.centre, scorer.spread = plain["centre"], plain["spread"]
        scorer.rows = ClipRows.from_arrays(state.arrays, plain["n_clips"])
        width = scorer.rows.width
        scorer.exemplars = Exemplars.from_arrays(state.arrays, plain["exemplars"], width)
        scorer.restore_learned(state.arrays)
        return scorer
