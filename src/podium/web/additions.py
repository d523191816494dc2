"""What people add to a report: taken from its page, and shown on it again."""

from typing import Annotated, Any

from fastapi import FastAPI, Header, Response

from podium.report.notes import Notes, notes_of
from podium.web.messages import Added, Id, Problem
from podium.web.store import Store

_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id"}
}
_CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "Something else is kept than If-Match says was seen"}
}

NOTHING = Notes().tag
"""What is seen where nothing was added yet."""

Seen = Annotated[
    str, Header(description="The ETag of what is replaced; needed where something is kept.")
]


def add_additions(app: FastAPI, store: Store) -> None:
    """Add what keeps drawings and verdicts to an application."""

    @app.get("/api/assessments/{id}/notes", responses=_MISSING, response_model_exclude_unset=True)
    def see_what_was_added(id: Id, response: Response) -> Added:
        notes = store.notes(id)
        response.headers["etag"] = _etag(notes)
        return Added(**notes.to_json())

    @app.put("/api/assessments/{id}/notes", status_code=204, responses=_MISSING | _CHANGED)
    def keep_what_was_added(
        id: Id, added: Added, response: Response, if_match: Seen = NOTHING
    ) -> None:
        notes = notes_of(added.model_dump())
        store.keep_notes(id, notes, if_match.strip('"'))
        response.headers["etag"] = _etag(notes)


def _etag(notes: Notes) -> str:
    return f'"{notes.tag}"'
