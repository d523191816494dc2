import csv
import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.assessment.feedback import ClipFeedback, remarks
from podium.assessment.question import NO_ACTION
from podium.assessment.values import Assessment, Reference, Score
from podium.errors import MissingExtra
from podium.judging import Marks
from podium.report.key_frames import key_frames, pictured
from podium.report.rendering import RENDERER
from podium.report.result import clips_csv, result_json, timeline_vtt
from podium.report.words import load_words
from podium.video.clips import VideoFacts
from podium.video.frames import Frames
from podium.witnesses.order import OUT_OF_ORDER


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


def test_a_clip_says_what_it_was_compared_with_where_it_was_put_in_step(assessed):
    assert all("reference_seconds" not in clip for clip in assessed.to_json()["clips"])
    in_step = replace(assessed, compared_seconds=(0.4, 0.9, 30.5))
    seconds = [clip["reference_seconds"] for clip in in_step.to_json()["clips"]]
    assert seconds == [0.4, 0.9, 30.5]


def test_key_frames_beside_clips_are_of_the_moments_compared(assessed):
    shades = np.repeat(np.arange(0, 250, 4, dtype=np.uint8), 8 * 6 * 3).reshape(-1, 6, 8, 3)
    frames = Frames(shades, np.arange(63.0), 63.0, np.arange(63), 63)
    shown = pictured(assessed.clips, frames, frames, (10.2, 20.9, 30.5))
    expected = key_frames(frames, (10, 20, 30))
    assert [moment.reference_picture for moment in shown] == expected
    assert len(set(expected)) == 3
    as_long_before = pictured(assessed.clips, frames, frames)
    assert [moment.reference_picture for moment in as_long_before] != expected


DOUBTS = (NO_ACTION(action="407"), OUT_OF_ORDER())


@pytest.fixture
def scored(assessed) -> Assessment:
    score = Score(61.3, 48.0, 70.6, 0.0, 96.0, Marks(6.5, 5.0, 7.5), judge_sd=0.56)
    return replace(assessed, score=score, doubts=DOUBTS[:1])


def test_a_score_without_a_grave_doubt_is_the_one_to_be_trusted(scored):
    kept = scored.to_json()
    assert (kept["score"], kept["score_low"], kept["score_high"]) == (61.3, 48.0, 70.6)
    trusted = kept["score_if_trusted"], kept["low_if_trusted"], kept["high_if_trusted"]
    assert trusted == (61.3, 48.0, 70.6)
    assert kept["marks"] == {"mark": 6.5, "low": 5.0, "high": 7.5}
    assert [doubt["severity"] for doubt in kept["doubts"]] == ["mild"]
    assert (scored.is_withheld, scored.shown_score) == (False, scored.score)


def test_a_grave_doubt_withholds_the_score_and_all_points(scored):
    withheld = replace(scored, doubts=DOUBTS)
    kept = withheld.to_json()
    assert (kept["score"], kept["score_low"], kept["score_high"], kept["marks"]) == (None,) * 4
    trusted = kept["score_if_trusted"], kept["low_if_trusted"], kept["high_if_trusted"]
    assert trusted == (61.3, 48.0, 70.6)
    assert kept["doubts"][1] == {
        "kind": "out_of_order", "severity": "grave", "about": "", "values": {},
        "words": load_words().doubt(OUT_OF_ORDER()),
        "remedy": load_words().remedy(OUT_OF_ORDER()),
    }  # fmt: skip
    assert [clip["contribution"] for clip in kept["clips"]] == [None] * 3
    assert [remark["contribution"] for remark in kept["remarks"]] == [None]
    assert "-3.0000" not in clips_csv(withheld)
    assert {*kept} == {*scored.to_json()}
    assert (withheld.is_withheld, withheld.shown_score, withheld.score) == (
        True, None, scored.score,
    )  # fmt: skip


def test_what_is_withheld_is_said_by_an_assessment(scored, assessed):
    assert str(scored) == "61.3 of 96.0 (48.0 to 70.6)"
    assert str(replace(scored, doubts=DOUBTS)) == (
        "no score (not to be trusted: 61.3 of 96.0 (48.0 to 70.6))"
    )
    alike = replace(assessed, references=(Reference("expert", 90.0, 0.5),), doubts=DOUBTS)
    assert str(alike) == "no similarity (not to be trusted: similarity 0.50 to expert)"


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


def test_the_clips_become_a_data_frame(scored):
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = scored.to_pandas()
    assert list(frame.columns) == [
        "clip", "start_seconds", "end_seconds", "similarity", "contribution", "faulty", "moment",
    ]  # fmt: skip
    assert frame["contribution"].tolist() == [1.0, -0.25, -3.0]
    assert frame["faulty"].tolist() == [False, False, True]
    withheld = replace(scored, doubts=DOUBTS).to_pandas()
    assert withheld["contribution"].isna().all()


def test_without_pandas_there_is_no_data_frame(scored, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    said = "a data frame needs pandas, which is not installed: pip install 'podium[pandas]'"
    with pytest.raises(MissingExtra, match=whole(said)):
        scored.to_pandas()


def test_a_notebook_shows_the_score_its_doubts_and_the_clips(scored):
    shown = scored._repr_html_()
    assert "<strong>dive.mp4</strong>: 61.3 of 96.0 (48.0 to 70.6)</p>" in shown
    assert f"<li>{load_words().doubt(DOUBTS[0])}</li>" in shown
    cells = re.findall(r"<td>(.*?)</td>", shown)
    assert cells[:6] == ["1", "0.0", "0.5", "0.90", "+1.0", "alike"]
    assert cells[-6:] == ["3", "1.0", "61.5", "0.20", "-3.0", "unlike"]


def test_a_notebook_shows_no_points_of_a_score_that_is_withheld(scored):
    shown = replace(scored, doubts=DOUBTS)._repr_html_()
    assert "no score (not to be trusted: 61.3 of 96.0 (48.0 to 70.6))" in shown
    assert len(re.findall("<th>", shown)) == 5
    assert "-3.0" not in shown


def test_what_others_wrote_is_no_html_in_a_notebook(scored):
    shown = replace(scored, name="<script>alert(1)</script>.mp4")._repr_html_()
    assert "<strong>&lt;script&gt;alert(1)&lt;/script&gt;.mp4</strong>" in shown
    assert "<script" not in shown


def test_what_nobody_puts_into_words_is_shown_as_it_is(scored):
    assert replace(scored, renderer=None)._repr_html_() is None
