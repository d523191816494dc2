"""The page of an exercise that was scored: what its class hangs on, in degrees, and when."""

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from movement.exercising import bell, curls
from podium.assessment.exercise import Exercise
from podium.assessment.values import Assessment, Score
from podium.doubts import DoubtKind, Severity
from podium.joints import Joints
from podium.movement import movement_of
from podium.report.exercise_words import argument_sentence, told
from podium.report.page import make_report, make_report_folder
from podium.report.rendering import RENDERER
from podium.report.result import to_json
from podium.report.words import languages, load_words
from podium.scorers import Argument
from podium.video.clips import VideoFacts

DIVING = re.compile("take-?off|splash|entry|water|Absprung|Eintauchen|Spritzer|expert's", re.I)
WRONG = Score(0.2, 0.0, 0.6, 0.0, 1.0, label="wrong", probabilities={"wrong": 0.8, "correct": 0.2})
SHALLOW = Argument("elbow", "least", 96.0, 50.0, 66.0, 88.0, 1.5, 0.7)
HALF = Argument("elbow", "half", 140.0, 107.0, 133.0, 150.0, None, 0.7)
HANDS = Argument("hands", "least", 0.5, 0.06, 0.29, 0.42, 1.4, 0.2)
KNEE = Argument("knee", "least", 60.0, 150.0, 170.0, 178.0, 0.2, 0.3)
USUAL = Argument("hip", "least", 160.0, 67.0, 167.0, 174.0, 0.4, 0.22)


def person(unseen: str = "knee") -> Joints:
    """Somebody who bends both elbows to 50 degrees, twice; some joints are never seen."""
    joints = curls(bell(2))
    visibility = np.array(joints.visibility)
    visibility[:, [unseen in name for name in joints.names]] = 0
    return replace(joints, visibility=visibility)


@pytest.fixture
def assessed(make_video) -> Assessment:
    arguments = (SHALLOW, HALF, KNEE, HANDS, USUAL)
    return Assessment(
        video_path=make_video("mine.mp4", 150, frames_per_second=30),
        video=VideoFacts(150, 144, 6, 4.8),
        score=WRONG,
        action=None,
        difficulty=None,
        difficulty_is_assumed=False,
        references=(),
        clips=(),
        remarks=(),
        model="exercises_push_ups",
        backbone="pose",
        exercise=Exercise(movement_of(person()), arguments, (0.0, 5.0)),
        renderer=RENDERER,
    )


def data_of(html: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])


def text_of(html: str) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"[^\S\xa0]+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


def said(one: Argument, assessed: Assessment, language: str = "en") -> str:
    return argument_sentence(one, assessed.exercise, assessed.score, load_words(language))


def test_an_angle_is_said_in_degrees_with_when_and_what_is_usual(assessed):
    assert said(SHALLOW, assessed) == (
        "elbow: 96° at the smallest (1.5 s, repetition 1), as the model read it; over the whole "
        "video it was measured as 52°; 8° more than usual; correct ones have 50° to 88°, in the "
        "middle 66°. Were this angle as in the middle of them, the model would say correct 70 %, "
        "instead of 20 %."
    )
    near = replace(SHALLOW, value=55.0, score_if_usual=0.22)
    assert said(near, assessed) == (
        "elbow: 55° at the smallest (1.5 s, repetition 1); correct ones have 50° to 88°, in the "
        "middle 66°"
    )
    assert said(near, assessed, "de") == (
        "Ellbogen: 55° im Minimum (1,5 s, Wiederholung 1); bei richtigen 50° bis 88°, in der Mitte "
        "66°"
    )


def test_hands_are_said_in_lengths_of_the_trunk(assessed):
    assert said(HANDS, assessed) == (
        "hands beneath the shoulders: 0.50 trunk lengths at the smallest (1.4 s, repetition 1); "
        "0.08 trunk lengths more than usual; correct ones have 0.06 to 0.42 trunk lengths, in the "
        "middle 0.29 trunk lengths"
    )


def test_what_was_not_seen_is_called_a_guess(assessed):
    assert said(KNEE, assessed) == (
        "knee: not measured, for its joints were seen in only 0 % of the frames; the model read a "
        "guess. Were this angle as in the middle of them, the model would say correct 30 %, "
        "instead of 20 %."
    )


def test_of_each_angle_the_one_that_is_farthest_off_is_told(assessed):
    assert told(assessed.exercise, assessed.score) == [SHALLOW, KNEE, HANDS]
    unseen = replace(KNEE, score_if_usual=0.2)
    exercise = replace(assessed.exercise, arguments=(unseen, USUAL))
    assert told(exercise, assessed.score) == []


@pytest.mark.parametrize("language", languages())
def test_the_page_says_it_with_the_video_and_its_joints(assessed, language):
    html = make_report(assessed, language).html
    text, data = text_of(html), data_of(html)
    assert said(SHALLOW, assessed, language) in text
    assert not DIVING.search(text)
    drawn = data["query"]["drawn"]
    assert len(drawn["starts"]) == len(assessed.exercise.movement.joints)
    assert drawn["left"][0]
    assert [name for _, name in data["parts"]] == [
        load_words(language)("movement.repetition", number=number) for number in (1, 2)
    ]
    assert data["marks"] == [1.4, 1.5]
    assert html.count('class="verdict" data-remark=') == 3
    assert html.count('class="ours"') == 1  # of knees and hips nothing was seen


def test_a_verdict_names_the_angle(assessed):
    html = make_report(assessed).html
    first = json.loads(unescape(re.search(r'data-remark="(.*?)"', html)[1]))
    assert first == {
        "about": "elbow", "moment": "least", "start_seconds": 1.5, "end_seconds": 1.5,
        "words": said(SHALLOW, assessed),
    }  # fmt: skip


def test_json_has_repetitions_and_all_angles(assessed):
    plain = to_json(assessed)
    assert [one["index"] for one in plain["repetitions"]] == [0, 1]
    assert [one["angle"] for one in plain["angles"]] == ["elbow", "elbow", "knee", "hands", "hip"]
    first = plain["angles"][0]
    assert (first["value"], first["beyond"], first["unit"]) == (96.0, 8.0, "degrees")
    assert (first["repetition"], first["words"]) == (0, said(SHALLOW, assessed))
    assert first["measured"] == pytest.approx(51.5, abs=1)
    assert plain["angles"][2]["seen_share"] == 0
    assert plain["angles"][2]["measured"] is None
    assert next(one for one in plain["measures"] if one["name"] == "repetitions")["value"] == 2


def test_what_is_doubted_gravely_is_held_against_nobody(assessed):
    unlike = DoubtKind("novel", severity=Severity.GRAVE)()
    doubted = replace(assessed, doubts=(unlike,))
    text = text_of(make_report(doubted).html)
    assert text.count("No score") == 1
    assert "The video and what was measured are shown all the same." in text
    assert "correct ones" not in text
    assert "What the answer hangs on" not in text
    plain = to_json(doubted)
    assert plain["angles"] == []
    assert len(plain["repetitions"]) == 2


def test_a_folder_holds_the_video_beside_the_page(assessed, tmp_path):
    report = make_report_folder(assessed)
    assert sorted(report.beside) == ["query.mp4", "result.json", "timeline.vtt"]
    assert data_of(report.html)["query"]["file"] == "query.mp4"
    assert 'id="query-video"' not in report.html
    assert json.loads(report.beside["result.json"])["angles"]
    assert report.beside["timeline.vtt"].decode().startswith("WEBVTT\n\n1\n00:00:00.")


def test_a_video_that_is_too_large_is_left_out_and_that_is_said(assessed):
    report = make_report(assessed, max_video_bytes=10)
    assert report.videos_are_left_out
    assert 'id="query-video"' not in report.html
    assert "elbow: 96°" in text_of(report.html)
