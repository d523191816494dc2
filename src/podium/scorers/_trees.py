"""Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006) as plain arrays.

scikit-learn grows them; they are kept, and asked, as arrays: no program of theirs is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import FeatureError, ModelError
from podium.inputs.saved import array_of
from podium.machine import extras
from podium.scorers import Floats

Ints = npt.NDArray[np.int32]
Array = npt.NDArray[np.float32]

LEAF = -1
"""In place of the input that a node asks about."""


@dataclass(frozen=True)
class Trees:
    """Many trees, node after node: a row goes on to the next node, or to the one on the right."""

    inputs: Ints
    """Which input each node asks about, (nodes,), -1 for a leaf."""

    values: Array
    """Up to which value of it a row goes on to the next node; of a leaf, its answer."""

    right: Ints
    """Which node a row with a larger value goes to."""

    roots: Ints
    """Where each tree begins, (trees,)."""

    n_inputs: int
    """How many numbers a row has."""

    def __call__(self, rows: npt.NDArray[Any]) -> Floats:
        """Return the mean of what the trees answer, (rows,), to (rows, inputs).

        Raises
        ------
        FeatureError
            If the rows have another length.
        """
        require_length(rows, self.n_inputs)
        asked = rows.astype(np.float32)
        nodes = np.repeat(self.roots[None], len(asked), axis=0).astype(np.int64)
        numbers = np.arange(len(asked))[:, None]
        while (is_inner := self.inputs[nodes] != LEAF).any():
            found = asked[numbers, np.maximum(self.inputs[nodes], 0)]
            goes_on = np.where(found <= self.values[nodes], nodes + 1, self.right[nodes])
            nodes = np.where(is_inner, goes_on, nodes)
        return np.asarray(self.values[nodes].astype(np.float64).mean(axis=1))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return them as the arrays that are saved."""
        return {
            "trees.inputs": self.inputs,
            "trees.values": self.values,
            "trees.right": self.right,
            "trees.roots": self.roots,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], n_inputs: int) -> Self:
        """Build them from saved arrays.

        Raises
        ------
        ModelError
            If they do not fit, or a row could go in circles or out of the arrays.
        """
        inputs = array_of(arrays, "trees.inputs", (None,), np.int32, least=LEAF)
        values = array_of(arrays, "trees.values", inputs.shape)
        right = array_of(arrays, "trees.right", inputs.shape, np.int32)
        roots = array_of(arrays, "trees.roots", (None,), np.int32, least=0)
        numbers = np.arange(len(inputs))
        is_inner = inputs != LEAF
        leads_on = (right > numbers) & (right < len(inputs)) & (numbers + 1 < len(inputs))
        if not leads_on[is_inner].all() or inputs.max() >= n_inputs or roots.max() >= len(inputs):
            raise ModelError("the arrays trees.* lead to nodes or inputs that there are not")
        return cls(inputs, values, right, roots, n_inputs)


def require_length(rows: npt.NDArray[Any], n_inputs: int) -> None:
    """Refuse rows of another length than were learned from.

    Raises
    ------
    FeatureError
        If they are.
    """
    if rows.shape[1] != n_inputs:
        raise FeatureError(
            f"features have {rows.shape[1]} numbers, but the model reads {n_inputs}: use the "
            "backbone that the model was trained with"
        )


def grow(
    rows: npt.NDArray[Any], targets: Floats, n_trees: int, share: float, leaf: int, seed: int
) -> Trees:
    """Grow trees on (rows, inputs) and what is to be answered, (rows,).

    Each node chooses among a `share` of the inputs, 0 to 1; a leaf holds `leaf` rows at least.
    """
    with extras.needed_for("training", "train"):
        from sklearn.ensemble import ExtraTreesRegressor

    grown = ExtraTreesRegressor(
        n_trees, max_features=share, min_samples_leaf=leaf, random_state=seed
    ).fit(rows.astype(np.float32), targets)
    trees = [one.tree_ for one in grown.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
    is_leaf = np.concatenate([tree.children_left < 0 for tree in trees])
    limits = np.concatenate([tree.threshold for tree in trees])
    answers = np.concatenate([tree.value[:, 0, 0] for tree in trees])
    right = np.concatenate([t.children_right + root for t, root in zip(trees, roots, strict=True)])
    return Trees(
        inputs=np.where(is_leaf, LEAF, np.concatenate([t.feature for t in trees])).astype(np.int32),
        values=np.where(is_leaf, answers.astype(np.float32), _rounded_down(limits)),
        right=np.where(is_leaf, 0, right).astype(np.int32),
        roots=roots.astype(np.int32),
        n_inputs=rows.shape[1],
    )


def _rounded_down(limits: Floats) -> Array:
    """Return limits of single precision that part single numbers as those of double do."""
    near = limits.astype(np.float32)
    return np.where(near > limits, np.nextafter(near, np.float32(-np.inf)), near)
