"""The page that puts several assessments side by side, and plays two of them in step."""

from math import isfinite
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from podium.errors import UnusableFile
from podium.machine.files import read_bytes
from podium.report.filed import MAX_REPORT_BYTES, json_in, video_in
from podium.report.kept import read_result
from podium.report.player import SPEEDS
from podium.report.side_by_side import MOST, Told, lines_of, steps_between, told_of
from podium.report.templates import render, source
from podium.report.words import ENGLISH, Words, languages, load_words
from podium.web.guard import POLICY
from podium.web.messages import Id, Problem
from podium.web.records import day_of
from podium.web.store import NotThere, Store

IDS = rf"^[^,]{{1,64}}(,[^,]{{1,64}}){{1,{MOST - 1}}}$"
"""From two ids to `MOST` of them."""

_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id"}
}
_POLICY = f"{POLICY}; media-src blob:"
"""A video is fetched from this page, and played from memory."""


class CellOut(BaseModel):
    """What is said of one assessment in one line of a table."""

    value: str
    range: str
    beside_first: Annotated[
        Literal["", "first", "more", "less", "unclear"],
        Field(description="More or less than the first; unclear within the ranges of both."),
    ]


class LineOut(BaseModel):
    """One quantity of several assessments."""

    name: str
    cells: list[CellOut]


class ColumnOut(BaseModel):
    """One of several assessments."""

    id: str
    name: str
    athlete: str
    day: str
    has_video: bool


class SideBySideOut(BaseModel):
    """Several assessments beside each other."""

    columns: list[ColumnOut]
    rows: list[LineOut]


class StepsOut(BaseModel):
    """Which moments of two videos belong together, in seconds of the reports' copies."""

    ours: list[float]
    theirs: list[float]


def add_side_by_side(app: FastAPI, store: Store) -> None:
    """Add the page of several assessments, and what it asks for, to an application."""
    _add_page(app)
    _add_table(app, store)
    _add_videos(app, store)


def _add_page(app: FastAPI) -> None:
    @app.get("/side_by_side", include_in_schema=False)
    def page(language: str = ENGLISH) -> HTMLResponse:
        words = _words(language)
        content = render(
            "side_by_side.html", words=words, texts=words.of("beside"), languages=languages(),
            speeds=SPEEDS,
        )  # fmt: skip
        return HTMLResponse(content, headers={"content-security-policy": _POLICY})

    @app.get("/side_by_side.js", include_in_schema=False)
    def script() -> Response:
        scripts = "shared.js", "beside.js", "side_by_side.js"
        content = "".join(map(source, scripts))
        return Response(content, media_type="text/javascript")


def _words(language: str) -> Words:
    return load_words(language if language in languages() else ENGLISH)


def _add_table(app: FastAPI, store: Store) -> None:
    @app.get("/api/side_by_side", responses=_MISSING)
    def put_side_by_side(
        ids: Annotated[str, Query(pattern=IDS, description="With commas between them.")],
        language: Annotated[str, Query(max_length=10)] = ENGLISH,
    ) -> SideBySideOut:
        named = ids.split(",")
        several = [_told(store, one) for one in named]
        rows = [
            LineOut(
                name=line.name,
                cells=[
                    CellOut(value=one.value, range=one.span, beside_first=one.verdict)
                    for one in line.cells
                ],
            )
            for line in lines_of(several, _words(language))
        ]
        return SideBySideOut(columns=[_column(store, one) for one in named], rows=rows)

    @app.get("/api/steps", responses=_MISSING)
    def keep_two_in_step(
        one: Annotated[Id, Query(max_length=64)], other: Annotated[Id, Query(max_length=64)]
    ) -> StepsOut:
        steps = steps_between(_told(store, one), _told(store, other))
        first, second = _offset(store, one), _offset(store, other)
        return StepsOut(
            ours=[our - first for our, _ in steps], theirs=[their - second for _, their in steps]
        )


def _told(store: Store, id_: str) -> Told:
    try:
        return told_of(read_result(store.outcome(id_, "result.json")), store.job(id_).video_name)
    except UnusableFile as error:
        raise HTTPException(409, str(error)) from error


def _column(store: Store, id_: str) -> ColumnOut:
    job = store.job(id_)
    return ColumnOut(
        id=id_, name=job.video_name, athlete=job.about.athlete, day=day_of(job),
        has_video=_video(store, id_) is not None,
    )  # fmt: skip


def _report(store: Store, id_: str) -> bytes:
    return read_bytes(store.outcome(id_, "report.html"), MAX_REPORT_BYTES)


def _video(store: Store, id_: str) -> bytes | None:
    try:
        return video_in(_report(store, id_), "query", store.outcome(id_, "report.html"))
    except UnusableFile:
        return None


def _offset(store: Store, id_: str) -> float:
    """Return when in its own time the report's copy of a video begins."""
    try:
        data = json_in(_report(store, id_), "data", store.outcome(id_, "report.html"))
        found = float(data["query"]["offset"])
    except (UnusableFile, LookupError, TypeError, ValueError):
        return 0.0
    return found if isfinite(found) else 0.0


def _add_videos(app: FastAPI, store: Store) -> None:
    @app.get(
        "/api/assessments/{id}/video.mp4",
        responses=_MISSING | {200: {"content": {"video/mp4": {}}}},
        response_class=Response,
    )
    def copy_of_a_video(id: Id) -> Response:
        found = _video(store, id)
        if found is None:
            raise NotThere("its report has no video: it was too large for one file")
        return Response(found, media_type="video/mp4")
