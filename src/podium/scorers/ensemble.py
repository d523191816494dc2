"""A mean of several scorers, each weighed by how much it helps on performances left out (stacking).

Every scorer that is named predicts each training performance once without having seen it, nor any
of its group. The weights are those that come nearest to the scores with all of these predictions:
none is below 0, and they add up to 1 (stacked regressions: Wolpert, 1992; Breiman, 1996, who shows
why weights must not be negative). Then each scorer is fitted to all.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium import _catalog
from podium.checks import check_options, require
from podium.errors import ModelError
from podium.features.values import Sample, hide_labels
from podium.folds.division import choice_groups, parts
from podium.inputs.saved import part_of, values_of
from podium.metric.curves import Curve
from podium.scorers import Floats, Scorer, ScorerState
from podium.scorers._learned import Learned
from podium.scorers._target import Target, TargetChoice, choose_target

__all__ = ["Ensemble", "EnsembleOptions"]

MAX_SCORERS = 10
"""Of so many scorers at most a mean is taken."""

FIRMLY = 1e4
"""How much more it counts that weights add up to 1 than that a performance is met."""


@dataclass(frozen=True)
class EnsembleOptions:
    """Which scorers are averaged, and how their weights are found."""

    scorers: tuple[str, ...] = ("ridge", "siamese_lstm", "step_attention")
    """The scorers, by name; each but for what stands here with options of its own."""

    target: TargetChoice = "auto"
    """In which unit predictions are compared with the truth: the score, or the execution."""

    n_folds: int = 5
    """In how many parts the training performances are left out to find the weights."""

    n_last_clips: int | None = None
    """How many of the last clips those scorers read that can be told; `None`: as each by itself."""

    def __post_init__(self) -> None:
        check_options(self, n_folds=2)
        names = self.scorers
        fits = 1 <= len({*names}) == len(names) <= MAX_SCORERS and "ensemble" not in names
        wanted = f"1 to {MAX_SCORERS} names of scorers, each once, and not ensemble"
        require(fits, "scorers", names, wanted)
        clips = self.n_last_clips
        require(clips is None or clips >= 1, "n_last_clips", clips, "1 or more")


class Ensemble:
    """The mean of several scorers, weighed by what they say of performances left out (stacking)."""

    name = "ensemble"
    members = Learned[tuple[Scorer, ...]]()
    weights = Learned[Floats]()
    """Of each scorer, 0 or more; they add up to 1, (scorers,)."""

    def __init__(self, options: EnsembleOptions = EnsembleOptions(), seed: int = 0) -> None:
        self.options, self.seed = options, seed
        self.target = Target(uses_execution=False)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """How the losses fell of those scorers that learn step by step; none before `fit`."""
        return tuple(
            replace(curve, name=f"{member.name} {curve.name}")
            for member in vars(self).get("members", ())
            for curve in getattr(member, "curves", ())
        )

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Find the weights on performances left out, by whole groups; then fit each scorer to all.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        self.target = choose_target(train, self.options.target)
        said = self._left_out(train, validation)
        self.weights = stacked_weights(said, self.target.of(train))
        self.members = tuple(self._fitted(name, train, validation) for name in self.options.scorers)
        return self

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,): the weighed mean of what scorers say."""
        said = [member.predict(queries) for member in self.members]
        return np.asarray(self.weights @ np.stack(said), np.float64)

    def state(self) -> ScorerState:
        """Return all that `restore` needs."""
        states = [member.state() for member in self.members]
        arrays = {
            f"{number}.{key}": values
            for number, state in enumerate(states)
            for key, values in state.arrays.items()
        }
        config = {
            "options": asdict(self.options),
            "seed": self.seed,
            "target": self.target.to_json(),
            "weights": self.weights.tolist(),
            "members": [dict(state.config) for state in states],
        }
        return ScorerState(arrays, config)

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state; `ModelError` where it does not fit.

        It may name scorers of Podium, and of installed packages, only.
        """
        kinds = {"options": EnsembleOptions, "seed": int, "target": Any}
        lists = {"weights": tuple[float, ...], "members": tuple[Any, ...]}
        plain = values_of(state.config, "scorer", **kinds, **lists)
        scorer = cls(plain["options"], plain["seed"])
        scorer.target = Target.from_json(plain["target"])
        names, weights = scorer.options.scorers, np.array(plain["weights"], np.float64)
        if not len(names) == len(weights) == len(plain["members"]) or (weights < 0).any():
            raise ModelError(
                "scorer.weights and scorer.members must have an entry for each of the scorers, "
                "and no weight below 0"
            )
        scorer.weights = weights
        scorer.members = tuple(
            _restored(name, ScorerState(part_of(state.arrays, f"{number}."), config))
            for number, (name, config) in enumerate(zip(names, plain["members"], strict=True))
        )
        return scorer

    def _left_out(self, train: Sequence[Sample], validation: Sequence[Sample]) -> Floats:
        """Return what each scorer says of each performance without its part, in the target's unit.

        (performances, scorers).
        """
        said = np.zeros((len(train), len(self.options.scorers)))
        groups = choice_groups([sample.group for sample in train])
        for part in parts(groups, self.seed, self.options.n_folds):
            others = [train[i] for i in np.setdiff1d(np.arange(len(train)), part)]
            queries = [hide_labels(train[i]) for i in part]
            theirs = {query.group for query in queries} - {""}
            stopping = [sample for sample in validation if sample.group not in theirs]
            for number, name in enumerate(self.options.scorers):
                points = self._fitted(name, others, stopping).predict(queries)
                said[part, number] = self._in_unit(points, queries)
        return said

    def _in_unit(self, points: Floats, samples: Sequence[Sample]) -> Floats:
        return (points - self.target.addends(samples)) / self.target.divisors(samples)

    def _fitted(self, name: str, train: Sequence[Sample], validation: Sequence[Sample]) -> Scorer:
        kind = _catalog.find("podium.scorers", name)
        scorer: Any = kind(seed=self.seed)
        options: Any = getattr(scorer, "options", None)
        n_clips = self.options.n_last_clips
        if n_clips and hasattr(options, "n_last_clips"):
            scorer = kind(replace(options, n_last_clips=n_clips), seed=self.seed)
        fitted: Scorer = scorer.fit(train, validation)
        return fitted


def stacked_weights(said: npt.NDArray[Any], true: Floats) -> Floats:
    """Return the weights, (scorers,), with which predictions come nearest to the truth.

    `said` is (performances, scorers), `true` (performances,). None is below 0, and they add up
    to 1.
    """
    from scipy.optimize import nnls

    firmly = FIRMLY * max(float(np.abs(said).max()), 1.0)
    rows = np.concatenate([said, np.full((1, said.shape[1]), firmly)])
    found, _ = nnls(rows, np.append(true, firmly))
    return np.asarray(found / found.sum(), np.float64)


def _restored(name: str, state: ScorerState) -> Scorer:
    scorer: Scorer = _catalog.find("podium.scorers", name).restore(state)
    return scorer
