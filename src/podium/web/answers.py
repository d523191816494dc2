"""What is answered of assessments, videos and batches: the store's records as messages."""

from dataclasses import asdict
from typing import Any

from fastapi import Response
from fastapi.responses import FileResponse

from podium.doubts import Severity, worst
from podium.measures import Measurement, Phase, Reading
from podium.report.notes import Notes, with_notes, with_notes_in_json
from podium.report.player import served_policy
from podium.report.voiced import with_voice, with_voices
from podium.report.words import ENGLISH, Words, languages, load_words
from podium.web.messages import (
    AboutIn,
    AboutOut,
    AssessmentOut,
    ComparisonOut,
    MeasureOut,
    VideoOut,
    WhyOut,
)
from podium.web.records import (
    VOICE,
    About,
    Job,
    Stage,
    StoredVideo,
    doubts_of,
    read_clips,
    read_stage,
)
from podium.web.store import NotThere, Store
from podium.web.voices import kind_of_file

BATCH_COLUMNS = (
    "file_name", "state", "score", "score_low", "score_high", "action", "difficulty", "similarity",
    "warnings", "error", "id", "doubts", "severity", "score_if_trusted", "low_if_trusted",
    "high_if_trusted", "athlete", "day", "event", "tags",
)  # fmt: skip


def report_page(store: Store, id_: str) -> Response:
    """Return a report with what was added to it, which it keeps here; nobody else may frame it."""
    content = store.outcome(id_, "report.html").read_bytes()
    shown = with_notes(content, store.notes(id_), f"/api/assessments/{id_}/notes")
    policy = served_policy(content)
    if (voice := store.voice(id_)) and (kind := kind_of_file(voice)):
        shown, policy = with_voice(shown, voice.read_bytes(), kind), with_voices(policy)
    return Response(shown, media_type="text/html", headers={"content-security-policy": policy})


def result_file(store: Store, id_: str, name: str, kind: str) -> Response:
    """Return a file of what came of an assessment; its data with what was added to the report."""
    path, notes = store.outcome(id_, name), store.notes(id_)
    if name != "result.json" or notes == Notes():
        return FileResponse(path, media_type=kind, filename=name)
    attached = {"content-disposition": f'attachment; filename="{name}"'}
    content = with_notes_in_json(path.read_bytes(), notes)
    return Response(content, media_type=kind, headers=attached)


def jobs_of_batch(store: Store, id_: str) -> list[Job]:
    """Return the assessments of a batch; `NotThere` if there are none."""
    if not (jobs := store.jobs(batch=id_)):
        raise NotThere(f"there is no batch {id_[:40]!r}: its assessments may have been deleted")
    return jobs


def batch_row(job: Job) -> dict[str, object]:
    """Return what the table of a batch says of an assessment."""
    summary = job.summary or {}
    doubts = doubts_of(summary)
    known = {"action": job.request.action, "difficulty": job.request.difficulty}
    return {
        **known,
        **{key: value for key, value in summary.items() if key in BATCH_COLUMNS},
        "file_name": job.video_name,
        "state": job.state,
        "warnings": "; ".join(summary.get("warnings", [])),
        "doubts": ";".join(dict.fromkeys(str(doubt.kind) for doubt in doubts)),
        "severity": worst(doubts),
        "error": job.error,
        "id": job.id,
        "athlete": job.about.athlete,
        "day": job.about.day,
        "event": job.about.event,
        "tags": ";".join(job.about.tags),
    }


def comparison(store: Store, one: str, other: str) -> ComparisonOut:
    """Return two assessments beside each other, the earlier first."""
    earlier, later = sorted((store.job(one), store.job(other)), key=lambda job: job.created_seconds)
    clips = [_clips_of(store, job) for job in (earlier, later)]
    difference, overlap = None, None
    first, second = earlier.summary or {}, later.summary or {}
    if first.get("score") is not None and second.get("score") is not None:
        difference = second["score"] - first["score"]
        overlap = (
            first["score_low"] <= second["score_high"]
            and second["score_low"] <= first["score_high"]
        )
    return ComparisonOut(
        earlier=job_out(store, earlier), later=job_out(store, later),
        score_difference=difference, ranges_overlap=overlap,
        earlier_clips=clips[0], later_clips=clips[1],
    )  # fmt: skip


def _clips_of(store: Store, job: Job) -> list[dict[str, Any]]:
    return read_clips(store.outcome(job.id, "result.json"))


def video_out(video: StoredVideo) -> VideoOut:
    """Return what is answered of a video."""
    return VideoOut(id=video.id, name=video.name, n_bytes=video.n_bytes)


def job_out(store: Store, job: Job, language: str = "") -> AssessmentOut:
    """Return what is answered of an assessment; in the language of its report if none is named."""
    words = _words_in(language or job.request.language)
    return AssessmentOut(
        id=job.id,
        state=job.state,
        stage=_stage(store, job),
        video=job.video_name,
        reference=job.reference_name,
        action=job.request.action,
        difficulty=job.request.difficulty,
        language=job.request.language,
        batch=job.batch,
        created_seconds=job.created_seconds,
        started_seconds=job.started_seconds,
        ended_seconds=job.ended_seconds,
        error=job.error,
        summary=job.summary,
        about=about_out(job.about),
        has_voice=(store.job_folder(job.id) / VOICE).is_file(),
        recognised=_recognised(job, words),
        measured=_measured(job, words),
        withheld=_why_withheld(job, words),
    )


def about_out(about: About) -> AboutOut:
    """Return what people say of an assessment, as it is sent."""
    return AboutOut(**{**asdict(about), "tags": list(about.tags)})


def about_of(sent: AboutIn | None) -> About:
    """Return what was sent of an assessment, to be kept."""
    plain = sent.model_dump() if sent else {}
    return About(**{**plain, "tags": tuple(dict.fromkeys(plain.get("tags", ())))})


def _why_withheld(job: Job, words: Words) -> list[WhyOut]:
    """Return why there is no number, and what to do."""
    found = [d for d in doubts_of(job.summary or {}) if d.severity is Severity.GRAVE]
    return [WhyOut(doubt=words.doubt(d), remedy=words.remedy(d)) for d in found]


def _words_in(language: str) -> Words:
    return load_words(language if language in languages() else ENGLISH)


def _recognised(job: Job, words: Words) -> str:
    """Name the dive that was recognised, `407C (inward, 3½ somersaults, tuck)`."""
    found = (job.summary or {}).get("recognised")
    if not found:
        return ""
    from podium.report.measured import dive_in_words  # what it reads takes a while to load

    return dive_in_words(found["action"], found["position"], words)


def _measured(job: Job, words: Words) -> list[MeasureOut]:
    """Say what was measured, where it was."""
    found = [one for one in (job.summary or {}).get("measures", ()) if one["value"] is not None]
    if not found:
        return []
    from podium.report.measured import row

    rows = [
        row(Reading(Measurement(**{**one, "phase": Phase(one["phase"])})), words) for one in found
    ]
    return [MeasureOut(name=one.name, value=one.value) for one in rows]


def _stage(store: Store, job: Job) -> Stage | None:
    if job.state != "running":
        return None
    return read_stage(store.job_folder(job.id))
