"""The command `podium audit`: its lines, its JSON, and what it refuses."""

import json

import pytest

from audit.tables import panel, written
from podium.audit import PanelOptions, write_panels
from podium.cli.app import Exit
from podium.cli.commands import run
from podium.judging import rules


@pytest.fixture
def marks(tmp_path):
    options = PanelOptions(n_sessions=2, n_athletes=20, premium={1: 1.0})
    return write_panels(tmp_path / "marks.csv", options, 1)


def answer(capsys, *words):
    code = run([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_answers_in_lines(marks, capsys):
    code, out, err = answer(capsys, "audit", marks)
    said = out.splitlines()
    assert (code, err) == (Exit.DONE, "")
    assert said[0] == "1680 marks of 12 judges on 240 performances in 2 sessions"
    headings = [line for line in said if not line.startswith("  ")][1:-1]
    assert headings == ["Own country:", "Agreement:", "What marks follow:", "What it changed:"]
    assert len(said) < 30


def test_json_keeps_its_contract(marks, capsys):
    code, out, err = answer(capsys, "audit", marks, "--json", "--rule", "diving")
    found = json.loads(out)
    assert (code, err, out.count("\n")) == (Exit.DONE, "", 1)
    premium = found["own_country_premium"]
    assert {"value", "low", "high", "n_matched"} <= set(premium)
    assert premium["low"] < premium["value"] < premium["high"]
    (best, *_) = premium["judges"]
    assert best["judge"] == "J02"
    assert best["p_corrected"] < 0.05
    assert {"agreement", "trends", "changes", "rivals_premium", "scores"} <= set(found)
    assert found["rule"] == "diving"


def test_the_same_marks_give_the_same_answer(marks, capsys):
    first, second = (answer(capsys, "audit", marks, "--json") for _ in range(2))
    assert first == second


def test_where_there_is_no_premium_json_has_none(tmp_path, capsys):
    path = written(tmp_path / "marks.csv", panel([[5, 6, 7], [7, 9, 6], [4, 5, 4]]))
    code, out, _ = answer(capsys, "audit", path, "--json")
    nothing = {"value": None, "low": None, "high": None, "n_matched": 0, "judges": []}
    assert (code, json.loads(out)["own_country_premium"]) == (Exit.DONE, nothing)


def test_it_writes_a_report(marks, tmp_path, capsys):
    page = tmp_path / "out.html"
    code, _, err = answer(capsys, "audit", marks, "--report", page, "--language", "de")
    assert (code, err) == (Exit.DONE, f"report: {page}\n")
    assert '<html lang="de">' in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["none.csv"], Exit.INPUT, "none.csv: no such table of marks: check the path"),
        (["none.csv", "--rule", "chess"], Exit.USAGE,
         "no scoring rule is called 'chess': choose one of "
         + ", ".join(rule.name for rule in rules())),
        (["none.csv", "--year", "2000"], Exit.USAGE,
         "--year 2000 needs a rule: name the sport, such as --rule diving"),
        (["none.csv", "--report", "a.pdf"], Exit.USAGE,
         "--report a.pdf must end in .html: a report is a page, which a browser can print to PDF"),
    ],
)  # fmt: skip
def test_what_it_refuses(capsys, words, code, message):
    assert answer(capsys, "audit", *words) == (code, "", f"podium: {message}\n")


def test_it_never_writes_over_the_marks(tmp_path, capsys):
    path = written(tmp_path / "marks.html", panel([[5, 6]]))
    message = f"podium: {path}: is an input and would be overwritten: choose another file\n"
    assert answer(capsys, "audit", path, "--report", path) == (Exit.USAGE, "", message)
