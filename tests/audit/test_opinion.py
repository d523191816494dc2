"""Podium beside a panel: how it agrees, where both cannot be right, and what is left out."""

import json
import math
import re

import numpy as np
import pytest

from audit.tables import panel, written
from podium.audit import audit_marks, make_audit_report, read_marks, read_predicted
from podium.audit.agreement import usual_spread, weighted_kappa
from podium.audit.pictures import MOST_ROWS, WIDTH, pairs
from podium.audit.sentences import lines
from podium.cli.app import Exit
from podium.cli.commands import run
from podium.errors import ManifestError
from podium.judging import find_rule
from podium.report.words import languages, load_words

N, OFF = 80, (7, 30, 55)
"""So many performances, and those whose marks Podium's lie far from."""


def predicted(n=N, **changes):
    """Rows of predictions about what `panels` gives, changed as told: by column, by row."""
    generator = np.random.default_rng(1)
    rows = []
    for number in range(n):
        mark = worth(number) + generator.normal(0, 0.3) + 3 * (number in OFF)
        rows.append(
            {"file_name": f"v/{number}.mp4", "id": f"P{number}", "score": 9 * mark,
             "score_low": 9 * mark - 9, "score_high": 9 * mark + 9, "error": "",
             "is_remembered": "false", "doubts": "", "mark": mark, "mark_low": mark - 1,
             "mark_high": mark + 1}
        )  # fmt: skip
    for column, values in changes.items():
        for number, value in values.items():
            rows[number][column] = value
    return rows


def worth(number):
    return 2 + 5 * number / N


def panels(n_judges=7):
    generator = np.random.default_rng(0)
    means = np.array([worth(number) for number in range(N)])
    given = means[:, None] + generator.normal(0, 0.4, (N, n_judges))
    return panel(np.round(given * 2) / 2, athlete=[f"A{number % 9}" for number in range(N)])


@pytest.fixture
def audited(tmp_path):
    """Audit those panels beside predictions, the marks called by the id or as told."""

    def audit(rows=None, *, rule=None, given=None):
        marks = written(tmp_path / "marks.csv", panels() if rows is None else rows)
        table = written(tmp_path / "p.csv", predicted() if given is None else given)
        chosen = find_rule(rule) if rule else None
        return audit_marks(read_marks(marks, chosen), chosen, predicted=read_predicted(table))

    return audit


def test_what_lies_too_far_apart_is_found_worst_first(audited):
    found = audited().second_opinion
    beyond = found.performances[: found.n_beyond]
    assert {one.performance for one in beyond} == {f"P{number}" for number in OFF}
    apart = [one.apart for one in found.performances]
    assert apart == sorted(apart, reverse=True)
    assert all((one.apart > 0) == (one.podium.low > one.panel.high) for one in found.performances)
    assert len(found.performances) == N


def test_it_is_measured_as_one_more_judge(audited):
    """Beside the plain way to the same numbers."""
    audit = audited()
    rows, given = panels(), predicted()
    by = {}
    for row in rows:
        by.setdefault(row["performance"], []).append(row["mark"])
    mean = np.array([np.mean(by[row["id"]]) for row in given])
    mark = np.array([row["mark"] for row in given])
    found = audit.second_opinion.agreement
    assert found.n == N
    assert found.bias.value == pytest.approx((mark - mean).mean())
    assert found.bias.low < found.bias.value < found.bias.high
    assert found.sd == pytest.approx((mark - mean).std())
    median = np.array([np.median(by[row["id"]]) for row in given])
    assert found.kappa == pytest.approx(weighted_kappa(mark, median))
    assert found.half_width == pytest.approx(1)
    assert found.share_held == pytest.approx(np.mean(np.abs(mark - mean) <= 1))
    assert found.kappa_judges > found.kappa
    assert found.sd_judges < 0.5 < found.sd


def test_the_range_of_the_panel_is_that_of_its_mean(audited, tmp_path):
    """What is usual between a judge and the others says how far one mark scatters."""
    found = audited().second_opinion
    table = read_marks(tmp_path / "marks.csv")
    usual = usual_spread(table)
    one = next(row for row in found.performances if row.performance == "P5")
    (place,) = (n for n, name in enumerate(table.performances) if name == "P5")
    of_one_mark = usual[table.performance == place][0] * math.sqrt(6 / 7)
    assert one.panel.high - one.panel.value == pytest.approx(
        1.96 * of_one_mark / math.sqrt(7), rel=0.01
    )
    # About nineteen in twenty of these panels hold what the performance was worth.
    held = [one.panel.low <= worth(int(one.performance[1:])) <= one.panel.high
            for one in found.performances]  # fmt: skip
    assert np.mean(held) > 0.88


def test_by_a_rule_the_marks_that_count_are_compared(audited):
    rows = panels()
    for row in rows:
        row["difficulty"] = 3.0
    found = audited(rows, rule="diving").second_opinion
    by = {}
    for row in rows:
        by.setdefault(row["performance"], []).append(row["mark"])
    for one in found.performances:
        counting = sorted(by[one.performance])[2:5]
        assert one.panel.value == pytest.approx(np.mean(counting))
        assert one.score == pytest.approx(3.0 * sum(counting))


def test_a_published_score_is_shown_as_it_is(audited):
    rows = panels()
    for row in rows:
        row["score"] = 50.25
    assert {one.score for one in audited(rows).second_opinion.performances} == {50.25}
    assert math.isnan(audited().second_opinion.performances[0].score)


@pytest.mark.parametrize("name", ["file", "column", "id"])
def test_performances_are_matched_by_file_name_or_id(audited, name):
    rows = panels()
    for row in rows:
        video = f"v/{row['performance'][1:]}.mp4"
        if name == "column":
            row["file_name"] = video
            row["performance"] = f"dive {row['performance']}"
        elif name == "file":
            row["performance"] = video
    found = audited(rows).second_opinion
    assert (len(found.performances), found.n_unmatched) == (N, 0)
    assert all(one.file_name.startswith("v/") for one in found.performances)


def test_names_that_do_not_tell_which_are_of_no_performance(audited):
    given = predicted(id={3: "P4"})  # two of one id, and P3 is called nowhere
    found = audited(given=given).second_opinion
    assert (len(found.performances), found.n_unmatched) == (N - 2, 2)
    rows = [
        {"event": event, **row, "performance": row["performance"] if event == "A" else name}
        for event, name in (("A", ""), ("B", "P1"))
        for row in panels()
        if event == "A" or row["performance"] == "P1"
    ]
    found = audited(rows).second_opinion  # P1 took place twice
    assert (len(found.performances), found.n_unmatched) == (N - 1, 2)


def test_what_is_no_opinion_is_left_out_and_counted(audited):
    given = predicted(
        error={0: "0.mp4: is no video"},
        mark={0: "", 1: ""},
        mark_low={0: "", 1: ""},
        mark_high={0: "", 1: ""},
        score={0: ""},
        doubts={2: "novel;no_action", 3: "no_action"},
        is_remembered={4: "true", 5: "true"},
    )
    for row in given:
        row["severity"] = {"P2": "grave", "P6": "grave", "P3": "mild"}.get(row["id"], "")
    found = audited(given=given).second_opinion
    counts = found.n_failed, found.n_withheld, found.n_remembered, found.n_unmatched
    assert counts == (1, 3, 2, 0)
    assert len(found.performances) == found.agreement.n == N - 6


def test_where_nothing_is_left_that_is_said(audited):
    given = predicted(is_remembered=dict.fromkeys(range(N), "true"))
    audit = audited(given=given)
    assert audit.second_opinion.agreement is None
    words = load_words()
    assert lines(audit, words)[-3:-1] == [
        "A second opinion:",
        "  Podium's marks stand beside the panel's for 0 of 80 performances. Left out: 0 that the "
        "predictions do not name, 0 whose video could not be used, 0 of which Podium withholds its "
        "score or doubts it gravely, 80 that its model learned from.",
    ]
    assert '<table class="opinion">' not in make_audit_report(audit, "marks.csv").html


def test_predictions_of_other_performances_are_refused(audited):
    with pytest.raises(ManifestError) as caught:
        audited(given=predicted(2, id={0: "x", 1: "y"}))
    assert str(caught.value) == (
        "the predictions are of none of the 80 performances: give the marks a column file_name "
        "that names the video of each as the predictions do (such as 'v/0.mp4'), or call each "
        "performance by that or by its id"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file_name,mark,mark_low,mark_high\n",
         "lists no predictions: make it with podium predict"),
        ("file_name,score\na.mp4,70\n",
         "has no column mark, mark_low, mark_high: make it with podium predict, which says what a "
         "score means as a mark"),
        ("file_name,score,mark,mark_low,mark_high\na.mp4,70,,,\n",
         "has no mark in any row: every score was withheld, or the model learned from scores that "
         "no panel's marks make; use one that did, such as podium predict --model diving"),
        ("file_name,mark,mark_low,mark_high,severity\na.mp4,7,6,8,Grave\n",
         "line 2: severity 'Grave' must be mild or grave, or empty"),
        ("file_name,mark,mark_low,mark_high\na.mp4,7,8,9\na.mp4,x,1e13,nan\n",
         "line 2: mark 7 must lie from mark_low, 8, to mark_high, 9; line 3: 'a.mp4' is predicted "
         "on line 2, too; line 3: mark 'x' must be a number from -1e+12 to 1e+12, or empty; line "
         "3: mark_high 'nan' must be a number from -1e+12 to 1e+12, or empty; line 3: mark_low "
         "'1e13' must be a number from -1e+12 to 1e+12, or empty"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_marks_of_podium_is_refused(tmp_path, text, message):
    path = tmp_path / "p.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ManifestError) as caught:
        read_predicted(path)
    assert str(caught.value) == f"{path}: {message}"


def test_the_command_says_all_of_it(tmp_path, capsys):
    marks = written(tmp_path / "marks.csv", panels())
    table = written(tmp_path / "p.csv", predicted())
    page = tmp_path / "out.html"
    words = ["audit", str(marks), "--predictions", str(table), "--report", str(page)]
    assert run(words) == Exit.DONE
    said = capsys.readouterr().out.splitlines()
    told = said[said.index("A second opinion:") + 1 : -1]
    assert len(told) == 3 + len(OFF) + 1
    assert re.fullmatch(
        r"  As one more judge, on 80 performances, Podium differs from the panel by \+0\.\d\d "
        r"\(-?\+?\d\.\d\d to \+\d\.\d\d\), with a standard deviation of 0\.\d\d \(a judge from the "
        r"others: 0\.\d\d\), \d\.\d\d times what is usual at that level \(RMS\), weighted kappa "
        r"0\.\d\d \(judges: 0\.\d\d\); its range is 1\.00 marks to either side here and held the "
        r"panel's mark in \d\d % of the cases, so it says little of smaller differences, and on "
        r"events that its model has not seen it does worse than this\.",
        told[1],
    )
    assert re.fullmatch(
        r"  P\d+: panel \d\.\d\d \(\d\.\d\d to \d\.\d\d\), Podium \d\.\d\d \(\d\.\d\d to "
        r"\d+\.\d\d\); video v/\d+\.mp4",
        told[3],
    )
    video = told[3].rpartition(" ")[2]
    assert told[-1] == (
        f"  What Podium saw in a video is in its report: podium score {video} --report out.html"
    )
    html = page.read_text("utf-8")
    assert html.count('<tr class="beyond">') == len(OFF)
    assert run([*words[:4], "--json"]) == Exit.DONE
    found = json.loads(capsys.readouterr().out)["second_opinion"]
    assert (found["n_beyond"], len(found["performances"])) == (len(OFF), N)
    assert found["performances"][0]["file_name"] == video


def test_without_predictions_nothing_is_said_of_them(tmp_path, capsys):
    marks = written(tmp_path / "marks.csv", panels())
    assert run(["audit", str(marks), "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["second_opinion"] is None
    assert run(["audit", str(marks)]) == Exit.DONE
    assert "A second opinion:" not in capsys.readouterr().out


@pytest.mark.parametrize("code", languages())
def test_the_picture_has_both_ranges_of_the_worst(audited, code):
    audit = audited()
    found = pairs(audit.second_opinion)
    assert (len(found.rows), found.n_all) == (MOST_ROWS, N)
    for row in found.rows:
        for line in (row.panel, row.podium):
            assert 0 <= line.left <= line.x <= line.left + line.width <= WIDTH
    page = make_audit_report(audit, "marks.csv", code).html
    assert page.count('class="reach podium"') == page.count('class="reach panel"') == MOST_ROWS
    assert not re.search(r"<script|<link|<img|https?://|\bon\w+=|\bnan\b", page)
