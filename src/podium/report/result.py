"""The files beside a report: everything as data, the clips as a table, the parts as chapters."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from podium.assessment.feedback import Chapter, Remark, chapters
from podium.assessment.values import Assessment, NamedScore, Score
from podium.doubts import Doubt
from podium.examination.values import Examination
from podium.features.alignment import Alignment
from podium.inputs.spreadsheet import csv_text
from podium.measures import Reading, measure_movement
from podium.report.exercise_words import argument_sentence, repetition_at
from podium.report.explained import explanations_to_json
from podium.report.remark_words import remark_sentences
from podium.report.segments import segments_to_json
from podium.report.words import Words, load_words
from podium.scorers import HANDS
from podium.video.clips import VideoFacts

SCHEMA = "podium-result"
SCHEMA_VERSION = 1
"""Raised whenever a name or a meaning in `result.json` changes; new names alone do not raise it."""

COLUMNS = (
    "clip", "start_seconds", "end_seconds", "similarity", "contribution", "faulty", "moment"
)  # fmt: skip

RECOGNISED = (
    "action", "position", "half_somersaults", "half_twists", "armstand", "probability"
)  # fmt: skip
"""What JSON says of the dive that was recognised."""


def result_json(assessment: Assessment, playback: dict[str, Any] | None = None) -> str:
    """Return all of an assessment as JSON, with the version of its schema.

    `playback` says what the videos beside it are called, and when in their own time they begin.
    """
    about: dict[str, Any] = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION}
    beside = {"playback": playback} if playback else {}
    return json.dumps(about | to_json(assessment) | beside, indent=1) + "\n"


def to_json(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as plain JSON; the names are part of the command line's contract."""
    words, shown = load_words(), assessment.as_shown()
    plain: dict[str, Any] = {
        "action": assessment.action,
        "difficulty": assessment.difficulty,
        "difficulty_is_assumed": assessment.difficulty_is_assumed,
        "difficulty_range": assessment.difficulty_range and list(assessment.difficulty_range),
        "similarity": assessment.similarity,
        "references": [
            {"id": r.id, "score": r.score, "similarity": r.similarity}
            for r in assessment.references
        ],
        "clips": _clips_to_json(shown),
        "remarks": [_remark_to_json(remark) for remark in shown.remarks],
        "phase_points": [{"phase": one.phase, **asdict(one.worth)} for one in shown.phase_points],
        **({"segments": segments_to_json(shown.segments, words)} if shown.segments else {}),
        **_explanations_to_json(shown, words),
        "model": assessment.model,
        "backbone": assessment.backbone,
        "doubts": [doubt_to_json(doubt, words) for doubt in assessment.doubts],
        "alignment": _alignment_to_json(assessment.alignment),
        **_measured_to_json(assessment.examination),
        "measures_reference": _beside(assessment.examination),
        "video": {
            "file": assessment.name or str(assessment.video_path),
            **_facts_to_json(assessment.video),
            "start_frame": assessment.part.start_frame,
            "end_frame": assessment.part.end_frame,
            "seconds": assessment.video.seconds if assessment.video else None,
            "warnings": [words.doubt(doubt) for doubt in assessment.doubts],
        },
    }
    plain |= _exercise_to_json(shown, words)
    if assessment.score is not None:
        plain = {**_score_to_json(assessment.score, assessment.is_withheld), **plain}
    cleaned: dict[str, Any] = _without_nan(plain)
    return cleaned


def _explanations_to_json(shown: Assessment, words: Words) -> dict[str, Any]:
    found = explanations_to_json(shown.explanations, words)
    return {"explanations": found} if found else {}


def _exercise_to_json(assessment: Assessment, words: Words) -> dict[str, Any]:
    """Return how a person who exercises moves, and what argues for the class."""
    exercise, score = assessment.exercise, assessment.score
    if exercise is None or score is None:
        return {}
    return {
        "measures": [reading_to_json(Reading(one)) for one in measure_movement(exercise.movement)],
        "repetitions": [
            {"index": i, **asdict(one)} for i, one in enumerate(exercise.movement.repetitions)
        ],
        "angles": [
            {
                **asdict(one),
                "beyond": one.beyond,
                "unit": "trunk lengths" if one.angle == HANDS else "degrees",
                "repetition": None if one.seconds is None else repetition_at(one.seconds, exercise),
                "seen_share": exercise.seen_share(one.angle),
                "measured": exercise.measured(one),
                "words": argument_sentence(one, exercise, score, words),
            }
            for one in exercise.arguments
        ],
    }


def _clips_to_json(assessment: Assessment) -> list[dict[str, Any]]:
    """Return each clip, with when in the reference the moment is that it was compared with."""
    plain = [asdict(clip) for clip in assessment.clips]
    for clip, seconds in zip(plain, assessment.compared_seconds, strict=False):
        clip["reference_seconds"] = seconds
    return plain


def examination_to_json(examination: Examination) -> dict[str, Any]:
    """Return what was measured of a dive as plain JSON; the names are part of the contract."""
    words, frames = load_words(), examination.frames
    plain = {
        **_measured_to_json(examination),
        "doubts": [doubt_to_json(doubt, words) for doubt in examination.doubts],
        "reference": _beside(examination),
        "video": {
            "file": str(examination.path),
            "frames": frames.n_decoded,
            "used_frames": len(frames),
            "seconds": frames.end_seconds - float(frames.start_seconds[0]),
            "warnings": [words.doubt(doubt) for doubt in examination.doubts],
        },
    }
    cleaned: dict[str, Any] = _without_nan(plain)
    return cleaned


def _measured_to_json(examination: Examination | None) -> dict[str, Any]:
    if examination is None:
        return {"measures": [], "faults": [], "recognised": None, "measured_remarks": []}
    dive = examination.recognised
    return {
        "measures": [reading_to_json(reading) for reading in examination.readings],
        "faults": [{"phase": phase, "probability": p} for phase, p in examination.faults],
        "recognised": {name: getattr(dive, name) for name in RECOGNISED} if dive else None,
        "measured_remarks": [
            {**asdict(remark), "words": words}
            for remark, words in remark_sentences(examination, load_words())
        ],
    }


def _beside(examination: Examination | None) -> str | None:
    """Return whose values stand beside the measures: a video's file, or an expert's id."""
    if examination is None:
        return None
    if examination.expert:
        return str(examination.expert.path)
    return examination.kept.id if examination.kept else None


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """Return a measurement as plain JSON, beside those of others."""
    beside = {"percentile": reading.percentile, "reference_value": reading.reference_value}
    return {**asdict(reading.measurement), **beside}


def clips_csv(assessment: Assessment) -> str:
    """Return the clips as a table; the columns are in English whatever the language."""
    return csv_text(COLUMNS, clip_rows(assessment))


def clip_rows(assessment: Assessment) -> list[dict[str, Any]]:
    """Return what may be shown of each clip, by the names of `COLUMNS`."""
    return [
        {
            "clip": clip.index + 1,
            "start_seconds": clip.start_seconds,
            "end_seconds": clip.end_seconds,
            "similarity": clip.similarity,
            "contribution": clip.contribution,
            "faulty": clip.faulty,
            "moment": clip.moment,
        }
        for clip in assessment.as_shown().clips
    ]


def timeline_vtt(assessment: Assessment, words: Words) -> str:
    """Return the parts of the performance as chapters that players of videos can read (WebVTT)."""
    return parts_as_vtt(chapters(assessment.clips), words)


def parts_as_vtt(parts: Sequence[Chapter], words: Words) -> str:
    """Return parts of a video as chapters that players can read (WebVTT)."""
    cues = [_cue(number, part, words) for number, part in enumerate(parts, 1)]
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


def _facts_to_json(video: VideoFacts | None) -> dict[str, Any]:
    """Return what became of a video; of none, no frames were read or used."""
    return {
        "frames": video.n_frames if video else 0,
        "used_frames": video.n_different if video else 0,
        "promised_frames": video.n_promised if video else 0,
        "end_is_missing": bool(video and video.end_is_missing),
        "missing_event": video.missing_event if video else "",
        "first_used_frame": video.first_used if video else 0,
    }


def _score_to_json(score: Score, is_withheld: bool) -> dict[str, Any]:
    """Return a score; one that is withheld is null, and stands where it cannot be mistaken."""
    value, low, high = (None,) * 3 if is_withheld else (score.value, score.low, score.high)
    marks = None if is_withheld or score.marks is None else asdict(score.marks)
    named = {
        "label": None if is_withheld else score.label,
        "probabilities": None if is_withheld else dict(score.probabilities),
    }
    return {
        **(named if score.label else {}),
        "score": value,
        "score_low": low,
        "score_high": high,
        "score_if_trusted": score.value,
        "low_if_trusted": score.low,
        "high_if_trusted": score.high,
        "score_range": [score.range_low, score.range_high],
        "score_best": score.of,
        "marks": marks,
        "is_remembered": score.is_remembered,
        **(_several_to_json(score, is_withheld) if score.named else {}),
    }


def _several_to_json(score: Score, is_withheld: bool) -> dict[str, Any]:
    """Return the scores of a performance that has several, and which of them is the first."""
    scores = [_named_to_json(one, is_withheld) for one in score.named]
    return {"headline": score.headline or None, "scores": scores}


def _named_to_json(one: NamedScore, is_withheld: bool) -> dict[str, Any]:
    """Return one of several scores, and how good such scores were where they were measured."""
    plain = _score_to_json(one.score, is_withheld)
    names = (
        "score", "score_low", "score_high", "score_if_trusted", "low_if_trusted",
        "high_if_trusted", "score_range",
    )  # fmt: skip
    measured = {"rank_correlation": one.rank_correlation, "n_measured": one.n_measured}
    return {"name": one.name, **{name: plain[name] for name in names}, **measured}


def doubt_to_json(doubt: Doubt, words: Words) -> dict[str, Any]:
    """Return a doubt as plain JSON, with its words."""
    return {**doubt.to_json(), "words": words.doubt(doubt), "remedy": words.remedy(doubt)}


def _remark_to_json(remark: Remark) -> dict[str, Any]:
    names = (
        "start_seconds", "end_seconds", "contribution", "words", "contribution_low",
        "contribution_high", "moment",
    )  # fmt: skip
    return {name: getattr(remark, name) for name in names}


def _alignment_to_json(alignment: Alignment | None) -> dict[str, Any] | None:
    if alignment is None:
        return None
    return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(alignment).items()}


def _without_nan(value: Any) -> Any:
    """JSON has no NaN: what is not known is null."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
