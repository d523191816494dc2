import math

import numpy as np
import pytest

from podium.evaluation.classes import Classes, class_measures, classes_of
from training_extra import MISSING

RIGHT = Classes(0.0, 1.0)


@pytest.mark.parametrize(
    ("scores", "classes"),
    [
        ([0, 1], RIGHT),
        ([1.0, 0.0, 1.0], RIGHT),
        ([1, 2, 2, 1], Classes(1.0, 2.0)),
        ([70, 80], None),
        ([70, 80, 80], None),
        ([0, 1, 2], None),
        ([1, 1], None),
        ([], None),
    ],
)
def test_two_values_are_classes_unless_it_may_be_by_chance(scores, classes):
    assert classes_of(scores) == classes


def test_classes_are_measured_by_hand():
    true = np.array([1.0, 1, 0, 0])
    predicted = np.array([0.9, 0.4, 0.5, 0.2])
    found = class_measures(predicted, true, RIGHT)
    assert found.auc == 3 / 4  # .9 over both, .4 over one
    assert found.accuracy == 2.5 / 4  # .5 counts half
    assert found.log_loss == pytest.approx(
        -(math.log(0.9) + math.log(0.4) + math.log(0.5) + math.log(0.8)) / 4
    )
    assert found.auc_interval.low <= found.auc <= found.auc_interval.high


def test_what_is_no_probability_has_no_log_loss():
    true = np.array([1.0, 1, 0, 0])
    found = class_measures(np.array([1.1, 0.4, 0.5, -0.2]), true, RIGHT)
    assert math.isnan(found.log_loss)
    assert found.auc == 3 / 4
    twos = class_measures(np.array([0.9, 0.4, 0.5, 0.2]) + 1, true + 1, Classes(1.0, 2.0))
    assert math.isnan(twos.log_loss)
    assert (twos.auc, twos.accuracy) == (3 / 4, 2.5 / 4)


def test_of_one_class_only_there_is_no_auc():
    found = class_measures(np.array([0.9, 0.4]), np.ones(2), RIGHT)
    assert math.isnan(found.auc)
    assert math.isnan(found.auc_interval.low)
    assert found.accuracy == 0.5


@pytest.mark.skipif(bool(MISSING), reason="scikit-learn is in the extra train")
def test_measures_equal_those_of_scikit_learn():
    from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

    generator = np.random.default_rng(0)
    true = generator.integers(0, 2, 200).astype(float)
    said = np.round(np.clip(0.3 * true + generator.uniform(0, 0.7, 200), 0, 1), 2)
    said[said == 0.5] = 0.51
    said[0] = 1 - true[0]  # certain, and wrong
    found = class_measures(said, true, RIGHT)
    assert found.auc == pytest.approx(roc_auc_score(true, said))
    assert found.accuracy == pytest.approx(accuracy_score(true, said > 0.5))
    assert found.log_loss == pytest.approx(log_loss(true, said))
