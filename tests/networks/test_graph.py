"""Each step of a graph, run by the runtime, beside a slow and obvious way to compute it."""

import re

import numpy as np
import pytest

from podium.networks.graph import (
    Graph,
    Pixels,
    Shape,
    Value,
    across,
    add,
    along,
    enlarged,
    halved,
    largest,
    mean,
    relu,
)
from podium.networks.kernels import Kernel, normalised, plain, shapes_of
from podium.networks.runtime import Network

SHAPE = Shape(n_frames=4, n_channels=3, n_rows=7, n_columns=9)
GIVEN = np.random.default_rng(0).standard_normal((2, *SHAPE)).astype(np.float32)
PIXELS = Pixels(SHAPE)


def kernel_of(*shape: int) -> Kernel:
    rng = np.random.default_rng(1)
    return Kernel(*(rng.standard_normal(s).astype(np.float32) for s in (shape, shape[:1])))


def run(*outputs: Value) -> list[np.ndarray]:
    answers = Network(Graph(PIXELS, outputs))(GIVEN)
    for answer, value in zip(answers, outputs, strict=True):
        assert answer.dtype == np.float32
        assert answer.shape == (2, *value.shape)
    return answers


def slowly_across(
    seen: np.ndarray, kernel: Kernel, stride: int, dilation: int, padding: int
) -> np.ndarray:
    size = kernel.weight.shape[2]
    padded = np.pad(seen, [(0, 0)] * 3 + [(padding, padding)] * 2)
    reach = dilation * (size - 1) + 1
    rows = range(0, padded.shape[3] - reach + 1, stride)
    columns = range(0, padded.shape[4] - reach + 1, stride)
    out = np.zeros((*seen.shape[:2], len(kernel.bias), len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            there = padded[..., row : row + reach : dilation, column : column + reach : dilation]
            out[..., i, j] = np.einsum("ntcxy,ocxy->nto", there, kernel.weight) + kernel.bias
    return out


@pytest.mark.parametrize(
    ("size", "stride", "dilation", "padding"),
    [(1, 1, 1, 0), (3, 1, 1, 1), (3, 2, 1, 1), (3, 1, 2, 2), (5, 4, 1, 1), (5, 2, 1, 0)],
)
def test_a_convolution_looks_across_the_picture(size, stride, dilation, padding):
    kernel = kernel_of(2, 3, size, size)
    (found,) = run(across(PIXELS, kernel, stride, dilation, padding))
    true = slowly_across(GIVEN, kernel, stride, dilation, padding)
    np.testing.assert_allclose(found, true, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("size", "dilation"), [(1, 1), (3, 1), (5, 1), (3, 2)])
def test_without_padding_said_the_picture_keeps_its_size(size, dilation):
    assert across(PIXELS, kernel_of(2, 3, size, size), 1, dilation).shape == (4, 2, 7, 9)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_convolution_looks_along_time(stride):
    kernel = kernel_of(5, 3, 3)
    (found,) = run(along(PIXELS, kernel, stride))
    padded = np.pad(GIVEN, [(0, 0), (1, 1), (0, 0), (0, 0), (0, 0)])
    true = [
        np.einsum("nkcxy,ock->noxy", padded[:, t : t + 3], kernel.weight)
        + kernel.bias[:, None, None]
        for t in range(0, 4, stride)
    ]
    np.testing.assert_allclose(found, np.stack(true, axis=1), rtol=1e-4, atol=1e-5)


def test_what_is_below_zero_is_let_go():
    np.testing.assert_array_equal(run(relu(PIXELS))[0], np.maximum(GIVEN, 0))


def test_values_are_added_however_each_is_laid_out():
    kernel = kernel_of(3, 3, 3)
    time, half = along(PIXELS, kernel), halved(PIXELS)
    both, other, sums = run(add(PIXELS, time), add(time, PIXELS), add(half, relu(half)))
    np.testing.assert_array_equal(both, GIVEN + run(time)[0])
    np.testing.assert_array_equal(other, both)
    mean_of_two = (GIVEN[:, ::2] + GIVEN[:, 1::2]) / 2
    np.testing.assert_allclose(sums, mean_of_two + np.maximum(mean_of_two, 0), atol=1e-6)


@pytest.mark.parametrize("rounds_up", [True, False])
def test_the_largest_of_each_two_by_two_is_kept(rounds_up):
    rows, columns = (4, 5) if rounds_up else (3, 4)
    padded = np.pad(GIVEN, [(0, 0)] * 3 + [(0, 1)] * 2, constant_values=-np.inf)
    blocks = padded[..., : 2 * rows, : 2 * columns].reshape(2, 4, 3, rows, 2, columns, 2)
    np.testing.assert_array_equal(run(largest(PIXELS, rounds_up))[0], blocks.max(axis=(4, 6)))


def test_the_mean_of_two_frames_and_of_the_picture():
    frames, picture = run(halved(PIXELS), mean(PIXELS))
    np.testing.assert_allclose(frames, (GIVEN[:, ::2] + GIVEN[:, 1::2]) / 2, atol=1e-6)
    np.testing.assert_allclose(picture, GIVEN.mean(axis=(3, 4), keepdims=True), atol=1e-6)


def test_a_picture_is_enlarged_by_repeating_what_is_nearest():
    coarse = largest(PIXELS)
    (found,) = run(enlarged(coarse, PIXELS))
    rows, columns = [0, 0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 2, 2, 3, 3]
    np.testing.assert_array_equal(found, run(coarse)[0][..., rows, :][..., columns])


def test_any_number_of_clips_is_read():
    network = Network(Graph(PIXELS, (relu(PIXELS),)))
    for n_clips in (1, 2, 5):
        assert network(np.ones((n_clips, *SHAPE), np.float32))[0].shape == (n_clips, *SHAPE)


def test_a_normalisation_is_folded_into_its_convolution():
    rng = np.random.default_rng(2)
    arrays: dict[str, np.ndarray] = {}

    def take(name: str, shape: tuple[int, ...]) -> np.ndarray:
        return arrays.setdefault(name, rng.uniform(0.5, 2, shape).astype(np.float32))

    kernel = normalised(take, "first", (2, 3, 1, 3, 3))
    scale, shift, average, variance = (
        arrays[f"first.1.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
    )
    plainly = across(PIXELS, Kernel(arrays["first.0.weight"][:, :, 0], np.zeros(2, np.float32)))
    folded, seen = run(across(PIXELS, kernel), plainly)
    per_channel = [a[:, None, None] for a in (scale, shift, average, variance)]
    scale, shift, average, variance = per_channel
    true = (seen - average) / np.sqrt(variance + 1e-5) * scale + shift
    np.testing.assert_allclose(folded, true, rtol=1e-4, atol=1e-4)
    assert normalised(take, "second", (2, 3, 3, 1, 1)).weight.shape == (2, 3, 3)


def test_what_a_network_is_made_of_is_known_without_it():
    shapes = shapes_of(lambda take: (plain(take, "a", (2, 3)), normalised(take, "b", (4, 2, 3, 3))))
    per_channel = {f"b.1.{p}": (4,) for p in ("weight", "bias", "running_mean", "running_var")}
    assert shapes == {"a.weight": (2, 3), "a.bias": (2,), "b.0.weight": (4, 2, 3, 3)} | per_channel


@pytest.mark.parametrize(
    ("kernel", "wanted"),
    [
        (kernel_of(2, 4, 3, 3), "a kernel of (2, 4, 3, 3) is to look at {}: it must be of "
         "(out, 3, size, size)"),
        (kernel_of(2, 3, 3, 5), "a kernel of (2, 3, 3, 5) is to look at {}: it must be of "
         "(out, 3, size, size)"),
        (kernel_of(2, 3, 3), "a kernel of (2, 3, 3) is to look at {}: it must be of "
         "(out, 3, size, size)"),
    ],
)  # fmt: skip
def test_a_kernel_that_does_not_fit_is_refused(kernel, wanted):
    with pytest.raises(ValueError, match=rf"^{re.escape(wanted.format(SHAPE))}$"):
        across(PIXELS, kernel)


def test_values_of_different_shapes_are_not_added():
    half = halved(PIXELS)
    message = f"{half.shape} is added to {SHAPE}: they must be of one shape"
    with pytest.raises(ValueError, match=rf"^{re.escape(message)}$"):
        add(PIXELS, half)
