"""Podium: how well was it done? Scores a performance on video against an expert's.

import podium
print(podium.load("diving").assess("my_dive.mp4", action="407", difficulty=3.2))
"""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium import assessment as assessment
    from podium import athlete as athlete
    from podium import audit as audit
    from podium import backbones as backbones
    from podium import batch as batch
    from podium import benchmark as benchmark
    from podium import datasets as datasets
    from podium import evaluation as evaluation
    from podium import examination as examination
    from podium import exporting as exporting
    from podium import faces as faces
    from podium import features as features
    from podium import folds as folds
    from podium import joints as joints
    from podium import judging as judging
    from podium import measures as measures
    from podium import metric as metric
    from podium import movement as movement
    from podium import proofreading as proofreading
    from podium import recognition as recognition
    from podium import remarks as remarks
    from podium import report as report
    from podium import scorers as scorers
    from podium import simulation as simulation
    from podium import skeletons as skeletons
    from podium import testing as testing
    from podium import training as training
    from podium import video as video
    from podium.assessment.values import Assessment as Assessment
    from podium.assessor import Assessor as Assessor
    from podium.assessor import load as load
    from podium.batch.scoring import score_one as score_one
    from podium.errors import PodiumError as PodiumError
    from podium.performance import Performance as Performance
    from podium.report.page import Report as Report
    from podium.training import TrainingOptions as TrainingOptions
    from podium.training import train_model as train_model

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "assessment.values": ("Assessment",),
        "assessor": ("Assessor", "load"),
        "batch.scoring": ("score_one",),
        "errors": ("PodiumError",),
        "performance": ("Performance",),
        "report.page": ("Report",),
        "training": ("TrainingOptions", "train_model"),
    },
    stages=(
        "assessment",
        "athlete",
        "audit",
        "backbones",
        "batch",
        "benchmark",
        "datasets",
        "evaluation",
        "examination",
        "exporting",
        "faces",
        "features",
        "folds",
        "joints",
        "judging",
        "measures",
        "metric",
        "movement",
        "proofreading",
        "recognition",
        "remarks",
        "report",
        "scorers",
        "simulation",
        "skeletons",
        "testing",
        "training",
        "video",
    ),
)
