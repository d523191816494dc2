"""Which of a few kinds a dive is, by how it looks: linear, and learned from dives that are known.

Logistic regressions on the rows of `_appearance`; `scripts/train_recognition.py` fits them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.inputs.saved import Arrays, array_of, read_arrays
from podium.networks.layers import softmax

Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "_learned" / "dive_classes.safetensors"

CLASSES: Mapping[str, tuple[str, ...]] = {
    "armstand": ("0", "1"),
    "faces_water": ("0", "1"),
    "position": ("A", "B", "C", "D"),
    "half_twists": ("0", "1", "2", "3", "4", "5", "6"),
}
"""What is told, and what it may be."""


def probabilities(name: str, row: Floats, arrays: Arrays | None = None) -> Floats:
    """Return how probable each class of `CLASSES[name]` is, by a row of numbers."""
    arrays = _learned() if arrays is None else arrays
    n_classes = len(CLASSES[name])
    weight = array_of(arrays, f"{name}.weight", (n_classes, len(row)))
    bias = array_of(arrays, f"{name}.bias", (n_classes,))
    return softmax(weight.astype(np.float64) @ row + bias)


@cache
def _learned() -> Arrays:
    return read_arrays(WEIGHTS)
