"""Makes films, pictures and pages of reports to be sent, each in a process of its own.

One is made at a time, and of one report there is one: asking for another ends it and replaces it.
What was made lies in the folder until the page is stopped or the assessment is deleted.
"""

import json
import logging
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse

from podium.errors import explain
from podium.machine import processes
from podium.machine.files import remove_half_written, write_bytes
from podium.report.offers import Offer, offers_of
from podium.report.words import load_words
from podium.web.home import clear
from podium.web.messages import Id, Problem, RenderingIn, RenderingOut, RenderingState
from podium.web.store import NotThere, Store
from podium.web.worker import end_child, last_line, one_line, start_child

MAX_SECONDS = 600.0
"""What takes longer is ended: a film of a minute takes a fraction of that."""

MAX_WAITING = 20
_log = logging.getLogger("podium.web")

FILES: dict[Offer, tuple[str, str]] = {
    "beside": ("film.mp4", "video/mp4"),
    "overlay": ("film.mp4", "video/mp4"),
    "picture": ("picture.png", "image/png"),
    "page": ("page.pdf", "application/pdf"),
}
"""What is made is called so on the disk, and is of this kind."""

_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id, or nothing was made of it"}
}


@dataclass
class Rendering:
    """What is being made of a report, or was."""

    job: str
    wanted: RenderingIn
    state: RenderingState = "waiting"
    share: float = 0.0
    error: str | None = None
    child: "subprocess.Popen[bytes] | None" = None

    @property
    def file(self) -> str:
        """Return what the file is called on the disk."""
        return FILES[self.wanted.what][0]


class Renderer:
    """A thread that makes one after the other."""

    def __init__(self, store: Store, max_seconds: float = MAX_SECONDS) -> None:
        self._store, self._max_seconds = store, max_seconds
        self._line = ThreadPoolExecutor(1, "podium-renderer")
        self._lock = threading.Lock()
        self._latest: dict[str, Rendering] = {}

    def ask(self, id_: str, wanted: RenderingIn) -> Rendering:
        """Put what is wanted into the line, in place of what was made of the same report.

        Raises
        ------
        HTTPException
            If too many wait (429).
        """
        made = Rendering(id_, wanted)
        with self._lock:
            n_waiting = sum(one.state == "waiting" for one in self._latest.values())
            if n_waiting >= MAX_WAITING:
                raise HTTPException(429, f"{MAX_WAITING} of them are waiting: try again later")
            self._end(id_)
            self._latest[id_] = made
            self._line.submit(self._make, made)
        return made

    def latest(self, id_: str) -> Rendering | None:
        """Return what was asked for last of a report."""
        return self._latest.get(id_)

    def cancel(self, id_: str) -> None:
        """Stop what is being made of a report; what is done is removed."""
        with self._lock:
            self._end(id_)
            self._latest.pop(id_, None)

    def finish(self) -> None:
        """Wait until all that was asked for is made; nothing else is taken."""
        self._line.shutdown(wait=True)

    def stop(self) -> None:
        """End what is being made, and wait for the thread."""
        with self._lock:
            for id_ in list(self._latest):
                self._end(id_)
        self.finish()

    def _end(self, id_: str) -> None:
        """Cancel what is known of a report; the lock is held."""
        if (former := self._latest.get(id_)) is None:
            return
        former.state = "cancelled"
        if former.child is not None:
            end_child(former.child)
        else:
            clear(self._store.passing_folder(id_))

    def _make(self, made: Rendering) -> None:
        """See it through to its end, whatever goes wrong."""
        with self._lock:
            if made.state == "cancelled":
                return
            made.state = "running"
        try:
            folder = self._store.passing_folder(made.job)
            self._prepare(made, folder)
            error = self._run(made, folder)
        except Exception as problem:  # such as a full disk, or an assessment that was deleted
            error = one_line(str(explain(problem)))
        self._settle(made, error)

    def _prepare(self, made: Rendering, folder: Path) -> None:
        clear(folder)
        folder.mkdir(mode=0o700)
        task = {
            **made.wanted.model_dump(),
            "report": str(self._store.outcome(made.job, "report.html")),
            "notes": str(self._store.job_folder(made.job)),
            "file": made.file,
        }
        write_bytes(folder / "task.json", json.dumps(task).encode("ascii"))

    def _run(self, made: Rendering, folder: Path) -> str | None:
        """Run the child, and return what went wrong."""
        pipe = subprocess.PIPE
        with self._lock:
            if made.state == "cancelled":
                return None
            child = made.child = start_child("render", folder, stdin=pipe, stdout=pipe)
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        last_words = processes.LastWords(child.stderr)
        late = threading.Timer(self._max_seconds, end_child, (child,))
        late.start()
        said: dict[str, Any] = {}
        try:
            for line in child.stdout:
                said = last_line(line)
                made.share = max(0.0, min(float(said.get("share", made.share)), 1.0))
            code = child.wait()
        finally:
            late.cancel()
            child.stdin.close()
            child.stdout.close()
        if code == 0:
            return None
        _log.warning("making %s ended with code %d: %s", made.file, code, last_words.text())
        reason = said.get("reason")
        too_long = f"it took longer than {self._max_seconds:.0f} s, or was ended: try again"
        return one_line(reason) if isinstance(reason, str) else too_long

    def _settle(self, made: Rendering, error: str | None) -> None:
        """Leave the file that was made, and no other."""
        with self._lock:
            made.child = None
            folder = self._store.passing_folder(made.job)
            is_kept = error is None and made.state == "running" and self._store.has_job(made.job)
            for name in ("task.json", "query.mp4", "reference.mp4"):
                clear(folder / name)
            if not is_kept:
                remove_half_written(folder / made.file)
                clear(folder)
            if made.state == "running":
                made.state, made.error = ("failed" if error else "done"), error


def add_renderings(app: FastAPI, store: Store, renderer: Renderer) -> None:
    """Add what makes films of reports to an application."""

    @app.get("/api/assessments/{id}/rendering", responses=_MISSING)
    def see_what_is_made_of_a_report(id: Id) -> RenderingOut:
        return _out(store, id, renderer.latest(id))

    @app.post("/api/assessments/{id}/rendering", status_code=202, responses=_MISSING)
    def ask_for_a_film_of_a_report(id: Id, wanted: RenderingIn) -> RenderingOut:
        load_words(wanted.language)
        offered = _offers(store, id)
        if wanted.what not in offered:
            among = f"choose one of {', '.join(offered)}" if offered else "assess the video again"
            raise HTTPException(422, f"{wanted.what!r} cannot be made of this report: {among}")
        return _out(store, id, renderer.ask(id, wanted))

    @app.delete("/api/assessments/{id}/rendering", status_code=204, responses=_MISSING)
    def stop_making_it(id: Id) -> None:
        store.job(id)
        renderer.cancel(id)

    @app.get(
        "/api/assessments/{id}/rendering/file",
        responses=_MISSING | {200: {"content": {kind: {} for _, kind in FILES.values()}}},
        response_class=FileResponse,
    )
    def fetch_it(id: Id) -> Response:
        name, made = store.job(id).video_name, renderer.latest(id)
        path = _file_of(store, made)
        if made is None or path is None:
            raise NotThere(f"nothing was made of assessment {id} yet: ask for it first")
        kind = FILES[made.wanted.what][1]
        return FileResponse(path, media_type=kind, filename=_called(name, made))


def _offers(store: Store, id_: str) -> tuple[Offer, ...]:
    page = store.outcome(id_, "report.html")
    return _offers_of(page, page.stat().st_mtime_ns)


@lru_cache(256)
def _offers_of(page: Path, _: int) -> tuple[Offer, ...]:
    """Look at a report once: it has megabytes, and who waits asks again and again."""
    return tuple(offers_of(page))


def _file_of(store: Store, made: Rendering | None) -> Path | None:
    if made is None or made.state != "done":
        return None
    path = store.passing_folder(made.job) / made.file
    return path if path.is_file() and not path.is_symlink() else None


def _called(video: str, made: Rendering) -> str:
    """Name what was made after its video: `dive.mp4` as a page is `dive-page.pdf`."""
    file = PurePath(made.file)
    return f"{PurePath(video).stem}-{file.stem}{file.suffix}"


def _out(store: Store, id_: str, made: Rendering | None) -> RenderingOut:
    file = _file_of(store, made)
    return RenderingOut(
        offers=list(_offers(store, id_)),
        what=made.wanted.what if made else None,
        plain=made.wanted.plain if made else False,
        state=made.state if made else None,
        share=made.share if made else 0.0,
        error=made.error if made else None,
        name=_called(store.job(id_).video_name, made) if made and file else None,
        n_bytes=file.stat().st_size if file else None,
    )
