"""Hands out the whole store as one file, and takes one in."""

from pathlib import Path
from typing import Annotated, Any

import anyio
from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from podium.web.carrying import pack, unpack
from podium.web.messages import Problem, TakenOut
from podium.web.receiving import OCTETS, Allowed, last_part, receive
from podium.web.store import Store
from podium.web.worker import Worker

MAX_PACKED_BYTES = 20 * 2**30

_ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}
_TOO_LARGE: dict[int | str, dict[str, Any]] = {
    413: {"model": Problem, "description": "The file is too large"}
}


def add_backups(app: FastAPI, store: Store, worker: Worker) -> None:
    """Add what carries a store from one machine to another to an application."""
    one_at_a_time = anyio.CapacityLimiter(1)
    allowed = Allowed(MAX_PACKED_BYTES, "file", "unpack it, and name the folder with --folder")

    @app.get("/api/store", responses=_ZIP, response_class=FileResponse)
    def keep_everything_elsewhere() -> FileResponse:
        path = store.new_partial()
        try:
            pack(store.folder, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return FileResponse(
            path, media_type="application/zip", filename="podium.zip",
            background=BackgroundTask(Path.unlink, path, missing_ok=True),
        )  # fmt: skip

    @app.post("/api/store", status_code=201, responses=_TOO_LARGE, openapi_extra=OCTETS)
    async def take_everything_in(
        request: Request, name: Annotated[str, Query(min_length=1, max_length=255)]
    ) -> TakenOut:
        called, partial = last_part(name, "file"), store.new_partial()
        try:
            await receive(request, partial, allowed)
            n = await anyio.to_thread.run_sync(
                unpack, store, partial, called, limiter=one_at_a_time
            )
        except ClientDisconnect as error:  # nobody is there to read this
            raise allowed.cut_short() from error
        finally:
            await run_in_threadpool(partial.unlink, missing_ok=True)
        worker.wake()
        return TakenOut(n=n)
