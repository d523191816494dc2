"""The network of `score_distribution`, which answers by NumPy: a distribution from each judge."""

from dataclasses import dataclass
from typing import Any, Self

import numpy.typing as npt

from podium.errors import ModelError
from podium.inputs.saved import Arrays, part_of
from podium.networks.layers import Array, Linear, relu, softmax

KEYS = ("first.weight", "first.bias", "judges.weight", "judges.bias")


@dataclass(frozen=True)
class JudgesNetwork:
    """A layer for all judges, and one that gives each judge's chance of every grade."""

    first: Linear
    judges: Linear
    n_judges: int

    def __call__(self, rows: Array) -> Array:
        """Return how likely each judge gives each grade, (rows, judges, grades)."""
        logits = self.judges(relu(self.first(rows))).reshape(len(rows), self.n_judges, -1)
        return softmax(logits)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        parts = {"first": self.first, "judges": self.judges}
        return {f"{name}.{k}": v for name, part in parts.items() for k, v in part.arrays().items()}

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, prefix: str, n_inputs: int, n_hidden: int, shape: tuple[int, int]
    ) -> Self:
        """Build it from the saved arrays whose names begin so; `shape` is (judges, grades).

        Raises
        ------
        ModelError
            If one of them is missing, does not fit, or is of another network.
        """
        if others := sorted(part_of(arrays, prefix).keys() - set(KEYS)):
            raise ModelError(f"the array {prefix}{others[0]:.80} belongs to another network")
        n_judges, n_grades = shape
        first = Linear.from_arrays(arrays, f"{prefix}first.", n_inputs, n_hidden)
        judges = Linear.from_arrays(arrays, f"{prefix}judges.", n_hidden, n_judges * n_grades)
        return cls(first, judges, n_judges)
