import os
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from messages import whole
from podium.backbones._engine import computes_bf16
from podium.backbones.c3d import C3D, C3DNetwork, C3DOptions, prepare
from podium.errors import UsageError, WeightsError

ADVICE = "give C3D's weights as safetensors, or as a state_dict saved by PyTorch"
KEYS = ("conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b", "fc6")


class Sentinel:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


class Published(nn.Module):
    """The network of Tran et al. (2015), figure 3, layer by layer, up to fc6."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(3, 64, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool1 = nn.MaxPool3d(kernel_size=(1, 2, 2), stride=(1, 2, 2))
        self.conv2 = nn.Conv3d(64, 128, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool2 = nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2))
        self.conv3a = nn.Conv3d(128, 256, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.conv3b = nn.Conv3d(256, 256, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool3 = nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2))
        self.conv4a = nn.Conv3d(256, 512, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.conv4b = nn.Conv3d(512, 512, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool4 = nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2))
        self.conv5a = nn.Conv3d(512, 512, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.conv5b = nn.Conv3d(512, 512, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool5 = nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2), padding=(0, 1, 1))
        self.fc6 = nn.Linear(8192, 4096)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.pool1(self.relu(self.conv1(x)))
        x = self.pool2(self.relu(self.conv2(x)))
        x = self.relu(self.conv3a(x))
        x = self.pool3(self.relu(self.conv3b(x)))
        x = self.relu(self.conv4a(x))
        x = self.pool4(self.relu(self.conv4b(x)))
        x = self.relu(self.conv5a(x))
        x = self.pool5(self.relu(self.conv5b(x)))
        return self.fc6(x.reshape(-1, 8192))


def unreadable(path: Path) -> str:
    return whole(f"{path}: is damaged or holds more than tensors, and was not loaded: {ADVICE}")


def noise(n_clips: int = 1) -> np.ndarray:
    shape = (n_clips, 16, 128, 171, 3)
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


# the network


def test_the_keys_are_those_of_the_public_file():
    with torch.device("meta"):
        ours, published = C3DNetwork().state_dict(), Published().state_dict()
    assert set(ours) == {f"{key}.{part}" for key in KEYS for part in ("weight", "bias")}
    assert {k: v.shape for k, v in ours.items()} == {k: v.shape for k, v in published.items()}
    assert ours["fc6.weight"].shape == (4096, 8192)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [C3DOptions(), C3DOptions(channels="rgb", mean=(90.0, 97.0, 101.0), rectified=False)],
    ids=["bgr, rectified", "rgb, not rectified"],
)
def test_features_are_those_of_the_published_network(c3d_weights, options):
    network = Published()
    network.load_state_dict(load_file(c3d_weights))
    clip = noise()
    middle = clip[:, :, 8:120, 29:141].astype(np.float64)
    if options.channels == "bgr":
        middle = middle[..., [2, 1, 0]]
    for channel in range(3):
        middle[..., channel] -= options.mean[channel]
    pixels = torch.from_numpy(middle.astype(np.float32)).permute(0, 4, 1, 2, 3)
    with torch.no_grad():
        expected = network(pixels).numpy()
    if options.rectified:
        expected = np.maximum(expected, 0)
    features = C3D(c3d_weights, options)(clip)
    np.testing.assert_allclose(features, expected, rtol=1e-3, atol=1e-4)
    assert (features < 0).any() != options.rectified


def test_the_middle_reaches_the_network_in_the_order_of_its_weights():
    clip = noise()
    options = C3DOptions(mean=(1.0, 2.0, 3.0))
    bgr, rgb = (prepare(clip, replace(options, channels=c)).numpy() for c in ("bgr", "rgb"))
    assert bgr.shape == (1, 3, 16, 112, 112)
    assert bgr.dtype == np.float32
    for frame, row, column in [(0, 0, 0), (3, 50, 70), (15, 111, 111)]:
        red, green, blue = clip[0, frame, 8 + row, 29 + column].astype(int)
        assert bgr[0, :, frame, row, column].tolist() == [blue - 1, green - 2, red - 3]
        assert rgb[0, :, frame, row, column].tolist() == [red - 1, green - 2, blue - 3]


@pytest.mark.slow
def test_the_fingerprint_follows_the_options(c3d_weights):
    fingerprints = {
        C3D(c3d_weights, options).fingerprint
        for options in (C3DOptions(), C3DOptions(channels="rgb"), C3DOptions(rectified=False))
    }
    assert len(fingerprints) == 3


@pytest.mark.slow
def test_the_weights_may_be_named_by_the_environment(c3d_weights, monkeypatch):
    monkeypatch.setenv("PODIUM_C3D_WEIGHTS", str(c3d_weights))
    assert C3D().fingerprint == C3D(c3d_weights).fingerprint


@pytest.mark.slow
def test_bf16_is_near_and_another_fingerprint(c3d_weights):
    if not computes_bf16():
        pytest.skip("this processor does not compute with bf16 numbers")
    exact, rounded = C3D(c3d_weights), C3D(c3d_weights, C3DOptions(precision="bf16"))
    clips = noise(2)
    expected = exact(clips)
    apart = np.linalg.norm(rounded(clips) - expected) / np.linalg.norm(expected)
    assert 1e-4 < apart < 1e-2
    assert rounded.fingerprint != exact.fingerprint


# weights


@pytest.mark.parametrize("name", ["c3d.pickle", "c3d.pth", "c3d.safetensors"])
def test_a_malicious_file_is_refused_and_not_executed(tmp_path, name):
    sentinel, path = tmp_path / "sentinel", tmp_path / name
    pickled = pickle.dumps({"conv1.weight": Sentinel(sentinel)})
    path.write_bytes(pickled)
    with pytest.raises(WeightsError, match=unreadable(path)):
        C3D(path)
    torch.save({"conv1.weight": Sentinel(sentinel)}, path)
    with pytest.raises(WeightsError, match=unreadable(path)):
        C3D(path)
    assert not sentinel.exists()
    pickle.loads(pickled)
    assert sentinel.exists()


@pytest.mark.parametrize("name", ["c3d.pickle", "c3d.safetensors"])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, name, share):
    path = tmp_path / name
    weights = {"conv1.weight": torch.randn(200, 30)}
    if name.endswith("pickle"):
        torch.save(weights, path)
    else:
        save_file(weights, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WeightsError, match=unreadable(path)):
        C3D(path)


@pytest.mark.parametrize("content", [{"epoch": 3}, [torch.zeros(1)], {"state_dict": {"a": 1}}])
def test_a_file_of_anything_but_tensors_is_refused(tmp_path, content):
    path = tmp_path / "c3d.pth"
    torch.save(content, path)
    with pytest.raises(WeightsError, match=unreadable(path)):
        C3D(path)


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, os.mkfifo])
def test_a_missing_file_is_said(tmp_path, make):
    path = tmp_path / "c3d.pickle"
    make(path)
    message = f"{path}: no such weights file: check the path"
    with pytest.raises(WeightsError, match=whole(message)):
        C3D(path)


def test_missing_keys_are_listed(tmp_path):
    path = tmp_path / "c3d.safetensors"
    given = {f"{key}.{part}": torch.zeros(1) for key in KEYS[1:] for part in ("weight", "bias")}
    save_file(given, path)
    message = f"{path}: lacks conv1.bias, conv1.weight, and was not loaded: {ADVICE}"
    with pytest.raises(WeightsError, match=whole(message)):
        C3D(path)


def test_a_wrong_shape_is_said(tmp_path):
    path = tmp_path / "c3d.safetensors"
    given = {f"{key}.{part}": torch.zeros(1) for key in KEYS for part in ("weight", "bias")}
    save_file({**given, "conv1.weight": torch.zeros(64, 3, 3, 3, 3)}, path)
    message = f"{path}: conv1.bias is (1,) and must be (64,), and was not loaded: {ADVICE}"
    with pytest.raises(WeightsError, match=whole(message)):
        C3D(path)


@pytest.mark.slow
def test_layers_after_fc6_are_passed_over_and_half_precision_is_widened(c3d_weights, tmp_path):
    path = tmp_path / "c3d.pickle"
    weights = {key: value.half() for key, value in load_file(c3d_weights).items()}
    torch.save({**weights, "fc7.weight": torch.zeros(2), "fc8.bias": torch.zeros(2)}, path)
    features = C3D(path)(noise())
    path.unlink()
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, C3D(c3d_weights)(noise()), atol=0.05)


def test_weights_that_were_never_named_are_asked_for(monkeypatch):
    monkeypatch.delenv("PODIUM_C3D_WEIGHTS", raising=False)
    message = (
        "c3d needs the public Sports-1M weights, which do not ship with Podium: set "
        "PODIUM_C3D_WEIGHTS to the path of c3d.pickle, or choose the backbone motion"
    )
    with pytest.raises(WeightsError, match=whole(message)):
        C3D()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"channels": "grb"}, "channels is 'grb': choose one of bgr, rgb"),
        ({"mean": (1.0, 2.0)}, "mean is (1.0, 2.0): it must be a tuple of 3"),
        ({"mean": (1.0, float("nan"), 2.0)}, "mean[1] is nan: it must be a finite number"),
    ],
)
def test_other_input_conventions_are_refused(changed, message):
    with pytest.raises(UsageError, match=whole(message)):
        C3DOptions(**changed)
