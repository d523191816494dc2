"""A run beside another, in two real processes; and one that goes on with what is another's."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from podium.batch import Parts, Shard
from podium.cli.app import Exit

# Stops itself once so many of its files have been put in place, until it is told to go on.
STOPPING = """
import os, signal, sys
from podium.cli.commands import run
done = []

def count(event, arguments):
    if event == "os.rename" and sys.argv[1] in str(arguments[1]):
        done.append(event)
        if len(done) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGSTOP)

sys.addaudithook(count)
sys.exit(run(sys.argv[3:]))
"""


@pytest.fixture(autouse=True)
def _kept(small_model, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))


@pytest.fixture
def given(small_model):
    return ["predict", small_model.manifest, "--model", small_model.folder]


def stopped(words, counted, n):
    """Start a command, and wait until it has put so many files in place that are `counted`."""
    words = [sys.executable, "-c", STOPPING, counted, str(n), *map(str, words)]
    first = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert os.WIFSTOPPED(os.waitpid(first.pid, os.WUNTRACED)[1])
    return first


@pytest.mark.parametrize("second", [[], ["--shard", "0/2"]])
def test_of_two_runs_at_once_the_second_is_refused(podium, given, tmp_path, second):
    out = tmp_path / "p.csv"
    words = [*given, "--out", out]
    first = stopped(words, ".parts", 3)
    try:
        before = sorted(path.name for path in Parts.beside(out).folder.rglob("*"))
        assert podium(*words, *second) == (
            Exit.USAGE,
            "",
            f"podium: {out}.parts: another run is working on shard 0/1 there: wait until it has "
            "ended, or give another --out\n",
        )
        assert sorted(path.name for path in Parts.beside(out).folder.rglob("*")) == before
        first.send_signal(signal.SIGCONT)
        said = first.communicate(timeout=300)[1]
    finally:
        first.kill()
        first.wait()
    assert first.returncode == 0
    assert f"30 scored, 0 failed: {out}" in said.splitlines()
    assert podium(*given, "--out", tmp_path / "alone.csv")[0] == 0
    assert out.read_bytes() == (tmp_path / "alone.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.csv", "p.csv"]


def another(small_model, folder):
    """The same model in other words."""
    shutil.copytree(small_model.folder, folder)
    config = folder / "config.json"
    config.write_text(config.read_text().replace("made-up bars", "other bars"))
    return folder


def test_a_run_goes_on_with_its_own_model_alone(podium, small_model, given, tmp_path):
    other, out = another(small_model, tmp_path / "other"), tmp_path / "p.csv"
    assert podium(*given, "--out", out, "--shard", "0/2")[0] == 0
    before = out.read_bytes()
    words = ["predict", small_model.manifest, "--model", other, "--out", out, "--shard"]
    for shard in ("0/2", "1/2"):
        assert podium(*words, shard, "--resume") == (
            Exit.USAGE,
            "",
            f"podium: --resume goes on with what is in {out}.parts, and shard 0/2 there was made "
            f"otherwise (now the model {str(other)!r}, not the model {str(small_model.folder)!r}): "
            "give the same as then, or leave out --resume to make all anew\n",
        )
    assert out.read_bytes() == before
    assert [plan.shard for plan in Parts.beside(out).plans()] == [Shard(0, 2)]
    assert podium(*words, "1/2")[0] == 0
    assert podium("merge", tmp_path / "all.csv", out) == (
        Exit.INPUT,
        "",
        f"podium: nothing was merged: shard 1/2 of {out} was made otherwise than shard 0/2 of "
        f"{out} (the model {str(other)!r}, not the model {str(small_model.folder)!r}): make all "
        "with the same, without --resume\n",
    )
    assert podium(*words, "0/2")[0] == 0
    assert podium("merge", tmp_path / "all.csv", out)[0] == 0


def test_a_run_goes_on_with_the_files_and_the_podium_it_began_with(
    podium, small_model, given, tmp_path, monkeypatch
):
    model, out = another(small_model, tmp_path / "mine"), tmp_path / "p.csv"
    words = [*given[:2], "--model", model, "--out", out, "--shard", "0/1", "--resume"]
    assert podium(*words)[0] == 0
    (model / "config.json").write_text((model / "config.json").read_text() + "\n")
    monkeypatch.setattr("podium.batch.origin.source_digest", lambda: "newer")
    assert podium(*words) == (
        Exit.USAGE,
        "",
        f"podium: --resume goes on with what is in {out}.parts, and shard 0/1 there was made "
        f"otherwise (now other files of the model {str(model)!r}; another version of Podium): give "
        "the same as then, or leave out --resume to make all anew\n",
    )


@pytest.mark.slow
@pytest.mark.needs_train
def test_of_two_trainings_of_one_model_the_second_is_refused(podium, small_model, tmp_path):
    out = tmp_path / "models" / "mine"
    words = ["train", small_model.manifest, "--out", out, "--scorer", "ridge"]
    first = stopped(words, ".unfinished", 1)
    try:
        assert podium(*words, "--resume") == (
            Exit.USAGE,
            "",
            f"podium: {out / '.unfinished'}: another run is working on shard 0/1 there: wait until "
            "it has ended, or give another --out\n",
        )
        assert podium(*words) == (
            Exit.USAGE,
            "",
            f"podium: {out}: is not empty: choose another folder, or add --resume to finish or "
            "renew it\n",
        )
        first.send_signal(signal.SIGCONT)
        first.communicate(timeout=500)
        assert first.returncode == 0
    finally:
        first.kill()
        first.wait()
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md", "config.json", "model.safetensors",
    ]  # fmt: skip


@pytest.mark.needs_train
def test_a_training_that_is_refused_leaves_no_folder(podium, small_model, tmp_path):
    table = tmp_path / "two.csv"
    rows = small_model.manifest.read_text().splitlines(keepends=True)[:3]
    table.write_text("".join(rows))
    out = tmp_path / "models" / "mine"
    assert podium("train", table, "--out", out, "--scorer", "ridge")[0] == Exit.INPUT
    assert [path.name for path in tmp_path.iterdir()] == ["two.csv"]
