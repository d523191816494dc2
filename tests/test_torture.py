"""Broken files, by the hundred: an answer that says what was lost, or one line that refuses."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from podium.backbones import make_backbone
from podium.cli.commands import run
from podium.datasets.manifest import Manifest
from podium.errors import PodiumError
from podium.features.extraction import Extractor
from podium.video.frames import decode, decoder
from videos import scene, write_video

T = TypeVar("T")
TRAIN = pytest.param("train", marks=pytest.mark.needs_train)

N_MUTATIONS = int(os.environ.get("PODIUM_TORTURE_MUTATIONS", "24"))
N_INSPECTED = int(os.environ.get("PODIUM_TORTURE_MUTATIONS", "100"))
N_SCORED = int(os.environ.get("PODIUM_TORTURE_SCORES", "16"))
N_COMMANDS = int(os.environ.get("PODIUM_TORTURE_COMMANDS", "3"))

CONTAINERS = {
    "mp4": {"container_options": {"movflags": "faststart"}, "g": "5"},
    "avi": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "mkv": {"g": "5"},
}

# Run by every Python before anything else, the decoder's child included: any socket is the end.
WATCHED = """
import os, sys
def watch(event, arguments):
    if event.startswith("socket."):
        with open(os.environ["PODIUM_TEST_SOCKETS"], "a") as file:
            file.write(event + "\\n")
        os._exit(97)
sys.addaudithook(watch)
"""


# The children of Podium read nothing of the kind, so it is put before what they run.
IN_CHILDREN = """
from podium.machine import processes
processes._RUN = open({watched!r}).read() + {more!r} + processes._RUN
from podium.cli import main
main()
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A video in each container, of pictures in which every frame differs."""
    folder = tmp_path_factory.mktemp("good")
    generator = np.random.default_rng(0)
    frames = [
        np.clip(scene(i) + generator.integers(0, 60, (48, 64, 3)), 0, 255).astype(np.uint8)
        for i in range(50)
    ]
    return {
        name: write_video(folder / f"good.{name}", frames, **how)
        for name, how in CONTAINERS.items()
    }


def mutated(content: bytes, seed: int) -> bytes:
    """Cut off the tail, the head or the middle, or flip 0.1 or 1 % of the bytes."""
    generator = np.random.default_rng(seed)
    n, kind = len(content), seed % 5
    start, stop = sorted(int(share * n) for share in generator.random(2))
    if kind == 0:
        return content[: max(stop, 1)]
    if kind == 1:
        return content[min(start, n - 1) :]
    if kind == 2:
        return content[:start] + content[stop:] or b"x"
    flipped = np.frombuffer(content, np.uint8).copy()
    where = generator.random(n) < (0.001, 0.01)[kind - 3]
    flipped[where] = generator.integers(0, 256, int(where.sum()))
    return flipped.tobytes()


def outcome(call: Callable[[], T], path: Path) -> T | None:
    """Return what comes of a call, or nothing where one line that names the file refuses it."""
    try:
        return call()
    except PodiumError as error:
        said = str(error)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    return None


def require_honest(path: Path, container: str, looked: float) -> None:
    """Read a broken file: whole, or short and said, or refused in one line that names it."""
    begin = time.monotonic()
    frames = outcome(lambda: decode(path, width=64, height=48), path)
    if frames is not None:
        is_nearly_whole = container == "mkv" and frames.end_seconds > 1.75
        assert len(frames) == 50 or frames.doubts or is_nearly_whole or len(frames) > 50
        assert np.isfinite(frames.start_seconds).all()
    assert time.monotonic() - begin < looked


@pytest.mark.slow
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_broken_file_is_read_honestly_or_refused(good, tmp_path, container):
    content = good[container].read_bytes()
    path = tmp_path / f"broken.{container}"
    for seed in range(N_MUTATIONS):
        path.write_bytes(mutated(content, seed))
        require_honest(path, container, looked=60)


def require_contract(words: list[str], said: Any, path: Path) -> int:
    """Run a command in this process; whatever it is given, it keeps the contract of its codes."""
    said.readouterr()
    code = run(words)
    out, err = said.readouterr()
    assert code in (0, 3), (words, err)
    assert "Traceback" not in out + err
    if code:
        assert err.startswith(f"podium: {path}: "), err
        assert err.count("\n") == 1
    return code


@pytest.mark.slow
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_broken_file_is_inspected_and_described_or_refused(good, tmp_path, capsys, container):
    content = good[container].read_bytes()
    path = tmp_path / f"broken.{container}"
    extractor = Extractor(make_backbone("motion"))
    codes = []
    for seed in range(1000, 1000 + N_INSPECTED):
        path.write_bytes(mutated(content, seed))
        codes.append(require_contract(["inspect", str(path)], capsys, path))
        if seed % 5 == 0:
            features = outcome(partial(extractor.video, path), path)
            assert features is None or np.isfinite(features.values).all()
    assert set(codes) == {0, 3}  # some were read, some refused: else nothing was tried


@pytest.mark.slow
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_broken_file_is_scored_with_what_was_lost_or_refused(
    good, small_model, tmp_path, capsys, container
):
    content = good[container].read_bytes()
    path = tmp_path / f"broken.{container}"
    codes = []
    for seed in range(3000, 3000 + N_SCORED):
        path.write_bytes(mutated(content, seed))
        words = ["score", str(path), "--model", str(small_model.folder), "--action", "107"]
        codes.append(require_contract(words, capsys, path))
    assert set(codes) == {0, 3}


def podium(
    *words: object, folder: Path, cache: Path | None = None, in_children: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the real command, which ends when it, or a process that it starts, opens a socket."""
    sockets, watching = folder / "sockets", folder / "watching"
    watching.mkdir(exist_ok=True)
    watched = watching / "sitecustomize.py"
    watched.write_text(WATCHED)
    code = IN_CHILDREN.format(watched=str(watched), more=in_children)
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True, text=True, timeout=240, cwd=folder, check=False,
        env={**os.environ, "PYTHONPATH": str(watching), "PODIUM_TEST_SOCKETS": str(sockets),
             **({"PODIUM_CACHE": str(cache)} if cache else {})},
    )  # fmt: skip
    assert not sockets.exists(), sockets.read_text()
    return done


@pytest.mark.slow
def test_the_command_keeps_its_contract_with_broken_files(good, tmp_path):
    for number in range(N_COMMANDS):
        container = list(CONTAINERS)[number % 3]
        path = tmp_path / f"broken.{container}"
        path.write_bytes(mutated(good[container].read_bytes(), 2000 + number))
        for words in (["inspect", path], ["score", path, "--model", "simulated"]):
            answer = podium(*words, folder=tmp_path)
            assert answer.returncode in (0, 3), answer.stderr
            assert "Traceback" not in answer.stderr + answer.stdout
            assert answer.returncode == 0 or answer.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["score", "compare", "predict", "extract", TRAIN])
def test_no_command_that_works_on_videos_opens_a_socket(small_model, tmp_path, command):
    """Features are made anew, so that videos are decoded, too."""
    model, cache = ["--model", small_model.folder], tmp_path / "cache"
    words, cache = {
        "score": ([small_model.video(), *model, "--report", tmp_path / "r.html"], cache),
        "compare": ([small_model.video(), small_model.video("train"), *model], cache),
        "predict": ([small_model.manifest, *model, "--split", "test", "--out", tmp_path / "p.csv"],
                    cache),
        "extract": ([small_model.manifest], cache),
        "train": ([small_model.manifest, "--scorer", "ridge", "--out", tmp_path / "made"],
                  small_model.cache),
    }[command]  # fmt: skip
    answer = podium(command, *words, folder=tmp_path, cache=cache)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("code", ["socket.socket()", "subprocess.run([sys.executable, '-c', "
                                  "'import socket; socket.socket()'])"])  # fmt: skip
def test_a_socket_would_be_noticed(tmp_path, code):
    (tmp_path / "sitecustomize.py").write_text(WATCHED)
    sockets = tmp_path / "sockets"
    subprocess.run(
        [sys.executable, "-c", f"import socket, subprocess, sys; {code}"], check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PODIUM_TEST_SOCKETS": str(sockets)},
    )  # fmt: skip
    assert sockets.read_text() == "socket.__new__\n"


def test_a_socket_of_the_decoder_would_be_noticed(good, tmp_path):
    opened = "import socket; socket.socket()\n"
    with pytest.raises(AssertionError, match=r"^socket\.__new__\n"):
        podium("inspect", good["mp4"], folder=tmp_path, in_children=opened)


def no_videos(folder: Path) -> dict[str, Path]:
    """Everything that is named as a video and is none; a sentinel lies beside them."""
    made = {name: folder / f"{name}.mp4" for name in ("empty", "byte", "text", "png", "random")}
    made["empty"].touch()
    made["byte"].write_bytes(b"\0")
    made["text"].write_text("a text\n" * 100)
    Image.new("RGB", (64, 48)).save(made["png"], "PNG")
    made["random"].write_bytes(np.random.default_rng(0).bytes(100_000))
    sentinel = write_video(folder / "sentinel.mp4", [scene(i) for i in range(20)])
    for name, text in {
        "ffconcat": f"ffconcat version 1.0\nfile {sentinel.name}\n",
        "playlist": f"#EXTM3U\n#EXTINF:1,\n{sentinel.name}\n",
    }.items():
        made[name] = folder / f"{name}.mp4"
        made[name].write_text(text)
    for name, make in {
        "folder": Path.mkdir,
        "fifo": os.mkfifo,
        "zero": lambda path: path.symlink_to("/dev/zero"),
    }.items():
        made[name] = folder / f"{name}.mp4"
        make(made[name])
    return made


MAX_WORK = 6.0
"""So many times what any command does before it looks at a file may a refusal take."""


def worked(call: Callable[[], T]) -> tuple[T, float]:
    """Return what a call returns, and its processor seconds: others on the machine do not count.

    Those of children count, too; the decoder's children are ended, so that theirs are known.
    """
    decoder._children.end()

    def seconds() -> float:
        whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(sum(resource.getrusage(who)[:2]) for who in whose)

    begin = seconds()
    made = call()
    decoder._children.end()
    return made, seconds() - begin


def test_what_is_no_video_is_refused_in_one_line(tmp_path, capsys):
    made = no_videos(tmp_path)
    sentinel = tmp_path / "sentinel.mp4"
    _, usual = worked(lambda: run(["inspect", str(sentinel)]))
    capsys.readouterr()
    for name, path in made.items():
        os.utime(sentinel, ns=(1, sentinel.stat().st_mtime_ns))
        begin = time.monotonic()
        code, seconds = worked(partial(run, ["inspect", str(path)]))
        said = capsys.readouterr()
        assert (code, said.out) == (3, ""), name
        assert said.err.startswith(f"podium: {path}: ")
        assert said.err.count("\n") == 1
        assert seconds < MAX_WORK * usual, name
        assert time.monotonic() - begin < 240, name  # it waits for nothing, however busy others are
        assert sentinel.stat().st_atime_ns == 1, name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ffconcat", "zero", "fifo"])
def test_the_real_command_refuses_what_is_no_video(tmp_path, name):
    path = no_videos(tmp_path)[name]
    words = ("--model", "simulated")
    start, usual = worked(lambda: podium("score", tmp_path / "none.mp4", *words, folder=tmp_path))
    assert start.returncode == 3
    answer, seconds = worked(lambda: podium("score", path, *words, folder=tmp_path))
    assert (answer.returncode, answer.stdout) == (3, "")
    assert answer.stderr.startswith(f"podium: {path}: ")
    assert answer.stderr.count("\n") == 1
    assert seconds < MAX_WORK * usual


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a.mp4", "../a.mp4", "nan", "inf", "1e999", "-1", "107", "train", "7;8;x",
                     "=1+1", "\ufeff", "C:\\a.mp4", "flight:3-1", '"', "\0", "999999999999"]),
)  # fmt: skip
HEADERS = st.lists(
    st.one_of(
        st.sampled_from(["file_name", "score", "id", "split", "action", "difficulty", "judges",
                         "start_frame", "end_frame", "is_reference", "phases"]),
        st.text(max_size=6),
    ),
    max_size=8,
)  # fmt: skip


@given(
    header=HEADERS,
    rows=st.lists(st.lists(CELLS, max_size=9), max_size=5),
    mark=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    before=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\0"]),
)
@settings(max_examples=int(os.environ.get("PODIUM_TORTURE_TABLES", "60")))
def test_any_table_is_read_or_refused(tmp_path_factory, header, rows, mark, end, before):
    folder = tmp_path_factory.mktemp("table")
    table = folder / "metadata.csv"
    text = end.join(mark.join(cells) for cells in [header, *rows])
    table.write_bytes(before + text.encode("utf-8", "surrogatepass"))
    performances = outcome(Manifest(table).performances, table)
    assert performances is None or len(performances) > 0
    assert sorted(folder.iterdir()) == [table]
