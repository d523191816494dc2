"""How good predictions are: measures, ranges, and tables of predictions."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.evaluation.calibration import Calibration as Calibration
    from podium.evaluation.calibration import calibrate as calibrate
    from podium.evaluation.classes import ClassMeasures as ClassMeasures
    from podium.evaluation.groups import GroupMeasures as GroupMeasures
    from podium.evaluation.groups import by_group as by_group
    from podium.evaluation.measures import Measures as Measures
    from podium.evaluation.measures import measure as measure
    from podium.evaluation.metrics import Detection as Detection
    from podium.evaluation.metrics import Interval as Interval
    from podium.evaluation.metrics import accuracy as accuracy
    from podium.evaluation.metrics import auc as auc
    from podium.evaluation.metrics import bias as bias
    from podium.evaluation.metrics import bootstrap as bootstrap
    from podium.evaluation.metrics import detection as detection
    from podium.evaluation.metrics import execution_spearman as execution_spearman
    from podium.evaluation.metrics import log_loss as log_loss
    from podium.evaluation.metrics import mad as mad
    from podium.evaluation.metrics import mape as mape
    from podium.evaluation.metrics import mse as mse
    from podium.evaluation.metrics import pair_accuracy as pair_accuracy
    from podium.evaluation.metrics import r_l2 as r_l2
    from podium.evaluation.metrics import rmse as rmse
    from podium.evaluation.metrics import spearman as spearman
    from podium.evaluation.predictions import read_predictions as read_predictions
    from podium.evaluation.results import evaluate_predictions as evaluate_predictions

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "calibration": ("Calibration", "calibrate"),
        "classes": ("ClassMeasures",),
        "groups": ("GroupMeasures", "by_group"),
        "measures": ("Measures", "measure"),
        "metrics": (
            "Detection",
            "Interval",
            "accuracy",
            "auc",
            "bias",
            "bootstrap",
            "detection",
            "execution_spearman",
            "log_loss",
            "mad",
            "mape",
            "mse",
            "pair_accuracy",
            "r_l2",
            "rmse",
            "spearman",
        ),
        "predictions": ("read_predictions",),
        "results": ("evaluate_predictions",),
    },
)
