"""Makes the assessments that wait, one at a time, each in a child process that can be ended."""

import json
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from podium import processes
from podium.errors import Bug, PodiumError, UsageError, VideoError
from podium.files import remove_half_written
from podium.web.store import ENDED, Job, Store

MOST_SECONDS = 900.0
"""An assessment that takes longer is ended."""

PROBE_SECONDS = 60.0

_log = logging.getLogger("podium.web")
_LOOK_SECONDS = 0.1


class Worker:
    """A thread that takes the next assessment and waits for its child."""

    def __init__(
        self,
        store: Store,
        most_seconds: float = MOST_SECONDS,
        allow_parts: tuple[str, ...] = (),
    ) -> None:
        self._store = store
        self.allow_parts = allow_parts
        self._most_seconds = most_seconds
        self._something_to_do = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: tuple[str, subprocess.Popen[bytes]] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="podium-worker")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the child and the thread; what was going on is taken up at the next start."""
        self._stopping.set()
        self._something_to_do.set()
        self._end_child()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Say that there is something to do."""
        self._something_to_do.set()

    def cancel(self, id_: str) -> Job:
        """Stop an assessment that waits or runs; one that has ended stays as it is."""
        with self._lock:
            job = self._store.job(id_)
            if job.state in ENDED:
                return job
            job = self._store.change(id_, state="cancelled", ended_seconds=time.time())
        self._end_child(id_)
        self._store.remove_unneeded_videos()
        return job

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._something_to_do.clear()
            job = self._begin()
            if job is None:
                self._something_to_do.wait(5)
                continue
            try:
                self._finish(job, self._outcome(job))
            except (OSError, ValueError, PodiumError) as error:
                # Such as a full disk, or a video removed meanwhile: the next one may go well.
                self._finish(job, {"state": "failed", "error": " ".join(str(error).split())})

    def _begin(self) -> Job | None:
        with self._lock:
            job = self._store.next_waiting()
            if job is None:
                return None
            return self._store.change(job.id, state="running", started_seconds=time.time())

    def _outcome(self, job: Job) -> dict[str, Any]:
        """Run the child, and say what became of it."""
        folder = self._store.job_folder(job.id)
        self._prepare(job, folder)
        with (folder / "said").open("wb") as said:
            child = _start_child("assess", folder, stdin=subprocess.PIPE, stdout=said)
            self._running = (job.id, child)
            assert child.stderr is not None
            last_words = processes.LastWords(child.stderr)
            try:
                code = self._waited(job, child)
            finally:
                self._running = None
                if child.stdin:
                    child.stdin.close()
        if code == 0:
            return {"state": "done", "summary": _summary(folder)}
        _log.warning("the assessment %s ended with code %d: %s", job.id, code, last_words.text())
        return {"state": "failed", "error": _error_of(folder / "said", code)}

    def _prepare(self, job: Job, folder: Path) -> None:
        for name in ("result.partial", "result"):
            shutil.rmtree(folder / name, ignore_errors=True)
        request = job.request
        own = request.reference
        task = {
            **asdict(request),
            "video_path": str(self._store.video_path(request.video)),
            "reference_path": str(self._store.video_path(own)) if own else None,
            "video_name": job.video_name,
            "reference_name": job.reference_name,
            "allow_parts": self.allow_parts,
        }
        (folder / "task.json").write_text(json.dumps(task), "ascii")

    def _waited(self, job: Job, child: subprocess.Popen[bytes]) -> int:
        end = time.monotonic() + self._most_seconds
        while True:
            try:
                return child.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                is_over = self._stopping.is_set() or time.monotonic() > end
                if is_over or self._is_cancelled(job.id):
                    _kill(child)

    def _is_cancelled(self, id_: str) -> bool:
        return not self._store.has_job(id_) or self._store.job(id_).state == "cancelled"

    def _finish(self, job: Job, outcome: dict[str, Any]) -> None:
        folder = self._store.job_folder(job.id)
        for name in ("task.json", "said", "progress.json"):
            remove_half_written(folder / name)
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "result.partial", ignore_errors=True)
        with self._lock:
            if not self._store.has_job(job.id):
                shutil.rmtree(folder, ignore_errors=True)
            elif self._is_cancelled(job.id):
                shutil.rmtree(folder / "result", ignore_errors=True)
            elif self._stopping.is_set() and outcome["state"] != "done":
                self._store.change(job.id, state="waiting", started_seconds=None)
            else:
                self._store.change(job.id, ended_seconds=time.time(), **outcome)
        self._store.remove_unneeded_videos()

    def _end_child(self, id_: str | None = None) -> None:
        running = self._running
        if running and id_ in (None, running[0]):
            _kill(running[1])


def probe(path: Path) -> None:
    """Look at a video that was sent in a process of its own.

    Raises
    ------
    VideoError
        If it is no video that can be used.
    """
    code, said = _asked("probe", path, PROBE_SECONDS)
    if code == Bug.exit_code and said:
        raise Bug(said["error"])
    if code != 0:
        words = said.get("error", "it cannot be read in time").removeprefix(f"{path}: ")
        raise VideoError(words)


def choices(model: str, allow_parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Say which actions and experts a model knows, without loading it into this process.

    Raises
    ------
    UsageError, PodiumError
        If there is no such model, or it is damaged.
    """
    code, said = _asked("choices", model, PROBE_SECONDS, allow_parts)
    if code != 0:
        kinds = {kind.exit_code: kind for kind in (Bug, UsageError)}
        kind = kinds.get(code, PodiumError)
        raise kind(said.get("error", f"the model {model} cannot be loaded in time: try again"))
    return said


def _asked(
    task: str, argument: str | Path, seconds: float, allow_parts: tuple[str, ...] = ()
) -> tuple[int, dict[str, Any]]:
    child = _start_child(
        task, argument, *allow_parts, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    try:
        out, said = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(child)
        child.communicate()
        return 1, {}
    if child.returncode == Bug.exit_code:
        _log.warning("the task %s ended with an exception: %s", task, _shortened(said))
    lines = out.splitlines()
    return child.returncode, json.loads(lines[-1]) if lines else {}


def _start_child(
    task: str, argument: str | Path, *allow_parts: str, **pipes: Any
) -> "subprocess.Popen[bytes]":
    """Start a child that leaves a processor to the page, in a group of its own."""
    threads = str(max((os.cpu_count() or 2) - 1, 1))
    return processes.start(
        "podium.web.child",
        task,
        str(argument),
        *allow_parts,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=processes.environment(OMP_NUM_THREADS=threads, PYTHONIOENCODING="utf-8"),
        **pipes,
    )


def _shortened(said: bytes) -> str:
    return said[-processes.KEPT_BYTES :].decode("utf-8", "replace").strip()


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End a child and whatever it has started, and wait until they are gone."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
    child.wait()


def _summary(folder: Path) -> dict[str, Any]:
    """Keep what lists and comparisons show, so that they need not read every result."""
    result = json.loads((folder / "result" / "result.json").read_bytes())
    names = (
        "score", "score_low", "score_high", "score_range", "similarity", "action", "difficulty",
        "difficulty_is_assumed",
    )  # fmt: skip
    return {name: result.get(name) for name in names} | {"warnings": result["video"]["warnings"]}


def _error_of(said: Path, code: int) -> str:
    try:
        message = json.loads(said.read_bytes().splitlines()[-1])["error"]
        return str(message)
    except (OSError, ValueError, LookupError, TypeError):
        return f"the assessment ended unexpectedly ({code}): try again, or try podium score"
