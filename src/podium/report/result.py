"""The files beside a report: everything as data, the clips as a table, the parts as chapters."""

import json
from typing import Any

from podium.assessment.feedback import Chapter, chapters
from podium.assessment.values import Assessment
from podium.report.words import Words
from podium.tables.spreadsheet import csv_text

SCHEMA = "podium-result"
SCHEMA_VERSION = 1
"""Raised whenever a name or a meaning in `result.json` changes; new names alone do not raise it."""

COLUMNS = (
    "clip", "start_seconds", "end_seconds", "similarity", "contribution", "faulty", "moment"
)  # fmt: skip


def result_json(assessment: Assessment) -> str:
    """Give all of an assessment as JSON, with the version of its schema."""
    about: dict[str, Any] = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION}
    return json.dumps(about | assessment.to_json(), indent=1) + "\n"


def clips_csv(assessment: Assessment) -> str:
    """Give the clips as a table; the columns are in English whatever the language."""
    return csv_text(
        COLUMNS,
        (
            {
                "clip": clip.index + 1,
                "start_seconds": clip.start_seconds,
                "end_seconds": clip.end_seconds,
                "similarity": clip.similarity,
                "contribution": clip.contribution,
                "faulty": clip.faulty,
                "moment": clip.moment,
            }
            for clip in assessment.clips
        ),
    )


def timeline_vtt(assessment: Assessment, words: Words) -> str:
    """Give the parts of the performance as chapters that players of videos can read (WebVTT)."""
    cues = [_cue(number, part, words) for number, part in enumerate(chapters(assessment.clips), 1)]
    return "WEBVTT\n\n" + "\n".join(cues)


def _cue(number: int, part: Chapter, words: Words) -> str:
    name = words.moment(part.moment) if part.moment else words("timeline.clip", number=number)
    flag = f" ▼ {words('timeline.unlike')}" if part.faulty else ""
    span = f"{_clock(part.start_seconds)} --> {_clock(part.end_seconds)}"
    return f"{number}\n{span}\n{_as_text(name)}{flag}\n"


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _as_text(name: str) -> str:
    """Keep a name from being read as a tag, an entity, or the arrow of a time."""
    one_line = " ".join(name.split())
    return one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
