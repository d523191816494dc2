"""What a scorer itself points at: in words of every language, as JSON, in the report, printed."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from podium.assessment.feedback import explanations_of
from podium.assessment.values import Assessment, Reference, Score
from podium.cli.assess import _say_explanations
from podium.errors import UsageError
from podium.report.explained import MOST, explained, explanation_sentence, explanations_to_json
from podium.report.page import make_report
from podium.report.rendering import RENDERER
from podium.report.result import to_json
from podium.report.words import load_words
from podium.scorers import Explanation
from podium.scorers._explanations import ExplanationKind
from podium.scorers.c3d_lstm import falls_of
from podium.scorers.type_mean import TypeMean

FOUND = (
    Explanation("terms", {"expert_points": 30.25, "own_points": -4.5}, "017"),
    Explanation("falling_score", {"points": -2.345}, start_seconds=0.5, end_seconds=1.0),
    Explanation("shows_skill", {"share": 0.413}, start_seconds=0.0, end_seconds=0.5),
    Explanation("lacks_skill", {"share": 0.7}, start_seconds=1.5, end_seconds=2.0),
    Explanation("skill_class", {"n": 4.0, "of": 5.0}, "novice"),
    Explanation("joint_move", {"points": 1.5}, "left_elbow", (0.1, -0.99)),
)


def assessed(**changes) -> Assessment:
    plain = Assessment(
        video_path=Path("dive.mp4"), video=None, score=Score(60.0, 50.0, 70.0, 0.0, 96.0),
        action="407", difficulty=3.2, difficulty_is_assumed=False,
        references=(Reference("017", 95.5, 0.4),), clips=(), remarks=(), model="bars",
        backbone="motion", explanations=FOUND, renderer=RENDERER,
    )  # fmt: skip
    return replace(plain, **changes)


def test_every_kind_has_words():
    words = load_words()
    assert {one.kind for one in FOUND} == {*get_args(ExplanationKind)}
    assert [explanation_sentence(one, words) for one in FOUND] == [
        "-4.5 points come from the performance itself, 30.2 from the expert 017 beside it",
        "the running score falls here (-2.3 points)",
        "weighs most as showing skill (41 % of the attention)",
        "weighs most as showing a lack of skill (70 % of the attention)",
        "4 of the 5 performances most alike are of the lowest third",
        "left elbow up: a tenth of the body's size further there, and the model would give 1.5 "
        "points more",
    ]


@pytest.mark.parametrize(
    ("direction", "said"),
    [
        ((-1, 0.2), "to the left"), ((0.2, 1), "down"), ((0, 1, 0), "up"),
        ((0, 0, 1), "away from the camera"), ((1, 0, 0), "to the other side"),
    ],
)  # fmt: skip
def test_pictures_count_downwards_and_space_upwards(direction, said):
    one = Explanation("joint_move", {"points": 1.0}, "right_wrist", direction)
    assert explanation_sentence(one, load_words()).startswith(f"right wrist {said}: ")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_other_languages_have_their_own_numbers(language):
    sentence = explanation_sentence(FOUND[1], load_words(language))
    assert "(-2,3 " in sentence


def test_the_report_shows_them_with_when_they_are():
    html = make_report(assessed()).html
    assert "What the model's own method points at" in html.replace("&#39;", "'")
    assert "weighs most as showing skill (41 % of the attention)" in html
    assert len(explained(assessed(), load_words())) == MOST
    assert "own method" not in make_report(assessed(explanations=())).html


def test_json_holds_all_of_them_and_nothing_where_there_is_none():
    plain = to_json(assessed())["explanations"]
    assert plain == explanations_to_json(FOUND, load_words())
    assert plain[0] == {
        "kind": "terms", "name": "017", "start_seconds": None, "end_seconds": None,
        "expert_points": 30.25, "own_points": -4.5, "direction": [],
        "words": "-4.5 points come from the performance itself, 30.2 from the expert 017 beside it",
    }  # fmt: skip
    assert "explanations" not in to_json(assessed(explanations=()))


def test_they_are_printed(capsys):
    _say_explanations(assessed(), load_words())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "What the model's own method points at:"
    assert lines[2] == "  0.5 to 1.0 s: the running score falls here (-2.3 points)"
    assert len(lines) == 1 + MOST
    _say_explanations(assessed(explanations=()), load_words())
    assert capsys.readouterr().out == ""


def test_the_deepest_fall_is_said_first(make_sample):
    sample = make_sample("a", values=np.zeros((4, 2), np.float32))
    found = falls_of(np.array([10.0, 9.5, 12.0, 7.0]), sample)
    assert [dict(one.values) for one in found] == [{"points": -5.0}, {"points": -0.5}]
    assert falls_of(np.array([1.0, 2.0]), sample) == ()


def test_a_scorer_without_feedback_of_its_own_points_at_nothing(make_sample):
    sample = make_sample("a", score=5.0, action="1")
    assert explanations_of(TypeMean().fit([sample]), sample, ()) == ()


def test_what_is_pointed_at_is_a_number():
    message = "points is nan: it must be a finite number"
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        Explanation("falling_score", {"points": float("nan")})
