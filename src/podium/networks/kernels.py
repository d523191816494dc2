"""What a network learned, made ready to multiply: normalisations are folded into convolutions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

Take = Callable[[str, tuple[int, ...]], npt.NDArray[np.floating]]
"""Gives an array by its name, of the shape that is wanted."""

EPSILON = 1e-5
"""What keeps a normalisation from dividing by nothing: PyTorch's, with which networks learned."""


@dataclass(frozen=True, eq=False)
class Kernel:
    """What a convolution multiplies with, (out, in, *size), and adds, (out,)."""

    weight: Array
    bias: Array

    def times(self, factor: float) -> "Kernel":
        """Return a kernel whose results are so many times larger."""
        return _rounded(self.weight * np.float64(factor), self.bias * np.float64(factor))

    def over_pictures(self) -> "Kernel":
        """Return a kernel that connects all channels with all, (out, in), as one of each place."""
        return Kernel(self.weight[..., None, None], self.bias)


def plain(take: Take, name: str, shape: tuple[int, ...]) -> Kernel:
    """Return the kernel of a convolution of that name, or of a layer that connects all with all."""
    weight, bias = take(f"{name}.weight", shape), take(f"{name}.bias", shape[:1])
    return _rounded(weight.astype(np.float64), bias.astype(np.float64))


def normalised(take: Take, name: str, shape: tuple[int, ...]) -> Kernel:
    """Return the kernel of a convolution, `name`.0, and of the batch normalisation after it.

    What the normalisation, `name`.1, learned is multiplied into the convolution, in double
    precision. Of a size of (frames, rows, columns), what is 1 is left out: (1, 3, 3) is (3, 3).
    """
    weight = take(f"{name}.0.weight", shape).astype(np.float64)
    scale, shift, average, variance = (
        take(f"{name}.1.{part}", shape[:1]).astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + EPSILON)
    folded = weight * factor.reshape(-1, *(1 for _ in shape[1:]))
    size = [n for n in shape[2:] if n != 1] if len(shape) == 5 else shape[2:]
    return _rounded(folded.reshape(*shape[:2], *size), shift - average * factor)


def shapes_of(make: Callable[[Take], object]) -> dict[str, tuple[int, ...]]:
    """Return which arrays a network is made of, by name, without having any of them."""
    shapes: dict[str, tuple[int, ...]] = {}

    def noted(name: str, shape: tuple[int, ...]) -> Array:
        shapes[name] = shape
        return np.zeros(shape, np.float32)

    make(noted)
    return shapes


def _rounded(weight: Floats, bias: Floats) -> Kernel:
    return Kernel(weight.astype(np.float32), bias.astype(np.float32))
