"""Folders of the page as they lie on disk, and a child that makes an assessment in no time."""

import json
import os
import random
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

from podium.web import worker as workers
from podium.web.records import Job, Request
from podium.web.store import Store

SEED = int(os.environ.get("PODIUM_TORTURE_SEED", "0"))

SECONDS = 120
"""Nothing here takes so long: it is when a test gives up."""

RESULT = {
    "schema": "podium-result", "schema_version": 1, "score": 61.3, "score_low": 48.0,
    "score_high": 70.6, "score_range": [0.0, 96.0], "similarity": 0.52, "action": "107",
    "difficulty": 2.0, "difficulty_is_assumed": True,
    "clips": [{"start_seconds": 0.0, "similarity": 0.2, "faulty": True}],
    "video": {"warnings": ["no difficulty was given: 2 was assumed"]},
}  # fmt: skip
SUMMARY = {
    "score": 61.3, "score_low": 48.0, "score_high": 70.6, "score_range": [0.0, 96.0],
    "similarity": 0.52, "action": "107", "difficulty": 2.0, "difficulty_is_assumed": True,
    "warnings": ["no difficulty was given: 2 was assumed"],
}  # fmt: skip

CHILD = f"""
    import json, os, pathlib, sys, threading, time
    folder = pathlib.Path(sys.argv[-1])
    def end_with_the_server():
        while os.read(0, 1):
            pass
        os._exit(1)
    threading.Thread(target=end_with_the_server, daemon=True).start()
    def wait_for(name):
        while not (folder.parent / name).exists():
            time.sleep(0.01)
    def assess():
        task = json.loads((folder / "task.json").read_bytes())
        content = pathlib.Path(task["video_path"]).read_bytes()
        half = folder / "result.partial"
        half.mkdir()
        (half / "report.html").write_bytes(b"the report of " + content)
        (half / "result.json").write_text({json.dumps(json.dumps(RESULT))})
        os.replace(half, folder / "result")
"""
"""An assessment without a model: it copies the video into the report."""


def rng(name: str) -> random.Random:
    """Return what draws at random for a test, by the seed of the torture."""
    return random.Random(f"{name} {SEED}")


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """Use a store, and leave the folder to others after."""
    store = Store(folder)
    try:
        yield store
    finally:
        store.close()


def keep(store: Store, content: bytes = b"a video", name: str = "dive.mp4") -> str:
    partial = store.new_partial()
    partial.write_bytes(content)
    return store.keep_video(partial, name).id


def asked(store: Store, content: bytes = b"a video", **how: Any) -> Job:
    """Put an assessment of a video of its own into the line."""
    (job,) = store.add([Request(keep(store, content), "bars", "107", 2.0)], **how)
    return job


def done(store: Store, **how: Any) -> Job:
    """Put a finished assessment into a store, with its files."""
    job = asked(store, **how)
    result = store.job_folder(job.id) / "result"
    result.mkdir()
    (result / "report.html").write_text("the report")
    (result / "result.json").write_text(json.dumps(RESULT))
    ended = store.change(job.id, state="done", summary=SUMMARY, ended_seconds=time.time())
    store.remove_unneeded_videos()
    return ended


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def ended(store: Store, id_: str) -> Job:
    """Wait until an assessment has ended."""
    until(lambda: store.job(id_).state not in ("waiting", "running"))
    return store.job(id_)


def lets_children_be(patch: pytest.MonkeyPatch, code: str = "assess()") -> None:
    """Have the worker start children that run this in place of an assessment."""
    whole = f"{textwrap.dedent(CHILD)}\n{textwrap.dedent(code)}"
    made = lambda _, *arguments: (sys.executable, "-c", whole, *arguments)  # noqa: E731
    patch.setattr(workers.processes, "command", made)


def contents(folder: Path) -> dict[str, tuple[int, object]]:
    """Return all that lies in a folder, links not followed: its mode, and what it holds."""
    found: dict[str, tuple[int, object]] = {".": (folder.stat().st_mode, None)}
    for path in sorted(folder.rglob("*")):
        held: object = None
        if path.is_symlink():
            held = os.readlink(path)
        elif path.is_file():
            held = path.read_bytes()
        found[path.relative_to(folder).as_posix()] = (path.lstat().st_mode, held)
    return found
