"""A voice note beside an assessment: recorded in the browser, kept on disk, played with it."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from podium.web.messages import Id, Problem
from podium.web.receiving import OCTETS, Allowed, receive
from podium.web.records import VOICE
from podium.web.store import NotThere, Store

MAX_VOICE_BYTES = 10 * 2**20
"""Ten minutes of speech, as browsers record it, are about 3 MB."""

HEAD_BYTES = 12

_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id, or there is no voice note"}
}
_REFUSED: dict[int | str, dict[str, Any]] = {
    413: {"model": Problem, "description": "The voice note is too large"},
    415: {"model": Problem, "description": "It is no sound that a browser records"},
}
_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in ("audio/webm", "audio/ogg", "audio/mp4")}}
}


def kind_of(head: bytes) -> str | None:
    """Return what kind of sound a file holds, by how it begins; `None` if it is none of them."""
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    return "audio/mp4" if head[4:8] == b"ftyp" else None


def kind_of_file(path: Path) -> str | None:
    """Return what kind of sound a file holds."""
    with path.open("rb") as file:
        return kind_of(file.read(HEAD_BYTES))


def add_voices(app: FastAPI, store: Store) -> None:
    """Add what keeps voice notes to an application."""
    allowed = Allowed(MAX_VOICE_BYTES, "voice note", "say it in fewer words")

    @app.put(
        "/api/assessments/{id}/voice", status_code=204, responses=_MISSING | _REFUSED,
        openapi_extra=OCTETS,
    )  # fmt: skip
    async def keep_a_voice_note(id: Id, request: Request) -> None:
        store.job(id)
        partial = store.new_partial()
        try:
            await receive(request, partial, allowed)
            if await run_in_threadpool(kind_of_file, partial) is None:
                raise HTTPException(
                    415, "the voice note is no WebM, Ogg or MP4: record it with a browser"
                )
            await run_in_threadpool(store.keep_voice, id, partial)
        except ClientDisconnect as error:  # nobody is there to read this
            raise allowed.cut_short() from error
        finally:
            await run_in_threadpool(partial.unlink, missing_ok=True)

    @app.get(
        "/api/assessments/{id}/voice", responses=_MISSING | _SOUND, response_class=FileResponse
    )
    def hear_a_voice_note(id: Id) -> Response:
        path = store.voice(id)
        kind = kind_of_file(path) if path else None
        if path is None or kind is None:
            raise NotThere("there is no voice note beside this assessment: record one")
        return FileResponse(path, media_type=kind)

    @app.delete("/api/assessments/{id}/voice", status_code=204, responses=_MISSING)
    def delete_a_voice_note(id: Id) -> None:
        store.remove_voice(id)


def is_voice(method: str, path: str) -> bool:
    """Return whether a request sends a voice note, which has a limit of its own."""
    return method == "PUT" and path.startswith("/api/assessments/") and path.endswith(f"/{VOICE}")
