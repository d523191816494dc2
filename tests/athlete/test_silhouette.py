import re

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from podium.athlete._silhouette_network import SilhouetteNetwork
from podium.athlete.silhouette import SIDE, Silhouettes, as_read, window
from podium.errors import WeightsError


@pytest.fixture(scope="module")
def windows() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 4), np.uint8)


def by_pytorch(network: SilhouetteNetwork, windows: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return network.eval()(torch.from_numpy(as_read(windows))).sigmoid().numpy()


def test_what_was_just_trained_is_what_is_run(tmp_path, windows):
    torch.manual_seed(0)
    network = SilhouetteNetwork()
    network(torch.from_numpy(as_read(windows)))  # means and variances
    path = tmp_path / "trained.safetensors"
    save_file(network.state_dict(), path)
    found = Silhouettes(path)(windows)
    assert found.shape == (3, SIDE, SIDE)
    np.testing.assert_allclose(found, by_pytorch(network, windows), atol=1e-5)


def test_windows_are_told_alike_alone_and_together(windows):
    many = np.concatenate([windows] * 7)
    find = Silhouettes()
    np.testing.assert_allclose(find(many)[:3], find(windows), atol=1e-5)


def test_no_window_has_no_silhouette(windows):
    assert Silhouettes()(windows[:0]).shape == (0, SIDE, SIDE)


def test_a_window_is_cut_out_about_its_middle():
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[90:110, 140:160] = 255
    cut = window(picture, 150, 100, SIDE / 2)
    np.testing.assert_array_equal(np.argwhere(cut[..., 0] > 127).min(axis=0), [38, 38])
    assert (cut[..., 0] > 127).sum() == 400


def test_missing_weights_are_said(tmp_path):
    path = tmp_path / "none.safetensors"
    message = f"{path}: no such weights file: check the path"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Silhouettes(path)
