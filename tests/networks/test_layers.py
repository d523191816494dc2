"""Layers that run by NumPy, beside the formulas and PyTorch's."""

import math

import numpy as np
import pytest

from podium.networks.layers import LSTM, Linear, TimeConvolution, relu, sigmoid


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_a_sigmoid_is_its_formula_and_goes_to_its_limits_without_complaint():
    found = sigmoid(np.array([-1000, -20, -1, 0, 1, 20, 1000], np.float32))
    by_hand = [1 / (1 + math.exp(-x)) for x in (-80, -20, -1, 0, 1, 20, 80)]
    np.testing.assert_allclose(found, by_hand, rtol=1e-6)
    assert found.dtype == np.float32


def test_relu_cuts_what_is_below_nothing():
    assert relu(np.array([-2, 0, 3], np.float32)).tolist() == [0, 0, 3]


def test_a_dense_layer_by_hand():
    layer = Linear(np.array([[1, 2], [3, 4], [5, 6]], np.float32), np.array([1, 0, -1], np.float32))
    assert layer(np.array([[[1, 10]]], np.float32)).tolist() == [[[22, 43, 64]]]
    assert layer.n_outputs == 3


def test_a_look_at_the_steps_about_each_by_hand():
    weight = np.array([[[1, 10, 100]]], np.float32)
    steps = np.array([[1], [2], [3], [4]], np.float32)
    near = TimeConvolution(weight, np.array([0.5], np.float32))
    assert near(steps).ravel().tolist() == [210.5, 321.5, 432.5, 43.5]
    apart = TimeConvolution(weight, np.array([0.5], np.float32), apart=2)
    assert apart(steps).ravel().tolist() == [310.5, 420.5, 31.5, 42.5]


def test_a_look_at_the_steps_about_each_is_as_it_learned():
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'podium[train]'")
    theirs = torch.nn.Conv1d(3, 4, 5, padding=4, dilation=2)
    arrays = {name: values.detach().numpy() for name, values in theirs.state_dict().items()}
    ours = TimeConvolution.from_arrays(arrays, "", (4, 3, 5), apart=2)
    steps = drawn(12, 3)
    with torch.inference_mode():
        expected = theirs(torch.from_numpy(steps.T[None]))[0].numpy().T
    np.testing.assert_allclose(ours(steps), expected, rtol=1e-5, atol=1e-6)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_memory_of_one_unit_by_hand():
    """i, f, g, o of one input and one unit, over two steps."""
    w, r = [0.5, -1.0, 2.0, 0.3], [0.1, 0.7, -0.4, 0.9]
    b, c = [0.2, 0.0, -0.1, 0.4], [0.0, 0.3, 0.1, -0.2]
    lstm = LSTM(*(np.array(rows, np.float32).reshape(shape) for rows, shape in
                  ((w, (4, 1)), (r, (4, 1)), (b, 4), (c, 4))))  # fmt: skip
    h = memory = 0.0
    for x in (1.5, -0.5):
        enter, forget, new, show = (w[k] * x + b[k] + r[k] * h + c[k] for k in range(4))
        memory = logistic(forget) * memory + logistic(enter) * math.tanh(new)
        h = logistic(show) * math.tanh(memory)
    shown = lstm(np.array([[[1.5], [-0.5]]], np.float32))
    assert shown.item() == pytest.approx(h, rel=1e-6)


def test_memory_is_as_it_learned():
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'podium[train]'")
    theirs = torch.nn.LSTM(5, 7, batch_first=True)
    arrays = {name: values.detach().numpy() for name, values in theirs.state_dict().items()}
    ours = LSTM.from_arrays(arrays, "", 5, 7)
    sequences = drawn(3, 6, 5)
    with torch.inference_mode():
        _, (hidden, _) = theirs(torch.from_numpy(sequences))
    np.testing.assert_allclose(ours(sequences), hidden[-1].numpy(), rtol=1e-5, atol=1e-6)
    assert list(ours.arrays()) == list(arrays)


def test_before_the_first_step_there_is_nothing():
    lstm = LSTM(drawn(8, 3), drawn(8, 2), drawn(8), drawn(8))
    assert lstm(drawn(4, 0, 3)).tolist() == [[0, 0]] * 4
    assert lstm.n_units == 2
