"""The layers of small networks, run by NumPy: what scorers read their saved arrays into.

Their arrays are called, shaped and ordered as PyTorch calls, shapes and orders them, for networks
learn there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.inputs.saved import Arrays, array_of

Array = npt.NDArray[np.float32]

MAX_LOGIT = 80.0
"""A sigmoid is 0 or 1 to all digits beyond it, and its exponential could not be written."""


def relu(values: Array) -> Array:
    """Return values with 0 in place of those below."""
    return np.maximum(values, np.float32(0))


def sigmoid(values: Array) -> Array:
    """Return values brought to between 0 and 1."""
    exponential = np.exp(np.clip(-values, -MAX_LOGIT, MAX_LOGIT))
    return np.asarray(np.float32(1) / (np.float32(1) + exponential), np.float32)


def softmax(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return chances, of the same shape, that add up to 1 along the last axis, from logits."""
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class Linear:
    """A dense layer: `weight` (outputs, inputs) and `bias` (outputs,)."""

    weight: Array
    bias: Array

    @property
    def n_outputs(self) -> int:
        """How many numbers it gives."""
        return len(self.bias)

    def __call__(self, values: Array) -> Array:
        """Return the outputs of (..., inputs), (..., outputs)."""
        return np.asarray(values @ self.weight.T + self.bias, np.float32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {"weight": self.weight, "bias": self.bias}

    @classmethod
    def from_arrays(cls, arrays: Arrays, prefix: str, n_inputs: int, n_outputs: int) -> Self:
        """Build it from the saved arrays whose names begin with `prefix`.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        weight = array_of(arrays, f"{prefix}weight", (n_outputs, n_inputs))
        return cls(weight, array_of(arrays, f"{prefix}bias", (n_outputs,)))


@dataclass(frozen=True)
class TimeConvolution:
    """Looks at each step with those about it: `weight` (outputs, inputs, odd width), `bias`.

    The steps looked at lie `apart` from one another; before the first and after the last are zeros.
    """

    weight: Array
    bias: Array
    apart: int = 1

    def __call__(self, sequence: Array) -> Array:
        """Return the outputs of each step of (steps, inputs), (steps, outputs)."""
        width = self.weight.shape[2]
        reach = width // 2 * self.apart
        around = np.pad(sequence, ((reach, reach), (0, 0)))
        found = np.broadcast_to(self.bias, (len(sequence), len(self.bias)))
        for index in range(width):
            start = index * self.apart
            found = found + around[start : start + len(sequence)] @ self.weight[..., index].T
        return np.asarray(found, np.float32)

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, prefix: str, shape: tuple[int, int, int], apart: int = 1
    ) -> Self:
        """Build it from the saved arrays whose names begin with `prefix`.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        weight = array_of(arrays, f"{prefix}weight", shape)
        return cls(weight, array_of(arrays, f"{prefix}bias", shape[:1]), apart)


@dataclass(frozen=True)
class LSTM:
    """One layer of long short-term memory (Hochreiter and Schmidhuber, 1997).

    `inputs` (4 units, inputs), `recurrent` (4 units, units) and their biases (4 units,): the
    gates are those for what comes in, what is forgotten, the new content, and what is shown.
    """

    inputs: Array
    recurrent: Array
    inputs_bias: Array
    recurrent_bias: Array

    @property
    def n_units(self) -> int:
        """How many numbers its state has."""
        return int(self.recurrent.shape[1])

    def __call__(self, sequences: Array) -> Array:
        """Return the last state shown of (sequences, steps, inputs), (sequences, units)."""
        shown, content = self.start(len(sequences))
        for step in range(sequences.shape[1]):
            shown, content = self.step(sequences[:, step], shown, content)
        return shown

    def start(self, n_sequences: int) -> tuple[Array, Array]:
        """Return the state before the first step: zeros, (sequences, units) each."""
        nothing = np.zeros((n_sequences, self.n_units), np.float32)
        return nothing, nothing

    def step(self, values: Array, shown: Array, content: Array) -> tuple[Array, Array]:
        """Return what is shown, and the content kept, after one step of (sequences, inputs)."""
        gates = values @ self.inputs.T + self.inputs_bias
        gates = gates + (shown @ self.recurrent.T + self.recurrent_bias)
        enter, forget, new, show = np.split(gates, 4, axis=-1)
        content = sigmoid(forget) * content + sigmoid(enter) * np.tanh(new)
        return sigmoid(show) * np.tanh(content), content

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        return {
            "weight_ih_l0": self.inputs,
            "weight_hh_l0": self.recurrent,
            "bias_ih_l0": self.inputs_bias,
            "bias_hh_l0": self.recurrent_bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, prefix: str, n_inputs: int, n_units: int) -> Self:
        """Build it from the saved arrays whose names begin with `prefix`.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        shapes: Mapping[str, tuple[int, ...]] = {
            "weight_ih_l0": (4 * n_units, n_inputs),
            "weight_hh_l0": (4 * n_units, n_units),
            "bias_ih_l0": (4 * n_units,),
            "bias_hh_l0": (4 * n_units,),
        }
        return cls(*(array_of(arrays, f"{prefix}{name}", shapes[name]) for name in shapes))
