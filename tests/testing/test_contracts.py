"""What `podium.testing` finds wrong with parts, each message whole; and the plug-in passes it."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium import _catalog
from podium.backbones.motion import Motion
from podium.cli.commands import run
from podium.measures import Measurement
from podium.measures.tightness import Tightness
from podium.performance import Performance
from podium.scorers.type_mean import TypeMean
from podium.testing import (
    ContractBroken,
    check_backbone,
    check_dataset,
    check_measure,
    check_scorer,
)

PLUGIN = Path(__file__).parents[2] / "examples" / "plugin"


def broken(message, check, part):
    with pytest.raises(ContractBroken, match=whole(message)):
        check(part)


class Wide(Motion):
    frame_size = (90, 160)


class Long(Motion):
    def __call__(self, clips):
        return super().__call__(clips).astype(np.float64)


class Unsure(Motion):
    def __call__(self, clips):
        return super().__call__(clips) * np.nan


class Sleepy(Motion):
    def __call__(self, clips):
        return np.zeros((len(clips), self.dim), np.float32)


class Patient(Motion):
    def __call__(self, clips):
        fits = clips.ndim == 5 and clips.dtype == np.uint8 and clips.shape[1] == 16
        return super().__call__(clips) if fits else None


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Wide, "frame_size (90, 160) must be (width, height)"),
        (Long, "features of 2 clips are float64 of (2, {dim}): they must be float32 of (2, {dim})"),
        (Unsure, "features must be finite"),
        (Sleepy, "different clips must have different features"),
        (
            Patient,
            "must refuse uint8 of (1, 8, {height}, {width}, 3) (podium.backbones.require_clips)",
        ),
    ],
)
def test_what_is_wrong_with_a_backbone_is_said(kind, message):
    width, height = Motion.frame_size
    message = message.format(dim=Motion().dim, width=width, height=height)
    broken(f"motion: {message}", check_backbone, kind())


class Curious(TypeMean):
    def predict(self, queries):
        return super().predict(queries) + [q.performance.score or 0.0 for q in queries]


class Hasty(TypeMean):
    def predict(self, queries):
        return super().predict(queries).astype(np.float32)


class Sociable(TypeMean):
    def predict(self, queries):
        return super().predict(queries) * len(queries)


class Forgetful(TypeMean):
    @classmethod
    def restore(cls, state):
        again = super().restore(state)
        again.predict = lambda queries: np.zeros(len(queries))
        return again


class Random(TypeMean):
    def fit(self, train, validation=()):
        np.random.random()
        return super().fit(train)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Curious, "must not look at the scores of who is scored"),
        (Hasty, "scores are float32 of (6,): they must be float64 of (6,)"),
        (Sociable, "a score must not depend on who else is scored"),
        (Forgetful, "once it is saved and restored, it must give the same scores"),
        (Random, "must not draw from NumPy's global random state, but by its seed"),
    ],
)
def test_what_is_wrong_with_a_scorer_is_said(kind, message):
    broken(f"type_mean: {message}", check_scorer, kind)


class Boastful(Tightness):
    def __call__(self, dive):
        return Measurement(self.name, self.unit, self.phase, value=1.0)


class Endless(Tightness):
    def __call__(self, dive):
        return Measurement(self.name, self.unit, self.phase, value=np.inf)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            Boastful,
            "nobody seen, no moment found: there is nothing to measure, and a value was given",
        ),
        (Endless, "as it should be: its value must be finite"),
    ],
)
def test_what_is_wrong_with_a_measure_is_said(kind, message):
    kind.__doc__ = "Measures nothing."
    broken(f"tightness: {message}", check_measure, kind())


def test_what_is_wrong_with_a_data_set_is_said(tmp_path):
    class Set:
        listed = ()

        def performances(self):
            return self.listed

    made, path = Set(), tmp_path / "a.mp4"
    broken("Set: performances() must give a tuple of some", check_dataset, made)
    made.listed = (Performance("a", path),)
    broken(f"Set: {path} must be a file", check_dataset, made)
    path.touch()
    check_dataset(made)
    made.listed *= 2
    broken("Set: each performance must have an id of its own", check_dataset, made)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The plug-in as pip installs it, from a copy: building leaves files behind."""
    folder = tmp_path_factory.mktemp("plugin")
    for path in PLUGIN.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".toml", ".md"):
            copy = folder / "source" / path.relative_to(PLUGIN)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    words = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *words, folder / "site", folder / "source"],
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    for missing in ("No module named", "invalid command 'bdist_wheel'"):
        if missing in done.stderr:
            pytest.skip(f"no package can be built here without setuptools and wheel ({missing})")
    assert done.returncode == 0, done.stderr
    return folder / "site"


ADDED = {
    "backbones": "colours", "datasets": "folder", "measures": "seconds_seen", "scorers": "median",
}  # fmt: skip


def test_what_a_plug_in_declares_is_listed_and_keeps_the_contracts(
    installed, monkeypatch, capsys, tmp_path
):
    monkeypatch.syspath_prepend(str(installed))
    for what, name in ADDED.items():
        assert run(["list", what, "--json"]) == 0
        said = json.loads(capsys.readouterr().out)[name]
        assert said == "of the installed package podium-colours 0.1.0"
        assert _catalog.find(f"podium.{what}", name).__name__.lower() == name.replace("_", "")
    monkeypatch.syspath_prepend(str(PLUGIN / "tests"))
    tests = importlib.import_module("test_contracts")
    for test in (tests.test_the_backbone, tests.test_the_scorer, tests.test_the_measure):
        test()
    tests.test_the_data_set(tmp_path)


def test_a_plug_ins_measure_is_measured(installed, monkeypatch, capsys, make_video):
    monkeypatch.syspath_prepend(str(installed))
    from podium.measures import measure
    from podium.testing._measures import made_up_dives

    found = {one.name: one for one in measure(made_up_dives()["as it should be"])}
    assert found["seconds_seen"].value == pytest.approx(59 / 30)
    still = make_video("still.mp4", [np.full((120, 160, 3), 90, np.uint8)] * 40)
    assert run(["measure", str(still), "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)["measures"]
    assert "seconds_seen" in {one["name"] for one in measured}


def test_a_plug_ins_options_come_from_the_command_line(
    installed, monkeypatch, capsys, small_model, tmp_path
):
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    words = ["train", str(small_model.manifest), "--out", str(tmp_path / "m"), "--scorer", "median"]
    for given, message in (
        ("quantile=2", "quantile is 2.0: it must be from 0 to 1"),
        ("share=2", "the scorer median has no option 'share': choose one of quantile"),
    ):
        assert run([*words, "--set", given]) == 2
        assert capsys.readouterr().err == f"podium: {message}\n"
    learned = [one for one in small_model.performances() if one.split != "test"]
    highest = max(one.score / one.difficulty for one in learned)
    assert run([*words, "--set", "quantile=1"]) == 0
    video = str(small_model.video())
    given = ["--model", str(tmp_path / "m"), "--json", "--difficulty", "1"]
    assert run(["score", video, *given]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == pytest.approx(highest)
