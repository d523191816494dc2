import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.fft import dct

from podium.errors import UsageError
from podium.keypoints import Keypoints
from podium.scorers._pose_spectrum import JointAdvice, PoseSpectrumOptions, keypoints_of
from podium.scorers.pose_dct import PoseDCT, low_cosines
from podium.scorers.pose_dft import PoseDFT, low_strengths


@pytest.fixture(scope="module")
def swings(make_sample) -> list:
    """Bodies of 17 joints whose right wrist swings the wider the higher the score."""
    generator = np.random.default_rng(0)
    places = generator.normal(size=(17, 2))
    made = []
    for number in range(24):
        score = float(20 + 80 * generator.random())
        positions = np.tile(places, (48, 1, 1)) + 0.02 * generator.normal(size=(48, 17, 2))
        positions[:, 10, 0] += score / 100 * np.sin(2 * np.pi * np.arange(48) / 24)
        sample = make_sample(f"s{number}", Keypoints(positions).normalise().clips(), score=score)
        features = replace(sample.features, backbone="made-up-keypoints-17x2")
        made.append(replace(sample, features=features))
    return made


@pytest.mark.parametrize("n_frames", [7, 40, 151])
def test_cosines_are_those_of_scipy(n_frames):
    series = np.random.default_rng(1).normal(size=(n_frames, 3))
    wanted = np.zeros((20, 3))
    found = dct(series, type=2, norm="ortho", axis=0)[:20] / np.sqrt(n_frames)
    wanted[: len(found)] = found
    np.testing.assert_allclose(low_cosines(torch.from_numpy(series), 20), wanted, atol=1e-12)


@pytest.mark.parametrize("n_frames", [9, 40, 151])
def test_strengths_are_those_of_numpy(n_frames):
    series = np.random.default_rng(2).normal(size=(n_frames, 3))
    window = np.sin(np.pi * (np.arange(n_frames) + 0.5) / n_frames) ** 2
    wanted = np.zeros((20, 3))
    found = np.abs(np.fft.rfft(series * window[:, None], axis=0))[:20] / n_frames
    wanted[: len(found)] = found
    np.testing.assert_allclose(low_strengths(torch.from_numpy(series), 20), wanted, atol=1e-6)


@pytest.mark.parametrize("kind", [PoseDCT, PoseDFT])
def test_the_gradient_is_what_a_small_move_gains(kind, swings):
    scorer = kind(PoseSpectrumOptions(n_frequencies=8)).fit(swings)
    query = swings[3]
    slopes = scorer.gradient(query)
    assert slopes.shape == (48, 17, 2)
    for frame, joint, axis in [(5, 10, 0), (40, 0, 1), (20, 3, 1)]:
        moved = []
        for step in (0.01, -0.01):
            positions = keypoints_of(query).positions.astype(np.float64)
            positions[frame, joint, axis] += step
            inputs = scorer._describe(torch.from_numpy(positions), head=0).numpy()
            moved.append(scorer._line(inputs[None])[0])
        gain = (moved[0] - moved[1]) / 0.02
        assert slopes[frame, joint, axis] == pytest.approx(gain, rel=0.02, abs=1e-3)


def test_the_joint_that_matters_is_advised_first(swings):
    scorer = PoseDCT(PoseSpectrumOptions(n_frequencies=8)).fit(swings)
    advice = scorer.advice(swings[3], n=2)
    assert len(advice) == 2
    assert advice[0].joint == "right wrist"
    assert advice[0].points >= advice[1].points > 0
    assert np.linalg.norm(advice[0].direction) == pytest.approx(1)
    slopes = scorer.gradient(swings[3])[advice[0].start_frame : advice[0].end_frame + 1, 10]
    gain = (slopes.sum(axis=0) * 0.1) @ advice[0].direction
    assert advice[0].points == pytest.approx(gain)


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        ([1.0, 0.2], "right"), ([-1.0, 0.2], "left"), ([0.1, 1.0], "down"), ([0.1, -1.0], "up"),
        ([0.0, 1.0, 0.1], "up"), ([0.0, 0.1, -1.0], "towards the camera"),
        ([-1.0, 0.1, 0.1], "to one side (-x)"),
    ],
)  # fmt: skip
def test_advice_is_said_in_words(direction, words):
    advice = JointAdvice(7, 22, "left knee", np.array(direction), 0.456)
    assert str(advice) == f"frames 7-22: left knee {words} (+0.46 points)"


def test_impossible_options_are_refused():
    message = "n_frequencies is 0: it must be from 1 to 1000"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        PoseSpectrumOptions(n_frequencies=0)
