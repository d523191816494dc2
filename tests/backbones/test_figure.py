import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from podium.backbones import _figure_network
from podium.backbones._figure_network import FigureNetwork
from podium.backbones._weights_file import network_of
from podium.backbones.figure import (
    ADVICE,
    POINTS,
    WEIGHTS,
    Figure,
    FigureOptions,
    angle_between,
    angles,
    mean_positions,
)
from podium.errors import UsageError, WeightsError
from podium.simulation import stage
from podium.simulation.body import Joint

STRETCHED = {
    "head": (80, 40),
    "chest": (80, 50),
    "pelvis": (80, 70),
    "elbow": (80, 35),
    "fingertip": (80, 20),
    "knee": (80, 85),
    "ankle": (80, 100),
    "toe": (80, 105),
}
COLUMNS = {"trunk_right": 0, "trunk_down": 1, "trunk_aside": 2}
LEFT_HIP, LEFT_KNEE, LEFT_ANKLE, LEFT_SHOULDER, LEFT_ELBOW = range(9, 14)
RIGHT_KNEE = 15
HANDS_ANGLE, HANDS_LENGTH, FEET_ANGLE, FEET_LENGTH = 19, 20, 21, 22


def figure_of(**moved: tuple[float, float]) -> np.ndarray:
    """One stretched, upright figure with some points elsewhere."""
    positions = [moved.get(name, STRETCHED[name.split("_")[-1]]) for name in POINTS]
    return np.array([positions], np.float32)


@pytest.fixture(scope="module")
def figure() -> Figure:
    return Figure()


def test_a_stretched_figure_bends_nowhere():
    described = angles(figure_of())
    assert described.shape == (1, 28)
    assert described.dtype == np.float32
    np.testing.assert_allclose(described[0, 9:25], 0, atol=1e-7)
    assert described[0, :3] == pytest.approx([0, -1, 0], abs=1e-5)


def test_a_knee_bent_at_a_right_angle_is_a_right_angle():
    described = angles(figure_of(left_ankle=(95, 85), left_toe=(100, 85)))[0]
    assert described[LEFT_KNEE] == pytest.approx(np.pi / 2, abs=1e-6)
    assert described[[LEFT_HIP, LEFT_ANKLE, RIGHT_KNEE]] == pytest.approx([0, 0, 0], abs=1e-7)


def test_arms_at_the_sides_are_half_a_turn_from_overhead():
    described = angles(figure_of(left_elbow=(80, 65), left_fingertip=(80, 80)))[0]
    assert described[LEFT_SHOULDER] == pytest.approx(np.pi, abs=1e-6)
    assert described[LEFT_ELBOW] == pytest.approx(0, abs=1e-7)


def test_feet_and_hands_apart_are_seen_as_angle_and_length():
    described = angles(figure_of(left_ankle=(110, 100), right_ankle=(50, 100)))[0]
    assert described[FEET_ANGLE] == pytest.approx(np.pi / 2, abs=1e-6)
    assert described[FEET_LENGTH] == pytest.approx(60 / 20)
    described = angles(figure_of(left_fingertip=(110, 20), right_fingertip=(50, 20)))[0]
    assert described[HANDS_ANGLE] == pytest.approx(np.pi / 2, abs=1e-6)
    assert described[HANDS_LENGTH] == pytest.approx(60 / 20)


def test_leaning_to_either_side_is_equally_far_from_vertical():
    turn = np.deg2rad(30)
    for sign in (1, -1):
        cos, sin = np.cos(turn), np.sin(sign * turn)
        turned = (figure_of() - 80) @ np.array([[cos, sin], [-sin, cos]]) + 80
        right, down, aside = angles(turned)[0, :3]
        assert right == pytest.approx(sign * 0.5, abs=1e-5)
        assert down == pytest.approx(-np.cos(turn), abs=1e-5)
        assert aside == pytest.approx(0.5, abs=1e-5)


def test_where_the_figure_stands_matters_only_to_the_last_number():
    here, there = angles(figure_of()), angles(figure_of() + np.float32([9, 6]))
    np.testing.assert_allclose(here[:, :-1], there[:, :-1], atol=1e-5)
    assert there[0, -1] - here[0, -1] == pytest.approx(6 / 30, abs=1e-5)


def test_points_that_fall_together_are_described_in_finite_numbers():
    assert np.isfinite(angles(np.zeros((2, len(POINTS), 2), np.float32))).all()


def test_the_angle_between_vectors_is_from_0_to_pi():
    first = np.array([[1, 0], [1, 0], [2, 0]], np.float32)
    second = np.array([[3, 0], [0, -1], [-1, 0]], np.float32)
    np.testing.assert_allclose(angle_between(first, second), [0, np.pi / 2, np.pi], atol=1e-6)


def test_the_last_digits_of_positions_are_the_last_digits_of_angles():
    positions = np.random.default_rng(0).uniform(0, 160, (50, len(POINTS), 2)).astype(np.float32)
    positions[:25] = figure_of() + np.random.default_rng(1).normal(0, 1e-3, (25, len(POINTS), 2))
    nearly = positions * np.float32(1 + 1e-6)
    np.testing.assert_allclose(angles(nearly), angles(positions), atol=2e-4)
    assert np.abs(angles(nearly) - angles(positions))[25:].max() < 2e-5


def test_the_mean_place_of_a_heat_map_with_one_peak_is_the_peak():
    heat = np.full((1, 2, 30, 40), -50, np.float32)
    heat[0, 0, 3, 7] = heat[0, 1, 29, 39] = 50
    for found in (mean_positions(heat), _figure_network.mean_positions(torch.from_numpy(heat))):
        np.testing.assert_allclose(found[0], [[30, 14], [158, 118]], atol=1e-3)


@pytest.fixture(scope="module")
def dive_frames() -> np.ndarray:
    """Frames of a dive that the network did not learn from."""
    dive = stage("207", {"entry": 0.3}, 11, None)
    return np.stack(list(dive.frames()))[20:68, ::2, ::2]


@pytest.fixture(scope="module")
def learnt() -> FigureNetwork:
    return network_of(FigureNetwork, WEIGHTS, ADVICE)


def by_pytorch(network: FigureNetwork, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pixels = torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2))).float()
    with torch.inference_mode():
        positions, logits = network(pixels)
    return positions.numpy(), logits.sigmoid().numpy()


def test_it_finds_what_the_network_finds_that_is_trained(figure, learnt, dive_frames):
    for found, true in zip(
        figure.points(dive_frames), by_pytorch(learnt, dive_frames), strict=True
    ):
        np.testing.assert_allclose(found, true, rtol=1e-5, atol=1e-5)


def test_what_was_just_trained_is_what_is_run(tmp_path, dive_frames):
    torch.manual_seed(0)
    network = FigureNetwork()
    network(torch.from_numpy(dive_frames.transpose(0, 3, 1, 2)).float())  # means and variances
    path = tmp_path / "trained.safetensors"
    save_file(network.state_dict(), path)
    for found, true in zip(
        Figure(path).points(dive_frames), by_pytorch(network.eval(), dive_frames), strict=True
    ):
        np.testing.assert_allclose(found, true, rtol=1e-5, atol=1e-5)


def test_two_engines_describe_a_dive_alike(figure, learnt, dive_frames, monkeypatch):
    clips = dive_frames.reshape(3, 16, 120, 160, 3)
    here = figure(clips)
    monkeypatch.setattr(figure, "points", lambda frames: by_pytorch(learnt, frames))
    np.testing.assert_allclose(figure(clips), here, atol=1e-4)


def test_joints_of_a_dive_it_never_saw_are_found(figure):
    dive = stage("107", {"entry": 0.6}, 7, None)
    frames = np.stack(list(dive.frames()))[:, ::2, ::2]
    flight = dive.phases[1]
    true = dive.landmarks()[:, [Joint[name.upper()] for name in POINTS]] / 2
    found, seen = figure.points(frames)
    apart = np.linalg.norm(found - true, axis=-1)[: flight.end_frame]
    guess = np.linalg.norm(true - (80, 60), axis=-1)[: flight.end_frame]
    assert np.median(apart) < 4 < np.median(guess) / 3
    assert seen[: flight.end_frame].mean() > 0.9
    assert seen[-5:].mean() < 0.3


def test_its_length_is_angles_of_each_window_and_outlines(figure):
    outlines = figure.options.outlines
    n_outlines = outlines.n_cells**2 * outlines.n_windows * outlines.n_directions
    assert figure.dim == 8 * (28 + 1) + n_outlines
    assert Figure(options=FigureOptions(n_windows=2)).dim == 2 * (28 + 1) + n_outlines


def test_windows_that_do_not_divide_a_clip_are_refused():
    with pytest.raises(UsageError, match=r"^n_windows is 3: it must be 1, 2, 4, 8 or 16$"):
        FigureOptions(n_windows=3)


def test_missing_weights_are_said(tmp_path):
    path = tmp_path / "none.safetensors"
    message = f"{path}: no such weights file: check the path"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Figure(path)


def bad_weights(path: Path, kind: str) -> str:
    """Write weights that do not fit; give what is wrong with them, as the message says it."""
    weights = load_file(WEIGHTS)
    if kind == "lacking":
        save_file({key: value for key, value in weights.items() if "heat" not in key}, path)
        return "lacks heat.bias, heat.weight"
    if kind == "misshapen":
        save_file(weights | {"heat.bias": torch.zeros(3)}, path)
        return "heat.bias is (3,) and must be (13,)"
    path.write_bytes(WEIGHTS.read_bytes()[:-100] if kind == "cut" else b"weights")
    return "is damaged or holds more than tensors"


@pytest.mark.parametrize("kind", ["cut", "text", "lacking", "misshapen"])
def test_weights_that_do_not_fit_are_refused(tmp_path, kind):
    path = tmp_path / "bad.safetensors"
    problem = bad_weights(path, kind)
    advice = "give weights written by scripts/train_figure.py"
    message = f"{path}: {problem}, and was not loaded: {advice}"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Figure(path)


def test_the_weights_that_ship_are_small_and_have_a_card():
    assert WEIGHTS.stat().st_size < 2e6
    assert "median" in WEIGHTS.with_name("README.md").read_text()
    assert load_file(WEIGHTS).keys() == FigureNetwork().state_dict().keys()
