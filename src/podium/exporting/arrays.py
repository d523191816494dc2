"""A model's parts as arrays with their names, for whoever writes the network anew."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from podium.backbones import Backbone, parts_of
from podium.errors import ModelError, UsageError
from podium.exporting.values import Part
from podium.machine.files import sha256_of
from podium.model import Model
from podium.networks.weights import read_arrays

SCORER = "scorer.safetensors"


def arrays_of_backbone(name: str, backbone: Backbone) -> Part:
    """Return the weights that a backbone learned, named as in PyTorch; a file each, once.

    Raises
    ------
    UsageError
        If it has no weights that ship as such a file.
    WeightsError
        If the file is not there any more, or damaged.
    """
    files: dict[str, bytes] = {}
    facts = []
    for part in parts_of(backbone):
        path = getattr(part, "weights", None)
        if not isinstance(path, Path):
            raise UsageError(
                f"the backbone {part.name} has no weights of its own as safetensors: --only "
                "scorer leaves it out"
            )
        arrays = read_arrays(path, "give the file that the backbone was made with")
        files[path.name] = content = path.read_bytes()
        shapes = {key: list(values.shape) for key, values in sorted(arrays.items())}
        facts.append(
            {
                "name": part.name,
                "file": path.name,
                "sha256": sha256_of(content),
                "fingerprint": part.fingerprint,
                "arrays": shapes,
            }
        )
    return Part(files, {"name": name, "parts": facts})


def arrays_of_scorer(model: Model) -> Part:
    """Return all arrays that a model's scorer learned, and what it says beside them.

    Raises
    ------
    ModelError
        If they do not come back as they were.
    """
    state = model.scorer.state()
    arrays = {key: np.ascontiguousarray(values) for key, values in state.arrays.items()}
    content = save(arrays)
    back = load(content)
    if back.keys() != arrays.keys() or any((back[k] != v).any() for k, v in arrays.items()):
        raise ModelError("the scorer's arrays do not come back as they were: nothing was written")
    facts = {
        "name": model.scorer_name,
        "file": SCORER,
        "sha256": sha256_of(content),
        "reads": model.reads,
        "arrays": {key: list(values.shape) for key, values in arrays.items()},
        "config": dict(state.config),
    }
    return Part({SCORER: content}, facts)
