"""A video that is sent in parts: after a break it goes on where it stopped, on this server.

Each part says where it begins. Only what came whole counts: of a part that was cut short nothing
stays. What was begun and not gone on with for an hour is forgotten.
"""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from podium.errors import VideoError
from podium.web.messages import Id, Problem, UploadOut
from podium.web.receiving import OCTETS, Allowed, last_part, receive
from podium.web.refusals import shorten
from podium.web.store import NotThere, Store
from podium.web.worker import probe

PREFIX = "/api/uploads/"
MAX_BYTES = 4 * 2**30
"""The largest video that is taken in parts."""

MAX_PART_BYTES = 16 * 2**20
MAX_OPEN = 32
"""So many videos may be on their way."""

IDLE_SECONDS = 3600.0
MAX_NAME_LETTERS = 255

_REFUSED: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such video is on its way"},
    409: {"model": Problem, "description": "The part begins elsewhere than where it must"},
    413: {"model": Problem, "description": "The part, or the video, is too large"},
    415: {"model": Problem, "description": "It is not a usable video"},
}


@dataclass
class _Upload:
    """A video on its way; `received` bytes of it lie in the file."""

    id: str
    name: str
    size: int
    file: Path
    received: int = 0
    video: str | None = None
    used: float = field(default_factory=time.monotonic)
    taken: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """All videos on their way to a store."""

    def __init__(self, store: Store, idle_seconds: float = IDLE_SECONDS) -> None:
        self._store, self._idle_seconds = store, idle_seconds
        self._open: dict[str, _Upload] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, size: int) -> _Upload:
        """Begin to take a video of that size.

        Raises
        ------
        HTTPException
            If it is too large, or too many are on their way.
        """
        if size > MAX_BYTES:
            raise _allowed(MAX_BYTES).refusal()
        self._forget_idle()
        with self._lock:
            if len(self._open) >= MAX_OPEN:
                raise HTTPException(429, f"{MAX_OPEN} videos are on their way: try again later")
            file = self._store.new_partial()
            upload = _Upload(file.name.partition(".")[0], last_part(name, "video"), size, file)
            file.touch()
            self._open[upload.id] = upload
            return upload

    def find(self, id_: str) -> _Upload:
        """Find a video on its way.

        Raises
        ------
        NotThere
            If there is none of that id.
        """
        with self._lock:
            upload = self._open.get(id_)
            if upload is None:
                raise NotThere(f"no video {id_[:40]!r} is on its way: send it anew")
            upload.used = time.monotonic()
            return upload

    def forget(self, id_: str) -> None:
        """Give a video up, with what there is of it."""
        upload = self.find(id_)
        with self._lock:
            self._open.pop(upload.id, None)
        upload.file.unlink(missing_ok=True)

    def _forget_idle(self) -> None:
        old = time.monotonic() - self._idle_seconds
        with self._lock:
            idle = [one.id for one in self._open.values() if one.used < old]
        for id_ in idle:
            self.forget(id_)

    async def take(self, upload: _Upload, offset: int, request: Request) -> None:
        """Take one part, whole or not at all; the last one makes it a video.

        Raises
        ------
        HTTPException
            If the part begins elsewhere, is too large or cut short, or the whole is no video.
        """
        if not upload.taken.acquire(blocking=False):
            raise HTTPException(409, "another part of this video is just coming: wait for it")
        try:
            if upload.video is None:
                await self._take(upload, offset, request)
        finally:
            upload.taken.release()

    async def _take(self, upload: _Upload, offset: int, request: Request) -> None:
        if offset != upload.received:
            raise HTTPException(
                409, f"the part begins at {offset}: it must begin at {upload.received}"
            )
        part = self._store.new_partial()
        room = min(MAX_PART_BYTES, upload.size - upload.received)
        try:
            await receive(request, part, _allowed(room, "part"))
            upload.received += await run_in_threadpool(_append, part, upload.file)
        except ClientDisconnect as error:  # nobody is there to read this
            raise _allowed(room, "part").cut_short() from error
        finally:
            part.unlink(missing_ok=True)
        if upload.received == upload.size:
            await self._finish(upload)

    async def _finish(self, upload: _Upload) -> None:
        try:
            await run_in_threadpool(probe, upload.file)
            video = await run_in_threadpool(self._store.keep_video, upload.file, upload.name)
        except VideoError as error:
            self.forget(upload.id)
            raise HTTPException(415, f"{shorten(upload.name)}: {error}") from error
        upload.video = video.id


def _append(part: Path, whole: Path) -> int:
    """Add a part to what came before; after an error nothing of it stays."""
    before = whole.stat().st_size
    with part.open("rb") as source, whole.open("ab") as target:
        try:
            while chunk := source.read(2**20):
                target.write(chunk)
            target.flush()
        except OSError:
            os.truncate(whole, before)
            raise
    return whole.stat().st_size - before


def _allowed(most: int, what: str = "video") -> Allowed:
    return Allowed(most, what, "cut the performance out of it first" if what == "video" else
                   f"send parts of at most {MAX_PART_BYTES:,} bytes")  # fmt: skip


def _out(upload: _Upload) -> UploadOut:
    return UploadOut(
        id=upload.id, received=upload.received, n_bytes=upload.size, video=upload.video,
        part_bytes=MAX_PART_BYTES // 2,
    )  # fmt: skip


def add_uploads(app: FastAPI, store: Store) -> None:
    """Add what a video is sent by in parts to an application."""
    uploads = Uploads(store)

    @app.post("/api/uploads", status_code=201, responses=_REFUSED)
    def begin_to_send_a_video(
        name: Annotated[str, Query(min_length=1, max_length=MAX_NAME_LETTERS)],
        n_bytes: Annotated[int, Query(ge=1, description="How large the whole video is.")],
    ) -> UploadOut:
        return _out(uploads.begin(name, n_bytes))

    @app.get(PREFIX + "{id}", responses=_REFUSED)
    def see_how_much_has_come(id: Id) -> UploadOut:
        return _out(uploads.find(id))

    @app.put(PREFIX + "{id}", responses=_REFUSED, openapi_extra=OCTETS)
    async def send_a_part(
        id: Id,
        request: Request,
        offset: Annotated[int, Query(ge=0, description="Where in the video the part begins.")],
    ) -> UploadOut:
        upload = uploads.find(id)
        await uploads.take(upload, offset, request)
        return _out(upload)

    @app.delete(PREFIX + "{id}", status_code=204, responses=_REFUSED)
    def give_a_video_up(id: Id) -> None:
        uploads.forget(id)
