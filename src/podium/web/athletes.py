"""The page of athletes: one season each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from podium.report.templates import render, source
from podium.report.words import ENGLISH, Words, languages, load_words
from podium.web.messages import AthleteOut, Problem, SeasonOut
from podium.web.records import Job, day_of
from podium.web.store import NotThere, Store

Name = Annotated[str, Query(min_length=1, max_length=200, description="As it was written.")]

NOBODY: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nobody has that name"}
}


def add_athletes(app: FastAPI, store: Store) -> None:
    """Add the page of athletes, and what it asks for, to an application."""
    _add_page(app, store)
    _add_answers(app, store)


def _add_page(app: FastAPI, store: Store) -> None:
    @app.get("/athletes", include_in_schema=False)
    def page(language: str = ENGLISH, athlete: str = "") -> HTMLResponse:
        """Show the page with what is first seen of an athlete's season: nothing waits for more."""
        words = load_words(language if language in languages() else ENGLISH)
        own = _by_athlete(store)
        everybody = _everybody(own)
        shown = athlete if athlete in own else next((one.name for one in everybody), "")
        texts = words.of("season") | words.of("state")
        return HTMLResponse(
            render(
                "athletes.html", words=words, texts=texts, languages=languages(),
                athletes=[one.model_dump() for one in everybody],
                season=_in_a_page(_ahead(shown, own[shown], words)) if shown else "null",
            )
        )  # fmt: skip

    @app.get("/athletes.js", include_in_schema=False)
    def script() -> Response:
        return Response(source("shared.js") + source("athletes.js"), media_type="text/javascript")


def _in_a_page(json: str) -> Markup:
    """Return JSON as a script of a page holds it: nothing in it can end the script."""
    return Markup(json.replace("<", "\\u003c"))


def _season(athlete: str, jobs: Sequence[Job], action: str, words: Words) -> str:
    from podium.web.seasons import season  # what it reads takes a while to load

    return season(athlete, jobs, action, words).model_dump_json()


def _ahead(athlete: str, jobs: Sequence[Job], words: Words) -> str:
    from podium.web.seasons import season_ahead  # what it reads takes a while to load

    return season_ahead(athlete, jobs, words)


def _by_athlete(store: Store) -> dict[str, list[Job]]:
    own: dict[str, list[Job]] = defaultdict(list)
    for job in store.unordered():
        if job.about.athlete:
            own[job.about.athlete].append(job)
    return own


def _everybody(own: dict[str, list[Job]]) -> list[AthleteOut]:
    """Return everybody whose performances were assessed, by their names."""
    days = {name: [day_of(job) for job in jobs] for name, jobs in own.items()}
    return [
        AthleteOut(name=name, n=len(seen), first_day=min(seen), last_day=max(seen))
        for name, seen in sorted(days.items(), key=lambda one: one[0].casefold())
    ]


def _add_answers(app: FastAPI, store: Store) -> None:
    @app.get("/api/athletes")
    def list_athletes() -> list[AthleteOut]:
        return _everybody(_by_athlete(store))

    @app.get("/api/season", responses=NOBODY, response_model=SeasonOut)
    def see_a_season(
        athlete: Name,
        action: Annotated[str, Query(max_length=40, description="Of one action alone.")] = "",
        language: Annotated[str, Query(max_length=10)] = ENGLISH,
    ) -> Response:
        # As it is: checking hundreds of rows again takes as long as finding them.
        found = _season(athlete, jobs_of(store, athlete), action, load_words(language))
        return Response(found, media_type="application/json")


def jobs_of(store: Store, athlete: str) -> list[Job]:
    """Return all assessments of an athlete; `NotThere` if there are none."""
    found = [job for job in store.unordered() if job.about.athlete == athlete]
    if not found:
        raise NotThere(f"nobody is called {athlete[:40]!r}: their assessments may be deleted")
    return found
