"""A model folder names its parts; nobody runs one because a file says so."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import podium
from messages import whole
from podium import _catalog
from podium.backbones.c3d_mini import C3DMini
from podium.cli.commands import run
from podium.errors import ForeignPart, ModelError, PodiumError
from podium.features.extraction import FeatureCache
from podium.model import load_model
from podium.scorers.ridge import Ridge
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.training import make_scorer

from .strangers import copied, named

PLANTED = """
import os
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.backbones._joined import Joined
from podium.backbones.c3d_mini import C3DMini
from podium.backbones.c3d_mini_close import C3DMiniClose

os.mkdir({sentinel!r})


class Mine(SiameseLSTM):
    pass


class Moved(Joined):
    def __init__(self):
        super().__init__([C3DMini(), C3DMiniClose()])
"""

OWN_SCORER = "podium.scorers.siamese_lstm:SiameseLSTM"
"""An installed class that is named as a stranger's is: children find it, too."""


@pytest.fixture
def sentinel(tmp_path) -> Path:
    """A folder that exists once the planted module has run."""
    return tmp_path / "was_run"


@pytest.fixture
def planted(tmp_path, sentinel) -> Path:
    """A folder with a module of a stranger, to be put on Python's path."""
    folder = tmp_path / "planted"
    folder.mkdir()
    (folder / "stranger_part.py").write_text(PLANTED.format(sentinel=str(sentinel)))
    yield folder
    sys.modules.pop("stranger_part", None)


@pytest.fixture
def model(tmp_path) -> Path:
    return copied(tmp_path / "model")


@pytest.fixture
def features(tmp_path) -> Path:
    """A performance as a file of features: nothing need be decoded."""
    values = np.random.default_rng(0).random((6, 2 * C3DMini().dim), np.float32)
    np.save(tmp_path / "dive.npy", values)
    return tmp_path / "dive.npy"


def refusal(folder: Path, kind: str, name: str) -> str:
    return (
        f"{folder}: the {kind} {name} is not part of Podium but someone else's program, and was "
        f"not run: if you trust it, allow it with --allow-part {name} (from Python: "
        f"allow_parts=[{name!r}])"
    )


# what a model names is not imported


@pytest.mark.parametrize(
    "name",
    [
        "stranger_part:Mine",
        "lib2to3.__main__:s",
        "this:s",
        "os:system",
        "subprocess:Popen",
        "podium.web.child:main",
        "podium.scorers.ridge:Ridge",
    ],
)
def test_what_a_model_names_is_not_imported(model, name, planted, sentinel, monkeypatch):
    monkeypatch.syspath_prepend(str(planted))
    module = name.partition(":")[0]
    was_imported = module in sys.modules
    for kind, change in (("scorer", {"scorer": name}), ("backbone", {"backbone": name})):
        spoilt = named(copied(model.with_name(kind)), **change)
        with pytest.raises(ForeignPart, match=whole(refusal(spoilt, kind, name))):
            podium.load(spoilt)
    spoilt = named(model, backbone=f"motion+{name}")
    with pytest.raises(ForeignPart, match=whole(refusal(spoilt, "backbone", name))):
        load_model(spoilt)
    assert (module in sys.modules) == was_imported
    assert not sentinel.exists()


@pytest.mark.parametrize(
    "name",
    [
        "a.b:C; touch x",
        "$(touch x):y",
        "a:b:c",
        "a b:c",
        ":C",
        "a:",
        ".a:b",
        "a..b:c",
        "a:\N{RIGHT-TO-LEFT OVERRIDE}c",
        "\N{CYRILLIC SMALL LETTER A}:b",
        "a" * 200 + ":b",
    ],
)
def test_what_is_no_name_of_a_class_is_not_repeated_as_advice(model, name):
    message = f"no scorer is called {_catalog.shown(name)}"
    folder = named(model, scorer=name)
    with pytest.raises(ModelError, match=whole(f"{folder}: {message}")):
        load_model(folder)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "__init__", "_restored", "../scorers/ridge", "ridge.Ridge", "ridge\n", "os"],
)
def test_a_plain_name_is_a_file_of_podiums_own(model, name):
    message = (
        f"no scorer is called {name!r}: choose one of {', '.join(_catalog.names('podium.scorers'))}"
        ", or name your own as package.module:Class"
    )
    folder = named(model, scorer=name)
    with pytest.raises(ModelError, match=whole(f"{folder}: {message}")):
        load_model(folder)


def test_a_name_of_a_megabyte_is_not_printed(model):
    with pytest.raises(PodiumError) as caught:
        load_model(named(model, backbone="+".join(["motion"] * 100_000)))
    assert len(str(caught.value)) < 1_000
    assert "its config.backbone.name is 'motion+" in str(caught.value)


# what the user allowed is


def test_what_is_allowed_is_run(model, planted, sentinel, features, monkeypatch):
    monkeypatch.syspath_prepend(str(planted))
    spoilt = named(model, scorer="stranger_part:Mine", backbone="stranger_part:Moved")
    parts = ["stranger_part:Mine", "stranger_part:Moved"]
    for some in (parts[:1], parts[1:], ["stranger_part:Other"], ["part:Mine"], "x" + parts[0]):
        with pytest.raises(ForeignPart):
            podium.load(spoilt, allow_parts=some)
    allowed = podium.load(spoilt, allow_parts=parts)
    assert sentinel.exists()
    assert type(allowed.model.scorer).__name__ == "Mine"
    assert type(allowed.model.backbone).__name__ == "Moved"
    ours, shipped = (judge.assess(features) for judge in (allowed, podium.load("diving")))
    assert ours.score == shipped.score


def test_an_allowed_part_that_breaks_at_its_import_is_named(model, planted, monkeypatch):
    (planted / "stranger_part.py").write_text("raise RuntimeError('no display')\n")
    monkeypatch.syspath_prepend(str(planted))
    name = "stranger_part:Mine"
    message = (
        f"{name!r} cannot be imported (no display): check that the package is installed in this "
        "environment and the class is spelt package.module:Class"
    )
    folder = named(model, scorer=name)
    with pytest.raises(ModelError, match=whole(f"{folder}: {message}")):
        load_model(folder, allow_parts=[name])


def test_what_the_user_names_is_allowed_by_that(planted, monkeypatch):
    monkeypatch.syspath_prepend(str(planted))
    name = "stranger_part:Mine"
    assert isinstance(make_scorer(name, None, 0), SiameseLSTM)


# from the shell


def script(folder: Path) -> Path:
    """Write the `podium` that an installation puts into a folder of programs."""
    folder.mkdir(exist_ok=True)
    path = folder / "podium"
    path.write_text("import sys\nfrom podium.cli.commands import main\nsys.exit(main())\n")
    return path


def shell(tmp_path: Path, *words: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `podium` as a user does, in a folder with the planted module."""
    here = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, str(script(tmp_path / "bin")), *map(str, words)],
        cwd=tmp_path / "planted",
        env={**here, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=250,
    )


@pytest.fixture
def commands(model, features, tmp_path) -> dict[str, list[object]]:
    """Every command that loads a model."""
    table = tmp_path / "table.csv"
    table.write_text(f"file_name\n{features.name}\n")
    return {
        "score": ["score", features, "--model", model],
        "compare": ["compare", features, features, "--model", model],
        "predict": ["predict", table, "--out", tmp_path / "out.csv", "--model", model],
        "serve": ["serve", "--port", "0", "--folder", tmp_path / "store", "--model", model],
    }


@pytest.mark.parametrize("command", ["score", "compare", "predict", "serve"])
def test_every_command_refuses_in_one_line(command, commands, model, capsys):
    if command == "serve":
        pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    named(model, scorer=OWN_SCORER)
    assert run([str(word) for word in commands[command]]) == 3
    said = capsys.readouterr()
    assert said.err == f"podium: {refusal(model, 'scorer', OWN_SCORER)}\n"
    assert said.out == ""


@pytest.mark.parametrize("command", ["score", "compare", "predict"])
def test_every_command_can_allow(command, commands, model, capsys):
    named(model, scorer=OWN_SCORER)
    words = [str(word) for word in commands[command]]
    assert run([*words, "--allow-part", "a:B", "--allow-part", OWN_SCORER]) == 0
    capsys.readouterr()


def test_listing_actions_runs_nothing(model, capsys):
    named(model, scorer="stranger_part:Mine", backbone="stranger_part:Moved")
    assert run(["list", "actions", "--model", str(model)]) == 0
    assert "407" in capsys.readouterr().out


@pytest.mark.slow
def test_neither_the_working_folder_nor_pythonpath_is_reason_enough(
    model, planted, sentinel, features, tmp_path
):
    name = "stranger_part:Mine"
    named(model, scorer=name)
    words = ("score", features, "--model", model)
    for environment in ({}, {"PYTHONPATH": str(planted)}):
        refused = shell(tmp_path, *words, **environment)
        assert (refused.returncode, refused.stdout) == (3, "")
        assert refused.stderr == f"podium: {refusal(model, 'scorer', name)}\n"
    not_there = shell(tmp_path, *words, "--allow-part", name)
    assert not_there.returncode == 3
    assert not_there.stderr == (
        f"podium: {model}: {name!r} cannot be imported (No module named 'stranger_part'): check "
        "that the package is installed in this environment and the class is spelt "
        "package.module:Class\n"
    )
    assert not sentinel.exists()
    allowed = shell(tmp_path, *words, "--allow-part", name, PYTHONPATH=str(planted))
    assert (allowed.returncode, allowed.stderr) == (0, "")
    assert sentinel.exists()


# entry points


def install(folder: Path, value: str, name: str = "mine", group: str = "podium.scorers") -> None:
    """Write what pip writes of a package that declares an entry point."""
    about = folder / "declares-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: declares\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")


def test_what_an_installed_package_declares_needs_no_leave(
    model, planted, sentinel, features, monkeypatch, capsys
):
    install(planted, "stranger_part:Mine")
    monkeypatch.syspath_prepend(str(planted))
    assert "mine" in _catalog.names("podium.scorers")
    assert run(["list", "scorers", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["mine"] == "of the installed package declares 1.0"
    assert not sentinel.exists()
    assert type(podium.load(named(model, scorer="mine")).model.scorer).__name__ == "Mine"
    assert sentinel.exists()


def test_what_lies_in_the_working_folder_declares_nothing(model, planted, sentinel, monkeypatch):
    install(planted, "stranger_part:Mine")
    monkeypatch.chdir(planted)
    for place in ("", str(planted), "."):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [place, *sys.path])
            assert "mine" not in _catalog.names("podium.scorers")
            folder = named(model, scorer="mine")
            start = re.escape(f"{folder}: no scorer is called 'mine': choose one of ")
            with pytest.raises(ModelError, match=rf"^{start}"):
                load_model(folder)
    assert not sentinel.exists()


def test_nobody_declares_a_name_that_ships(planted, sentinel, monkeypatch):
    install(planted, "stranger_part:Mine", name="ridge")
    monkeypatch.syspath_prepend(str(planted))
    assert _catalog.find("podium.scorers", "ridge") is Ridge
    assert not sentinel.exists()


# the page


@pytest.fixture
def worker():
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    from podium.web import worker

    return worker


def test_the_pages_children_refuse_too_and_can_be_allowed(worker, model):
    named(model, scorer=OWN_SCORER)
    with pytest.raises(PodiumError, match=whole(refusal(model, "scorer", OWN_SCORER))):
        worker.choices(str(model))
    offered = worker.choices(str(model), ("a:B", OWN_SCORER))
    assert "407" in [action["name"] for action in offered["actions"]]


@pytest.mark.slow
@pytest.mark.parametrize("is_allowed", [False, True])
def test_an_assessment_of_the_page_runs_what_is_allowed_only(
    worker, model, small_model, tmp_path, is_allowed
):
    from podium.web.store import Request, Store

    named(model, scorer=OWN_SCORER)
    store = Store(tmp_path / "store")
    partial = store.new_partial()
    partial.write_bytes(small_model.video("test", "107").read_bytes())
    video = store.keep_video(partial, "dive.mp4")
    (job,) = store.add([Request(video.id, str(model))])
    made = worker.Worker(store, allow_parts=(OWN_SCORER,) if is_allowed else ())
    made.start()
    end = time.monotonic() + 200
    while store.job(job.id).state in ("waiting", "running") and time.monotonic() < end:
        time.sleep(0.1)
    made.stop()
    ended = store.job(job.id)
    assert (ended.state, ended.error) == (
        ("done", None) if is_allowed else ("failed", refusal(model, "scorer", OWN_SCORER))
    )


# training


@pytest.mark.needs_train
@pytest.mark.slow
def test_a_model_of_ones_own_scorer_is_trained_by_name_and_then_allowed(
    planted, small_model, quick_intervals, tmp_path, monkeypatch, capsys
):
    (planted / "stranger_part.py").write_text(
        "from podium.scorers.type_mean import TypeMean\n\n\nclass Mine(TypeMean):\n    pass\n"
    )
    monkeypatch.syspath_prepend(str(planted))
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    name, out = "stranger_part:Mine", tmp_path / "out"
    words = ["train", str(small_model.manifest), "--out", str(out), "--scorer", name]
    assert run(words) == 0
    capsys.readouterr()
    video = str(small_model.video("test", "107"))
    assert run(["score", video, "--model", str(out)]) == 3
    assert capsys.readouterr().err == f"podium: {refusal(out, 'scorer', name)}\n"
    assert run(["score", video, "--model", str(out), "--allow-part", name]) == 0
    judge = podium.load(out, cache=FeatureCache(), allow_parts=[name])
    assert judge.model.scorer_name == name
