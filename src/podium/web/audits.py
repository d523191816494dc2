"""The page of judges: a table of marks is sent, looked at and removed; its answer is kept a while.

Nothing of it stays on the disk. The latest answers are in memory: whoever wants one downloads it.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.requests import ClientDisconnect

from podium.judging import find_rule, rules
from podium.report.templates import render, source
from podium.report.words import ENGLISH, languages, load_words
from podium.web import worker
from podium.web.home import TABLES
from podium.web.messages import AuditOut, Id, Problem
from podium.web.receiving import OCTETS, Allowed, last_part, receive
from podium.web.records import make_storable, new_id
from podium.web.store import NotThere, Store

MAX_TABLE_BYTES = 32 * 2**20
"""Of a table that is sent: over a quarter of a million marks with all that is known of each."""

MOST_KEPT, MOST_KEPT_BYTES = 20, 128 * 2**20
"""So many answers are kept in memory, and no more than that together; the newest always is."""

MAX_NAME_LETTERS = 255

_REFUSED: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id"},
    413: {"model": Problem, "description": "The table is too large"},
}


@dataclass(frozen=True)
class Kept:
    """One answer: what is said of it, the report, and all that was found as JSON."""

    out: AuditOut
    report: str
    found: str

    @property
    def n_letters(self) -> int:
        """How much room it takes."""
        return len(self.report) + len(self.found)


class Audits:
    """The latest answers, in memory alone; safe to use from several threads."""

    def __init__(self, most: int = MOST_KEPT, most_letters: int = MOST_KEPT_BYTES) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._most, self._most_letters = most, most_letters
        self._lock = threading.Lock()

    def add(self, kept: Kept) -> None:
        """Keep an answer, and forget the oldest where there are too many."""
        with self._lock:
            self._kept[kept.out.id] = kept
            while len(self._kept) > 1 and self._is_too_much():
                self._kept.popitem(last=False)

    def _is_too_much(self) -> bool:
        n_letters = sum(kept.n_letters for kept in self._kept.values())
        return len(self._kept) > self._most or n_letters > self._most_letters

    def find(self, id_: str) -> Kept:
        """Find an answer.

        Raises
        ------
        NotThere
            If there is none of that id, or it was forgotten.
        """
        if (kept := self._kept.get(id_)) is None:
            raise NotThere(
                f"there is no audit {id_[:40]!r}: only the latest are kept, in memory; send the "
                "table again"
            )
        return kept

    def forget(self, id_: str) -> None:
        """Forget an answer.

        Raises
        ------
        NotThere
            If there is none of that id.
        """
        with self._lock:
            self.find(id_)
            del self._kept[id_]


def add_audits(app: FastAPI, store: Store, max_bytes: int = MAX_TABLE_BYTES) -> None:
    """Add the page of judges, and what it asks for, to an application."""
    audits = Audits()
    app.state.audits = audits
    _add_page(app, max_bytes)
    _add_sending(app, store, audits, Allowed(max_bytes, "table", "split it, such as by event"))
    _add_answers(app, audits)


def _add_page(app: FastAPI, max_bytes: int) -> None:
    @app.get("/judges", include_in_schema=False)
    def page(language: str = ENGLISH) -> HTMLResponse:
        words = load_words(language if language in languages() else ENGLISH)
        names = [rule.name for rule in rules()]
        settings = {"language": words.code, "most_bytes": max_bytes}
        return HTMLResponse(
            render(
                "judges.html", words=words, texts=words.of("judges"), languages=languages(),
                rules=names, settings=settings,
            )
        )  # fmt: skip

    @app.get("/judges.js", include_in_schema=False)
    def script() -> Response:
        return Response(source("shared.js") + source("judges.js"), media_type="text/javascript")


def _add_sending(app: FastAPI, store: Store, audits: Audits, allowed: Allowed) -> None:
    one_at_a_time = anyio.CapacityLimiter(1)

    @app.post("/api/audits", status_code=201, responses={413: _REFUSED[413]}, openapi_extra=OCTETS)
    async def audit_a_table_of_marks(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=MAX_NAME_LETTERS)],
        rule: Annotated[str | None, Query(max_length=64, description="Such as diving.")] = None,
        year: Annotated[int | None, Query(ge=1, le=9999, description="Whose rule.")] = None,
        language: Annotated[str, Query(max_length=10)] = ENGLISH,
    ) -> AuditOut:
        _check(rule, year, language)
        called = make_storable(last_part(name, "table"))
        csv, parquet = TABLES
        partial = store.new_partial(parquet if called.lower().endswith(parquet) else csv)
        try:
            await receive(request, partial, allowed)
            found = await anyio.to_thread.run_sync(
                worker.audit, partial, called, language, rule, year, limiter=one_at_a_time
            )
        except ClientDisconnect as error:  # nobody is there to read this
            raise allowed.cut_short() from error
        finally:
            partial.unlink(missing_ok=True)
        out = AuditOut(id=new_id(), name=called, rule=rule, year=year, said=found["said"])
        audits.add(Kept(out, found["report"], found["found"]))
        return out


def _check(rule: str | None, year: int | None, language: str) -> None:
    """Refuse what makes no sense before anything is sent."""
    load_words(language)
    if rule is not None:
        find_rule(rule)
    elif year is not None:
        raise HTTPException(422, f"year {year} needs a rule: name the sport, such as rule=diving")


def _add_answers(app: FastAPI, audits: Audits) -> None:
    missing: dict[int | str, dict[str, Any]] = {404: _REFUSED[404]}

    @app.get(
        "/api/audits/{id}/audit.json",
        responses=missing | {200: {"content": {"application/json": {}}}},
    )
    def what_was_found(id: Id) -> Response:
        return Response(audits.find(id).found, media_type="application/json")

    @app.delete("/api/audits/{id}", status_code=204, responses=missing)
    def forget_an_audit(id: Id) -> None:
        audits.forget(id)

    @app.get("/audits/{id}/report", include_in_schema=False)
    def report(id: Id) -> HTMLResponse:
        # A report has its own, stricter policy inside; this only keeps others from framing it.
        policy = {"content-security-policy": "frame-ancestors 'none'"}
        return HTMLResponse(audits.find(id).report, headers=policy)
