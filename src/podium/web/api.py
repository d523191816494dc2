"""The interface of the page: everything that it does, over HTTP and described by OpenAPI."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from podium.errors import VideoError
from podium.inputs.spreadsheet import csv_text
from podium.judging import (
    Action,
    ScoringRule,
    action_of_sport,
    actions_to_choose,
    find_action,
    find_rule,
)
from podium.report.words import languages, load_words
from podium.web import in_parts, records
from podium.web.additions import add_additions
from podium.web.answers import (
    BATCH_COLUMNS,
    about_of,
    batch_row,
    comparison,
    job_out,
    jobs_of_batch,
    report_page,
    result_file,
    video_out,
)
from podium.web.athletes import add_athletes
from podium.web.audits import MAX_TABLE_BYTES, add_audits
from podium.web.backups import add_backups
from podium.web.beside import add_side_by_side
from podium.web.bodies import USUAL_PACE, Bodies, Pace
from podium.web.guard import Guard, Token
from podium.web.in_parts import add_uploads
from podium.web.listening import ALL_ADDRESSES, THIS_MACHINE, listen, settings, where_to_open
from podium.web.listing import Order, Wish
from podium.web.messages import (
    AboutIn,
    AssessmentOut,
    BatchOut,
    ChoicesOut,
    ComparisonOut,
    FrameOut,
    How,
    Id,
    Problem,
    VideoOut,
    Wanted,
    WantedBatch,
    WorkOut,
)
from podium.web.pages import add_pages
from podium.web.receiving import OCTETS, Allowed, last_part, receive
from podium.web.records import About, Job, State
from podium.web.refusals import say_refusals, shorten
from podium.web.removal import add_removal
from podium.web.renderings import Renderer, add_renderings
from podium.web.routes import CarefulRoute
from podium.web.store import Store
from podium.web.tables import add_tables
from podium.web.voices import add_voices, is_voice
from podium.web.worker import Worker, choices, first_frame, locate, probe

FILES = {
    "result.json": "application/json",
    "clips.csv": "text/csv",
    "timeline.vtt": "text/vtt",
}
"""What may be fetched of an assessment, and its kind."""

MAX_VIDEO_BYTES = 500 * 2**20
MAX_NAME_LETTERS = 255
MAX_WAITING = 1000
MAX_LISTED = 1000


_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The page is shared, and the token is missing or wrong"},
    403: {"model": Problem, "description": "The request comes from another machine, host or page"},
}


_TOTAL = {
    "X-Total-Count": {
        "description": "How many there are in all", "schema": {"type": "integer"}
    }
}  # fmt: skip


_MISSING = _REFUSED | {404: {"model": Problem, "description": "Nothing has that id"}}


def make_app(
    folder: Path,
    *,
    model: str = "diving",
    allow_parts: tuple[str, ...] = (),
    host: str = "127.0.0.1",
    token: Token | None = None,
    max_video_bytes: int = MAX_VIDEO_BYTES,
    max_table_bytes: int = MAX_TABLE_BYTES,
    pace: Pace = USUAL_PACE,
    works: bool = True,
) -> FastAPI:
    """Build the application; `works` False keeps every assessment waiting.

    `allow_parts` are the classes of someone else's that the model may name (`podium._catalog`).
    With a `token`, others than this machine may ask, and everybody is asked for it.
    """
    store = Store(folder)
    worker, model = Worker(store, allow_parts=allow_parts), locate(model)
    renderer = Renderer(store)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if works:
            worker.start()
        yield
        worker.stop()
        renderer.stop()
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
    app.router.route_class = CarefulRoute
    app.add_middleware(Bodies, is_unbounded=_sends_a_file, pace=pace)
    app.add_middleware(Guard, host=host, token=token)
    say_refusals(app)
    add_pages(app, host, token)
    _add_choices(app, model, allow_parts)
    _add_videos(app, store, max_video_bytes)
    _add_assessments(app, store, worker, model)
    _add_batches(app, store, worker, model)
    add_audits(app, store, max_table_bytes)
    _add_keeping(app, store, worker, renderer)
    return app


def _add_keeping(app: FastAPI, store: Store, worker: Worker, renderer: Renderer) -> None:
    """Add what is kept beside assessments or made of them, and what is sent in parts."""
    add_uploads(app, store)
    add_additions(app, store)
    add_renderings(app, store, renderer)
    add_athletes(app, store)
    add_removal(app, store, worker, renderer)
    add_tables(app, store)
    add_backups(app, store, worker)
    add_side_by_side(app, store)
    add_voices(app, store)


def serve(
    folder: Path,
    *,
    host: str | None = None,
    port: int,
    model: str,
    share: bool = False,
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
    host = host or (ALL_ADDRESSES if share else THIS_MACHINE)
    token = Token() if share else None
    app = make_app(folder, model=model, allow_parts=allow_parts, host=host, token=token)
    with closing(app.state.store), listen(host, port) as listening:
        for line in where_to_open(host, listening.getsockname()[1], token):
            tell(line)
        uvicorn.Server(settings(app)).run(sockets=[listening])


@cache
def choices_of(model: str, allow_parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Ask once what a model offers."""
    return choices(model, allow_parts)


def _sends_a_file(scope: Scope) -> bool:
    """Return whether the body of a request has a limit of its own, that of videos or of tables."""
    sending = "/api/videos", "/api/audits", "/api/tables", "/api/store"
    method, path = scope["method"], scope["path"]
    is_part = method == "PUT" and path.startswith(in_parts.PREFIX)
    return is_part or is_voice(method, path) or (method == "POST" and path in sending)


def _add_choices(app: FastAPI, model: str, allow_parts: tuple[str, ...]) -> None:
    @app.get("/api/choices")
    def what_there_is_to_choose() -> ChoicesOut:
        return ChoicesOut(
            **choices_of(model, allow_parts), model=Path(model).name, languages=languages(),
            most_bytes=in_parts.MAX_BYTES,
        )  # fmt: skip


def _add_videos(app: FastAPI, store: Store, max_bytes: int) -> None:
    too_large: dict[int | str, dict[str, Any]] = {
        413: {"model": Problem, "description": "The video is too large"},
        415: {"model": Problem, "description": "It is not a usable video"},
    }
    allowed = Allowed(max_bytes, "video", "cut the performance out of it first")

    @app.post("/api/videos", status_code=201, responses=too_large, openapi_extra=OCTETS)
    async def send_a_video(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=MAX_NAME_LETTERS)],
    ) -> VideoOut:
        partial, called = store.new_partial(), last_part(name, "video")
        try:
            await receive(request, partial, allowed)
            await run_in_threadpool(probe, partial)
            if await request.is_disconnected():  # nobody would know its id
                raise ClientDisconnect
            video = await run_in_threadpool(store.keep_video, partial, called)
        except VideoError as error:
            raise HTTPException(415, f"{shorten(called)}: {error}") from error
        except ClientDisconnect as error:  # nobody is there to read this
            raise allowed.cut_short() from error
        finally:
            partial.unlink(missing_ok=True)
        return video_out(video)

    @app.get("/api/videos/{id}/first_frame", responses=_MISSING | too_large)
    def see_the_first_frame(id: Id) -> FrameOut:
        name = store.video(id).name
        try:
            return FrameOut(**first_frame(store.video_path(id)))
        except VideoError as error:
            raise HTTPException(415, f"{shorten(name)}: {error}") from error

    @app.delete("/api/videos/{id}", status_code=204, responses=_MISSING)
    def remove_a_video(id: Id) -> None:
        store.remove_video(id)


def _add_assessments(app: FastAPI, store: Store, worker: Worker, model: str) -> None:
    @app.post("/api/assessments", status_code=202, responses=_MISSING)
    def ask_for_an_assessment(wanted: Wanted) -> AssessmentOut:
        abouts = [about_of(wanted.about)]
        (job,) = _ask(store, worker, model, wanted, [wanted.video], None, abouts, wanted.athlete)
        return job_out(store, job)

    _add_list(app, store)

    @app.get("/api/assessments/{id}", responses=_MISSING)
    def see_an_assessment(id: Id) -> AssessmentOut:
        return job_out(store, store.job(id))

    @app.patch("/api/assessments/{id}", responses=_MISSING)
    def say_whose_it_is(id: Id, about: AboutIn) -> AssessmentOut:
        return job_out(store, store.change(id, about=about_of(about)))

    @app.post("/api/assessments/{id}/cancel", responses=_MISSING)
    def cancel_an_assessment(id: Id) -> AssessmentOut:
        return job_out(store, worker.cancel(id))

    @app.post("/api/assessments/{id}/again", responses=_MISSING)
    def try_an_assessment_again(id: Id) -> AssessmentOut:
        return job_out(store, worker.again(id))

    @app.get("/api/work")
    def see_whether_work_goes_on() -> WorkOut:
        n_waiting = sum(job.state == "waiting" for job in store.jobs())
        return WorkOut(goes_on=worker.goes_on(), n_waiting=n_waiting)

    @app.get("/api/comparison", responses=_MISSING)
    def compare_two_assessments(
        one: Annotated[Id, Query(max_length=64)], other: Annotated[Id, Query(max_length=64)]
    ) -> ComparisonOut:
        return comparison(store, one, other)

    @app.get("/assessments/{id}/report", include_in_schema=False)
    def report(id: Id) -> Response:
        return report_page(store, id)

    for name, kind in FILES.items():
        _add_file(app, store, name, kind)


def _add_list(app: FastAPI, store: Store) -> None:
    @app.get("/api/assessments", responses={200: {"headers": _TOTAL}})
    def list_assessments(
        response: Response,
        limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 200,
        offset: Annotated[int, Query(ge=0, description="How many to skip.")] = 0,
        search: Annotated[str, Query(max_length=200, description="Words that all occur.")] = "",
        athlete: Annotated[str | None, Query(max_length=200, description="Whose.")] = None,
        state: State | None = None,
        order: Order = "newest",
        language: Annotated[
            str, Query(max_length=10, description="Of the words; else that of each report.")
        ] = "",
    ) -> list[AssessmentOut]:
        jobs = Wish(search, athlete, state, order).choose(store.jobs())
        response.headers["x-total-count"] = str(len(jobs))
        return [job_out(store, job, language) for job in jobs[offset : offset + limit]]


def _add_file(app: FastAPI, store: Store, name: str, kind: str) -> None:
    @app.get(
        f"/api/assessments/{{id}}/{name}",
        responses=_MISSING | {200: {"content": {kind: {}}}},
        response_class=FileResponse,
        name=name,
    )
    def file(id: Id) -> Response:
        return result_file(store, id, name, kind)


def _add_batches(app: FastAPI, store: Store, worker: Worker, model: str) -> None:
    @app.post("/api/batches", status_code=202, responses=_MISSING)
    def ask_for_a_batch(wanted: WantedBatch) -> BatchOut:
        batch, said = store.new_batch(), wanted.abouts
        if said is not None and len(said) != len(wanted.videos):
            raise HTTPException(
                422,
                f"abouts has {len(said)} entries for {len(wanted.videos)} videos: give one each",
            )
        abouts = [about_of(one) for one in said or ()]
        jobs = _ask(store, worker, model, wanted, wanted.videos, batch, abouts)
        return BatchOut(id=batch, assessments=[job_out(store, job) for job in jobs])

    @app.get("/api/batches/{id}", responses=_MISSING)
    def see_a_batch(id: Id) -> BatchOut:
        jobs = jobs_of_batch(store, id)
        return BatchOut(id=id, assessments=[job_out(store, job) for job in jobs])

    @app.get(
        "/api/batches/{id}/table.csv",
        responses=_MISSING | {200: {"content": {"text/csv": {}}}},
        response_class=PlainTextResponse,
    )
    def table_of_a_batch(id: Id) -> Response:
        text = csv_text(BATCH_COLUMNS, (batch_row(job) for job in jobs_of_batch(store, id)))
        name = 'attachment; filename="podium.csv"'
        return Response(text, media_type="text/csv", headers={"content-disposition": name})


def _ask(
    store: Store,
    worker: Worker,
    model: str,
    how: How,
    videos: list[str],
    batch: str | None,
    abouts: list[About],
    athlete: tuple[float, float] | None = None,
) -> list[Job]:
    """Check what is asked for, and put it into the line."""
    offered = choices_of(model, worker.allow_parts)
    rule = find_rule(offered["rule"]) if offered["rule"] else None
    action = _known_action(how.action, [known["name"] for known in offered["actions"]], rule)
    if how.difficulty is not None and rule and offered["difficulties"]:
        rule.require_plausible_difficulty(how.difficulty, **offered["difficulties"])
    load_words(how.language)
    _require_expert(how, action.name if action else None, offered["experts"])
    if sum(job.state == "waiting" for job in store.jobs()) + len(videos) > MAX_WAITING:
        raise HTTPException(
            429, f"more than {MAX_WAITING} assessments are waiting: try again later"
        )
    named = str(action) if action else None
    jobs = store.add(
        [
            records.Request(
                video, model, named, how.difficulty, how.reference, how.expert, how.language,
                athlete, how.blur_faces,
            )
            for video in videos
        ],
        batch,
        abouts,
    )  # fmt: skip
    worker.wake()
    return jobs


def _known_action(action: str | None, known: list[str], rule: ScoringRule | None) -> Action | None:
    """Check an action; a dive number may keep the letter of its position.

    One that the sport has, though the model has not learned it, is measured.
    """
    if action is None or not action.strip():
        return None
    wanted = action.strip()
    if found := find_action(wanted, known, rule):
        return found
    if known and (other := action_of_sport(wanted, rule)):
        return other
    raise HTTPException(
        422, f"the model does not know the action {wanted!r}: {actions_to_choose(known, rule)}"
    )


def _require_expert(how: How, action: str | None, experts: list[dict[str, Any]]) -> None:
    if how.expert is None:
        return
    if how.reference is not None:
        raise HTTPException(422, "give a reference of your own or an expert, not both")
    found = [expert for expert in experts if expert["id"] == how.expert]
    if not found:
        raise HTTPException(422, f"there is no expert {how.expert!r}: choose one from /api/choices")
    if action is not None and found[0]["action"] != action:
        raise HTTPException(
            422,
            f"the expert {how.expert!r} performed {found[0]['action']} and the video shows "
            f"{action}: choose an expert of the same action",
        )
