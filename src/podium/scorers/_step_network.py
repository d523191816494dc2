"""The network of `step_attention`, run by NumPy: steps of one look at steps of another."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.inputs.saved import Arrays, array_of, part_of
from podium.networks.layers import Array, Linear, relu, softmax


@dataclass(frozen=True)
class StepShape:
    """How large it is."""

    n_steps: int
    """How many steps a performance has."""

    n_inputs: int
    """How many numbers a step has."""

    n_hidden: int
    """How many units each layer has."""

    def layers(self) -> dict[str, tuple[int, int]]:
        """Return how many numbers each layer reads and gives, by its name."""
        n = self.n_hidden
        return {
            "embed": (self.n_inputs, n), "query": (n, n), "key": (n, n), "value": (n, n),
            "beside": (3 * n + 1, n), "gap": (n, 1),
        }  # fmt: skip


@dataclass(frozen=True)
class StepNetwork:
    """Gives each step of a performance its part of the gap to an exemplar.

    `layers` are by name, as `StepShape.layers` has them; `places` (steps, hidden) is added to what
    a step shows, so that it is known when it was.
    """

    shape: StepShape
    layers: dict[str, Linear]
    places: Array

    def __call__(self, ours: Array, theirs: Array, known: Array) -> Array:
        """Return the gap of each step, (pairs, steps): they add up to that of the whole.

        `ours` and `theirs` are (pairs, steps, inputs), `known` (pairs,) the exemplars' targets.
        """
        own, other = self._embedded(ours), self._embedded(theirs)
        found = self._looks(own, other) @ self.layers["value"](other)
        shown = np.broadcast_to(known[:, None, None], (*own.shape[:2], 1))
        read = np.concatenate([own, found, own - found, shown], axis=-1).astype(np.float32)
        return self.layers["gap"](relu(self.layers["beside"](read)))[..., 0]

    def attention(self, ours: Array, theirs: Array) -> Array:
        """Return how much each step of one looks at each of the other, (pairs, steps, steps)."""
        return self._looks(self._embedded(ours), self._embedded(theirs))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        layers = {
            f"{name}.{key}": values
            for name, layer in self.layers.items()
            for key, values in layer.arrays().items()
        }
        return {"places": self.places, **layers}

    @classmethod
    def from_arrays(cls, arrays: Arrays, prefix: str, shape: StepShape) -> Self:
        """Build it from the saved arrays whose names begin with `prefix`.

        Raises
        ------
        ModelError
            If one of them is missing, does not fit, or is of another network.
        """
        layers = {
            name: Linear.from_arrays(arrays, f"{prefix}{name}.", *sizes)
            for name, sizes in shape.layers().items()
        }
        places = array_of(arrays, f"{prefix}places", (shape.n_steps, shape.n_hidden))
        made = cls(shape, layers, places)
        if others := sorted(part_of(arrays, prefix).keys() - made.arrays().keys()):
            raise ModelError(f"the array {prefix}{others[0]:.80} belongs to another network")
        return made

    def _embedded(self, steps: Array) -> Array:
        return relu(self.layers["embed"](steps)) + self.places

    def _looks(self, own: Array, other: Array) -> Array:
        asked, offered = self.layers["query"](own), self.layers["key"](other)
        logits = asked @ offered.swapaxes(-1, -2) / np.float32(self.shape.n_hidden**0.5)
        return np.asarray(softmax(logits), np.float32)
