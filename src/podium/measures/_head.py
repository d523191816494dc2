"""Where the head is: a small network that sees silhouettes and says in which direction.

It looks at all directions in the same way (circular convolutions), so that a body that is turned
gets the answer turned, whatever it learned from. `scripts/train_recognition.py` teaches it.
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.inputs.saved import Arrays, array_of, read_arrays
from podium.measures._polar import N_RINGS, Masks, Shapes, is_seen, shapes_of
from podium.networks.layers import softmax

Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "_learned" / "head_direction.safetensors"
N_HIDDEN = 24
WIDTH = 9
"""How many directions beside each other one look takes in."""

N_INPUTS = 3 * N_RINGS
LAYERS = (("first", N_INPUTS), ("second", N_HIDDEN), ("third", N_HIDDEN))
"""Their names and how many numbers of each direction they read."""


def with_neighbours(shapes: Shapes) -> Shapes:
    """Return each silhouette with the one before and the one after, (frames, directions, 3 rings).

    The first and last are their own neighbours.
    """
    before = np.concatenate([shapes[:1], shapes[:-1]])
    after = np.concatenate([shapes[1:], shapes[-1:]])
    return np.concatenate([before, shapes, after], axis=2)


def head_logits(shapes: Shapes, arrays: Arrays) -> Shapes:
    """Return how likely the head is in each direction, as logits, (frames, directions)."""
    values = with_neighbours(shapes)
    for name, n_inputs in LAYERS:
        weight = array_of(arrays, f"{name}.weight", (N_HIDDEN, n_inputs, WIDTH))
        bias = array_of(arrays, f"{name}.bias", (N_HIDDEN,))
        values = np.maximum(_circular(values, weight, bias), 0)
    last = array_of(arrays, "last.weight", (1, N_HIDDEN, 1))
    return np.asarray(values @ last[0, :, 0], np.float32)


def _circular(values: Shapes, weight: Shapes, bias: Shapes) -> Shapes:
    """Convolve (frames, directions, inputs) along directions that close to a circle."""
    total = np.zeros((*values.shape[:2], len(weight)), np.float32)
    for offset in range(WIDTH):
        shifted = np.roll(values, WIDTH // 2 - offset, axis=1)
        total += shifted @ weight[:, :, offset].T
    return np.asarray(total + bias, np.float32)


def head_probabilities(shapes: Shapes, arrays: Arrays | None = None) -> Floats:
    """Return how probable each direction of the head is, (frames, directions).

    By the arrays that ship, unless others are given.
    """
    logits = head_logits(shapes, _learned() if arrays is None else arrays).astype(np.float64)
    return softmax(logits)


def head_directions(masks: Masks) -> Floats:
    """Return how probable each direction of the head is in silhouettes, (frames, directions).

    Clockwise from straight up, seen from the middle of each; nothing where there is no silhouette.
    """
    shapes = shapes_of(masks)
    return np.where(is_seen(shapes)[:, None], head_probabilities(shapes), 0.0)


@cache
def _learned() -> Arrays:
    return read_arrays(WEIGHTS)
