import numpy as np
import pytest
from sklearn.svm import SVR

from podium.scorers._support_vectors import COSTS, fit_line
from podium.scorers.c3d_svr import mean_features


@pytest.fixture
def sloped() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(60, 4)) * [1, 5, 0.1, 2] + 7
    return inputs, inputs @ [3.0, -1, 0, 2] + 40 + 0.1 * generator.normal(size=60)


def test_it_finds_a_straight_line(sloped):
    inputs, targets = sloped
    line = fit_line(inputs, targets, 0, [""] * len(inputs))
    np.testing.assert_allclose(line(inputs), targets, atol=0.15 * targets.std())
    np.testing.assert_allclose(line.weights[[0, 1, 3]], [3, -1, 2], atol=0.3)


def test_it_is_the_machine_of_scikit_learn_in_other_units(sloped):
    inputs, targets = sloped
    centred = inputs - inputs.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).sum(axis=1).mean())
    wanted = (targets - targets.mean()) / targets.std()
    line = fit_line(inputs, targets, 0, [""] * len(inputs))
    closest = min(
        np.abs(
            SVR(kernel="linear", C=c).fit(scaled, wanted).predict(scaled) * targets.std()
            + targets.mean()
            - line(inputs)
        ).max()
        for c in COSTS
    )
    assert closest < 1e-3


def test_noise_is_answered_with_a_weak_line():
    generator = np.random.default_rng(1)
    inputs, targets = generator.normal(size=(30, 200)), generator.normal(size=30)
    new = generator.normal(size=(100, 200))
    assert fit_line(inputs, targets, 0, [""] * len(inputs))(new).std() < 0.8 * targets.std()


def test_a_constant_target_is_predicted_everywhere():
    inputs = np.random.default_rng(2).normal(size=(8, 3))
    np.testing.assert_allclose(fit_line(inputs, np.full(8, 5.0), 0, [""] * 8)(inputs), 5)


def test_c3d_svr_reads_means_of_length_one(make_sample):
    values = np.array([[3, 0], [3, 8]], np.float32)
    np.testing.assert_allclose(mean_features([make_sample("a", values)]), [[0.6, 0.8]])
