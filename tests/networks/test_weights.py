"""Arrays of a file are all that a network wants, or are refused in the words of `_weights_file`."""

import json
import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from podium.errors import WeightsError
from podium.networks.kernels import Kernel, Take, normalised, plain
from podium.networks.weights import made_of

ADVICE = "give the right ones"
DAMAGED = "is damaged or holds more than tensors"
FITTING = {"first.weight": np.ones((2, 3), np.float32), "first.bias": np.ones(2, np.float32)}


def small(take: Take) -> Kernel:
    return plain(take, "first", (2, 3))


def written(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    save_file(arrays, path)
    return path


def refused(path: Path, problem: str) -> str:
    return rf"^{re.escape(f'{path}: {problem}, and was not loaded: {ADVICE}')}$"


def test_a_network_is_made_and_what_it_does_not_want_passed_over(tmp_path):
    path = written(tmp_path / "a.safetensors", FITTING | {"other": np.ones(1)})
    np.testing.assert_array_equal(made_of(small, path, ADVICE).weight, FITTING["first.weight"])


def test_half_precision_is_widened(tmp_path):
    halves = {key: value.astype(np.float16) for key, value in FITTING.items()}
    made = made_of(small, written(tmp_path / "a.safetensors", halves), ADVICE)
    assert made.weight.dtype == made.bias.dtype == np.float32


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, os.mkfifo])
def test_only_a_regular_file_is_opened(tmp_path, make):
    path = tmp_path / "a.safetensors"
    make(path)
    message = f"{path}: no such weights file: check the path"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        made_of(small, path, ADVICE)


def test_a_file_that_is_larger_than_weights_are_is_refused(tmp_path, monkeypatch):
    path = written(tmp_path / "a.safetensors", FITTING)
    n_bytes = path.stat().st_size
    monkeypatch.setattr("podium.networks.weights.MAX_WEIGHTS_BYTES", n_bytes - 1)
    problem = f"has {n_bytes:,} bytes, more than the {n_bytes - 1:,} allowed"
    with pytest.raises(WeightsError, match=refused(path, problem)):
        made_of(small, path, ADVICE)


def with_header(**changed: object) -> bytes:
    """A safetensors file whose header says something else than what follows."""
    content = save(FITTING)
    (n,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + n])
    header["first.bias"] |= changed
    lie = json.dumps(header).encode()
    return struct.pack("<Q", len(lie)) + lie + content[8 + n :]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"weights",
        save(FITTING)[:-4],
        struct.pack("<Q", 2**62) + save(FITTING)[8:],
        with_header(shape=[2**40], data_offsets=[0, 2**42]),
        with_header(data_offsets=[10_000, 10_008]),
        with_header(dtype="F64"),
        with_header(dtype="F8_E5M2"),
    ],
)
def test_what_is_damaged_or_lies_is_refused(tmp_path, content):
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        made_of(small, path, ADVICE)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"first.bias": None}, "lacks first.bias"),
        ({"first.bias": None, "first.weight": None}, "lacks first.bias, first.weight"),
        ({"first.bias": np.ones(3, np.float32)}, "first.bias is (3,) and must be (2,)"),
        ({"first.bias": np.ones(2, np.int8)}, "first.bias holds int8 and must hold float32"),
        (
            {"first.bias": np.array([1, np.nan], np.float32)},
            "first.bias holds numbers that are not finite",
        ),
        (
            {"first.bias": np.array([1, np.inf], np.float32)},
            "first.bias holds numbers that are not finite",
        ),
        ({"first.bias": np.array([1, 1e300])}, "holds numbers that cannot be computed with"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, changed, problem):
    arrays = {key: value for key, value in (FITTING | changed).items() if value is not None}
    path = written(tmp_path / "a.safetensors", arrays)
    with pytest.raises(WeightsError, match=refused(path, problem)):
        made_of(small, path, ADVICE)


def test_a_variance_below_zero_is_refused(tmp_path):
    per_channel = {f"a.1.{p}": np.ones(2, np.float32) for p in ("weight", "bias", "running_mean")}
    arrays = {"a.0.weight": np.ones((2, 3, 1, 1), np.float32), **per_channel}
    arrays["a.1.running_var"] = np.array([1, -1], np.float32)
    path = written(tmp_path / "a.safetensors", arrays)
    with pytest.raises(
        WeightsError, match=refused(path, "holds numbers that cannot be computed with")
    ):
        made_of(lambda take: normalised(take, "a", (2, 3, 1, 1)), path, ADVICE)
