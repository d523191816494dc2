"""`podium compare` of three and more, and of reports that were kept."""

import json

from podium.cli.app import Exit
from report.test_film import write_report


def kept(folder, score, **changes):
    about = {"score": score, "score_low": score - 5, "score_high": score + 5, "difficulty": 3.2}
    return write_report(folder, **about, action="407", **changes)


def test_reports_that_were_kept_stand_side_by_side(podium, tmp_path):
    folders = [kept(tmp_path / name, score) for name, score in (("a", 60), ("b", 80), ("c", 62))]
    code, said, told = podium("compare", *folders)
    assert (code, told) == (Exit.DONE, "")
    heads, scores, *_, legend = said.splitlines()
    assert heads.split() == ["a", "b", "c"]
    assert scores.split("  ")[0] == "Score"
    cells = [cell.strip() for cell in scores.split("  ") if cell.strip()]
    assert cells[1:] == ["60.0 (55.0 to 65.0)", "+ 80.0 (75.0 to 85.0)", "= 62.0 (57.0 to 67.0)"]
    assert legend.startswith("+ more, - less, = no difference that can be told. Others are held")


def test_the_same_as_json(podium, tmp_path):
    one, other = kept(tmp_path / "a", 60), kept(tmp_path / "b", 40) / "result.json"
    code, said, _ = podium("compare", one, other, "--json")
    assert code == Exit.DONE
    found = json.loads(said)
    assert found["names"] == [str(one), str(other)]
    assert found["rows"][0] == {
        "name": "Score",
        "cells": [
            {"value": "60.0", "range": "55.0 to 65.0", "beside_first": "first"},
            {"value": "40.0", "range": "35.0 to 45.0", "beside_first": "less"},
        ],
    }


def test_videos_are_scored_first(podium, small_model, tmp_path):
    dive, model = small_model.video("test", "107"), small_model.folder
    report = kept(tmp_path / "a", 60)
    code, said, _ = podium("compare", dive, report, "--model", model, "--json")
    assert code == Exit.DONE
    scores = json.loads(said)["rows"][0]["cells"]
    alone = json.loads(podium("score", dive, "--model", model, "--json")[1])
    shown = "no score" if alone["score"] is None else f"{alone['score']:.1f}"
    assert (scores[0]["value"], scores[1]["value"]) == (shown, "60.0")


def test_what_is_for_two_alone_is_refused(podium, tmp_path):
    one, other = kept(tmp_path / "a", 60), kept(tmp_path / "b", 40)
    assert podium("compare", one, other, "--report", tmp_path / "x.html") == (
        Exit.USAGE, "",
        "podium: --report and --report-dir are for one video beside one expert: leave them out; "
        "podium serve plays any two of several in step\n",
    )  # fmt: skip
    assert podium("compare", one, other, "--mirror") == (
        Exit.USAGE, "",
        "podium: --mirror and --frames-per-second are for two people who exercise: leave them "
        "out\n",
    )  # fmt: skip
    assert podium("compare", *[one] * 21) == (
        Exit.USAGE, "", "podium: 21 performances are too many to compare: name 20 at most\n"
    )  # fmt: skip
    none = tmp_path / "none.json"
    assert podium("compare", one, none) == (
        Exit.INPUT, "",
        f"podium: {none / 'result.json'}: no such file: name the folder that podium score "
        "--report-dir wrote\n",
    )  # fmt: skip
