"""Runs a graph on this machine, with ONNX Runtime: on its processors, or where `devices` says.

It says nothing to anybody: its telemetry, which writes into the user's home and connects to a
server, is turned off before it is imported, and what it would warn of on standard error is left
out.
"""

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from podium.machine import extras
from podium.networks import devices
from podium.networks._onnx import PIXELS, written
from podium.networks._silenced import onnxruntime as _onnxruntime
from podium.networks._silenced import session_options
from podium.networks.graph import Graph

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = npt.NDArray[np.float32]


class Network:
    """A graph made ready: give it pixels, get what its outputs are.

    Nothing is made ready before it is called, so that one who finds all features in a cache does
    not wait for it.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __call__(self, pixels: Floats) -> list[Floats]:
        """Return each output for (clips, frames, channels, rows, columns), as (clips, ...) too.

        The bytes are the same for any number of threads; those of a GPU are others, and near.
        """
        answers: list[Floats] = self._session.run(None, {PIXELS: pixels})
        return answers

    @cached_property
    def _session(self) -> "InferenceSession":
        return open_program(written(self.graph), devices.for_onnx_runtime())


def open_program(content: bytes, device: devices.Device = devices.CPU) -> "InferenceSession":
    """Make a program ready, from the bytes of its ONNX file, to compute on a device."""
    runtime = _onnxruntime()
    options = session_options()
    options.intra_op_num_threads = n_threads()
    options.inter_op_num_threads = 1
    # Threads that wait busily take the processor from the decoder and from each other.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(content, options, providers=devices.providers(device))


def in_eight_bits(content: bytes, given: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a program whose weights and sums are whole numbers of eight bits.

    How large the numbers between its steps become is seen in what it is given, if anything is:
    then convolutions are done so. Else only the weights of matrices are, and the rest as it comes.
    """
    quantization = _quantization()
    with tempfile.TemporaryDirectory(prefix="podium-int8-") as folder, _silent():
        path, made = Path(folder) / "program.onnx", Path(folder) / "made.onnx"
        path.write_bytes(content)
        if given:
            quantization.quantize_static(
                path, made, _Shown(iter(given)), per_channel=True, op_types_to_quantize=["Conv"],
                reduce_range=True,  # of eight bits, sums overflow on processors without VNNI
            )  # fmt: skip
        else:
            quantization.quantize_dynamic(path, made, weight_type=quantization.QuantType.QInt8)
        return made.read_bytes()


@dataclass
class _Shown:
    """What a program is given while it is looked how large its numbers become."""

    given: Iterator[Mapping[str, Any]]

    def get_next(self) -> Mapping[str, Any] | None:
        """Return the next, or nothing."""
        return next(self.given, None)


@contextmanager
def _silent() -> Iterator[None]:
    """Leave out what a library tells programmers by the way."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _quantization() -> Any:
    _onnxruntime()
    with extras.needed_for("--int8", "int8", "leave it out"):
        from onnxruntime import quantization
    return quantization


def n_threads() -> int:
    """Return how many threads compute: what OMP_NUM_THREADS says, or as many as there may be."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
