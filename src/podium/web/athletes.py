"""The page of athletes: one season each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from podium.report.templates import fingerprint, render, source
from podium.report.words import ENGLISH, Words, languages, load_words
from podium.web.guard import POLICY
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
        jobs = store.unordered()
        names = Counter(job.about.athlete for job in jobs if job.about.athlete)
        everybody = [{"name": name, "n": names[name]} for name in _in_order(names)]
        shown = athlete if athlete in names else next(iter(_in_order(names)), "")
        own = [job for job in jobs if job.about.athlete == shown]
        style, script = source("page.css"), source("shared.js") + source("athletes.js")
        content = render(
            "athletes.html", words=words, texts=words.of("season") | words.of("state"),
            languages=languages(), athletes=everybody, style=Markup(style), script=Markup(script),
            season=_in_a_page(_ahead(shown, own, words)) if shown else "null",
        )  # fmt: skip
        return HTMLResponse(content, headers={"content-security-policy": _policy(style, script)})


def _policy(style: str, script: str) -> str:
    """Allow what is in the page itself: it asks for no other file, each of which takes a while."""
    return POLICY.replace("script-src 'self'", f"script-src '{fingerprint(script)}'").replace(
        "style-src 'self'", f"style-src '{fingerprint(style)}'"
    )


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
        for name, seen in ((name, days[name]) for name in _in_order(days))
    ]


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.casefold)


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
