"""What people add to a report: taken from its page, and shown on it again."""

from typing import Any

from fastapi import FastAPI

from podium.report.notes import notes_of
from podium.web.messages import Added, Id, Problem
from podium.web.store import Store

_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id"}
}


def add_additions(app: FastAPI, store: Store) -> None:
    """Add what keeps drawings and verdicts to an application."""

    @app.get("/api/assessments/{id}/notes", responses=_MISSING)
    def see_what_was_added(id: Id) -> Added:
        return Added(**store.notes(id).to_json())

    @app.put("/api/assessments/{id}/notes", status_code=204, responses=_MISSING)
    def keep_what_was_added(id: Id, added: Added) -> None:
        store.keep_notes(id, notes_of(added.model_dump()))
