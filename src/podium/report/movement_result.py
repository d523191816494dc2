"""Two movements beside each other as plain JSON."""

import json
from typing import Any

import numpy as np

from podium.assessment.feedback import Chapter
from podium.examination.people import readings_of
from podium.inputs.spreadsheet import csv_text
from podium.measures import Reading, measure_movement
from podium.movement import Comparison, Difference, Movement, Pair, Repetition
from podium.report.movement_words import difference_sentence
from podium.report.result import (
    COLUMNS,
    SCHEMA,
    SCHEMA_VERSION,
    doubt_to_json,
    parts_as_vtt,
    reading_to_json,
)
from podium.report.words import Words, load_words

LIKE = 0.5
"""A repetition that is less alike than this is marked."""


def movement_files(of: Comparison, video: str, reference: str, language: str) -> dict[str, str]:
    """Return what is kept beside a report, by the names that an assessment's files have.

    A repetition stands where of an assessment a clip does.
    """
    words = load_words(language)
    pairs = () if of.is_withheld else of.pairs
    clips = [_as_clip(number, pair, words) for number, pair in enumerate(pairs)]
    parts = [
        Chapter(one["moment"], one["start_seconds"], one["end_seconds"], one["faulty"])
        for one in clips
    ]
    about = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION}
    plain = about | comparison_to_json(of, video, reference) | {"clips": clips, "remarks": []}
    rows = ({**one, "clip": number} for number, one in enumerate(clips, start=1))
    return {
        "result.json": json.dumps(plain, indent=1) + "\n",
        "clips.csv": csv_text(COLUMNS, ({name: row[name] for name in COLUMNS} for row in rows)),
        "timeline.vtt": parts_as_vtt(parts, words),
    }


def repetition_name(pair: Pair, words: Words) -> str:
    """Name a repetition, or the whole where none was found."""
    if pair.ours is None:
        return words("movement.whole")
    return words("movement.repetition", number=pair.ours + 1)


def _as_clip(number: int, pair: Pair, words: Words) -> dict[str, Any]:
    return {
        "index": number,
        "start_seconds": float(pair.ours_seconds[0]),
        "end_seconds": float(pair.ours_seconds[-1]),
        "similarity": pair.likeness,
        "contribution": None,
        "faulty": pair.likeness < LIKE,
        "moment": repetition_name(pair, words),
    }


def comparison_to_json(of: Comparison, video: str, reference: str) -> dict[str, Any]:
    """Return a comparison as plain JSON; the names are part of the command line's contract."""
    words, is_withheld = load_words(), of.is_withheld
    form, differences = of.form, [_difference(one, of, words) for one in of.differences]
    shown = None if is_withheld else form
    return {
        "compared": "joints",
        "similarity": shown,
        "similarity_if_trusted": form,
        "likeness": {"form": shown, "framing": of.framing, "person": of.person},
        "mirrored": of.is_mirrored,
        "form_the_other_way": None if is_withheld else of.other_way,
        "repetitions": [
            _repetition(one, number, of) for number, one in enumerate(of.ours.repetitions)
        ],
        "reference_repetitions": [_span(one) for one in of.theirs.repetitions],
        "differences": [] if is_withheld else differences,
        "differences_if_trusted": differences,
        "measures": [] if is_withheld else [reading_to_json(one) for one in readings_of(of)],
        "doubts": [doubt_to_json(doubt, words) for doubt in of.doubts],
        "video": {
            "file": video,
            "frames": len(of.ours.joints),
            "warnings": [words.doubt(doubt) for doubt in of.doubts],
        },
        "references": [{"id": reference, "score": None, "similarity": shown}],
    }


def movement_to_json(of: Movement, video: str) -> dict[str, Any]:
    """Return what one person did as plain JSON; the names are part of the contract."""
    return {
        "measured": "joints",
        "measures": [reading_to_json(Reading(one)) for one in measure_movement(of)],
        "repetitions": [{"index": i, **_span(one)} for i, one in enumerate(of.repetitions)],
        "faults": [],
        "recognised": None,
        "measured_remarks": [],
        "doubts": [],
        "reference": None,
        "video": {"file": video, "frames": len(of.joints), "warnings": []},
    }


def _repetition(one: Repetition, number: int, of: Comparison) -> dict[str, Any]:
    pairs = () if of.is_withheld else of.pairs
    pair = next((pair for pair in pairs if pair.ours == number), None)
    beside = _beside(pair, of) if pair else {}
    return {"index": number, **_span(one), **beside}


def _beside(pair: Pair, of: Comparison) -> dict[str, Any]:
    """Return what a repetition is compared with, and how far each joint is off on average."""
    means = _means(pair)
    return {
        "reference_index": pair.theirs,
        "likeness": pair.likeness,
        "degrees": dict(zip(of.names, means, strict=True)),
    }


def _means(pair: Pair) -> list[float | None]:
    seen = np.isfinite(pair.degrees)
    sums, counts = np.where(seen, pair.degrees, 0).sum(axis=0), seen.sum(axis=0)
    return [float(s / n) if n else None for s, n in zip(sums, counts, strict=True)]


def _span(one: Repetition) -> dict[str, float]:
    return {
        "start_seconds": one.start_seconds,
        "turn_seconds": one.turn_seconds,
        "end_seconds": one.end_seconds,
    }


def _difference(one: Difference, of: Comparison, words: Words) -> dict[str, Any]:
    return {
        "joint": one.angle,
        "degrees": one.degrees,
        "value_degrees": one.ours_degrees,
        "reference_degrees": one.theirs_degrees,
        "usual_degrees": one.usual_degrees,
        "importance": one.importance,
        "repetition": one.repetition,
        "part": one.part and str(one.part),
        "start_seconds": one.start_seconds,
        "end_seconds": one.end_seconds,
        "hips_lower_bodies": one.sink_bodies,
        "hips_lower_metres": one.sink_metres,
        "words": difference_sentence(one, of, words),
    }
