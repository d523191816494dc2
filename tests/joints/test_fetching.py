"""What `podium fetch pose` keeps and what it refuses; what it downloads is made up here."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from messages import whole
from podium.cli.commands import run
from podium.errors import NotFetched, WeightsError
from podium.joints import fetching, weights
from podium.joints.fetching import ADVICE, fetch, unpack
from podium.joints.weights import Pinned, require_files

WORDS = {"a.tflite": b"detector", "b.tflite": b"landmarks", "c.tflite": b"faces"}
CONTENTS = {name: word * 100 for name, word in WORDS.items()}
TEXTS = {"LICENSE": b"Apache", "METADATA": b"Name: mediapipe"}
WHEEL = "mediapipe-0.10.21-py3-none-any.whl"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Pin three small files in place of the real ones."""
    names = ("DETECTOR", "LANDMARKS", "FACES")
    for name, (file, content) in zip(names, CONTENTS.items(), strict=True):
        digest = hashlib.sha256(content).hexdigest()
        pinned = Pinned(file, f"inside/{file}", len(content), digest)
        monkeypatch.setattr(weights, name, pinned)
        monkeypatch.setattr(fetching, name, pinned)


def package(folder: Path, **changed: bytes | None) -> Path:
    """Write a package; `changed` names files by their first letter, None leaves one out."""
    path = folder / WHEEL
    files = {f"inside/{name}": content for name, content in CONTENTS.items()}
    files |= {fetching.ABOUT + name: text for name, text in TEXTS.items()}
    files["../../escaped.txt"] = b"outside"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            new = changed.get(Path(name).name[0], content)
            if new is not None:
                archive.writestr(name, new)
    return path


def by_pip(monkeypatch, **changed: bytes | None) -> list[list[str]]:
    """Have pip get a made-up package; what it was called with is returned."""
    calls = []

    def download(command, *, cwd, **_):
        calls.append(command)
        package(cwd, **changed)
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(subprocess, "run", download)
    return calls


def test_three_files_are_kept_with_their_licence_and_nothing_else(tmp_path, monkeypatch):
    calls = by_pip(monkeypatch)
    folder = tmp_path / "new" / "pose"
    assert fetch(folder) is True
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == CONTENTS | TEXTS
    assert not list(tmp_path.rglob("escaped.txt"))
    (command,) = calls
    assert command[:5] == [sys.executable, "-P", "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "mediapipe==0.10.21"} <= set(command)


def test_what_is_there_is_not_got_again(tmp_path, monkeypatch):
    calls = by_pip(monkeypatch)
    assert [fetch(tmp_path), fetch(tmp_path)] == [True, False]
    (tmp_path / "a.tflite").write_bytes(b"cut short")
    assert fetch(tmp_path) is True
    assert len(calls) == 2


def test_the_command_says_where_they_are(tmp_path, monkeypatch, capsys):
    by_pip(monkeypatch)
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(tmp_path))
    states = []
    for _ in range(2):
        assert run(["fetch", "pose", "--json"]) == 0
        states.append(json.loads(capsys.readouterr().out))
    assert [state["state"] for state in states] == ["fetched", "already there"]
    assert states[0]["folder"] == str(tmp_path)
    assert run(["fetch", "elephants"]) == 2
    said = "podium: there is no 'elephants' to fetch: choose one of pose\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"a": None}, "mediapipe==0.10.21 holds no inside/a.tflite"),
        ({"L": None}, "mediapipe==0.10.21 holds no mediapipe-0.10.21.dist-info/LICENSE"),
        ({"b": bytes(10**7)}, "inside/b.tflite of mediapipe==0.10.21 has more than 900 bytes"),
        (
            {"b": b"other"},
            "inside/b.tflite of mediapipe==0.10.21 is another file than was tested (SHA-256 "
            "d9298a10d1b07358, not 465a2b081d7f793d), and was not kept",
        ),
    ],
)
def test_other_packages_are_refused_whole(changed, message, tmp_path):
    kept = tmp_path / "kept"
    with pytest.raises(NotFetched, match=whole(f"{message}: {ADVICE}")):
        unpack(package(tmp_path, **changed), kept)
    assert not kept.exists()


def test_a_damaged_package_is_said(tmp_path):
    path = package(tmp_path)
    path.write_bytes(path.read_bytes()[:400])
    message = f"{WHEEL} is damaged (File is not a zip file): {ADVICE}"
    with pytest.raises(NotFetched, match=whole(message)):
        unpack(path, tmp_path / "kept")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("/usr/bin/python3: No module named pip\n",
         f"this Python, {sys.executable}, has no pip: run {sys.executable} -m ensurepip"),
        ("WARNING: Retrying\nERROR: No matching distribution found for mediapipe==0.10.21\n",
         "pip could not get mediapipe==0.10.21 (No matching distribution found for "
         f"mediapipe==0.10.21): {ADVICE}"),
        ("", f"pip could not get mediapipe==0.10.21 (it said nothing): {ADVICE}"),
    ],
)  # fmt: skip
def test_why_pip_failed_is_one_line(said, message, tmp_path, monkeypatch, capsys):
    answer = subprocess.CompletedProcess([], 1, b"", said.encode())
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(tmp_path / "kept"))
    assert run(["fetch", "pose"]) == 3
    assert capsys.readouterr().err.splitlines()[1:] == [f"podium: {message}"]
    assert not (tmp_path / "kept").exists()


def test_what_needs_them_names_the_command(tmp_path):
    path = tmp_path / "a.tflite"
    message = (
        f"{path}: what finds joints does not ship with Podium: run podium fetch pose, which gets it"
    )
    with pytest.raises(WeightsError, match=whole(message)):
        require_files(tmp_path)
    path.write_bytes(b"x")
    message = (
        f"{path}: is another file than was tested, and was not loaded: run podium fetch pose, "
        "which gets it"
    )
    with pytest.raises(WeightsError, match=whole(message)):
        require_files(tmp_path)
