"""What is not installed is said in one line, which says what to install."""

import json
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from messages import whole
from podium import _catalog, _public
from podium.errors import MissingExtra, ModelError
from podium.inputs.table import read_rows
from podium.machine import extras
from podium.model import SHIPPED, load_model
from podium.training import train_model

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
