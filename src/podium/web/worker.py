"""Makes the assessments that wait, one at a time, each in a child process that can be ended."""

import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from podium.errors import Bug, PodiumError, UsageError, VideoError, explain
from podium.machine import processes
from podium.machine.files import parse_json, remove_half_written, write_bytes
from podium.web.home import clear
from podium.web.records import ENDED, MAX_ERROR_LETTERS, Job, make_storable, read_summary
from podium.web.store import NotThere, Store

MAX_SECONDS = 900.0
"""An assessment that takes longer is ended."""

PROBE_SECONDS = 60.0
TOOK_TOO_LONG = "it took too long to read"

AUDIT_SECONDS = 180.0
"""A table that takes longer is given up: the largest that is taken took a quarter of that."""

MAX_QUIET_SECONDS = 60.0
"""Where nothing was heard of the work for longer, it does not go on."""

MAX_ENDING_SECONDS = 10.0
"""So long is waited for a process that was told to end."""

IDLE_SECONDS = 5.0
"""So often it is looked for work that nobody told of."""

_log = logging.getLogger("podium.web")
_LOOK_SECONDS = 0.1
_MODELS = Path(__file__).parents[1] / "models"


class Worker:
    """A thread that takes the next assessment and waits for its child.

    It outlives whatever goes wrong with an assessment, and takes the next one.
    """

    def __init__(
        self,
        store: Store,
        max_seconds: float = MAX_SECONDS,
        allow_parts: tuple[str, ...] = (),
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._store = store
        self._idle_seconds = idle_seconds
        self.allow_parts = allow_parts
        self._max_seconds = max_seconds
        self._something_to_do = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: tuple[str, subprocess.Popen[bytes]] | None = None
        self._heard_seconds = time.monotonic()
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
            self._thread.join(2 * MAX_ENDING_SECONDS)

    def wake(self) -> None:
        """Wake the worker: there is something to do."""
        self._something_to_do.set()

    def goes_on(self) -> bool:
        """Return whether assessments are being made, or would be if there were any."""
        quiet = time.monotonic() - self._heard_seconds
        return self._thread.is_alive() and quiet < MAX_QUIET_SECONDS

    def cancel(self, id_: str) -> Job:
        """Stop an assessment that waits or runs; one that has ended stays as it is."""
        with self._lock:
            job = self._store.job(id_)
            if job.state in ENDED:
                return job
            job = self._store.settle(id_, state="cancelled", ended_seconds=time.time())
        self._end_child(id_)
        return job

    def again(self, id_: str) -> Job:
        """Put an assessment that failed or was cancelled back into the line; others stay there.

        Raises
        ------
        NotThere
            If it is not there, or its video is not.
        """
        with self._lock:
            job = self._store.job(id_)
            if job.state not in ("failed", "cancelled"):
                return job
            for video in job.request.videos() or {job.request.video}:
                self._store.video(video)
            job = self._store.settle(
                id_, state="waiting", error=None, started_seconds=None, ended_seconds=None
            )
        self.wake()
        return job

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._something_to_do.clear()
            is_idle = True
            with _outliving("the worker"):
                job = self._begin()
                self._heard_seconds = time.monotonic()
                if job is not None:
                    is_idle = False
                    self._do(job)
            if is_idle:
                self._something_to_do.wait(self._idle_seconds)

    def _do(self, job: Job) -> None:
        """See an assessment through to its end, whatever goes wrong."""
        try:
            outcome = self._outcome(job)
        except Exception as error:  # such as a full disk: the next one may go well
            said = explain(error)
            traced = error if isinstance(said, Bug) else None
            outcome = {"state": "failed", "error": one_line(str(said))}
            _log.warning("the assessment %s failed: %s", job.id, outcome["error"], exc_info=traced)
        with _outliving("clearing up"):
            self._clear(job)
        self._note(job, outcome)
        self._store.remove_unneeded_videos()

    def _begin(self) -> Job | None:
        with self._lock:
            job = self._store.next_waiting()
            if job is None:
                return None
            return self._store.settle(job.id, state="running", started_seconds=time.time())

    def _outcome(self, job: Job) -> dict[str, Any]:
        """Run the child, and say what became of it."""
        folder = self._store.job_folder(job.id)
        self._prepare(job, folder)
        # What it says goes through pipes: a disk that is full keeps nobody from saying so.
        child = start_child("assess", folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._running = (job.id, child)
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        said, last_words = processes.LastWords(child.stdout), processes.LastWords(child.stderr)
        try:
            code = self._wait(job, child)
        finally:
            self._running = None
            child.stdin.close()
        if code == 0:
            return {"state": "done", "summary": read_summary(folder / "result" / "result.json")}
        _log.warning("the assessment %s ended with code %d: %s", job.id, code, last_words.text())
        return {"state": "failed", "error": _error_of(said.text(), code)}

    def _prepare(self, job: Job, folder: Path) -> None:
        for name in ("result.partial", "result"):
            clear(folder / name)
        request = job.request
        own = request.reference
        task = {
            **asdict(request),
            "video_path": str(self._video(request.video)),
            "reference_path": str(self._video(own)) if own else None,
            "video_name": job.video_name,
            "reference_name": job.reference_name,
            "allow_parts": self.allow_parts,
        }
        write_bytes(folder / "task.json", json.dumps(task).encode("ascii"))

    def _video(self, id_: str) -> Path:
        path = self._store.video_path(id_)
        if not path.is_file():
            raise NotThere("its video is gone: send it again")
        return path

    def _wait(self, job: Job, child: subprocess.Popen[bytes]) -> int:
        end = time.monotonic() + self._max_seconds
        while True:
            try:
                return child.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                now = time.monotonic()
                if self._stopping.is_set() or now > end or not self._is_on(job):
                    end_child(child)
                else:
                    self._heard_seconds = now

    def _is_on(self, job: Job) -> bool:
        """Return whether an assessment is still wanted, and this run of it is the latest."""
        if not self._store.has_job(job.id):
            return False
        now = self._store.job(job.id)
        return (now.state, now.started_seconds) == ("running", job.started_seconds)

    def _clear(self, job: Job) -> None:
        folder = self._store.job_folder(job.id)
        for name in ("task.json", "progress.json"):
            remove_half_written(folder / name)
            clear(folder / name)
        clear(folder / "result.partial")

    def _note(self, job: Job, outcome: dict[str, Any]) -> None:
        with self._lock:
            if not self._store.has_job(job.id):
                clear(self._store.job_folder(job.id))
            elif not self._is_on(job):
                clear(self._store.job_folder(job.id) / "result")
            elif self._stopping.is_set() and outcome["state"] != "done":
                self._store.settle(job.id, state="waiting", started_seconds=None)
            else:
                self._store.settle(job.id, ended_seconds=time.time(), **outcome)

    def _end_child(self, id_: str | None = None) -> None:
        running = self._running
        if running and id_ in (None, running[0]):
            end_child(running[1])


def probe(path: Path) -> None:
    """Look at a video that was sent in a process of its own.

    Raises
    ------
    VideoError
        If it is no video that can be used.
    """
    _look_at("probe", path)


def first_frame(path: Path) -> dict[str, Any]:
    """Return the first frame of a video, decoded in a process of its own, and where it lies.

    Raises
    ------
    VideoError
        If it is no video that can be used.
    """
    said = _look_at("first", path)
    if not said:
        raise VideoError(TOOK_TOO_LONG)
    return said


def _look_at(task: str, path: Path) -> dict[str, Any]:
    """Return what a process of its own says of a video; refuse what it cannot use."""
    code, said = _ask(task, path, PROBE_SECONDS)
    if code == Bug.exit_code and said:
        raise Bug(said["error"])
    if code != 0:
        raise VideoError(said.get("reason", TOOK_TOO_LONG))
    return said


def locate(model: str) -> str:
    """Return the name of a model that ships as it is, and the path of a folder from the root."""
    is_folder = model and not (_MODELS / model / "config.json").is_file() and Path(model).is_dir()
    return str(Path(model).absolute()) if is_folder else model  # child processes work elsewhere


def choices(model: str, allow_parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return which actions and experts a model knows, without loading it into this process.

    Raises
    ------
    UsageError, PodiumError
        If there is no such model, or it is damaged.
    """
    code, said = _ask("choices", locate(model), PROBE_SECONDS, allow_parts)
    if code != 0:
        kinds = {kind.exit_code: kind for kind in (Bug, UsageError)}
        kind = kinds.get(code, PodiumError)
        raise kind(said.get("error", f"the model {model} took too long to load: try again"))
    return said


def audit(
    table: Path, name: str, language: str, rule: str | None, year: int | None
) -> dict[str, Any]:
    """Audit a table of marks in a process of its own: `said`, `report` and `found` (JSON).

    Raises
    ------
    PodiumError
        If it cannot be used; the message names it as it was called, and lists all problems.
    """
    options = json.dumps({"name": name, "language": language, "rule": rule, "year": year})
    code, said = _ask("audit", table, AUDIT_SECONDS, (options,))
    if code == 0 and said:
        return said
    too_long = f"{name}: took longer than {AUDIT_SECONDS:.0f} s: try podium audit in a shell"
    reason = said.get("error", too_long).replace(str(table), name)
    raise (Bug if code == Bug.exit_code and said else PodiumError)(reason)


def _ask(
    task: str, argument: str | Path, seconds: float, more: tuple[str, ...] = ()
) -> tuple[int, dict[str, Any]]:
    child = start_child(task, argument, *more, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        out, said = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        end_child(child)
        child.communicate()
        return 1, {}
    if child.returncode == Bug.exit_code:
        _log.warning("the task %s ended with an exception: %s", task, _last_words(said))
    return child.returncode, last_line(out)


def last_line(said: bytes) -> dict[str, Any]:
    """Read what a child says at its end; one that was ended may not have come so far."""
    try:
        found = parse_json(said.splitlines()[-1], "what a child process said")
    except (LookupError, PodiumError):
        return {}
    return found if isinstance(found, dict) else {}


def start_child(
    task: str, argument: str | Path, *more: str, **pipes: Any
) -> "subprocess.Popen[bytes]":
    """Start a child that leaves a processor to the page, in a group of its own."""
    threads = str(max((os.cpu_count() or 2) - 1, 1))
    return processes.start(
        "podium.web.child",
        task,
        str(argument),
        *more,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=processes.environment(OMP_NUM_THREADS=threads, PYTHONIOENCODING="utf-8"),
        **pipes,
    )


def _last_words(said: bytes) -> str:
    return said[-processes.KEPT_BYTES :].decode("utf-8", "replace").strip()


def end_child(child: "subprocess.Popen[bytes]") -> None:
    """End a child and whatever it has started, and wait until they are gone."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
    with suppress(subprocess.TimeoutExpired):  # it hangs in a disk or a driver
        child.wait(MAX_ENDING_SECONDS)


def _error_of(said: str, code: int) -> str:
    message = last_line(said.encode("utf-8")).get("error")
    if isinstance(message, str):
        return one_line(message)
    return f"the assessment ended unexpectedly ({code}): try again, or try podium score"


def one_line(message: str) -> str:
    """Return a message in one line that can be kept and shown."""
    return make_storable(" ".join(message.split()))[:MAX_ERROR_LETTERS]


@contextmanager
def _outliving(what: str) -> Iterator[None]:
    """Write down what goes wrong, and go on."""
    try:
        yield
    except Exception:
        _log.exception("%s met an error and goes on", what)
