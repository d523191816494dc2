"""A folder of somebody else's, full of modules called as those that Podium imports."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from hostile.commands import command, podium
from podium.datasets import _rendering, simulated
from podium.datasets.simulated import Simulated
from podium.errors import Bug
from podium.machine import processes
from podium.simulation import SimulationOptions

EVIL = ("json", "numpy", "av", "podium", "sitecustomize", "usercustomize", "torch", "runpy",
        "threading", "podium_evil", "pandas", "encodings")  # fmt: skip


class Foreign:
    """The folder, and what its modules have written: which of them, and in which process."""

    def __init__(self, path: Path) -> None:
        self.path, self.sentinel = path / "foreign", path / "sentinel"
        self.path.mkdir()
        for name in EVIL:
            code = (
                f"import os; open({str(self.sentinel)!r}, 'a').write('{name} %d\\n' % os.getpid())"
            )
            (self.path / f"{name}.py").write_text(code)

    def require_unused(self) -> None:
        assert not self.sentinel.exists(), self.sentinel.read_text()


@pytest.fixture
def foreign(tmp_path: Path) -> Foreign:
    return Foreign(tmp_path)


def pointing(foreign: Foreign, how: str) -> str:
    """Python that makes the environment of children point to the folder, once podium runs."""
    folder = str(foreign.path)
    variables = {
        "bare": {},
        "pythonpath": {"PYTHONPATH": folder},
        "all": {
            "PYTHONPATH": f"{folder}{os.pathsep}.",
            "PYTHONSTARTUP": f"{folder}/json.py",
            "PYTHONUSERBASE": folder,
            "PYTHONHOME": folder,
            "PYTHONINSPECT": "1",
            "LD_LIBRARY_PATH": f"{folder}{os.pathsep}.{os.pathsep}",
            "LD_PRELOAD": f"{folder}/evil.so",
            "OMP_TOOL_LIBRARIES": f"{folder}/evil.so",
            "PATH": f".{os.pathsep}{folder}{os.pathsep}{os.environ['PATH']}",
        },
    }[how]
    return f"import os; os.environ.update({variables!r})"


WAYS = ("bare", "pythonpath", "all")


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_a_video_is_scored_with_no_module_of_the_folder(small_model, foreign, how):
    video = foreign.path / "mine.mp4"
    video.write_bytes(small_model.video().read_bytes())
    done = podium(
        "score", "mine.mp4", "--model", small_model.folder, "--report", "r.html",
        before=pointing(foreign, how), cwd=foreign.path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "report: r.html\n")
    foreign.require_unused()


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_the_page_assesses_with_no_module_of_the_folder(small_model, foreign, tmp_path, how):
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    words = ["serve", "--port", "0", "--folder", tmp_path / "store", "--model", small_model.folder]
    page = subprocess.Popen(
        command(*words, before=pointing(foreign, how)),
        cwd=foreign.path, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        line = page.stderr.readline()
        found = re.fullmatch(r"open (http://127\.0\.0\.1:\d+) \(Ctrl\+C stops it\)\n", line)
        assert found, line
        with httpx.Client(base_url=found[1], timeout=240, trust_env=False) as client:
            assert assessed(client, small_model.video()) == "done"
    finally:
        page.terminate()
        page.communicate(timeout=240)
    foreign.require_unused()


def assessed(client: httpx.Client, video: Path) -> str:
    """Have a video assessed, and wait for what becomes of it."""
    from web.conftest import finished, send

    id_ = send(client, video)
    answer = client.post("/api/assessments", json={"video": id_})
    assert answer.status_code in (200, 201, 202), answer.text
    return str(finished(client, str(answer.json()["id"]))["state"])


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated.os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("two_processors")
def test_videos_are_rendered_by_others_with_no_module_of_the_folder(foreign, tmp_path, monkeypatch):
    options = SimulationOptions(n_performances=2, width=96, height=64, frames_per_second=10)
    monkeypatch.chdir(foreign.path)
    monkeypatch.setenv("PYTHONPATH", str(foreign.path))
    monkeypatch.syspath_prepend(str(foreign.path))
    Simulated(Path("made"), options).render(workers=2)
    Simulated(tmp_path / "alone", options).render()
    videos = sorted((foreign.path / "made" / "videos").iterdir())
    assert len(videos) == 2
    for video in videos:
        alone = tmp_path / "alone" / "videos" / video.name
        assert video.read_bytes() == alone.read_bytes()
    foreign.require_unused()


def rendered(path: Path) -> None:
    """Have a renderer in a process of its own write to a path."""
    (one,) = Simulated(path, SimulationOptions(n_performances=1, width=64, height=64))._simulated
    list(_rendering.render_all([one], [path], 1))


def test_what_a_renderer_cannot_write_is_said_as_the_system_says_it(tmp_path):
    nowhere = tmp_path / "none" / "x.mp4"
    with pytest.raises(FileNotFoundError) as said:
        rendered(nowhere)
    assert str(said.value) == f"[Errno 2] No such file or directory: '{nowhere}'"


def test_a_renderer_that_ends_is_a_bug_of_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(_rendering, "pickle", pickling_nonsense())
    with pytest.raises(Bug) as said:
        rendered(tmp_path / "x.mp4")
    assert str(said.value) == (
        f"{tmp_path / 'x.mp4'}: this is a bug in Podium (_pickle.UnpicklingError: invalid load "
        "key, 'x'.): please report it with what podium --debug shows"
    )


def pickling_nonsense() -> SimpleNamespace:
    return SimpleNamespace(dump=lambda _, file: file.write(b"x"))


LISTS = "import json, os, sys; print(json.dumps([sys.path, dict(os.environ), os.getcwd()]))"


def child_of(before: str, folder: Path) -> Callable[[str], str]:
    """Return what answers, as a child of a process that began in `folder` with `before` would."""

    def ask(code: str) -> str:
        asking = (
            f"{before}\nimport subprocess, sys; from podium.machine import processes\n"
            "c = list(processes.command('x')); c[c.index('-c') + 1] = sys.argv[1]\n"
            "print(subprocess.run(c, env=processes.environment(), cwd=processes.WORKING_FOLDER,"
            " capture_output=True, text=True, check=True).stdout, end='')"
        )
        done = subprocess.run(
            [sys.executable, "-P", "-c", asking, code],
            cwd=folder, capture_output=True, text=True, check=True, timeout=240,
        )  # fmt: skip
        return done.stdout

    return ask


@pytest.mark.parametrize("how", WAYS)
def test_nothing_that_a_child_sees_names_the_folder(foreign, how):
    seen = child_of(pointing(foreign, how), foreign.path)(LISTS)
    assert str(foreign.path) not in seen
    folders, _, working = json.loads(seen)
    assert working == processes.WORKING_FOLDER
    assert not {"", ".", working} & set(folders)
    foreign.require_unused()


def test_a_child_keeps_what_it_needs(monkeypatch, tmp_path):
    kept = {"HOME": "/home/me", "LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8", "TMPDIR": "/scratch/x",
            "PODIUM_CACHE": "/c", "OMP_NUM_THREADS": "3", "XDG_CACHE_HOME": "/x",
            "LD_LIBRARY_PATH": "/opt/lib", "PATH": "/usr/bin"}  # fmt: skip
    dropped = {"PYTHONPATH": "/p", "PYTHONHOME": "/p", "LD_PRELOAD": "/p", "LD_AUDIT": "/p",
               "BASH_ENV": "/p", "OMP_TOOL_LIBRARIES": "/p", "DYLD_INSERT_LIBRARIES": "/p",
               "GIT_DIR": "/p", "MY_TOKEN": "secret"}  # fmt: skip
    for name, value in (kept | dropped).items():
        monkeypatch.setenv(name, value)
    seen = processes.environment()
    assert {name: seen.get(name) for name in kept} == kept
    assert not set(dropped) & set(seen)


def test_folders_of_code_are_named_whole_and_are_not_that_where_the_user_works(
    tmp_path, monkeypatch
):
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to("here")
    monkeypatch.chdir(tmp_path / "here")
    listed = ["", ".", "here", str(tmp_path / "link"), str(tmp_path / "here"), "/usr/bin", "bin"]
    monkeypatch.setenv("PATH", os.pathsep.join(listed))
    monkeypatch.setenv("LD_LIBRARY_PATH", os.pathsep.join(listed))
    seen = processes.environment()
    assert (seen["PATH"], seen["LD_LIBRARY_PATH"]) == ("/usr/bin", "/usr/bin")


def test_a_child_is_the_podium_of_its_parent(tmp_path):
    """Another one that is installed, and would be found first, is not asked."""
    (tmp_path / "podium").mkdir()
    (tmp_path / "podium" / "__init__.py").write_text("raise SystemExit('the other one')")
    executable, *words = processes.command("podium.errors")
    code = words.index("-c") + 1
    words[code] = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{words[code]}"
    done = subprocess.run([executable, *words], capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")


def test_pictures_are_drawn_by_no_settings_of_the_folder(tmp_path):
    """A file of settings there could have other programs run (`text.usetex`)."""
    pytest.importorskip("matplotlib", reason="the extra `benchmark` is not installed")
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nbackend: module://podium_evil\n")
    code = (
        "from podium.machine.plotting import plotting\n"
        "plot = plotting(); print(plot.rcParams['text.usetex'], plot.get_backend().lower())"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode, done.stdout) == (0, "False agg\n"), done.stderr


def test_the_commit_is_that_of_podium_whatever_git_is_told(tmp_path, monkeypatch):
    from podium.benchmark.provenance import commit

    ours = commit()
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert commit() == ours
