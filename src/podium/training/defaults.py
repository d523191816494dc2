"""What is chosen where nobody chose: the scorer, by what there is to read."""

from collections.abc import Sequence

from podium.backbones import make_backbone
from podium.errors import PodiumError
from podium.features.given import read_features
from podium.inputs.given import FEATURE_SUFFIXES
from podium.keypoints import Layout
from podium.performance import Performance
from podium.training.options import TrainingOptions

OF_JOINTS = "angle_statistics"
"""The scorer of joints and their angles."""


def default_scorer(performances: Sequence[Performance], backbone: str) -> str:
    """Return the scorer that serves best for what the first performance holds, by its name."""
    try:
        return OF_JOINTS if _is_of_joints(performances[0], backbone) else TrainingOptions.scorer
    except PodiumError:  # it is said where the performance, or the backbone, is used
        return TrainingOptions.scorer


def _is_of_joints(performance: Performance, backbone: str) -> bool:
    """Return whether features will be sequences of joints, or of their angles."""
    if performance.path.suffix.lower() in FEATURE_SUFFIXES:
        made_by = read_features(performance.path, performance.kind).backbone
    else:
        made_by = make_backbone(backbone, (backbone,)).fingerprint
    return Layout.of(made_by) is not None
