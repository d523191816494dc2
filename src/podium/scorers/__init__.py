"""Features -> score: one scorer a file. A new file here is a new choice everywhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt
from podium.features.values import Sample
from podium.metric.curves import Curve
from podium.networks.program import Term
from podium.scorers._arguments import HANDS as HANDS
from podium.scorers._arguments import PERCENTILES as PERCENTILES
from podium.scorers._arguments import Argument as Argument
from podium.scorers._explanations import Explanation as Explanation
from podium.scorers._target import Target

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScorerState:
    """A fitted scorer as it is saved: arrays by name, and everything else as plain JSON."""

    arrays: Mapping[str, npt.NDArray[Any]]
    config: Mapping[str, Any]


class Scorer(Protocol):
    """What learns from labelled performances to score others.

    It is made with options and a `seed`, is fitted once, and never sees test data. Scores are in
    points, higher is better.
    """

    name: str
    target: Target

    def fit(self, train: Sequence[Sample], validation: Sequence[Sample] = ()) -> Self:
        """Learn from training performances; `validation` may decide when to stop, no more."""
        ...

    def predict(self, queries: Sequence[Sample]) -> Floats:
        """Score performances in points, (performances,)."""
        ...

    def state(self) -> ScorerState:
        """Return all that `restore` needs to make the same scorer again."""
        ...

    @classmethod
    def restore(cls, state: ScorerState) -> Self:
        """Restore a fitted scorer from a saved state."""
        ...


@runtime_checkable
class ComparingScorer(Scorer, Protocol):
    """A scorer that compares with references, and can say where a performance differs."""

    references: tuple[Sample, ...]

    def partners(self, query: Sample, references: Sequence[Sample]) -> tuple[Sample, ...]:
        """Pick those of the references that a query is to be compared with."""
        ...

    def compare(self, queries: Sequence[Sample], references: Sequence[Sample]) -> Floats:
        """Score each query against each reference in points, (queries, references)."""
        ...

    def similarity(self, query: Sample, references: Sequence[Sample]) -> Floats:
        """Return how alike whole performances are, 0 to 1, (references,)."""
        ...

    def clip_similarity(self, query: Sample, reference: Sample) -> Floats:
        """Return how alike each clip of the query is to the reference's, 0 to 1, (clips,)."""
        ...


@runtime_checkable
class StepwiseScorer(Scorer, Protocol):
    """A scorer that learns step by step, and says after `fit` how the loss fell."""

    curves: tuple[Curve, ...]
    """One for each network that learned; none before `fit`, nor of one that was loaded."""


@dataclass(frozen=True)
class LearnedNetwork:
    """One of a scorer's networks when it has learned: its arrays, and how its loss fell."""

    arrays: Mapping[str, npt.NDArray[Any]]
    curve: Curve | None = None


@runtime_checkable
class PartwiseScorer(Scorer, Protocol):
    """A scorer of several networks, each of which can learn by itself, on another machine too.

    `fit` gives the same as `fit_with` of all that `learn_networks` gives.
    """

    def n_networks(self, train: Sequence[Sample]) -> int:
        """Return how many networks it has where it learns from these."""
        ...

    def learn_networks(
        self, numbers: Iterable[int], train: Sequence[Sample], validation: Sequence[Sample] = ()
    ) -> Iterator[LearnedNetwork]:
        """Yield the networks of these numbers, from 0, each when it has learned."""
        ...

    def fit_with(self, networks: Sequence[LearnedNetwork], train: Sequence[Sample]) -> Self:
        """Take all networks, by number, and learn from training performances what follows them."""
        ...


@runtime_checkable
class WritableScorer(Scorer, Protocol):
    """A scorer that other programs can run: all it does with features can be written as ONNX."""

    def steps(self, query: Term, reference: Term | None) -> Term:
        """Write how features become predictions in the target's unit, (performances,).

        `query` is (performances, clips, dim), and so is `reference`, what each is compared with,
        with as many clips as it has: `None` for a scorer that compares with nothing.
        """
        ...


@runtime_checkable
class MatchingScorer(ComparingScorer, Protocol):
    """One that can say which clips it compares, and whether two performances can be compared so."""

    def matched(self, query: Sample, reference: Sample) -> npt.NDArray[np.intp]:
        """Return which clip of the reference each clip of the query is compared with, (clips,)."""
        ...

    def ask_steps(self, query: Sample, reference: Sample) -> tuple[Doubt, ...]:
        """Doubt two performances that do not seem to show the same moments in the same order."""
        ...


@runtime_checkable
class ArguingScorer(Scorer, Protocol):
    """A scorer that can say which angles argue for its score."""

    @property
    def argues(self) -> bool:
        """Whether it knows what is usual in correct performances."""
        ...

    def arguments(self, query: Sample) -> tuple[Argument, ...]:
        """Say how angles of a performance stand among those of correct ones; none if not known."""
        ...


@runtime_checkable
class ExplainingScorer(Scorer, Protocol):
    """A scorer whose method has feedback of its own, beside the similarity of clips."""

    def explain(self, query: Sample, references: Sequence[Sample] = ()) -> tuple[Explanation, ...]:
        """Say what it points at in a performance, the weightiest first; none where nothing is.

        Beside `references`, where it compares: its own where none are given.
        """
        ...
