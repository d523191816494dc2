"""The runtime computes on processors alone, the same with any number of threads, and in silence."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from podium.networks import _onnx, program, runtime
from podium.networks.graph import Graph, Pixels, Shape, Value, relu

ONE_CLIP = "np.random.default_rng(0).integers(0, 256, (1, 16, 120, 160, 3), dtype=np.uint8)"

# Whatever is imported as torch is an error; sockets of Python's and of libraries are looked for.
WATCHED = f"""
import os, sys
sys.modules["torch"] = None
sockets = []
sys.addaudithook(lambda event, _: sockets.append(event) if event.startswith("socket.") else None)
import numpy as np
from podium.backbones import make_backbone
features = make_backbone(sys.argv[1])({ONE_CLIP})
if os.path.isdir("/proc/self/fd"):
    for number in os.listdir("/proc/self/fd"):
        try:
            opened = os.readlink("/proc/self/fd/" + number)
        except OSError:  # the folder that was listed
            continue
        sockets += [opened] if opened.startswith("socket:") else []
assert not sockets, sockets
print(features.tobytes().hex())
"""


def watched(home: Path, backbone: str, **variables: str) -> str:
    """Describe a clip in a process with a new home, and return the bytes that it said."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORT_"))}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, backbone],
        capture_output=True, text=True, timeout=240, cwd=home.parent, check=False,
        env={**kept, "HOME": str(home), "USERPROFILE": str(home), **variables},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("backbone", ["figure", "c3d_mini"])
def test_it_writes_nothing_opens_no_socket_says_nothing_and_needs_no_pytorch(tmp_path, backbone):
    home = tmp_path / "home"
    home.mkdir()
    assert watched(home, backbone, ORT_DISABLE_TELEMETRY="0")
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize("backbone", ["figure", "c3d_mini"])
def test_any_number_of_threads_makes_the_same_bytes(tmp_path, backbone):
    said = {watched(tmp_path, backbone, OMP_NUM_THREADS=n) for n in ("1", "2", "3")}
    assert len(said) == 1


def test_only_processors_compute():
    pixels = Pixels(Shape(1, 1, 2, 2))
    session = runtime.Network(Graph(pixels, (relu(pixels),)))._session
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_nothing_is_made_ready_before_it_is_called(monkeypatch):
    monkeypatch.setattr(runtime, "_onnxruntime", lambda: pytest.fail("it was imported"))
    runtime.Network(Graph(Pixels(Shape(1, 1, 2, 2)), ()))


@pytest.mark.parametrize(("said", "n"), [("3", 3), ("1", 1)])
def test_as_many_threads_compute_as_openmp_s_variable_says(monkeypatch, said, n):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert runtime.n_threads() == n


@pytest.mark.parametrize("said", ["", "0", "many", "-2"])
def test_without_a_number_all_processors_compute_that_may(monkeypatch, said):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert runtime.n_threads() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert runtime.n_threads() == 7


class Unknown(Value):
    """A step that nobody taught the writer."""


def test_a_step_that_cannot_be_written_is_said():
    pixels = Pixels(Shape(1, 1, 2, 2))
    with pytest.raises(TypeError, match=r"^Unknown is no step that can be written$"):
        _onnx.written(Graph(pixels, (Unknown(pixels.shape),)))


def test_lengths_are_written_seven_bits_a_byte():
    assert [program._varint(n).hex() for n in (0, 1, 127, 128, 300)] == [
        "00", "01", "7f", "8001", "ac02",
    ]  # fmt: skip


def test_the_same_graph_is_the_same_bytes():
    pixels = Pixels(Shape(2, 1, 2, 2))
    graph = Graph(pixels, (relu(pixels),))
    assert _onnx.written(graph) == _onnx.written(graph)
    assert np.frombuffer(_onnx.written(graph), np.uint8).size < 400
