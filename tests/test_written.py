"""What is written for people to copy is run: the README, CONTRIBUTING and the examples."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from podium.cli.commands import run
from podium.simulation import SimulationOptions, stage, write_video

REPOSITORY = Path(__file__).parent.parent

# One file in a folder that Podium looks into, and nothing else, must pass the contract.
ADDED = """
import importlib, sys
import pytest
package, folder, test, name = sys.argv[1:]
importlib.import_module(package).__path__.append(folder)
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", test, "-k", name]))
"""


def blocks(page: str, language: str = "python") -> list[str]:
    text = (REPOSITORY / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@pytest.fixture
def example(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / "examples"))

    def load(name: str) -> ModuleType:
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    return load


@pytest.fixture(scope="module")
def dive(tmp_path_factory) -> Path:
    """A rendered dive, under the name that the README uses."""
    performance = stage("407", {"entry": 0.75}, 7, SimulationOptions())
    path = tmp_path_factory.mktemp("dive") / "my_dive.mp4"
    write_video(path, performance.frames(), performance.options.frames_per_second)
    return path


def require_contract(folder: Path, kind: str, name: str) -> None:
    test = REPOSITORY / "tests" / kind / "test_contract.py"
    done = subprocess.run(
        [sys.executable, "-c", ADDED, f"podium.{kind}", str(folder), str(test), name],
        capture_output=True, text=True, timeout=280, cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"\[\d+%\]|\d+ passed", done.stdout), done.stdout


@pytest.mark.slow
def test_the_code_in_the_readme_runs(dive, monkeypatch, capsys):
    monkeypatch.chdir(dive.parent)
    (code,) = blocks("README.md")
    exec(compile(code, "README.md", "exec"), {})
    first = capsys.readouterr().out.splitlines()[0]
    score = r"\d+\.\d of 96\.0 \(\d+\.\d to \d+\.\d\), difficulty 3\.2"
    assert re.fullmatch(rf"no score \(not to be trusted: {score}\)", first), first  # it is rendered
    assert dive.with_suffix(".html").is_file()


@pytest.mark.slow
def test_the_first_walk_through_is_as_it_is_written(tmp_path, monkeypatch, capsys):
    page = "docs/getting-started.md"
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks(page, "sh")).replace("\\\n", "").splitlines():
        program, *words = line.split()
        assert (program, run(words)) == ("podium", 0), line
    said = capsys.readouterr().out
    (shown,) = blocks(page, "text")
    assert said.startswith(shown.splitlines()[0] + "\n")
    (code,) = blocks(page)
    exec(compile(code, page, "exec"), {})
    first = capsys.readouterr().out.splitlines()[0]
    assert re.match(r"\d+\.\d of 96\.0 \(\d+\.\d to \d+\.\d\)", first), first
    written = {"dive.html", "side_by_side.html", "out/demo/report.html"}
    assert all((tmp_path / name).is_file() for name in written)


@pytest.mark.slow
def test_the_backbone_in_contributing_is_one_file_that_keeps_the_contract(tmp_path):
    (code,) = blocks("CONTRIBUTING.md")
    (tmp_path / "my_backbone.py").write_text(f'"""A file of one\'s own."""\n\n{code}', "utf-8")
    require_contract(tmp_path, "backbones", "my_backbone")


@pytest.mark.needs_train
@pytest.mark.slow
def test_the_scorer_of_the_examples_is_one_file_that_keeps_the_contract(tmp_path):
    source = (REPOSITORY / "examples" / "nearest.py").read_bytes()
    (tmp_path / "nearest.py").write_bytes(source)
    require_contract(tmp_path, "scorers", "nearest")


@pytest.mark.slow
def test_a_video_is_scored_and_the_result_read(example, dive, capsys):
    result = example("score_a_video").main(dive, "407", 3.2, model="simulated")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(result)
    assert len(said) == 2 + len(result.warnings) + len(result.clips)
    assert dive.with_suffix(".html").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("scorer", ["ridge", "nearest:Nearest"])
def test_a_table_is_learned_from(example, small_model, monkeypatch, tmp_path, scorer):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    found = example("train_on_your_table")
    assert -1 <= found.main(small_model.manifest, tmp_path / "model", scorer) <= 1
