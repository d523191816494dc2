"""Reads files of weights without executing anything in them, and fills PyTorch's networks."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zipfile import ZipFile, is_zipfile

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from podium.errors import WeightsError
from podium.networks.weights import MAX_WEIGHTS_BYTES, refusal, require_fit, require_weights

Network = TypeVar("Network", bound=nn.Module)


def network_of(make: Callable[[], Network], path: Path, advice: str) -> Network:
    """Build a network with the weights of a file, in evaluation mode; all of them fit, or none.

    `make` makes a network of the right shapes, all of whose buffers are saved; it is never filled
    with random numbers. Tensors of the file that it does not have are passed over, and half
    precision is widened. `advice` ends the message of an error: what to give instead.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, holds anything but tensors, or these are another network's.
    """
    with torch.device("meta"):
        network = make()
    wanted = network.state_dict()
    found = read_weights(path, advice)
    require_fit(wanted, found, _problem, path, advice)
    fitting = {key: found[key].to(value.dtype) for key, value in wanted.items()}
    network.load_state_dict(fitting, assign=True)
    return network.eval()


def read_weights(path: Path, advice: str) -> dict[str, Tensor]:
    """Read tensors by name from a `.safetensors` file or a `state_dict` saved by PyTorch.

    Raises
    ------
    WeightsError
        If it is missing, too large, damaged, or holds anything but tensors.
    """
    require_weights(path, advice)
    refused = refusal(path, advice)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        _require_room(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # each format has errors of its own, and any means the same here
        raise WeightsError(refused) from error
    if not isinstance(loaded, dict) or not all(map(_is_plain, loaded.values())):
        raise WeightsError(refused)
    return loaded


def _is_plain(value: object) -> bool:
    """Return whether something is a tensor all of whose numbers are there."""
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and not value.is_quantized
    )


def _require_room(path: Path) -> None:
    """Refuse an archive that unpacks to more than weights are."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            n_bytes = sum(entry.file_size for entry in archive.infolist())
        if n_bytes > MAX_WEIGHTS_BYTES:
            raise ValueError(f"it unpacks to {n_bytes:,} bytes")


def _problem(wanted: Tensor, found: Tensor) -> str | None:
    if found.shape != wanted.shape:
        return f"is {tuple(found.shape)} and must be {tuple(wanted.shape)}"
    if found.is_floating_point() != wanted.is_floating_point():
        return f"holds {found.dtype} and must hold {wanted.dtype}"
    if not torch.isfinite(found).all():
        return "holds numbers that are not finite"
    return None
