"""What every backbone must do; a new one is met by adding a recipe for two that differ."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from podium import _catalog
from podium.backbones.c3d_mini import WEIGHTS, C3DMini
from podium.backbones.c3d_mini_close import C3DMiniClose
from podium.backbones.figure import Figure, FigureOptions
from podium.backbones.mobilenet_v1 import MobileNetV1, MobileNetV1Options
from podium.backbones.motion import Motion, MotionOptions
from podium.backbones.pose import Pose, PoseOptions
from podium.backbones.posture import Posture, PostureOptions
from podium.testing import check_backbone

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


def test_it_is_called_as_its_file(backbone, name):
    assert backbone.name == name
    assert _catalog.find("podium.backbones", name) is type(backbone)


def test_it_describes_clips_as_every_backbone_must(backbone):
    check_backbone(backbone)


def test_the_same_features_have_the_same_fingerprint(backbone, name, request):
    assert recipe_of(name)(request, "usual").fingerprint == backbone.fingerprint


@pytest.mark.parametrize("name", [p for p in PARAMETERS if p.values[0] in RECIPES], scope="module")
def test_other_features_have_another_fingerprint(backbone, name, request):
    assert RECIPES[name](request, "other").fingerprint != backbone.fingerprint
