"""Pairs of performances and whether they are alike: what the metric is learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.errors import TrainingError, UsageError

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PairOptions:
    """Which pairs are drawn; the defaults are the paper's (V-A).

    Each side of each pair is then one of its performance's variants at random.
    """

    threshold: float = 5.0
    """Two performances are similar if their scores differ by less than so many points."""

    n_similar: int = 1300
    """How many similar pairs are drawn, with replacement where there are fewer."""

    n_dissimilar: int = 1900
    """How many dissimilar pairs are drawn, with replacement where there are fewer."""

    def __post_init__(self) -> None:
        if not self.threshold > 0 or self.n_similar < 1 or self.n_dissimilar < 1:
            raise UsageError(
                f"{self} draws no pairs: the threshold must be above 0 and both counts 1 or more"
            )


@dataclass(frozen=True)
class MetricData:
    """What the metric is learned from: the sequences of each performance, and its score."""

    sequences: Sequence[Sequence[npt.NDArray[np.float32]]]
    """The variants of each performance, itself first, each (clips, dim) and normalised."""

    scores: npt.NDArray[np.float64]
    """The score of each, (performances,), in the unit of the pairs' threshold."""

    actions: npt.NDArray[np.str_]
    """The action of each, (performances,)."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of performances by their place in the list: (pairs,) each; `similar` is the label."""

    first: Indices
    second: Indices
    similar: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    def __repr__(self) -> str:
        n_similar = int(self.similar.sum())
        return f"Pairs({n_similar} similar, {len(self) - n_similar} dissimilar)"


def sample_pairs(
    scores: npt.NDArray[np.float64], options: PairOptions, generator: np.random.Generator
) -> Pairs:
    """Draw a balanced set of pairs; both orders of a pair are as likely (paper, III-C).

    Raises
    ------
    TrainingError
        If there is no similar or no dissimilar pair among the performances.
    """
    first, second = np.triu_indices(len(scores), k=1)
    alike = np.abs(scores[first] - scores[second]) < options.threshold
    drawn = np.concatenate(
        [
            _drawn(np.flatnonzero(alike), options.n_similar, "similar", options, generator),
            _drawn(np.flatnonzero(~alike), options.n_dissimilar, "dissimilar", options, generator),
        ]
    )
    drawn = generator.permutation(drawn)
    swap = generator.random(len(drawn)) < 0.5
    a, b = first[drawn], second[drawn]
    return Pairs(np.where(swap, b, a), np.where(swap, a, b), alike[drawn])


def _drawn(
    found: Indices, n: int, kind: str, options: PairOptions, generator: np.random.Generator
) -> Indices:
    if not len(found):
        raise TrainingError(
            f"no two performances are {kind} at a threshold of {options.threshold} points: "
            "give more performances, or another threshold"
        )
    return generator.choice(found, size=n, replace=n > len(found))


def best_of(
    scores: npt.NDArray[np.float64], members: npt.NDArray[np.bool_], share: float
) -> Indices:
    """Find the best `share` of some performances, at least one: their places, best first."""
    places = np.flatnonzero(members)
    n_best = max(round(len(places) * share), 1)
    return places[np.argsort(-scores[places], kind="stable")[:n_best]]


def expert_pairs(
    scores: npt.NDArray[np.float64],
    actions: npt.NDArray[np.str_],
    threshold: float,
    expert_share: float,
) -> Pairs:
    """List all pairs of an expert with another of the same action, in both orders.

    The experts of an action are its best `expert_share`, at least one: beside them, and only
    beside them, a difference is a fault. Empty where no action has two performances.
    """
    found = [
        (expert, other)
        for action in np.unique(actions)
        for expert in best_of(scores, actions == action, expert_share)
        for other in np.flatnonzero(actions == action)
        if expert != other
    ]
    rows = np.array(found, np.int64).reshape(-1, 2)
    first = np.concatenate([rows[:, 0], rows[:, 1]])
    second = np.concatenate([rows[:, 1], rows[:, 0]])
    return Pairs(first, second, np.abs(scores[first] - scores[second]) < threshold)
