"""What scorers do with features, written as steps of a program for other runtimes.

Each function is the same as one of those that scorers run themselves; `podium export` compares.
"""

import numpy as np

from podium.metric.embedding import Normaliser
from podium.networks.layers import LSTM, Linear
from podium.networks.program import Term


def normalised(normaliser: Normaliser, clips: Term) -> Term:
    """Write `Normaliser`: (performances, clips, dim) to (performances, clips, n_components)."""
    mean, scale = clips.like(normaliser.mean), clips.like(normaliser.scale)
    return ((clips - mean) / scale) @ normaliser.components


def padded(clips: Term, n_clips: int) -> Term:
    """Write `metric.embedding.pad`: zeros before those that are shorter."""
    n_missing = (clips.whole(n_clips) - clips.size(1)).then("Max", clips.whole(0))
    before_and_after = clips.whole(0).beside(n_missing, clips.whole(0, 0, 0, 0), axis=0)
    return clips.then("Pad", before_and_after)


def last_clips(clips: Term, n_clips: int) -> tuple[Term, Term]:
    """Write the last clips, (performances, n_clips, dim), and which there are, (n_clips, 1).

    The first clip stands for those that are lacking, for which 0 is said, else 1.
    """
    places = clips.whole(*range(-n_clips, 0)) + clips.size(1)
    found = clips.taken(places.then("Max", clips.whole(0)), axis=1)
    is_there = places.then("GreaterOrEqual", clips.whole(0)).cast().reshape(n_clips, 1)
    return found, is_there


def dense(layer: Linear, values: Term) -> Term:
    """Write `Linear`."""
    return values @ np.ascontiguousarray(layer.weight.T) + values.like(layer.bias)


def lstm(layer: LSTM, sequences: Term) -> Term:
    """Write `LSTM`: the last state shown of (performances, clips, inputs)."""
    weights = [_as_onnx(part)[None] for part in (layer.inputs, layer.recurrent)]
    biases = [_as_onnx(part) for part in (layer.inputs_bias, layer.recurrent_bias)]
    arrays = [*weights, np.concatenate(biases)[None]]
    names = [sequences.turned(1, 0, 2).name, *(sequences.like(array).name for array in arrays)]
    shown = sequences.program.step(
        "LSTM", *names, settings={"hidden_size": layer.n_units}, n_outputs=2
    )
    return shown.reshape(-1, layer.n_units)


def _as_onnx(gates: np.ndarray) -> np.ndarray:
    """Return what belongs to the four gates in ONNX's order: in, shown, forgotten, new."""
    enter, forget, new, show = np.split(gates, 4)
    return np.concatenate([enter, show, forget, new])
