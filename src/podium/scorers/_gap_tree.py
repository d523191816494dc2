"""The tree of intervals of `gap_regression`, which answers by NumPy (Yu et al., 2021, 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.inputs.saved import Arrays, array_of, part_of
from podium.networks.layers import Array, Linear, relu
from podium.scorers import Floats

LEVELS = range(1, 9)
"""How many times a tree may split: at 8 it has 256 leaves."""


def balanced_borders(gaps: Floats, n_intervals: int) -> Floats:
    """Return the borders of intervals with about as many gaps each, (n_intervals + 1,), ascending.

    They are gaps that occurred: border r is the one at the rank
    floor((n - 1) r / R).
    """
    ordered = np.sort(gaps)
    return ordered[(len(ordered) - 1) * np.arange(n_intervals + 1) // n_intervals]


def interval_of(gaps: Floats, borders: Floats) -> npt.NDArray[np.int64]:
    """Return in which interval each gap lies, 0 the lowest; those outside are in the outermost."""
    return np.searchsorted(borders[1:-1], gaps, side="right").astype(np.int64)


def widths_of(borders: Floats) -> Floats:
    """Return how wide intervals are; one that holds a single value counts as a hair wide."""
    return np.maximum(np.diff(borders), 1e-6)


@dataclass(frozen=True)
class GapTree:
    """A binary tree: each node says how likely either side is, each leaf where in its interval.

    `splits` has a pair of arrays a level, (nodes, 2, hidden) and (nodes, 2), `grown` likewise
    (nodes, 2, hidden, hidden) and (nodes, 2, hidden); `leaves` is (leaves, hidden) and (leaves,).
    """

    first: Linear
    splits: tuple[tuple[Array, Array], ...]
    grown: tuple[tuple[Array, Array], ...]
    leaves: tuple[Array, Array]

    def __call__(self, rows: Array) -> tuple[Array, Array]:
        """Return the chance of each leaf and the place in its interval, (rows, leaves) each."""
        features = relu(self.first(rows))[:, None]
        chances = np.zeros((len(rows), 1), np.float32)
        for (split, split_bias), (grow, grow_bias) in zip(self.splits, self.grown, strict=True):
            logits = np.einsum("rnh,nkh->rnk", features, split) + split_bias
            chances = (chances[..., None] + _log_softmax(logits)).reshape(len(rows), -1)
            grown = relu(np.einsum("rnh,nkoh->rnko", features, grow) + grow_bias)
            features = grown.reshape(len(rows), -1, grown.shape[-1])
        places = (features * self.leaves[0]).sum(axis=-1) + self.leaves[1]
        return np.exp(chances), np.asarray(places, np.float32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        found = {f"first.{key}": values for key, values in self.first.arrays().items()}
        for level, (split, grown) in enumerate(zip(self.splits, self.grown, strict=True)):
            found[f"splits.{level}"], found[f"split_biases.{level}"] = split
            found[f"grown.{level}"], found[f"grown_biases.{level}"] = grown
        found["leaves"], found["leaf_biases"] = self.leaves
        return found

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, prefix: str, n_inputs: int, n_hidden: int, n_levels: int
    ) -> Self:
        """Build it from the saved arrays whose names begin with `prefix`.

        Raises
        ------
        ModelError
            If one of them is missing, does not fit, or is of another tree.
        """
        shapes = shapes_of(n_hidden, n_levels)
        found = {key: array_of(arrays, f"{prefix}{key}", shape) for key, shape in shapes.items()}
        known = {*found, "first.weight", "first.bias"}
        if others := sorted(part_of(arrays, prefix).keys() - known):
            raise ModelError(f"the array {prefix}{others[0]:.80} belongs to another network")
        first = Linear.from_arrays(arrays, f"{prefix}first.", n_inputs, n_hidden)
        levels = range(n_levels)
        splits = [(found[f"splits.{n}"], found[f"split_biases.{n}"]) for n in levels]
        grown = [(found[f"grown.{n}"], found[f"grown_biases.{n}"]) for n in levels]
        return cls(first, tuple(splits), tuple(grown), (found["leaves"], found["leaf_biases"]))


def shapes_of(n_hidden: int, n_levels: int) -> Mapping[str, tuple[int, ...]]:
    """Return the shapes of a tree's arrays by their names, without its first layer's."""
    shapes: dict[str, tuple[int, ...]] = {}
    for level in range(n_levels):
        shapes[f"splits.{level}"] = (2**level, 2, n_hidden)
        shapes[f"split_biases.{level}"] = (2**level, 2)
        shapes[f"grown.{level}"] = (2**level, 2, n_hidden, n_hidden)
        shapes[f"grown_biases.{level}"] = (2**level, 2, n_hidden)
    return {**shapes, "leaves": (2**n_levels, n_hidden), "leaf_biases": (2**n_levels,)}


def _log_softmax(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    lowered = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True)))
