"""The page on an address of its own, and a client of it."""

import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

from podium.web.api import make_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # newer versions ask for a successor of httpx
    from starlette.testclient import TestClient

ORIGIN = "http://127.0.0.1:8017"
HERE = ("127.0.0.1", 50000)
"""Where a client of this machine asks from."""


@dataclass
class Server:
    """A page that runs in a process of its own."""

    url: str
    folder: Path
    temporary: Path
    process: "subprocess.Popen[str]"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=240, trust_env=False)


@contextmanager
def running(folder: Path, model: str) -> Iterator[Server]:
    """Run `podium serve` on a free port until the end of the block; temporary files are its own."""
    temporary = folder.with_name(f"{folder.name}-temporary")
    temporary.mkdir(exist_ok=True)
    command = "from podium.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--port", "0", "--folder", str(folder),
         "--model", model],
        stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(temporary)},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.fullmatch(r"open (http://127\.0\.0\.1:\d+) \(Ctrl\+C stops it\)\n", line)
        assert found, line
        yield Server(found[1], folder, temporary, process)
    finally:
        process.terminate()
        process.communicate(timeout=240)


@pytest.fixture(scope="module")
def server(browser, small_model, tmp_path_factory) -> Iterator[Server]:
    """A page for a real browser."""
    with running(tmp_path_factory.mktemp("page") / "store", str(small_model.folder)) as made:
        yield made


def children_of(pid: int) -> list[int]:
    """List the processes that a process has started; only Linux says so in files."""
    if not Path("/proc").is_dir():
        pytest.skip("this system does not list processes as files")
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def started_by(server: Server) -> set[int]:
    """List all that runs because of a page, however far down and whoever its parent is now."""
    if not Path("/proc").is_dir():
        pytest.skip("this system does not list processes as files")
    mark, found = f"TMPDIR={server.temporary}".encode(), set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.add(int(path.parent.name))
        except OSError:  # it has ended, or is somebody else's
            continue
    return found - {server.process.pid}


def open_files(server: Server) -> int:
    """Count what a page holds open: files, connections, pipes to its children."""
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def send(client: Any, path: Path, name: str | None = None) -> str:
    """Send a video, and give its id."""
    answer = client.post(
        "/api/videos", params={"name": name or path.name}, content=path.read_bytes()
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def finished(client: Any, id_: str, seconds: float = 200) -> dict[str, Any]:
    """Wait until an assessment has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job: dict[str, Any] = client.get(f"/api/assessments/{id_}").json()
        if job["state"] not in ("waiting", "running"):
            return job
        time.sleep(0.2)
    raise AssertionError(f"{job} did not end in {seconds} s")


@pytest.fixture
def make_client(tmp_path: Path, small_model: Any) -> Callable[..., Any]:
    """Build a client of an application in this process, in which assessments wait for ever."""

    def make(folder: Path = tmp_path / "store", **how: Any) -> Any:
        usual = {"model": str(small_model.folder), "works": False}
        app = make_app(folder, **{**usual, **how})
        return TestClient(app, base_url=ORIGIN, client=HERE)

    return make


@pytest.fixture
def client(make_client: Callable[..., Any]) -> Any:
    return make_client()


HOME = {"podium-store.json", "podium-server.lock", "podium-server.json"}
"""What lies in every folder of the page: that it is Podium's, and who has it."""


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], list[str]]:
    """List all files that the page keeps of videos and assessments."""
    store = tmp_path / "store"
    return lambda: all_files(store)


def all_files(folder: Path) -> list[str]:
    """List the files in a folder, but for those of every folder of the page."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(set(found) - HOME)
