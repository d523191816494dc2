"""C3D's weights are 300 MB and do not ship: random ones are made up once for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from podium.backbones.c3d import C3DNetwork


@pytest.fixture(scope="session")
def c3d_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = C3DNetwork()
    path = tmp_path_factory.mktemp("weights") / "c3d.safetensors"
    save_file(network.state_dict(), path)
    yield path
    path.unlink()  # pytest would keep it for three runs
