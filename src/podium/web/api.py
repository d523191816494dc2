"""The interface of the page: everything that it does, over HTTP and described by OpenAPI."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from podium.errors import Bug, PodiumError, UsageError, VideoError
from podium.report.templates import render, source
from podium.report.words import ENGLISH, languages, load_words
from podium.tables.spreadsheet import csv_text
from podium.web import records
from podium.web.guard import LOCAL_NAMES, Guard
from podium.web.records import Job, Stage, StoredVideo, read_clips, read_stage
from podium.web.store import NotThere, Store
from podium.web.worker import Worker, choices, located, probe

MOST_VIDEO_BYTES = 500 * 2**20
WRITTEN_AT_ONCE_BYTES = 2**20
MOST_NAME_LETTERS = 255
MOST_IN_BATCH = 500
MOST_WAITING = 1000

BATCH_COLUMNS = (
    "file_name", "state", "score", "score_low", "score_high", "action", "difficulty", "similarity",
    "warnings", "error", "id",
)  # fmt: skip

Id = str


class Strict(BaseModel):
    """A body in which a name that is not known is a mistake, not ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class How(Strict):
    """What was performed, and beside whom it is judged."""

    action: Annotated[str | None, Field(max_length=40, description="Such as 407 or 407C.")] = None
    difficulty: Annotated[float | None, Field(gt=0, le=1000, description="Such as 3.2.")] = None
    reference: Annotated[
        Id | None, Field(max_length=64, description="The id of a video of your own, an expert's.")
    ] = None
    expert: Annotated[
        str | None, Field(max_length=200, description="The id of an expert of the model.")
    ] = None
    language: Annotated[str, Field(max_length=10, description="Of the report.")] = ENGLISH


class Wanted(How):
    """One video to be assessed."""

    video: Annotated[Id, Field(max_length=64, description="The id of a video that was sent.")]


class WantedBatch(How):
    """Several videos to be assessed in one way."""

    videos: Annotated[list[Id], Field(min_length=1, max_length=MOST_IN_BATCH)]


class VideoOut(BaseModel):
    """A video that was sent."""

    id: str
    name: str
    n_bytes: int


class AssessmentOut(BaseModel):
    """An assessment, from waiting to done."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: Stage | None = None
    video: str
    reference: str | None
    action: str | None
    difficulty: float | None
    language: str
    batch: str | None
    created_seconds: float
    started_seconds: float | None
    ended_seconds: float | None
    error: str | None
    summary: dict[str, Any] | None


class WorkOut(BaseModel):
    """Whether the assessments that wait are being made."""

    goes_on: bool
    n_waiting: int


class BatchOut(BaseModel):
    """Several assessments that were asked for together."""

    id: str
    assessments: list[AssessmentOut]


class ActionOut(BaseModel):
    """An action the model knows, and its usual difficulty."""

    name: str
    difficulty: float


class ExpertOut(BaseModel):
    """An expert's performance that comes with the model."""

    id: str
    action: str | None
    score: float | None


class ChoicesOut(BaseModel):
    """What there is to choose from."""

    model: str
    about: str
    actions: list[ActionOut]
    experts: list[ExpertOut]
    uses_difficulty: bool
    languages: dict[str, str]
    most_bytes: int


class ComparisonOut(BaseModel):
    """Two assessments beside each other, the earlier first."""

    earlier: AssessmentOut
    later: AssessmentOut
    score_difference: float | None
    ranges_overlap: bool | None
    earlier_clips: list[dict[str, Any]]
    later_clips: list[dict[str, Any]]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Another host or another page asks"},
}
_MISSING = _REFUSED | {404: {"model": Problem, "description": "There is none of that id"}}


def make_app(
    folder: Path,
    *,
    model: str = "diving",
    allow_parts: tuple[str, ...] = (),
    host: str = "127.0.0.1",
    most_video_bytes: int = MOST_VIDEO_BYTES,
    works: bool = True,
) -> FastAPI:
    """Make the application; `works` False keeps every assessment waiting.

    `allow_parts` are the classes of someone else's that the model may name (`podium._catalog`).
    """
    store = Store(folder)
    worker, model = Worker(store, allow_parts=allow_parts), located(model)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if works:
            worker.start()
        yield
        worker.stop()
        store.close()

    app = FastAPI(
        title="Podium",
        description="How well was it done? Scores a performance on video against an expert's.",
        version="1",
        lifespan=life,
        docs_url=None,  # these pages of FastAPI's load scripts from elsewhere
        redoc_url=None,
        responses=_REFUSED,
    )
    app.state.folder, app.state.store = folder, store
    app.add_middleware(Guard, host=host)
    app.add_exception_handler(NotThere, _refusal(404))
    app.add_exception_handler(Bug, _refusal(500))
    app.add_exception_handler(PodiumError, _refusal(422))
    _add_pages(app)
    _add_choices(app, model, allow_parts, most_video_bytes)
    _add_videos(app, store, most_video_bytes)
    _add_assessments(app, store, worker, model)
    _add_batches(app, store, worker, model)
    return app


def serve(
    folder: Path,
    *,
    host: str,
    port: int,
    model: str,
    tell: Callable[[str], None],
    allow_parts: tuple[str, ...] = (),
) -> None:
    """Run the page until it is stopped; `tell` is told where it can be opened.

    Raises
    ------
    UsageError, PodiumError
        If there is no such model, or the port is taken.
    """
    choices_of(model, allow_parts)  # an unknown model is said before the page opens
    app = make_app(folder, model=model, allow_parts=allow_parts, host=host)
    with closing(app.state.store), _socket(host) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(listening, host, port)
        for line in where_to_open(host, listening.getsockname()[1]):
            tell(line)
        settings = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(settings).run(sockets=[listening])


def where_to_open(host: str, port: int) -> tuple[str, ...]:
    """Say where the page can be opened, and by whom."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    opened = f"open http://{named}:{port} (Ctrl+C stops it)"
    if host in ("0.0.0.0", "::"):  # guard lets in who names this machine or the host, which is none
        return (
            "the page answers on this machine only: for others in the network to open it, give "
            "--host this machine's address there",
            opened,
        )
    if host in LOCAL_NAMES | {"::1"}:
        return (opened,)
    return "anybody on the network can open the page: it asks for no password", opened


def _socket(host: str) -> socket.socket:
    """Make a socket that says it is TCP's, for asyncio then sends each part of an answer at once.

    Otherwise the second part waits 40 ms for the first to be acknowledged (Nagle, delayed ACK).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def _bind(listening: socket.socket, host: str, port: int) -> None:
    try:
        listening.bind((host, port))
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port} ({error.strerror or error}): "
            "choose another with --port, or another --host"
        ) from error
    listening.listen(100)


@cache
def choices_of(model: str, allow_parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Ask once what a model offers."""
    return choices(model, allow_parts)


def _refusal(code: int) -> Any:
    def handle(_: Request, error: Exception) -> Response:
        return JSONResponse({"detail": " ".join(str(error).split())}, code)

    return handle


def _add_pages(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def page(language: str = ENGLISH) -> HTMLResponse:
        words = load_words(language if language in languages() else ENGLISH)
        texts = words.of("page") | words.of("state")
        return HTMLResponse(render("page.html", words=words, texts=texts, languages=languages()))

    @app.get("/page.css", include_in_schema=False)
    def style() -> Response:
        return Response(source("page.css"), media_type="text/css")

    @app.get("/page.js", include_in_schema=False)
    def script() -> Response:
        return Response(source("page.js"), media_type="text/javascript")


def _add_choices(
    app: FastAPI, model: str, allow_parts: tuple[str, ...], most_video_bytes: int
) -> None:
    @app.get("/api/choices")
    def what_there_is_to_choose() -> ChoicesOut:
        return ChoicesOut(
            **choices_of(model, allow_parts), model=Path(model).name, languages=languages(),
            most_bytes=most_video_bytes,
        )  # fmt: skip


def _add_videos(app: FastAPI, store: Store, most_bytes: int) -> None:
    too_large: dict[int | str, dict[str, Any]] = {
        413: {"model": Problem, "description": "The video is too large"},
        415: {"model": Problem, "description": "It is no video that can be used"},
    }
    body = {
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }

    @app.post("/api/videos", status_code=201, responses=too_large, openapi_extra=body)
    async def send_a_video(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=MOST_NAME_LETTERS)],
    ) -> VideoOut:
        partial = store.new_partial()
        try:
            await _receive(request, partial, most_bytes)
            await run_in_threadpool(probe, partial)
            if await request.is_disconnected():  # nobody would know its id
                raise ClientDisconnect
            video = await run_in_threadpool(store.keep_video, partial, _last_part(name))
        except VideoError as error:
            raise HTTPException(415, f"{_last_part(name)}: {error}") from error
        except ClientDisconnect as error:  # nobody is there to read this
            raise HTTPException(400, "the video did not arrive whole: send it again") from error
        finally:
            partial.unlink(missing_ok=True)
        return _video_out(video)

    @app.delete("/api/videos/{id}", status_code=204, responses=_MISSING)
    def remove_a_video(id: Id) -> None:
        store.remove_video(id)


async def _receive(request: Request, partial: Path, most_bytes: int) -> None:
    """Write a body to disk as it comes, and stop where it grows too large."""
    promised = request.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) > most_bytes:
        raise _too_large(most_bytes)
    n_bytes, waiting = 0, bytearray()
    with partial.open("xb") as file:
        async for chunk in request.stream():
            n_bytes += len(chunk)
            if n_bytes > most_bytes:
                raise _too_large(most_bytes)
            waiting += chunk
            if len(waiting) >= WRITTEN_AT_ONCE_BYTES:  # a slow disk keeps nobody else waiting
                await run_in_threadpool(file.write, waiting)
                waiting = bytearray()
        await run_in_threadpool(file.write, waiting)
    if promised.isdecimal() and n_bytes != int(promised):
        raise HTTPException(400, "the video did not arrive whole: send it again")


def _too_large(most_bytes: int) -> HTTPException:
    return HTTPException(
        413,
        f"the video has more than the {most_bytes:,} bytes allowed: "
        "cut the performance out of it first",
    )


def _last_part(name: str) -> str:
    """Keep the last part of a path, as one line of text; it names no file here."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return " ".join("".join(c if c.isprintable() else " " for c in last).split()) or "video"


def _add_assessments(app: FastAPI, store: Store, worker: Worker, model: str) -> None:
    @app.post("/api/assessments", status_code=202, responses=_MISSING)
    def ask_for_an_assessment(wanted: Wanted) -> AssessmentOut:
        (job,) = _ask(store, worker, model, wanted, [wanted.video], None)
        return _job_out(store, job)

    @app.get("/api/assessments")
    def list_assessments(
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> list[AssessmentOut]:
        return [_job_out(store, job) for job in store.jobs()[:limit]]

    @app.get("/api/assessments/{id}", responses=_MISSING)
    def see_an_assessment(id: Id) -> AssessmentOut:
        return _job_out(store, store.job(id))

    @app.post("/api/assessments/{id}/cancel", responses=_MISSING)
    def cancel_an_assessment(id: Id) -> AssessmentOut:
        return _job_out(store, worker.cancel(id))

    @app.post("/api/assessments/{id}/again", responses=_MISSING)
    def try_an_assessment_again(id: Id) -> AssessmentOut:
        return _job_out(store, worker.again(id))

    @app.get("/api/work")
    def see_whether_work_goes_on() -> WorkOut:
        n_waiting = sum(job.state == "waiting" for job in store.jobs())
        return WorkOut(goes_on=worker.goes_on(), n_waiting=n_waiting)

    @app.delete("/api/assessments/{id}", status_code=204, responses=_MISSING)
    def delete_an_assessment(id: Id) -> None:
        worker.cancel(id)
        store.remove_job(id)

    @app.get("/api/comparison", responses=_MISSING)
    def compare_two_assessments(
        one: Annotated[Id, Query(max_length=64)], other: Annotated[Id, Query(max_length=64)]
    ) -> ComparisonOut:
        return _comparison(store, one, other)

    @app.get("/assessments/{id}/report", include_in_schema=False)
    def report(id: Id) -> Response:
        return _page_file(store.outcome(id, "report.html"))

    for name, kind in (
        ("result.json", "application/json"),
        ("clips.csv", "text/csv"),
        ("timeline.vtt", "text/vtt"),
    ):
        _add_file(app, store, name, kind)


def _add_file(app: FastAPI, store: Store, name: str, kind: str) -> None:
    @app.get(
        f"/api/assessments/{{id}}/{name}",
        responses=_MISSING | {200: {"content": {kind: {}}}},
        response_class=FileResponse,
        name=name,
    )
    def file(id: Id) -> FileResponse:
        return FileResponse(store.outcome(id, name), media_type=kind, filename=name)


def _page_file(path: Path) -> Response:
    # A report has its own, stricter policy inside; this only keeps others from framing it.
    policy = "frame-ancestors 'none'"
    return FileResponse(path, media_type="text/html", headers={"content-security-policy": policy})


def _add_batches(app: FastAPI, store: Store, worker: Worker, model: str) -> None:
    @app.post("/api/batches", status_code=202, responses=_MISSING)
    def ask_for_a_batch(wanted: WantedBatch) -> BatchOut:
        batch = store.new_batch()
        jobs = _ask(store, worker, model, wanted, wanted.videos, batch)
        return BatchOut(id=batch, assessments=[_job_out(store, job) for job in jobs])

    @app.get("/api/batches/{id}", responses=_MISSING)
    def see_a_batch(id: Id) -> BatchOut:
        jobs = _batch(store, id)
        return BatchOut(id=id, assessments=[_job_out(store, job) for job in jobs])

    @app.get(
        "/api/batches/{id}/table.csv",
        responses=_MISSING | {200: {"content": {"text/csv": {}}}},
        response_class=PlainTextResponse,
    )
    def table_of_a_batch(id: Id) -> Response:
        text = csv_text(BATCH_COLUMNS, (_batch_row(job) for job in _batch(store, id)))
        name = 'attachment; filename="podium.csv"'
        return Response(text, media_type="text/csv", headers={"content-disposition": name})


def _batch(store: Store, id_: str) -> list[Job]:
    if not (jobs := store.jobs(batch=id_)):
        raise NotThere(f"there is no batch {id_[:40]!r}: its assessments may have been deleted")
    return jobs


def _batch_row(job: Job) -> dict[str, object]:
    summary = job.summary or {}
    known = {"action": job.request.action, "difficulty": job.request.difficulty}
    return {
        **known,
        **{key: value for key, value in summary.items() if key in BATCH_COLUMNS},
        "file_name": job.video_name,
        "state": job.state,
        "warnings": "; ".join(summary.get("warnings", [])),
        "error": job.error,
        "id": job.id,
    }


def _ask(
    store: Store, worker: Worker, model: str, how: How, videos: list[str], batch: str | None
) -> list[Job]:
    """Check what is asked for, and put it into the line."""
    offered = choices_of(model, worker.allow_parts)
    action = _known_action(how.action, [known["name"] for known in offered["actions"]])
    load_words(how.language)
    _require_expert(how, action, offered["experts"])
    if sum(job.state == "waiting" for job in store.jobs()) + len(videos) > MOST_WAITING:
        raise HTTPException(429, f"more than {MOST_WAITING} assessments wait: try again later")
    jobs = store.add(
        [
            records.Request(
                video, model, action, how.difficulty, how.reference, how.expert, how.language
            )
            for video in videos
        ],
        batch,
    )
    worker.wake()
    return jobs


def _known_action(action: str | None, known: list[str]) -> str | None:
    """Check an action; a dive number may keep the letter of its position."""
    if action is None or not action.strip():
        return None
    wanted = action.strip()
    for name in (wanted, wanted.rstrip("ABCDabcd")):
        if name in known:
            return name
    raise HTTPException(
        422, f"action {wanted!r} is not one that the model knows: choose one of {', '.join(known)}"
    )


def _require_expert(how: How, action: str | None, experts: list[dict[str, Any]]) -> None:
    if how.expert is None:
        return
    if how.reference is not None:
        raise HTTPException(422, "give a reference of your own or an expert, not both")
    found = [expert for expert in experts if expert["id"] == how.expert]
    if not found:
        raise HTTPException(422, f"there is no expert {how.expert!r}: choose one of the list")
    if action is not None and found[0]["action"] != action:
        raise HTTPException(
            422,
            f"the expert {how.expert!r} performed {found[0]['action']} and the video shows "
            f"{action}: choose an expert of the same action",
        )


def _comparison(store: Store, one: str, other: str) -> ComparisonOut:
    earlier, later = sorted((store.job(one), store.job(other)), key=lambda job: job.created_seconds)
    clips = [_clips_of(store, job) for job in (earlier, later)]
    difference, overlap = None, None
    first, second = earlier.summary or {}, later.summary or {}
    if first.get("score") is not None and second.get("score") is not None:
        difference = second["score"] - first["score"]
        overlap = (
            first["score_low"] <= second["score_high"]
            and second["score_low"] <= first["score_high"]
        )
    return ComparisonOut(
        earlier=_job_out(store, earlier), later=_job_out(store, later),
        score_difference=difference, ranges_overlap=overlap,
        earlier_clips=clips[0], later_clips=clips[1],
    )  # fmt: skip


def _clips_of(store: Store, job: Job) -> list[dict[str, Any]]:
    return read_clips(store.outcome(job.id, "result.json"))


def _video_out(video: StoredVideo) -> VideoOut:
    return VideoOut(id=video.id, name=video.name, n_bytes=video.n_bytes)


def _job_out(store: Store, job: Job) -> AssessmentOut:
    return AssessmentOut(
        id=job.id,
        state=job.state,
        stage=_stage(store, job),
        video=job.video_name,
        reference=job.reference_name,
        action=job.request.action,
        difficulty=job.request.difficulty,
        language=job.request.language,
        batch=job.batch,
        created_seconds=job.created_seconds,
        started_seconds=job.started_seconds,
        ended_seconds=job.ended_seconds,
        error=job.error,
        summary=job.summary,
    )


def _stage(store: Store, job: Job) -> Stage | None:
    if job.state != "running":
        return None
    return read_stage(store.job_folder(job.id))
