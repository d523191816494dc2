"""Nowhere to keep features: no home, no such user, a disk that may not be written or is full."""

import errno
import json
import os
import pwd
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from hostile.commands import one_line, podium
from podium.cli.commands import run
from podium.errors import NoFolder
from podium.features.extraction import FeatureCache
from podium.machine import files
from podium.machine.files import cache_folder, user_folder

WARNING = (
    "warning: features cannot be kept ({why}): every video is looked at again each time, until "
    "PODIUM_CACHE names a folder that can be written to"
)
NO_HOME = "there is no home folder"
NO_FOLDER = (
    "podium: there is no home folder (HOME is not set, and this user has no entry): "
    "set PODIUM_CACHE to a folder"
)


@dataclass(frozen=True)
class Place:
    """A place for the cache that takes nothing, and why it is said not to."""

    path: Path
    why: str


def no_home(patch: pytest.MonkeyPatch) -> None:
    """Be a user of whom the system knows nothing, in a process without a home."""

    def unknown(_: int) -> None:
        raise KeyError("getpwuid(): uid not found: 54321")

    for name in ("HOME", "XDG_CACHE_HOME", "PODIUM_CACHE"):
        patch.delenv(name, raising=False)
    patch.setattr(pwd, "getpwuid", unknown)


@pytest.fixture(params=["no home", "below a file", "below a device", "a dead link"])
def nowhere(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the cache impossible to write to, and return what is said of it."""
    if request.param == "no home":
        no_home(monkeypatch)
        return NO_HOME
    file = tmp_path / "file"
    file.write_text("mine")
    (tmp_path / "link").symlink_to("/dev/full/none")
    path, why = {
        "below a file": (file, "Not a directory"),
        "below a device": (Path("/dev/null/x"), "Not a directory"),
        "a dead link": (tmp_path / "link", "Not a directory"),
    }[request.param]
    monkeypatch.setenv("PODIUM_CACHE", str(path))
    return f"{path}/features.locks: {why}"


@pytest.fixture
def model(small_model: Any) -> list[str]:
    return ["--model", str(small_model.folder)]


def answered(capsys: Any, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(code), out, err


def test_a_score_is_the_same_without_a_cache(small_model, model, capsys, nowhere, tmp_path):
    words = ["score", small_model.video(), *model, "--action", "107", "--json"]
    without = answered(capsys, *words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
        code, out, err = answered(capsys, *words)
    assert (code, err) == (0, "")
    assert without == (0, out, WARNING.format(why=nowhere) + "\n")


@pytest.mark.parametrize(
    "command",
    [
        "compare",
        "predict",
        *(pytest.param(name, marks=pytest.mark.needs_train) for name in ("train", "benchmark")),
    ],
)
def test_every_command_goes_on_and_says_so_once(
    small_model, model, capsys, monkeypatch, tmp_path, nowhere, command, quick_intervals
):
    monkeypatch.chdir(tmp_path)
    videos = [small_model.video(), small_model.video("train")]
    words = {
        "compare": ["compare", *videos, *model],
        "predict": ["predict", small_model.manifest, *model, "--split", "test", "--out", "p.csv"],
        "train": ["train", small_model.manifest, "--scorer", "ridge", "--out", "made"],
        "benchmark": ["benchmark", "manifest", "--root", small_model.manifest, "--quick",
                      "--scorer", "ridge", "--out", "out"],
    }[command]  # fmt: skip
    code, _, err = answered(capsys, *words)
    assert code == 0, err
    assert [line for line in err.splitlines() if line.startswith("warning: features")] == [
        WARNING.format(why=nowhere)
    ]


def test_what_is_only_there_to_keep_features_cannot_go_on(small_model, capsys, nowhere):
    code, out, err = answered(capsys, "extract", small_model.manifest)
    assert (code, out) == (3, "")
    if nowhere == NO_HOME:
        assert one_line(err) == NO_FOLDER
    else:
        assert one_line(err).startswith(f"podium: {nowhere.partition('/features')[0]}")
        assert "Traceback" not in err


def test_the_cache_of_nobody_cannot_be_shown(capsys, monkeypatch):
    no_home(monkeypatch)
    assert answered(capsys, "cache") == (3, "", f"{NO_FOLDER}\n")


def test_a_dataset_that_needs_the_cache_says_what_to_do(monkeypatch):
    no_home(monkeypatch)
    with pytest.raises(NoFolder) as said:
        cache_folder()
    assert f"podium: {said.value}" == NO_FOLDER
    with pytest.raises(NoFolder) as said:
        FeatureCache()
    assert f"podium: {said.value}" == NO_FOLDER


def test_the_page_can_ask_for_a_folder_likewise(monkeypatch):
    no_home(monkeypatch)
    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/none")
    with pytest.raises(NoFolder) as said:
        user_folder("XDG_DATA_HOME", ".local/share", "name one with --folder")
    assert str(said.value) == (
        "there is no home folder (HOME is not set, and this user has no entry): "
        "name one with --folder"
    )
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert user_folder("XDG_DATA_HOME", ".local/share", "") == Path("/somewhere")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert user_folder("XDG_DATA_HOME", ".local/share", "") == Path("/home/me/.local/share")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_cache_that_takes_no_more_is_gone_on_without(
    small_model, model, capsys, monkeypatch, tmp_path, code
):
    """What is read of it still counts, and nothing half-written stays."""
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path))
    first = ["score", small_model.video(), *model, "--action", "107", "--json"]
    assert answered(capsys, *first)[0] == 0
    before = sorted(tmp_path.rglob("*"))

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "fsync", full)
    assert answered(capsys, *first)[2] == ""  # it is read
    words = ["compare", small_model.video("train"), small_model.video("test", "407"), *model]
    exit_code, _, err = answered(capsys, *words)
    why = f"{tmp_path}/features: {os.strerror(code)}"
    assert (exit_code, err) == (0, WARNING.format(why=why) + "\n")
    assert [path for path in sorted(tmp_path.rglob("*")) if path.is_file()] == [
        path for path in before if path.is_file()
    ]


READ_ONLY = """
mount -t tmpfs tmpfs "$1" && mkdir "$1/.cache" && mount -o remount,ro "$1" || exit 77
shift && "$@"
"""


def isolated(*how: str) -> list[str]:
    """What runs a command in name spaces of its own; skips where that is not allowed."""
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed")
    words = ["unshare", *how]
    done = podium(before="raise SystemExit(0)", around=words)
    if done.returncode:
        pytest.skip(f"no name space can be made here: {done.stderr.strip()}")
    return words


@pytest.mark.slow
def test_a_home_that_is_really_read_only(small_model, model, tmp_path):
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    around = [*isolated("--mount", *root), "sh", "-c", READ_ONLY, "sh", str(tmp_path)]
    done = podium(
        "score", small_model.video(), *model, around=around,
        environment={"HOME": str(tmp_path), "PODIUM_CACHE": None, "XDG_CACHE_HOME": None},
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip(f"no read-only disk can be made here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert re.match(r"[0-9.]+ of [0-9.]+ \(", done.stdout)
    why = f"{tmp_path}/.cache/podium/features.locks: Read-only file system"
    assert one_line(done.stderr) == WARNING.format(why=why)


@pytest.mark.slow
def test_a_user_that_the_system_does_not_know(small_model, model):
    around = isolated("--user", "--map-user=54321")
    done = podium(
        "score", small_model.video(), *model, around=around,
        environment={"HOME": None, "PODIUM_CACHE": None, "XDG_CACHE_HOME": None},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.match(r"[0-9.]+ of [0-9.]+ \(", done.stdout)
    assert one_line(done.stderr) == WARNING.format(why=NO_HOME)


def test_what_is_said_of_a_cache_is_one_object_still(small_model, model, capsys, nowhere):
    words = ["compare", small_model.video(), small_model.video("train"), *model, "--json"]
    code, out, _ = answered(capsys, *words)
    assert code == 0
    assert isinstance(json.loads(out), dict)


def test_it_is_said_once_however_many_threads_find_it_out(monkeypatch):
    said: list[str] = []
    cache, together = FeatureCache(Path("/caches/features"), tell=said.append), Barrier(8)

    def refused(*_: object, **__: object) -> None:
        together.wait(60)  # all have begun before the first gives up
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(cache.claim, [f"{n:064x}" for n in range(8)])) == [None] * 8
    assert said == [WARNING.format(why="/caches/features.locks: Permission denied")]
