"""Runs a graph on this machine's processors, with ONNX Runtime; nothing else imports that.

It says nothing to anybody: its telemetry, which writes into the user's home and connects to a
server, is turned off before it is imported, and what it would warn of on standard error is left
out.
"""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from podium.networks._onnx import PIXELS, written
from podium.networks.graph import Graph

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = npt.NDArray[np.float32]

_FATAL = 4  # of onnxruntime's severities; errors become exceptions anyway


class Network:
    """A graph made ready: give it pixels, get what its outputs are.

    Nothing is made ready before it is called, so that one who finds all features in a cache does
    not wait for it.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __call__(self, pixels: Floats) -> list[Floats]:
        """Return each output for (clips, frames, channels, rows, columns), as (clips, ...) too.

        The bytes are the same for any number of threads.
        """
        answers: list[Floats] = self._session.run(None, {PIXELS: pixels})
        return answers

    @cached_property
    def _session(self) -> "InferenceSession":
        return open_program(written(self.graph))


def open_program(content: bytes) -> "InferenceSession":
    """Make a program ready, from the bytes of its ONNX file."""
    runtime = _onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = n_threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    # Threads that wait busily take the processor from the decoder and from each other.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def n_threads() -> int:
    """Return how many threads compute: what OMP_NUM_THREADS says, or as many as there may be."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


@cache
def _onnxruntime() -> Any:
    """Import ONNX Runtime with its telemetry off, and silence it."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(_FATAL)
    return onnxruntime
