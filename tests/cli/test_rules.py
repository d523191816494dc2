"""`podium rules`: what it says, in both languages, and what it refuses."""

import json
import re
from pathlib import Path

import pytest

from podium.judging import rules as all_rules
from podium.report.words import languages, load_words

PAGE = (Path(__file__).parents[2] / "docs" / "judges.md").read_text("utf-8")
PAGE = PAGE.partition("\n## Is this panel fair")[0]  # the rest: tests/audit/test_page.py
VAULT = ("rules", "gymnastics_vault", "--difficulty", "5.4")


def test_the_page_of_judges_is_as_it_is_written(podium):
    commands = re.findall(r"^```sh\n(.*?)\n```", PAGE, re.M | re.S)
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.M | re.S)
    answers = [podium(*command.removeprefix("podium ").split()) for command in commands]
    assert [(code, err) for code, _, err in answers] == [(0, "")] * 2
    assert answers[0][1] == shown
    assert answers[1][1].endswith("score       14.43 (9.1; 9.2; 9; 9.3; 9.1)\n")


def test_the_page_of_judges_names_every_rule():
    assert {f"`{rule.name}`" for rule in all_rules()} == set(
        re.findall(r"^\| (`\w+`) \|", PAGE, re.M)
    )


def test_the_answer_as_json(podium):
    words = ("diving", "407C", "--height", "10", "--year", "2012", "--json")
    code, out, err = podium("rules", *words)
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["words"] == "inward, 3½ somersaults, tuck"
    assert answer["meaning"] == {
        "direction": "inward", "half_somersaults": 7, "half_twists": 0, "is_flying": False,
        "is_armstand": False, "position": "tuck",
    }  # fmt: skip
    assert (answer["difficulty"], answer["year"], answer["height"]) == (3.2, 2012, 10.0)
    known = [(one["difficulty"], one["first"], one["last"]) for one in answer["known_difficulties"]]
    assert known == [(3.2, 2012, 2012), (3.2, 2026, None)]
    assert [panel["n_judges"] for panel in answer["panels"]] == [7, 5, 3]
    assert answer["scores"][-1] == {"mark": 10.0, "score": 96.0}
    assert answer["score"] is None


def test_marks_give_a_score_by_the_year(podium):
    asked = ("rules", "diving", "--difficulty", "3", "--marks", "7.5;6;9;7;8;5.5;8.5", "--json")
    by_year = {year: json.loads(podium(*asked, "--year", year)[1]) for year in ("2000", "2012")}
    assert (by_year["2000"]["score"], by_year["2012"]["score"]) == (66.6, 67.5)


def test_a_restart_is_taken_off_each_mark(podium):
    asked = ("rules", "diving", "407C", "--height", "3", "--marks", "7;7;7", "--penalty", "2")
    assert podium(*asked)[1].splitlines()[-1] == "score       51.00 (7; 7; 7)"


def test_a_year_of_which_the_difficulty_is_not_known_has_none(podium):
    code, out, _ = podium("rules", "diving", "407C", "--height", "10", "--year", "2015")
    assert code == 0
    assert "difficulty  10 m: not known\n" in out
    assert "score" not in out


def test_the_answer_in_german(podium):
    code, out, err = podium("rules", "diving", "5253b", "--height", "3", "--language", "de")
    assert (code, err) == (0, "")
    assert out.startswith(
        "Regel          diving\n"
        "Übung          5253B: rückwärts, 2½ Salti, 1½ Schrauben, gehechtet\n"
        "Schwierigkeit  3 m: 3,4\n"
        "bekannt        3 m: 3,4, ab 2025 (Formel der Regeln: A 2,2, B 0,3, C 0,7, D 0,2, E 0)\n"
        "Kampfgericht   7 Punktrichter, ab 2012: die mittleren 3 von 7 zählen\n"
    )


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("rule", [rule.name for rule in all_rules()])
def test_every_rule_is_said_in_every_language(podium, rule, language):
    for year in ((), ("--year", "1950")):
        code, out, err = podium("rules", rule, "--difficulty", "2", "--language", language, *year)
        assert (code, err) == (0, "")
        assert (load_words(language)("rules.unknown") in out) == bool(year)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("112C", "flying, forward, 1 somersault, tuck"),
        ("6243D", "armstand, back, 2 somersaults, 1½ twists, free"),
        ("5111", "forward, ½ somersault, ½ twist"),
        ("600A", "armstand, forward, straight"),
    ],
)
def test_a_number_in_words(podium, number, said):
    assert json.loads(podium("rules", "diving", number, "--json")[1])["words"] == said


HEIGHTS = "choose one of 1, 3, 5, 7.5, 10"
WRONG = {
    ("rules",): "podium rules needs SPORT: give it (see podium rules --help)",
    ("rules", "chess"): "no scoring rule is called 'chess': choose one of diving, "
    "figure_skating_component, figure_skating_element, gymnastics_vault, synchronised_diving",
    ("rules", "diving", "--height", "4"): f"--height 4 is not one: {HEIGHTS}",
    ("rules", "diving", "--height", "nan"): f"--height nan is not one: {HEIGHTS}",
    ("rules", "diving", "--year", "12"):
        "--year '12' must be a whole number, from 1900 to 2100, such as 2012",
    ("rules", "diving", "--difficulty", "32"):
        "32 is no difficulty of diving: give one from 1 to 6",
    ("rules", "diving", "--penalty", "-1"): "--penalty -1 must be from 0 to 10",
    ("rules", "diving", "--marks", "7,5"):
        "--marks '7,5' must be numbers with ; between them, such as '7;7.5;7;8;7'",
    ("rules", "diving", "--marks", "7.3;11"):
        "7.3, 11: no mark of diving; give marks from 0 to 10 in steps of 0.5",
    ("rules", "diving", "--marks", "7;7"): "diving has no panel of 2: give 3, 5 or 7 marks",
    ("rules", "diving", "407C", "--marks", "7;7;7"):
        "there is no score without a difficulty: give --difficulty, or an action and --height "
        "for which it is known",
    (*VAULT, "--height", "3"):
        "gymnastics_vault has no height: give --difficulty, if it has one",
    (*VAULT[:2], "407C"):
        "gymnastics_vault has no number of an action: give --difficulty, if it has one",
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_cannot_be_answered_is_said_in_one_line(podium, words):
    assert podium(*words) == (2, "", f"podium: {WRONG[words]}\n")
