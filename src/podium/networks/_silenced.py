"""ONNX Runtime as it is imported here: it tells nobody anything."""

import os
from functools import cache
from typing import Any

_FATAL = 4  # of its severities; errors become exceptions anyway


@cache
def onnxruntime() -> Any:
    """Import ONNX Runtime with its telemetry off, and silence it."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(_FATAL)
    return onnxruntime


def session_options() -> Any:
    """Return options of a session that says nothing either."""
    options = onnxruntime().SessionOptions()
    options.log_severity_level = _FATAL
    return options
