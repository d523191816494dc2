"""Where networks compute: on the processor, or on a GPU where there is one and a library can.

PyTorch (which trains, and runs the backbone `c3d`) and ONNX Runtime (which runs the networks that
ship) may see different devices: each computes on the one that was asked for if it can, and on the
processor else; a device that neither of them sees is refused. Nothing else of Podium asks for it.
LiteRT's networks (`mobilenet_v1`, `pose`) always compute on the processor.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from podium.errors import UsageError
from podium.networks._onnx import PIXELS, written
from podium.networks._silenced import onnxruntime, session_options
from podium.networks.graph import Graph, Pixels, Shape, relu

Device = Literal["cpu", "cuda", "mps"]
Asked = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["float32", "mixed"]

VARIABLE = "PODIUM_DEVICE"
"""The variable of the environment that says where networks compute: `auto` where it is not set."""

PRECISION_VARIABLE = "PODIUM_PRECISION"
"""The variable that says how exactly PyTorch's networks compute: `float32` where it is not set."""

CPU: Device = "cpu"
PYTORCH, ONNX_RUNTIME = "PyTorch", "ONNX Runtime"

_PROVIDERS: Mapping[Device, tuple[str, Mapping[str, str]]] = {
    "cuda": ("CUDAExecutionProvider", {"use_tf32": "0"}),
    "mps": ("CoreMLExecutionProvider", {}),
}
"""What ONNX Runtime calls that which computes on a device, and its options: no rounding there."""

_INSTALLING: Mapping[tuple[Device, str], str] = {
    ("cuda", PYTORCH): "install a PyTorch that was built for CUDA",
    ("cuda", ONNX_RUNTIME): "pip install onnxruntime-gpu in place of onnxruntime",
    ("mps", PYTORCH): "use a Mac with Apple's processor",
    ("mps", ONNX_RUNTIME): "use a Mac with Apple's processor",
}
"""What to do where a library has no such device."""


def asked() -> Asked:
    """Return where networks are to compute, as `PODIUM_DEVICE` says it; else `auto`.

    Raises
    ------
    UsageError
        If it says what is no device.
    """
    return _device_of(os.environ.get(VARIABLE) or "auto")


def precision() -> Precision:
    """Return how exactly PyTorch's networks compute, as `PODIUM_PRECISION` says it.

    `mixed` multiplies bfloat16 numbers and adds up float32 ones, on a CUDA device alone.

    Raises
    ------
    UsageError
        If it says what is no precision, or `mixed` where PyTorch has no such device.
    """
    return _precision_of(os.environ.get(PRECISION_VARIABLE) or "float32", asked())


def use(device: str, precision: str) -> tuple[str, ...]:
    """Have networks compute so in all of this process, and in those that it starts.

    Returns sentences about libraries that are installed and cannot compute there, if any.

    Raises
    ------
    UsageError
        If there is no such device here, or no such precision: what there is, and what to do.
    """
    chosen = _device_of(device)
    sentences = _without(chosen)
    os.environ[PRECISION_VARIABLE] = _precision_of(precision, chosen)
    os.environ[VARIABLE] = chosen
    return sentences


def for_pytorch() -> Device:
    """Return the device that PyTorch's networks compute on; `auto` takes cuda where it is.

    Raises
    ------
    UsageError
        If the device that was asked for is not there.
    """
    return _resolved(asked(), PYTORCH)


def for_onnx_runtime() -> Device:
    """Return the device that ONNX Runtime's networks compute on; `auto` takes cuda where it is.

    Raises
    ------
    UsageError
        If the device that was asked for is not there.
    """
    return _resolved(asked(), ONNX_RUNTIME)


def providers(device: Device) -> list[tuple[str, Mapping[str, str]]]:
    """Return what ONNX Runtime is to compute with, the best first; the processor is always last."""
    before = [] if device == CPU else [_PROVIDERS[device]]
    return [*before, ("CPUExecutionProvider", {})]


def _without(device: Asked) -> tuple[str, ...]:
    if device == "auto" or device == CPU:
        return ()
    _require_somewhere(device)
    lacking = [name for name, offers in _OFFERS.items() if _is_there(name) and not offers(device)]
    return tuple(
        f"{name} has no {device} here, so its networks compute on the cpu: "
        f"{_INSTALLING[device, name]}"
        for name in lacking
    )


def _resolved(device: Asked, library: str) -> Device:
    if device == "auto":
        return "cuda" if _OFFERS[library]("cuda") else CPU
    if device == CPU or _OFFERS[library](device):
        return device
    _require_somewhere(device)
    return CPU


def _require_somewhere(device: Device) -> None:
    if any(offers(device) for offers in _OFFERS.values()):
        return
    others: tuple[Device, ...] = ("cuda", "mps")
    found = [CPU, *(other for other in others if any(of(other) for of in _OFFERS.values()))]
    ways = " or ".join(dict.fromkeys(_INSTALLING[device, library] for library in _OFFERS))
    raise UsageError(
        f"the device {device} is not here (neither PyTorch nor ONNX Runtime sees it), only "
        f"{', '.join(found)}: choose that or auto; to have it, {ways}"
    )


@cache
def _pytorch_offers(device: Device) -> bool:
    """Return whether PyTorch computes on a device here; without PyTorch, it does on none."""
    if not _is_there(PYTORCH):
        return False
    import torch

    if device == "cuda":
        return torch.cuda.is_available()
    return torch.backends.mps.is_available()


@cache
def _onnx_runtime_offers(device: Device) -> bool:
    """Return whether ONNX Runtime computes on a device here: it is tried, where it says so.

    A version for GPUs names its provider on machines without one, too.
    """
    if device == "cuda" and not _ships_cuda():
        return False
    name, _ = _PROVIDERS[device]
    if name not in onnxruntime().get_available_providers():
        return False
    pixels = Pixels(Shape(1, 1, 2, 2))
    content = written(Graph(pixels, (relu(pixels),)))
    try:
        session = onnxruntime().InferenceSession(
            content, session_options(), providers=providers(device)
        )
        session.run(None, {PIXELS: np.zeros((1, 1, 1, 2, 2), np.float32)})
    except Exception:  # whatever a driver that does not fit says, it does not compute
        return False
    return name in session.get_providers()


def _ships_cuda() -> bool:
    """Return whether ONNX Runtime was built for CUDA; nothing is imported for that."""
    found = find_spec("onnxruntime")
    if found is None or not found.origin:
        return False
    return any((Path(found.origin).parent / "capi").glob("*onnxruntime_providers_cuda*"))


def _is_there(library: str) -> bool:
    return library == ONNX_RUNTIME or find_spec("torch") is not None


_OFFERS: dict[str, Callable[[Device], bool]] = {
    PYTORCH: _pytorch_offers,
    ONNX_RUNTIME: _onnx_runtime_offers,
}
"""What asks each library whether it computes on a device here."""


def _device_of(text: str) -> Asked:
    found: Asked = _choice("device", VARIABLE, text, get_args(Asked))
    return found


def _precision_of(text: str, device: Asked) -> Precision:
    found: Precision = _choice("precision", PRECISION_VARIABLE, text, get_args(Precision))
    if found == "mixed" and (there := _resolved(device, PYTORCH)) != "cuda":
        raise UsageError(
            f"the precision mixed needs the device cuda, and PyTorch computes on {there} here: "
            f"choose float32 (--precision or {PRECISION_VARIABLE})"
        )
    return found


def _choice(what: str, variable: str, text: str, choices: Sequence[str]) -> Any:
    if text in choices:
        return text
    raise UsageError(
        f"the {what} is {text!r} (--{what} or {variable}): choose one of {', '.join(choices)}"
    )
