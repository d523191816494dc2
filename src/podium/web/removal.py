"""Removes an assessment, or all of one athlete, with all that was kept and made of it."""

from typing import Any

from fastapi import FastAPI

from podium.web.athletes import NOBODY, Name, jobs_of
from podium.web.messages import DeletedOut, Id, Problem
from podium.web.renderings import Renderer
from podium.web.store import Store
from podium.web.worker import Worker

_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Nothing has that id"}
}


def add_removal(app: FastAPI, store: Store, worker: Worker, renderer: Renderer) -> None:
    """Add what removes assessments to an application."""

    @app.delete("/api/assessments/{id}", status_code=204, responses=_MISSING)
    def delete_an_assessment(id: Id) -> None:
        worker.cancel(id)
        renderer.cancel(id)
        store.remove_job(id)

    @app.delete("/api/athletes", responses=NOBODY)
    def delete_all_of_an_athlete(athlete: Name) -> DeletedOut:
        """Delete all assessments of an athlete: videos, reports, films, drawings, notes."""
        jobs = jobs_of(store, athlete)
        for job in jobs:
            worker.cancel(job.id)
            renderer.cancel(job.id)
        return DeletedOut(n=store.remove_jobs([job.id for job in jobs]))
