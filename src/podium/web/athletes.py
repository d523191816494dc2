"""The page of athletes: one season each."""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response
from fastapi.responses import HTMLResponse

from podium.report.templates import render, source
from podium.report.words import ENGLISH, languages, load_words
from podium.web.messages import AthleteOut, Problem, SeasonOut
from podium.web.records import Job, day_of
from podium.web.store import NotThere, Store

Name = Annotated[str, Query(min_length=1, max_length=200, description="As it was written.")]

NOBODY: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nobody has that name"}
}


def add_athletes(app: FastAPI, store: Store) -> None:
    """Add the page of athletes, and what it asks for, to an application."""
    _add_page(app)
    _add_answers(app, store)


def _add_page(app: FastAPI) -> None:
    @app.get("/athletes", include_in_schema=False)
    def page(language: str = ENGLISH) -> HTMLResponse:
        words = load_words(language if language in languages() else ENGLISH)
        texts = words.of("season") | words.of("state")
        return HTMLResponse(
            render("athletes.html", words=words, texts=texts, languages=languages())
        )

    @app.get("/athletes.js", include_in_schema=False)
    def script() -> Response:
        return Response(source("shared.js") + source("athletes.js"), media_type="text/javascript")


def _add_answers(app: FastAPI, store: Store) -> None:
    @app.get("/api/athletes")
    def list_athletes() -> list[AthleteOut]:
        own: dict[str, list[str]] = defaultdict(list)
        for job in store.jobs():
            if job.about.athlete:
                own[job.about.athlete].append(day_of(job))
        return [
            AthleteOut(name=name, n=len(days), first_day=min(days), last_day=max(days))
            for name, days in sorted(own.items(), key=lambda one: one[0].casefold())
        ]

    @app.get("/api/season", responses=NOBODY, response_model=SeasonOut)
    def see_a_season(
        athlete: Name,
        action: Annotated[str, Query(max_length=40, description="Of one action alone.")] = "",
        language: Annotated[str, Query(max_length=10)] = ENGLISH,
    ) -> Response:
        from podium.web.seasons import season  # what it reads takes a while to load

        found = season(athlete, jobs_of(store, athlete), action, load_words(language))
        # As it is: checking hundreds of rows again takes as long as finding them.
        return Response(found.model_dump_json(), media_type="application/json")


def jobs_of(store: Store, athlete: str) -> list[Job]:
    """Return all assessments of an athlete; `NotThere` if there are none."""
    found = [job for job in store.jobs() if job.about.athlete == athlete]
    if not found:
        raise NotThere(f"nobody is called {athlete[:40]!r}: their assessments may be deleted")
    return found
