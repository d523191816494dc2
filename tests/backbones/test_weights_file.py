import json
import os
import pickle
import re
import struct
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import torch
from safetensors.torch import save, save_file
from torch import nn

from podium.backbones._weights_file import network_of, read_weights
from podium.errors import WeightsError

ADVICE = "give the right ones"


class Sentinel:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def weights() -> dict[str, torch.Tensor]:
    return {key: torch.ones_like(value) for key, value in network().state_dict().items()}


def refused(path: Path, problem: str) -> str:
    return rf"^{re.escape(f'{path}: {problem}, and was not loaded: {ADVICE}')}$"


DAMAGED = "is damaged or holds more than tensors"


def written(path: Path, tensors: dict[str, torch.Tensor]) -> Path:
    if path.suffix == ".safetensors":
        save_file(tensors, path)
    else:
        torch.save(tensors, path)
    return path


@pytest.mark.parametrize("name", ["a.safetensors", "a.pickle", "a.pth"])
def test_a_network_is_filled_and_evaluates(tmp_path, name):
    filled = network_of(network, written(tmp_path / name, weights()), ADVICE)
    assert not filled.training
    assert {key: value.tolist() for key, value in filled.state_dict().items()} == {
        key: value.tolist() for key, value in weights().items()
    }
    assert filled(torch.ones(1, 3)).shape == (1, 2)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "pickle"])
def test_both_formats_of_pytorch_are_read(tmp_path, zipped):
    path = tmp_path / "a.pickle"
    torch.save(weights(), path, _use_new_zipfile_serialization=zipped)
    assert read_weights(path, ADVICE).keys() == weights().keys()


def test_half_precision_is_widened_and_what_is_not_asked_for_passed_over(tmp_path):
    halves = {key: v.half() if v.is_floating_point() else v for key, v in weights().items()}
    path = written(tmp_path / "a.safetensors", halves | {"other": torch.ones(1)})
    filled = network_of(network, path, ADVICE)
    assert {value.dtype for value in filled.parameters()} == {torch.float32}


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, os.mkfifo])
def test_only_a_regular_file_is_opened(tmp_path, make):
    path = tmp_path / "a.pickle"
    make(path)
    message = f"{path}: no such weights file: check the path"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        read_weights(path, ADVICE)


@pytest.mark.parametrize("name", ["a.safetensors", "a.pickle", "a.pth"])
def test_code_in_a_pickle_is_refused_and_not_executed(tmp_path, name):
    sentinel, path = tmp_path / "sentinel", tmp_path / name
    path.write_bytes(pickle.dumps({"0.weight": Sentinel(sentinel)}))
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        network_of(network, path, ADVICE)
    torch.save({"0.weight": Sentinel(sentinel)}, path)
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        network_of(network, path, ADVICE)
    assert not sentinel.exists()
    pickle.loads(pickle.dumps(Sentinel(sentinel)))
    assert sentinel.exists()


def with_header(change: Callable[[dict], None], tensors: dict[str, torch.Tensor]) -> bytes:
    """A safetensors file whose header says something else than what follows."""
    content = save(tensors)
    (n,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + n])
    change(header)
    lie = json.dumps(header).encode()
    return struct.pack("<Q", len(lie)) + lie + content[8 + n :]


def promise_more(header: dict) -> None:
    header["0.bias"] |= {"shape": [2**40], "data_offsets": [0, 2**42]}


def point_outside(header: dict) -> None:
    header["0.bias"]["data_offsets"] = [10_000, 10_008]


def point_at_anothers(header: dict) -> None:
    header["0.bias"]["data_offsets"] = header["1.bias"]["data_offsets"]


def widen(header: dict) -> None:
    header["0.weight"]["dtype"] = "F64"


@pytest.mark.parametrize("lie", [promise_more, point_outside, point_at_anothers, widen])
def test_a_header_that_lies_is_refused(tmp_path, lie):
    path = tmp_path / "a.safetensors"
    path.write_bytes(with_header(lie, weights()))
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        network_of(network, path, ADVICE)


def test_a_header_longer_than_the_file_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", 2**62) + save(weights())[8:])
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        network_of(network, path, ADVICE)


@pytest.mark.parametrize("name", ["a.safetensors", "a.pickle", "a.pth"])
def test_a_file_that_is_larger_than_weights_are_is_refused(tmp_path, monkeypatch, name):
    path = written(tmp_path / name, weights())
    n_bytes = path.stat().st_size
    monkeypatch.setattr("podium.networks.weights.MAX_WEIGHTS_BYTES", n_bytes - 1)
    problem = f"has {n_bytes:,} bytes, more than the {n_bytes - 1:,} allowed"
    with pytest.raises(WeightsError, match=refused(path, problem)):
        read_weights(path, ADVICE)


def test_an_archive_that_unpacks_to_more_is_refused_unread(tmp_path, monkeypatch):
    path, packed = written(tmp_path / "a.pth", weights()), tmp_path / "b.pth"
    with ZipFile(path) as source, ZipFile(packed, "w", ZIP_DEFLATED) as bomb:
        for entry in source.infolist():
            bomb.writestr(entry.filename, source.read(entry))
        bomb.writestr(entry.filename.partition("/")[0] + "/data/9", bytes(10_000_000))
    assert packed.stat().st_size < 100_000
    assert read_weights(packed, ADVICE).keys() == weights().keys()
    monkeypatch.setattr("podium.backbones._weights_file.MAX_WEIGHTS_BYTES", 1_000_000)
    monkeypatch.setattr("torch.load", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(WeightsError, match=refused(packed, DAMAGED)):
        read_weights(packed, ADVICE)


@pytest.mark.parametrize("name", ["a.safetensors", "a.pickle"])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, name, share):
    path = written(tmp_path / name, weights())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        network_of(network, path, ADVICE)


@pytest.mark.parametrize(
    "content",
    [
        {"epoch": 3},
        [torch.zeros(1)],
        {"state_dict": {"a": 1}},
        {"0.weight": torch.zeros(2, 3).to_sparse()},
        {"0.weight": torch.zeros(2, 3, device="meta")},
    ],
)
def test_anything_but_tensors_is_refused(tmp_path, content):
    path = tmp_path / "a.pth"
    torch.save(content, path)
    with pytest.raises(WeightsError, match=refused(path, DAMAGED)):
        network_of(network, path, ADVICE)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"0.bias": None}, "lacks 0.bias"),
        (
            dict.fromkeys(["0.bias", "0.weight", "1.bias", "1.weight", "1.running_var"]),
            "lacks 0.bias, 0.weight, 1.bias and 2 more",
        ),
        ({"0.bias": torch.ones(3)}, "0.bias is (3,) and must be (2,)"),
        (
            {"0.bias": torch.ones(2, dtype=torch.int8)},
            "0.bias holds torch.int8 and must hold torch.float32",
        ),
        ({"0.bias": torch.tensor([1, float("nan")])}, "0.bias holds numbers that are not finite"),
        ({"0.bias": torch.tensor([1, float("inf")])}, "0.bias holds numbers that are not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, changed, problem):
    tensors = {key: value for key, value in (weights() | changed).items() if value is not None}
    path = written(tmp_path / "a.safetensors", tensors)
    with pytest.raises(WeightsError, match=refused(path, problem)):
        network_of(network, path, ADVICE)
