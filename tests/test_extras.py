"""What is not installed is said in one line, which says what to install."""

import json
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from messages import whole
from podium import _catalog, _public, load
from podium.backbones import mobilenet_v1
from podium.batch.engines import find_engine
from podium.cli.serve import serve
from podium.errors import MissingExtra, ModelError
from podium.exporting import push_model
from podium.exporting.forms import form_of
from podium.inputs.table import read_rows
from podium.joints import blazepose
from podium.joints.weights import DETECTOR
from podium.machine import extras
from podium.machine.addresses import require_schemes
from podium.machine.data_frames import data_frame
from podium.machine.plotting import plotting
from podium.model import SHIPPED, load_model
from podium.skeletons.markers import read_c3d
from podium.training import train_model
from podium.training.log import write_events

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
INSTALL = "which is not installed: pip install 'podium[train]'"
DISTRIBUTIONS = {"sklearn": "scikit-learn", "ai_edge_litert": "ai-edge-litert"}


@pytest.fixture
def no_torch(monkeypatch):
    """An installation without PyTorch, in which what needs it was not imported before."""
    for name in ("podium.scorers.c3d_lstm", "podium.backbones.c3d"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.parametrize("extra", extras.PACKAGES)
def test_an_extra_brings_what_it_is_said_to_bring(extra):
    lines = PROJECT["project"]["optional-dependencies"][extra]
    named = {DISTRIBUTIONS.get(name, name) for name in extras.PACKAGES[extra]}
    named -= {"pydantic"}  # which FastAPI brings along
    assert {Requirement(line).name for line in lines} == named


def test_what_is_only_learned_with_is_no_dependency():
    given = {Requirement(line).name for line in PROJECT["project"]["dependencies"]}
    assert not given & {"torch", "scikit-learn"}


def test_what_is_not_installed_is_asked_for(monkeypatch):
    extras.require("parquet", "reading Parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    message = "reading it needs PyArrow, which is not installed: pip install 'podium[parquet]'"
    with pytest.raises(MissingExtra, match=whole(message)):
        extras.require("parquet", "reading it")
    with pytest.raises(MissingExtra, match=whole(f"{message}, or save as CSV")):
        extras.require("parquet", "reading it", "save as CSV")
    with pytest.raises(ImportError):  # for those who do not know Podium
        extras.require("parquet", "reading it")


def test_the_lack_of_what_no_extra_brings_is_left_as_it_is():
    with (
        pytest.raises(ModuleNotFoundError, match=whole("No module named 'nothing_here'")) as caught,
        extras.needed_for("training", "train"),
    ):
        import nothing_here  # noqa: F401
    assert type(caught.value) is ModuleNotFoundError


def test_a_table_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    message = (
        f"{path}: reading Parquet needs PyArrow, which is not installed: "
        "pip install 'podium[parquet]', or save as CSV"
    )
    with pytest.raises(MissingExtra, match=whole(message)):
        list(read_rows(path, "performances"))


def test_a_choice_that_cannot_be_had_is_named(no_torch):
    for folder, name in (("scorer", "c3d_lstm"), ("backbone", "c3d")):
        message = f"the {folder} {name} needs PyTorch, {INSTALL}"
        with pytest.raises(MissingExtra, match=whole(message)):
            _catalog.find(f"podium.{folder}s", name)


def test_so_is_someone_elses(no_torch, tmp_path, monkeypatch):
    (tmp_path / "their_part.py").write_text("import torch\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    message = f"the scorer their_part:Mine needs PyTorch, {INSTALL}"
    with pytest.raises(MissingExtra, match=whole(message)):
        _catalog.find("podium.scorers", "their_part:Mine", ["their_part:Mine"])


def test_so_is_a_public_name(no_torch):
    get, _, _ = _public.lazily("podium.backbones", {"c3d": ["C3D"]})
    with pytest.raises(MissingExtra, match=whole(f"podium.backbones.C3D needs PyTorch, {INSTALL}")):
        get("C3D")


def test_a_model_that_needs_it_is_not_said_to_be_damaged(no_torch, tmp_path):
    folder = shutil.copytree(SHIPPED / "diving", tmp_path / "model")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["scorer"]["name"] = "c3d_lstm"
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    message = f"{folder}: the scorer c3d_lstm needs PyTorch, {INSTALL}"
    with pytest.raises(MissingExtra, match=whole(message)) as caught:
        load_model(folder)
    assert not isinstance(caught.value, ModelError)


def test_training_asks_before_it_looks_at_anything(no_torch, tmp_path):
    with pytest.raises(MissingExtra, match=whole(f"training needs PyTorch, {INSTALL}")):
        train_model([], tmp_path / "model")


def _lite(use):
    """Ask for a network of LiteRT's, by any file."""

    def ask(folder):
        path = folder / "network.tflite"
        path.write_bytes(b"network")
        use(path)

    return ask


def _mobilenet(path):
    mobilenet_v1._interpreter_of(path)


def _pose(path):
    path.rename(path.with_name(DETECTOR.name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blazepose, "require_files", lambda folder: None)
        blazepose.BlazePose(path.parent)


def _parquet(folder):
    (folder / "a.parquet").write_bytes(b"PAR1")
    list(read_rows(folder / "a.parquet", "performances"))


ASKED = {
    "benchmark": (lambda _: plotting(), "drawing pictures needs Matplotlib"),
    "hub": (lambda _: push_model("simulated", "hub:a/b"), "podium push needs huggingface_hub"),
    "int8": (lambda _: form_of("int8"), "--int8 needs onnx"),
    "mobilenet": (_lite(_mobilenet), "the backbone mobilenet_v1 needs LiteRT"),
    "mocap": (lambda folder: read_c3d(folder / "a.c3d"), "reading C3D needs c3d"),
    "openvino": (lambda _: form_of("openvino"), "--format openvino needs OpenVINO"),
    "pandas": (lambda _: data_frame([], []), "a data frame needs pandas"),
    "parquet": (_parquet, "{folder}/a.parquet: reading Parquet needs PyArrow"),
    "pose": (_lite(_pose), "finding joints needs LiteRT"),
    "ray": (lambda _: find_engine("ray", 1, load), "--engine ray needs Ray"),
    "remote": (lambda _: require_schemes(["s3"], "--remote"), "--remote s3 needs fsspec"),
    "slurm": (lambda _: find_engine("slurm:local", 1, load), "--engine slurm:local needs submitit"),
    "tensorboard": (
        lambda folder: write_events([], folder),
        "writing event files needs tensorboardX",
    ),
    "train": (lambda folder: train_model([], folder / "model"), "training needs PyTorch"),
    "web": (lambda _: serve(), "the page needs Uvicorn"),
}
"""How each extra is asked for, and how the refusal begins."""


@pytest.mark.parametrize("extra", extras.PACKAGES)
def test_the_lack_of_each_extra_is_one_line_that_installs_it(extra, tmp_path, monkeypatch):
    """A new extra needs a line above."""
    ask, begins = ASKED[extra]
    for package in extras.PACKAGES[extra]:
        theirs = [name for name in sys.modules if name.startswith(f"{package}.")]
        for name in (package, *theirs):  # those that other tests imported are no longer there, too
            monkeypatch.setitem(sys.modules, name, None)
    for module in ("podium.web.api", "podium.web.store"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(MissingExtra) as caught:
        ask(tmp_path)
    said = f"{begins.format(folder=tmp_path)}, which is not installed: pip install "
    line = str(caught.value)
    assert line.startswith(f"{said}'podium[{extra}]'")
    assert "\n" not in line
    assert caught.value.exit_code == 3
