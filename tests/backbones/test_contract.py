"""What every backbone must do; a new one is met by adding a recipe for two that differ."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from podium import _catalog
from podium.backbones.c3d_mini import WEIGHTS, C3DMini
from podium.backbones.c3d_mini_close import C3DMiniClose
from podium.backbones.figure import Figure, FigureOptions
from podium.backbones.mobilenet_v1 import MobileNetV1, MobileNetV1Options
from podium.backbones.motion import Motion, MotionOptions
from podium.backbones.pose import Pose, PoseOptions
from podium.backbones.posture import Posture, PostureOptions

NAMES = _catalog.names("podium.backbones")


def c3d(request: pytest.FixtureRequest, kind: str) -> Any:
    from podium.backbones.c3d import C3D

    weights: Path = request.getfixturevalue("c3d_weights")
    if kind == "other":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights = request.getfixturevalue("tmp_path_factory").mktemp("other") / weights.name
        weights.write_bytes(content)
        made = C3D(weights)
        weights.unlink()
        return made
    return C3D(weights)


def c3d_mini(
    request: pytest.FixtureRequest, kind: str, network: type[C3DMini] = C3DMini
) -> C3DMini:
    if kind == "usual":
        return network()
    content = bytearray(WEIGHTS.read_bytes())
    content[-1] ^= 1
    weights = request.getfixturevalue("tmp_path_factory").mktemp("other") / WEIGHTS.name
    weights.write_bytes(content)
    return network(weights)


def c3d_mini_close(request: pytest.FixtureRequest, kind: str) -> C3DMini:
    return c3d_mini(request, kind, C3DMiniClose)


def figure(_: pytest.FixtureRequest, kind: str) -> Figure:
    return Figure(options=FigureOptions(n_windows=4) if kind == "other" else FigureOptions())


def mobilenet_v1(request: pytest.FixtureRequest, kind: str) -> MobileNetV1:
    weights: Path = request.getfixturevalue("mobilenet_weights")
    return MobileNetV1(weights, MobileNetV1Options(step=4 if kind == "other" else 1))


def motion(_: pytest.FixtureRequest, kind: str) -> Motion:
    return Motion(MotionOptions(n_windows=4) if kind == "other" else MotionOptions())


def pose(request: pytest.FixtureRequest, kind: str) -> Pose:
    if kind == "other":
        return Pose(request.getfixturevalue("movenet_weights"))
    request.getfixturevalue("joint_networks")
    return Pose(options=PoseOptions(network="blazepose"))


def posture(_: pytest.FixtureRequest, kind: str) -> Posture:
    return Posture(PostureOptions(n_windows=4) if kind == "other" else PostureOptions())


RECIPES: dict[str, Callable[[pytest.FixtureRequest, str], Any]] = {
    "c3d": c3d,
    "c3d_mini": c3d_mini,
    "c3d_mini_close": c3d_mini_close,
    "figure": figure,
    "mobilenet_v1": mobilenet_v1,
    "motion": motion,
    "pose": pose,
    "posture": posture,
}
SLOW = {"c3d"}
PARAMETERS = [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in NAMES]


def recipe_of(name: str) -> Callable[[pytest.FixtureRequest, str], Any]:
    """How to make a backbone; one that needs neither weights nor options needs no recipe."""
    return RECIPES.get(name) or (lambda *_: _catalog.find("podium.backbones", name)())


@pytest.fixture(scope="module", params=PARAMETERS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def backbone(request: pytest.FixtureRequest, name: str) -> Any:
    return recipe_of(name)(request, "usual")


@pytest.fixture(scope="module")
def clips(backbone: Any) -> np.ndarray:
    width, height = backbone.frame_size
    shape = (2, 16, height, width, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture(scope="module")
def features(backbone: Any, clips: np.ndarray) -> Iterator[np.ndarray]:
    before = clips.copy()
    yield backbone(clips)
    np.testing.assert_array_equal(clips, before)


def test_it_is_called_as_its_file(backbone, name):
    assert backbone.name == name
    assert _catalog.find("podium.backbones", name) is type(backbone)


def test_it_describes_each_clip_in_finite_float32(backbone, features):
    assert features.shape == (2, backbone.dim)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


def test_no_clips_become_no_rows(backbone, clips):
    assert backbone(clips[:0]).shape == (0, backbone.dim)


def test_different_clips_are_described_differently(features):
    assert np.abs(features[0] - features[1]).max() > 0


def test_a_clip_is_described_alike_in_any_batch_and_any_time(backbone, clips, features):
    alone = backbone(clips[1:])
    np.testing.assert_array_equal(backbone(clips[1:]), alone)
    # A network sums in another order in another batch, so the last digits may differ.
    assert np.linalg.norm(alone - features[1:]) < 1e-5 * np.linalg.norm(alone)


def test_the_same_features_have_the_same_fingerprint(backbone, name, request):
    assert recipe_of(name)(request, "usual").fingerprint == backbone.fingerprint


@pytest.mark.parametrize("name", [p for p in PARAMETERS if p.values[0] in RECIPES], scope="module")
def test_other_features_have_another_fingerprint(backbone, name, request):
    assert RECIPES[name](request, "other").fingerprint != backbone.fingerprint


def test_its_frame_size_is_width_and_height(backbone):
    width, height = backbone.frame_size
    assert width > height > 0


def wrong_clips(backbone: Any) -> list[tuple[np.ndarray, str]]:
    width, height = backbone.frame_size
    shapes = {
        f"(1, 8, {height}, {width}, 3)": (1, 8, height, width, 3),
        f"(1, 16, {width}, {height}, 3)": (1, 16, width, height, 3),
        f"(16, {height}, {width}, 3)": (16, height, width, 3),
        "(0,)": (0,),
    }
    wrong = [(np.zeros(shape, np.uint8), f"uint8 of {text}") for text, shape in shapes.items()]
    fine = (1, 16, height, width, 3)
    return [*wrong, (np.zeros(fine, np.float32), f"float32 of {fine}")]


def test_clips_of_another_kind_are_refused(backbone):
    width, height = backbone.frame_size
    for clips, found in wrong_clips(backbone):
        message = f"clips are {found}: they must be uint8 of (clips, 16, {height}, {width}, 3)"
        with pytest.raises(ValueError, match=rf"^{re.escape(message)}$"):
            backbone(clips)
