"""A program of ONNX as OpenVINO has it, run there; what would send statistics is kept out."""

import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from podium.networks.runtime import n_threads


def converted(
    content: bytes,
) -> tuple[bytes, bytes, Callable[[Mapping[str, Any]], list[Any]]]:
    """Return what is computed and the weights, as OpenVINO writes them, and what runs these."""
    openvino = _openvino()
    core = openvino.Core()
    with tempfile.TemporaryDirectory(prefix="podium-openvino-") as folder:
        path = Path(folder) / "program.xml"
        openvino.save_model(core.read_model(content), path, compress_to_fp16=False)
        described, weights = path.read_bytes(), path.with_suffix(".bin").read_bytes()
        written = core.read_model(path)
    settings = {"INFERENCE_NUM_THREADS": n_threads(), "INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(written, "CPU", settings)
    return described, weights, lambda given: list(compiled(dict(given)).values())


@cache
def _openvino() -> Any:
    """Import OpenVINO without what reports to its makers, which it does without."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
