import copy
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from podium.backbones import _engine
from podium.backbones._engine import Engine, EngineOptions, as_pixels, batches, computes_bf16
from podium.errors import UsageError


def small_network() -> nn.Module:
    """A convolution with its normalisation, another without, and what 3-D networks end with."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Sequential(nn.Conv3d(3, 8, 3, padding=1, bias=False), nn.BatchNorm3d(8), nn.ReLU()),
        nn.MaxPool3d(2),
        nn.Conv3d(8, 16, 3, padding=1),
        nn.AdaptiveAvgPool3d(1),
        nn.Flatten(),
        nn.Linear(16, 5),
    )
    network[0][1].running_mean.normal_()
    network[0][1].running_var.uniform_(0.5, 2)
    return network


def noise(n_clips: int) -> np.ndarray:
    shape = (n_clips, 16, 24, 32, 3)
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def one_by_one(network: nn.Module, clips: np.ndarray) -> np.ndarray:
    """The plain way: each clip by itself, through the network as PyTorch has it."""
    network.eval()
    with torch.no_grad():
        pixels = torch.tensor(clips.transpose(0, 4, 1, 2, 3)).float().contiguous()
        return torch.cat([network(clip[None]) for clip in pixels]).numpy()


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return small_network()


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


@pytest.mark.parametrize("n_clips", [1, 2, 3, 4, 5, 9])
def test_features_are_those_of_the_plain_network_in_any_batch(network, n_clips):
    clips = noise(n_clips)
    engine = Engine(copy.deepcopy(network))
    found = engine(clips)
    assert found.dtype == np.float32
    assert relative(found, one_by_one(network, clips)) < 1e-5
    np.testing.assert_array_equal(engine(clips), found)


def test_no_clips_become_no_rows(network):
    assert Engine(copy.deepcopy(network))(noise(0)).shape == (0, 5)


def test_bf16_is_within_a_hundredth(network):
    if not computes_bf16():
        pytest.skip("this processor does not compute with bf16 numbers")
    clips = noise(5)
    found = Engine(copy.deepcopy(network), options=EngineOptions("bf16"))(clips)
    assert found.dtype == np.float32
    assert 0 < relative(found, one_by_one(network, clips)) < 1e-2


def test_a_normalisation_becomes_part_of_its_convolution():
    network = small_network()
    Engine(network)
    assert isinstance(network[0][1], nn.Identity)
    assert network[0][0].bias is not None
    assert not network.training


def test_clips_that_may_not_be_written_to_are_read(network):
    clips = noise(2)
    clips.flags.writeable = False
    assert Engine(copy.deepcopy(network))(clips).shape == (2, 5)


def test_pixels_lie_in_memory_as_the_clips_do():
    clips = noise(2)
    pixels = as_pixels(clips[:, :, 2:10, 3:15, ::-1], (1, 2, 3))
    assert pixels.shape == (2, 3, 16, 8, 12)
    assert pixels.is_contiguous(memory_format=torch.channels_last_3d)
    red, green, blue = clips[1, 7, 2 + 5, 3 + 6].astype(float)
    assert pixels[1, :, 7, 5, 6].tolist() == [blue - 1, green - 2, red - 3]


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 9, 10, 17])
def test_batches_are_few_equal_and_whole(n):
    parts = batches(n, EngineOptions(n_clips=4))
    sizes = [part.stop - part.start for part in parts]
    assert sum(sizes) == n
    assert len(parts) == max(-(-n // 4), 1)
    assert max(sizes) - min(sizes) <= 1
    assert parts[0].start == 0
    assert all(before.stop == after.start for before, after in pairwise(parts))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"precision": "fp16"}, "precision is 'fp16': choose one of fp32, bf16"),
        ({"n_clips": 0}, "n_clips is 0: it must be 1 or more"),
    ],
)
def test_other_options_are_refused(changed, message):
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        EngineOptions(**changed)


def test_bf16_is_refused_where_the_processor_lacks_it(monkeypatch):
    monkeypatch.setattr(_engine, "computes_bf16", lambda: False)
    message = "this processor cannot compute in bf16: choose the precision fp32"
    with pytest.raises(UsageError, match=rf"^{message}$"):
        EngineOptions("bf16")


class OtherLibrary:
    """A C library that is not glibc."""


@pytest.mark.parametrize("error", [OSError("libc.so.6: cannot open"), None])
def test_another_c_library_is_left_alone(monkeypatch, error):
    def load(name: str) -> OtherLibrary:
        if error:
            raise error
        return OtherLibrary()

    monkeypatch.setattr(_engine.ctypes, "CDLL", load)
    assert _engine.keep_memory_mapped.__wrapped__() is False
