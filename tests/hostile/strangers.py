"""Model folders of a stranger: copies of one that ships, spoilt on purpose."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save

from podium.model import SHIPPED

Config = dict[str, Any]
Arrays = dict[str, npt.NDArray[Any]]

SEED = int(os.environ.get("PODIUM_TORTURE_SEED", "0"))
"""Whatever is drawn at random is drawn anew with another seed."""


def copied(folder: Path, name: str = "diving") -> Path:
    """Copy a model that ships, to be spoilt."""
    return Path(shutil.copytree(SHIPPED / name, folder))


def with_config(folder: Path, change: Callable[[Config], Any]) -> Path:
    """Change the config of a model."""
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    change(config)
    path.write_text(json.dumps(config), "utf-8")
    return folder


def with_arrays(folder: Path, change: Callable[[Arrays], Any]) -> Path:
    """Change the arrays of a model."""
    path = folder / "model.safetensors"
    arrays = {name: np.array(values) for name, values in load(path.read_bytes()).items()}
    change(arrays)
    path.write_bytes(save({name: np.ascontiguousarray(v) for name, v in arrays.items()}))
    return folder


def named(folder: Path, *, scorer: str | None = None, backbone: str | None = None) -> Path:
    """Have a model name other parts than its own."""

    def change(config: Config) -> None:
        if scorer is not None:
            config["scorer"]["name"] = scorer
        if backbone is not None:
            config["backbone"]["name"] = backbone

    return with_config(folder, change)
