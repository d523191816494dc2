"""Weights that do not ship: C3D's are made up at random, the others' used where present."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from training_extra import MISSING, REASON

REPOSITORY = Path(__file__).parent.parent.parent
MOBILENET = "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"


@pytest.fixture(scope="session")
def mobilenet_weights() -> Path:
    named = os.environ.get("PODIUM_MOBILENET_WEIGHTS")
    beside = REPOSITORY.parent / "shared" / "weights" / MOBILENET
    path = Path(named) if named else beside
    if not path.is_file():
        pytest.skip(f"MobileNet's weights are not at {path}: set PODIUM_MOBILENET_WEIGHTS")
    return path


@pytest.fixture(scope="session")
def c3d_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if MISSING:
        pytest.skip(REASON)
    import torch
    from safetensors.torch import save_file

    from podium.backbones.c3d import C3DNetwork

    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = C3DNetwork()
    path = tmp_path_factory.mktemp("weights") / "c3d.safetensors"
    save_file(network.state_dict(), path)
    yield path
    path.unlink()  # pytest would keep it for three runs


@pytest.fixture(scope="session")
def movenet_weights() -> Path:
    """MoveNet's public weights, which are not part of the repository."""
    usual = REPOSITORY.parent / "shared/weights/movenet_single_pose_lightning_ptq.tflite"
    path = Path(os.environ.get("PODIUM_MOVENET_WEIGHTS", usual))
    if not path.is_file():
        pytest.skip(
            f"MoveNet's weights are not at {path}: set PODIUM_MOVENET_WEIGHTS to their path"
        )
    return path
