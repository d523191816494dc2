"""The training performances that others are compared with: of the same action, as hard."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.features.values import Sample
from podium.inputs.saved import Arrays, array_of
from podium.networks.layers import Array
from podium.scorers import Floats

Ints = npt.NDArray[np.int64]

MAX_PEERS = 100
"""With so many others a performance is compared at most while learning."""

MAX_EXEMPLARS = 5_000
"""So many performances of training are kept to vote."""

AS_HARD = 1e-6
"""Two difficulties that differ by no more are the same."""


@dataclass(frozen=True)
class Exemplar:
    """What is known of one of them beside its video and its score."""

    id: str
    action: str | None
    difficulty: float | None

    @classmethod
    def of(cls, sample: Sample) -> Self:
        """Return what is known of a performance."""
        performance = sample.performance
        return cls(performance.id, performance.action, performance.difficulty)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Exemplars:
    """Performances with known scores: `rows` is (exemplars, width), `targets` (exemplars,)."""

    known: tuple[Exemplar, ...]
    rows: Array
    targets: Floats

    def __len__(self) -> int:
        return len(self.known)

    def voters(self, sample: Sample, n_most: int) -> Ints:
        """Return which of them a performance is compared with, by index: never itself.

        They are of its action and as hard; where there is none, of its action; else any. Of more
        than `n_most` those are taken that are spread evenly over the scores.
        """
        alike = self._alike(Exemplar.of(sample))
        ordered = alike[np.argsort(self.targets[alike], kind="stable")]
        if len(ordered) <= n_most:
            return ordered
        # The middle of each of `n_most` parts, so that neither end has more of a say.
        middles = (2 * np.arange(n_most) + 1) * len(ordered) // (2 * n_most)
        return np.asarray(ordered[middles], np.int64)

    def thinned(self, n_most: int) -> "Exemplars":
        """Return at most so many of them, spread evenly over the order in which they are."""
        if len(self) <= n_most:
            return self
        kept = np.arange(n_most) * len(self) // n_most
        return Exemplars(tuple(self.known[i] for i in kept), self.rows[kept], self.targets[kept])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return their numbers as the arrays that are saved."""
        return {"exemplars.rows": self.rows, "exemplars.targets": self.targets}

    @classmethod
    def from_arrays(cls, arrays: Arrays, known: tuple[Exemplar, ...], width: int) -> Self:
        """Build it from saved arrays, for rows of so many numbers.

        Raises
        ------
        ModelError
            If there is no exemplar, or an array is missing or does not fit.
        """
        if not known:
            raise ModelError("scorer.exemplars is empty: it needs one at least")
        rows = array_of(arrays, "exemplars.rows", (len(known), width))
        return cls(known, rows, array_of(arrays, "exemplars.targets", (len(known),), np.float64))

    def _alike(self, one: Exemplar) -> Ints:
        others = np.array([other.id != one.id for other in self.known])
        same = np.array([other == one.action for other in self._actions])
        as_hard = np.abs(self._difficulties - _number(one.difficulty)) <= AS_HARD
        for is_meant in (others & same & as_hard, others & same, others):
            if is_meant.any():
                return np.flatnonzero(is_meant)
        return np.arange(len(self))

    @cached_property
    def _actions(self) -> Sequence[str | None]:
        return [other.action for other in self.known]

    @cached_property
    def _difficulties(self) -> Floats:
        return np.array([_number(other.difficulty) for other in self.known])


def _number(difficulty: float | None) -> float:
    return np.nan if difficulty is None else difficulty
