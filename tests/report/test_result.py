import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.values import Assessment
from podium.report.rendering import RENDERER
from podium.report.result import clips_csv, result_json, timeline_vtt
from podium.report.words import load_words
from podium.video.clips import VideoFacts


@pytest.fixture
def assessed() -> Assessment:
    feedback = (
        ClipFeedback(0, 0.0, 0.5, 0.9, 1.0, False, "take_off"),
        ClipFeedback(1, 0.5, 1.0, 0.8, -0.25, False, "flight"),
        ClipFeedback(2, 1.0, 61.5, 0.2, -3.0, True, "flight"),
    )
    return Assessment(
        Path("dive.mp4"), VideoFacts(48, 48, 0, 1.5), None, None, None, False, (), feedback,
        remarks(feedback), "bars", "motion", renderer=RENDERER,
    )  # fmt: skip


def test_the_result_says_which_schema_it_follows(assessed):
    kept = json.loads(result_json(assessed))
    assert (kept["schema"], kept["schema_version"]) == ("podium-result", 1)
    assert {key: kept[key] for key in assessed.to_json()} == assessed.to_json()


def test_the_clips_are_a_table(assessed):
    rows = list(csv.DictReader(io.StringIO(clips_csv(assessed), newline="")))
    assert rows[2] == {
        "clip": "3", "start_seconds": "1.0000", "end_seconds": "61.5000", "similarity": "0.2000",
        "contribution": "-3.0000", "faulty": "yes", "moment": "flight",
    }  # fmt: skip


def test_a_moment_that_is_a_formula_is_made_harmless(assessed):
    clip = replace(assessed.clips[0], moment="=HYPERLINK(1)")
    assert ",'=HYPERLINK(1)\r\n" in clips_csv(replace(assessed, clips=(clip,)))


def test_the_parts_are_chapters(assessed):
    assert timeline_vtt(assessed, load_words("en")) == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:00.500\ntake-off\n\n"
        "2\n00:00:00.500 --> 00:01:01.500\nflight ▼ unlike\n"
    )
    assert "Flug ▼ unähnlich" in timeline_vtt(assessed, load_words("de"))


def test_a_hostile_moment_stays_text(assessed):
    clip = replace(assessed.clips[0], moment="<img src=x>\n\n9\n00:00 --> 00:01&")
    shown = timeline_vtt(replace(assessed, clips=(clip,)), load_words("en"))
    assert shown.splitlines()[-1] == "&lt;img src=x&gt; 9 00:00 --&gt; 00:01&amp;"


def test_without_moments_clips_are_numbered_and_without_times_left_out(assessed):
    plain = replace(assessed, clips=(replace(assessed.clips[0], moment=""),))
    assert "Clip 1 of the video" in timeline_vtt(plain, load_words("en"))
    unknown = replace(assessed, clips=(replace(assessed.clips[0], start_seconds=float("nan")),))
    assert timeline_vtt(unknown, load_words("en")) == "WEBVTT\n\n"
