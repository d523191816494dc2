"""Assessments that are done, put into a folder of the page before it opens."""

from dataclasses import replace
from pathlib import Path

from podium.web.records import About, Job, Request, as_bytes

SUMMARY = {
    "score": 61.3, "score_low": 48.0, "score_high": 70.6, "difficulty": 3.2, "action": "407",
    "warnings": [],
}  # fmt: skip
REPORT = (
    '<meta content="default-src &#39;none&#39;; img-src data:">\n'
    '<script type="application/json" id="notes">{"drawings": []}</script>\n'
)


def id_of(number: int) -> str:
    return f"{number:032x}"


def put_done(store: Path, number: int, about: About | None = None, **changes) -> Job:
    """Put an assessment that is done into the folder of a page, with its report and data."""
    folder = store / "assessments" / id_of(number)
    (folder / "result").mkdir(parents=True)
    summary = SUMMARY | changes.pop("summary", {})
    job = Job(
        id_of(number), Request("b" * 32, "m"), f"dive {number}.mp4", None, 1000.0 + number, "done",
        summary=summary, about=about or About(),
    )  # fmt: skip
    job = replace(job, **changes)
    (folder / "job.json").write_bytes(as_bytes(job))
    (folder / "result" / "report.html").write_text(REPORT)
    (folder / "result" / "result.json").write_text('{"score": 61.3}')
    return job
