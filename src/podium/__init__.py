"""Podium: how well was it done? Scores a performance on video against an expert's.

import podium
print(podium.load("diving").assess("my_dive.mp4", action="407", difficulty=3.2))
"""

TYPE_CHECKING = False  # that of `typing` would have to be imported first

if TYPE_CHECKING:
    from typing import Any

    from podium.assessment.values import Assessment
    from podium.assessor import Assessor, load
    from podium.errors import PodiumError
    from podium.report.page import Report
    from podium.training import TrainingOptions, train_model

__version__ = "0.1.0"

_HOMES = {
    "Assessment": "assessment.values",
    "Assessor": "assessor",
    "PodiumError": "errors",
    "Report": "report.page",
    "TrainingOptions": "training",
    "load": "assessor",
    "train_model": "training",
}

__all__ = [
    "Assessment",
    "Assessor",
    "PodiumError",
    "Report",
    "TrainingOptions",
    "load",
    "train_model",
]


def __getattr__(name: str) -> "Any":
    """Import what is asked for only then: `import podium` stays quick."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'podium' has no attribute {name!r}")
    return getattr(import_module(f"podium.{_HOMES[name]}"), name)
