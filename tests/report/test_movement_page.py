"""The page of two movements beside each other, and what JSON says of them."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from movement.exercising import RATE, bell, curls, less_bent, plank
from podium.errors import UnknownName
from podium.joints.cuts import PERSON_CHANGES
from podium.movement import Comparison, Part, Turn, compare
from podium.report.corrections import find_corrections
from podium.report.movement_page import make_movement_report
from podium.report.movement_result import comparison_to_json, movement_files
from podium.report.movement_words import (
    difference_in_short,
    difference_sentence,
    said_once,
    said_with_others,
)
from podium.report.skeleton import drawn_skeleton, skeleton_film
from podium.report.words import languages, load_words

OURS, THEIRS = Path("mine.npy"), Path("expert.npy")
DIVING = ("take-off", "splash", "entry", "Absprung", "Eintauchen", "Spritzer")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(curls(bell(3), left=less_bent(1, 30.0)), curls(bell(3)))


@pytest.fixture(scope="module")
def html(comparison: Comparison) -> str:
    report = make_movement_report(comparison, OURS, THEIRS, are_videos=(False, False))
    assert dict(report.beside) == {}
    return report.html


def data_of(html: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])


def text_of(html: str) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"[^\S\xa0]+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


def test_the_page_names_the_joint_the_repetition_and_the_degrees(html):
    said = r"left elbow bends (\d+) degrees less at the top of repetition 2 "
    found = re.search(said, text_of(html))
    assert found
    assert 25 <= int(found[1]) <= 32


@pytest.mark.parametrize("language", languages())
def test_nothing_is_said_of_a_dive(comparison, language):
    page = make_movement_report(comparison, OURS, THEIRS, language, are_videos=(False, False))
    assert not [word for word in DIVING if word in text_of(page.html)]
    assert load_words(language)("movement.curves") in text_of(page.html)


def test_what_cannot_be_said_in_that_language_is_refused(comparison):
    with pytest.raises(UnknownName, match=r"^no language is called 'xx': choose one of "):
        make_movement_report(comparison, OURS, THEIRS, "xx", are_videos=(False, False))


def test_both_are_in_step_by_the_moments_that_belong_together(html, comparison):
    steps = data_of(html)["steps"]
    assert (np.diff(steps["query"]) > 0).all()
    assert len(steps["query"]) == len(steps["reference"]) == len(steps["doubt"])
    assert np.interp(3.5, steps["query"], steps["reference"]) == pytest.approx(3.5, abs=0.15)


def test_each_repetition_has_its_row_and_each_angle_its_curve(html, comparison):
    assert len(re.findall(r"<tr><th scope=\"row\"><button", html)) == 3
    assert html.count('class="ours"') == html.count('class="theirs"') == len(comparison.names)
    assert [name for _, name in data_of(html)["parts"]] == [
        "repetition 1", "repetition 2", "repetition 3"
    ]  # fmt: skip


def test_json_says_the_same(comparison):
    plain = comparison_to_json(comparison, "mine.mp4", "expert.mp4")
    assert json.loads(json.dumps(plain)) == plain
    assert plain["likeness"] == {
        "form": comparison.form, "framing": comparison.framing, "person": comparison.person
    }  # fmt: skip
    assert [one["index"] for one in plain["repetitions"]] == [0, 1, 2]
    assert [one["reference_index"] in (0, 1, 2) for one in plain["repetitions"]] == [True] * 3
    [first, *_] = plain["differences"]
    assert (first["joint"], first["repetition"], first["part"]) == ("left elbow", 1, "turn")
    assert first["degrees"] == pytest.approx(30, abs=4)
    assert first["words"].startswith("left elbow bends ")
    [elbow] = [one for one in plain["measures"] if one["name"] == "elbow_range"]
    assert elbow["value"] == pytest.approx(elbow["reference_value"], abs=5)
    assert plain["references"] == [
        {"id": "expert.mp4", "score": None, "similarity": comparison.form}
    ]


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("language", languages())
def test_every_difference_has_its_words(comparison, part, turn, language):
    words = load_words(language)
    of = replace(comparison, ours=replace(comparison.ours, turn=turn))
    one = replace(comparison.differences[0], part=part)
    for angle in ("left elbow", "right shoulder", "shoulder", "ankle", "trunk", "body line"):
        for degrees in (-20.0, 20.0):
            said = difference_sentence(replace(one, angle=angle, degrees=degrees), of, words)
            assert "20" in said
            assert "2" in said.partition("20")[2], "the repetition"


def test_a_joint_is_said_once_with_all_repetitions():
    found = compare(curls(bell(3), left=lambda elbow: elbow + 40), curls(bell(3)))
    [(first, also)] = said_once(found)
    assert first == found.differences[0]
    assert sorted([first.repetition, *also]) == [0, 1, 2]
    said = said_with_others(first, also, found, load_words())
    assert said == (
        difference_sentence(first, found, load_words())
        + f"; also in repetition {also[0] + 1}, {also[1] + 1}"
    )


def test_of_many_repetitions_it_is_said_how_many_they_are():
    found = compare(curls(bell(8), left=lambda elbow: elbow + 40), curls(bell(3)))
    [(first, also)] = said_once(found)
    assert len(also) == 7
    assert said_with_others(first, also, found, load_words()) == (
        difference_sentence(first, found, load_words())
        + f"; in 8 of 8 repetitions, most in {first.repetition + 1}"
    )
    plain = comparison_to_json(found, "mine.mp4", "expert.mp4")
    assert sorted(one["repetition"] for one in plain["differences"]) == list(range(8))


def test_of_each_difference_it_can_be_said_whether_it_is_true(html, comparison, tmp_path):
    [one] = [json.loads(unescape(found)) for found in re.findall(r'data-remark="(.*?)"', html)]
    first = comparison.differences[0]
    assert (one["about"], one["moment"]) == ("left elbow", "repetition 2 turn")
    assert (one["start_seconds"], one["end_seconds"]) == (first.start_seconds, first.end_seconds)
    verdict = {**one, "is_true": False, "was": "a =short arm"}
    notes = json.dumps({"drawings": [], "verdicts": [verdict]}).replace("<", "\\u003c")
    report = tmp_path / "report.html"
    report.write_text(html.replace('{"drawings": [], "verdicts": []}', notes, 1), "utf-8")
    [row] = find_corrections([report]).rows
    assert (row["file_name"], row["about"], row["was"]) == (
        "mine.npy",
        "left elbow",
        "a =short arm",
    )


def test_lengths_are_said_in_cm_or_in_body_lengths():
    words, still, sunk = load_words(), np.zeros(60), np.full(60, 0.1)
    for metres, amount in ((1.4, "14 cm"), (0.0, "0.10 body lengths")):
        found = compare(plank(sunk, metres=metres), plank(still, metres=metres))
        [line] = [one for one in found.differences if one.angle == "body line"]
        assert difference_in_short(line, found, words) == (
            f"hips {amount} lower, against the line of shoulder and ankle, from 0.0 to 2.0 s"
        )


def test_only_joints_that_were_seen_are_drawn():
    joints = curls(bell(1))
    visibility = joints.visibility.copy()
    visibility[:, joints.names.index("left wrist")] = 0.0
    whole, less = drawn_skeleton(joints), drawn_skeleton(replace(joints, visibility=visibility))
    assert len(whole["left"][0]) == len(less["left"][0]) + 1
    assert whole["right"] == less["right"]


def test_what_is_drawn_lies_where_the_joints_are():
    joints = curls(bell(1))
    drawn = drawn_skeleton(joints)
    shoulder = joints.of("left shoulder")[0] / (joints.width, 1) * drawn["parts"]
    assert drawn["left"][0][0][:2] == pytest.approx(shoulder, abs=1)


def test_a_skeleton_without_a_video_is_a_film():
    film = skeleton_film(curls(bell(1)))
    assert len(film.start_seconds) == len(bell(1))
    assert film.end_seconds == pytest.approx(len(bell(1)) / RATE, abs=0.01)


@pytest.mark.parametrize("language", languages())
def test_where_it_is_gravely_doubted_no_degrees_and_no_likeness_are_shown(comparison, language):
    doubt = PERSON_CHANGES(seconds=2.0)
    of = replace(comparison, doubts=(doubt,))
    html = make_movement_report(of, OURS, THEIRS, language, are_videos=(False, False)).html
    text, words = text_of(html), load_words(language)
    assert f"{words('withheld.similarity')} {words('withheld.lead')}" in text
    remedy = words.of_what(words("withheld.do"), words.remedy(doubt))
    assert f"{words.doubt(doubt)} {remedy}" in text
    assert difference_sentence(of.differences[0], of, words) not in text
    assert "data-remark" not in html.partition("<script")[0]
    assert words("measures.heading") not in text
    assert text.count(words.number(of.form, 2)) == 1, "in small type, folded away"
    assert html.count('class="ours"') == len(of.names)
    assert data_of(html)["marks"] == []


def test_json_withholds_it_too(comparison):
    of = replace(comparison, doubts=(PERSON_CHANGES(seconds=2.0),))
    plain = comparison_to_json(of, "mine.mp4", "expert.mp4")
    assert (plain["similarity"], plain["similarity_if_trusted"]) == (None, of.form)
    assert plain["likeness"]["form"] is plain["references"][0]["similarity"] is None
    assert (plain["differences"], plain["measures"]) == ([], [])
    assert (
        plain["differences_if_trusted"]
        == comparison_to_json(comparison, "mine.mp4", "expert.mp4")["differences"]
    )
    assert [sorted(one) for one in plain["repetitions"]] == [
        ["end_seconds", "index", "start_seconds", "turn_seconds"]
    ] * 3
    files = movement_files(of, "mine.mp4", "expert.mp4", "en")
    assert json.loads(files["result.json"])["clips"] == []
