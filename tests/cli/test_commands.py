import csv
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import typer
from scipy import stats

from podium import __version__, _catalog
from podium.batch import Shard
from podium.cli import commands
from podium.cli.app import Exit, app
from podium.cli.given import read_table
from podium.cli.output import showing_progress
from podium.errors import Bug
from podium.model import load_model, shipped_models
from podium.report.words import languages
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.training import left_out
from podium.video import decoder

README = Path(__file__).parents[2] / "README.md"
LISTS = ("backbones", "datasets", "measures", "scorers", "models", "actions")
LISTED_COMMANDS = tuple(typer.main.get_command(app).commands)
COMMANDS = sorted(LISTED_COMMANDS)
UNKNOWN_ACTION = (
    "the model bars was not trained on the action '999': choose one of 107, 407, and add the "
    "position's letter (A, B, C or D) if you like, as in 107C"
)
MANY = "many at once are given to podium score, or in a table to podium predict"
NO_VIDEO = (
    "holds no video (its own folders are not looked into): name a folder with files that end in "
    ".mp4, .m4v, .mov, .mkv, .webm, .avi, .ts, .mts, .m2ts or .gif"
)
KINDS = "give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file"


IF_TRUSTED = ("score_if_trusted", "low_if_trusted", "high_if_trusted")


@pytest.fixture(autouse=True)
def _quick(quick_intervals, small_model, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))


@pytest.fixture
def refused(podium, tmp_path, monkeypatch):
    """Run a command that must fail: one line of error, nothing else said, no file left behind."""

    def call(code: int, message: str, *words: object) -> None:
        before = snapshot(tmp_path)
        answer = podium(*words)
        assert answer.err == f"podium: {message}\n"
        assert answer.code == code
        assert answer.out == ""
        assert snapshot(tmp_path) == before

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return call


@pytest.fixture
def model(small_model) -> tuple[str, str]:
    return "--model", str(small_model.folder)


@pytest.fixture
def dive(small_model) -> Path:
    return small_model.video("test", "107")


@pytest.fixture
def expert(small_model) -> Path:
    return small_model.video("train", "107")


@pytest.fixture
def quick_training(small_model, monkeypatch):
    """The default scorer with options that are quick; the others as they are."""
    make = left_out.make_scorer

    def quick(name, options, seed):
        if name == "siamese_lstm":
            return SiameseLSTM(small_model.options.scorer_options, seed)
        return make(name, options, seed)

    monkeypatch.setattr(left_out, "make_scorer", quick)


def snapshot(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


def rewrite(table: Path, change) -> None:
    """Change the rows of a table, each a dictionary of cells."""
    found = rows(table)
    for number, row in enumerate(found):
        change(number, row)
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        writer.writerows(found)


# score


def test_score_says_score_range_and_where_the_report_is(podium, model, dive, tmp_path):
    report = tmp_path / "new" / "out.html"
    answer = podium(
        "score", dive, *model, "--action", "107", "--difficulty", "2", "--report", report
    )
    assert answer.code == 0
    assert re.match(r"^\d+\.\d of 60\.0 \(\d+\.\d to \d+\.\d\), difficulty 2\n", answer.out)
    assert answer.err == f"report: {report}\n"
    assert report.read_text("utf-8").startswith("<!doctype html>")


def test_score_warns_of_what_it_had_to_assume(podium, model, dive):
    answer = podium("score", dive, *model)
    lines = answer.out.splitlines()
    assert re.match(
        r"^\d+\.\d of 60\.0 \(\d+\.\d to \d+\.\d\), difficulty 2 "
        r"\(assumed; the range is for 1\.6 to 3\.2\)$",
        lines[0],
    )
    assert lines[1].startswith("warning: no action was given: it was taken to be ")
    assert lines[2].startswith("warning: no difficulty was given: ")
    assert answer.err == ""


def test_score_parts_what_cost_points_from_what_did_not(podium, model, dive, monkeypatch):
    from podium.assessment.feedback import Remark

    told = (Remark(0.0, 0.5, -4.0, "one"), Remark(1.0, 1.5, 2.0, "other"))
    monkeypatch.setattr("podium.assessor.remarks", lambda *_: told)
    lines = podium("score", dive, *model, "--action", "107", "--difficulty", "2").out.splitlines()
    assert lines[1:] == [
        "What cost points (a minus shows how much higher the score would be with experts' clips "
        "in that place (in brackets: nine experts in ten); these are not deductions and do not add "
        "up to what is missing):",
        "0.0-0.5 s  -4.0  one",
        "Unlike the expert, but cost no points (with experts' clips in their place the score would "
        "be lower):",
        "1.0-1.5 s  +2.0  other",
    ]


def test_score_json_keeps_its_contract(podium, model, dive, tmp_path):
    answer = podium(
        "score", dive, *model, "--action", "107", "--difficulty", "2", "--json",
        "--report", tmp_path / "r.html",
    )  # fmt: skip
    found = answer.json()
    assert answer.out.count("\n") == 1
    assert answer.err == f"report: {tmp_path / 'r.html'}\n"
    assert all(isinstance(found[key], float) for key in ("score", "score_low", "score_high"))
    assert found["score_low"] <= found["score"] <= found["score_high"]
    assert found["score_range"] == [0.0, 60.0]
    assert (found["action"], found["difficulty"]) == ("107", 2.0)
    assert found["difficulty_is_assumed"] is False
    (reference,) = found["references"]
    assert (reference["id"], reference["score"]) == ("005", 72.0)
    assert (found["model"], found["backbone"]) == ("bars", "motion")
    assert len(found["clips"]) == 3
    for index, clip in enumerate(found["clips"]):
        assert clip["index"] == index
        assert clip["start_seconds"] < clip["end_seconds"]
        assert 0 <= clip["similarity"] <= 1
        assert isinstance(clip["contribution"], float)
        assert clip["faulty"] is (clip["similarity"] < 0.5)
    for remark in found["remarks"]:
        assert set(remark) == {"start_seconds", "end_seconds", "contribution", "words"}
    assert found["video"] == {
        "file": str(dive), "frames": 50, "used_frames": 48, "first_used_frame": 2,
        "seconds": pytest.approx(1.6), "warnings": [], "promised_frames": 50,
        "end_is_missing": False,
        "missing_event": "",
        "start_frame": 0, "end_frame": None,
    }  # fmt: skip


def test_score_beside_references_of_ones_own(podium, model, dive, expert):
    found = podium(
        "score", dive, *model, "--reference", expert, "--reference", "005", "--json"
    ).json()
    assert [r["id"] for r in found["references"]] == [f"reference {expert.name}", "005"]
    assert found["action"] == "107"


def test_one_real_process_says_the_same(dive, model, podium, small_model):
    words = ["score", str(dive), *model, "--action", "107", "--difficulty", "2", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", "from podium.cli import main; main()", *words],
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == podium(*words).json()


def test_main_leaves_with_the_exit_code(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        commands.main(["inspect", str(tmp_path / "none.mp4")])
    assert left.value.code == Exit.INPUT
    with pytest.raises(SystemExit) as left:
        commands.main(["list", "scorers"])
    assert left.value.code == Exit.DONE


# compare


def test_compare_says_how_alike_two_videos_are(podium, model, dive, expert, tmp_path):
    answer = podium("compare", dive, expert, *model, "--report", tmp_path / "r.html")
    assert answer.code == 0
    assert re.match(rf"^similarity [01]\.\d\d to reference {expert.name}\n", answer.out)
    assert "no score was given" in (tmp_path / "r.html").read_text("utf-8")


def test_compare_json_has_no_score(podium, model, dive, expert):
    found = podium("compare", dive, expert, *model, "--json").json()
    assert not {"score", "score_low", "score_high", "score_range"} & set(found)
    assert 0 <= found["similarity"] <= 1
    assert found["references"] == [
        {"id": f"reference {expert.name}", "score": None, "similarity": found["similarity"]}
    ]
    assert [clip["contribution"] for clip in found["clips"]] == [None] * 3


# what a coach keeps


def test_a_report_can_be_a_folder_and_in_german(podium, model, dive, expert, tmp_path):
    answer = podium(
        "score", dive, *model, "--reference", expert, "--action", "107", "--language", "de",
        "--report", tmp_path / "one.html", "--report-dir", tmp_path / "kept",
    )  # fmt: skip
    assert answer.code == Exit.DONE
    assert answer.err == (
        f"report: {tmp_path / 'one.html'}\nreport: {tmp_path / 'kept' / 'report.html'}\n"
    )
    for path in (tmp_path / "one.html", tmp_path / "kept" / "report.html"):
        assert "Beide Videos synchron" in path.read_text("utf-8")
    found = json.loads((tmp_path / "kept" / "result.json").read_text("utf-8"))
    assert found["alignment"]["cost"] > 0
    assert {p.name for p in (tmp_path / "kept").glob("*.mp4")} == {"query.mp4", "reference.mp4"}


def test_a_language_that_is_not_there_is_refused(refused, model, dive):
    refused(
        Exit.USAGE,
        f"no language is called 'xx': choose one of {', '.join(languages())}, "
        "or add a file to podium/report/_words",
        "score", dive, *model, "--report", "r.html", "--language", "xx",
    )  # fmt: skip


def test_a_folder_never_takes_the_place_of_a_video(refused, model, dive, tmp_path):
    video = tmp_path / "query.mp4"
    shutil.copy(dive, video)
    refused(
        Exit.USAGE,
        f"{video}: is an input and would be overwritten: choose another file",
        "score", video, *model, "--report-dir", tmp_path,
    )  # fmt: skip


def test_a_port_that_is_taken_is_said(podium, small_model, tmp_path):
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = podium(
            "serve", "--port", port, "--folder", tmp_path, "--model", small_model.folder
        )
    assert answer.code == Exit.USAGE
    assert answer.err == (
        f"podium: cannot listen on 127.0.0.1:{port} (Address already in use): choose another port "
        "with --port, or another address with --host\n"
    )


# predict


def test_predict_scores_every_row(podium, model, small_model, tmp_path):
    out = tmp_path / "predictions.csv"
    answer = podium("predict", small_model.manifest, "--out", out, *model)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        f"30 scored, 0 failed: {out}\nthe model learned from 24 of them: leave these out when you "
        "measure it\n"
    )
    found = rows(out)
    assert list(found[0]) == [
        "file_name", "id", "score", "score_low", "score_high", "warnings", "error", "is_remembered",
        "doubts", "severity", "mark", "mark_low", "mark_high",
        "score_if_trusted", "low_if_trusted", "high_if_trusted",
    ]  # fmt: skip
    assert [row["file_name"] for row in found] == [
        row["file_name"] for row in rows(small_model.manifest)
    ]
    assert {row["error"] for row in found} == {""}
    shown = [row for row in found if row["severity"] != "grave"]
    for row in shown:
        low, score, high = (float(row[name]) for name in ("score_low", "score", "score_high"))
        assert low <= score <= high
        low, mark, high = (float(row[name]) for name in ("mark_low", "mark", "mark_high"))
        assert 0 <= low <= mark <= high <= 10
        trusted = [row[name] for name in IF_TRUSTED]
        assert trusted == [row[name] for name in ("score", "score_low", "score_high")]
    of = {p.id: p.difficulty for p in read_table(small_model.manifest)}
    for row in filter(lambda row: row["mark"], found):  # the mean of the three marks that count
        worth = float(row["score"]) / of[row["id"]] / 3
        assert float(row["mark"]) == pytest.approx(worth, abs=1e-4)
    remembered = [row["is_remembered"] for row in found]
    assert remembered == ["true"] * 24 + ["false"] * 6
    said = "the model learned from this very performance: the score says what it remembers, not "
    assert [said + "how well it scores" in row["warnings"] for row in found] == (
        [True] * 24 + [False] * 6
    )


@pytest.fixture
def doubtful(small_model, make_video, tmp_path):
    """A table of two dives and a video of noise, which no model knows."""
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(50)]
    make_video("noise.mp4", noise)
    names = ["noise.mp4"]
    for one in small_model.performances()[-2:]:
        shutil.copy(one.path, tmp_path / one.path.name)
        names.append(one.path.name)
    lines = ["file_name,action,difficulty", *(f"{name},107,2.0" for name in names)]
    (tmp_path / "doubtful.csv").write_text("\n".join(lines))
    return tmp_path / "doubtful.csv"


def test_predict_withholds_a_score_that_is_gravely_doubted(podium, model, doubtful, tmp_path):
    out = tmp_path / "p.csv"
    answer = podium("predict", doubtful, "--out", out, *model)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        f"3 scored, 0 failed: {out}\nscores withheld for a grave doubt (warnings says why): 1\n"
    )
    noise, *dives = rows(out)
    assert (noise["doubts"], noise["severity"]) == ("novel", "grave")
    shown = ("score", "score_low", "score_high", "mark", "mark_low", "mark_high")
    assert [noise[name] for name in shown] == [""] * 6
    assert all(float(noise[name]) >= 0 for name in IF_TRUSTED)
    for row in dives:
        assert (row["doubts"], row["severity"]) == ("", "")
        assert [row[name] for name in IF_TRUSTED] == [row[name] for name in shown[:3]]


def test_a_score_that_is_gravely_doubted_is_an_answer(podium, model, doubtful):
    given = ("score", doubtful.with_name("noise.mp4"), *model, "--action", "107")
    answer = podium(*given)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[:3] == [
        "No score",
        "Why: this video is unlike those the model was trained on (only 4.0% of them lie as far "
        "from the others)",
        "  What to do: film the whole performance from the side, upright and in normal light, with "
        "HDR, filters and effects switched off, and cut away what comes before and after it; for "
        "another sport, train a model of its own",
    ]
    assert lines[3].startswith("warning: no difficulty was given: 2 was assumed, and the range")
    assert re.fullmatch(
        r"If it could be trusted: .* of 60\.0 \(.*\), difficulty 2 \(assumed; .*\)\. Do not use .*",
        lines[4],
    )
    assert not any(re.search(r"[+-]\d+\.\d  ", line) for line in lines[5:])
    found = podium(*given, "--json").json()
    assert [found[name] for name in ("score", "score_low", "score_high", "marks")] == [None] * 4
    assert all(isinstance(found[name], float) for name in IF_TRUSTED)
    assert [doubt["severity"] for doubt in found["doubts"]] == ["mild", "grave"]


def test_two_videos_that_are_gravely_doubted_have_no_similarity(podium, model, dive, doubtful):
    answer = podium("compare", dive, doubtful.with_name("noise.mp4"), *model)
    lines = answer.out.splitlines()
    assert answer.code == 0
    assert lines[0] == "No similarity"
    assert lines[1].startswith("Why: the reference noise.mp4 is unlike those the model was trained")
    assert lines[2].startswith("  What to do: take another video of the expert")
    assert lines[3].startswith("If it could be trusted: similarity ")


def test_a_model_is_not_measured_by_what_it_learned_from_without_a_word(
    podium, model, small_model, tmp_path
):
    out = tmp_path / "p.csv"
    podium("predict", small_model.manifest, "--out", out, "--split", "train", *model)
    answer = podium("evaluate", out, small_model.manifest)
    warning = (
        "the model learned from 24 of the 24 performances measured: these numbers show what the "
        "model remembers rather than how well it scores: measure others (podium predict --split "
        "test)"
    )
    assert answer.err.splitlines()[0] == f"warning: {warning}"
    constant = next(line for line in answer.out.splitlines() if line.startswith("constant"))
    assert constant.split()[1:3] == ["24", "-"]
    found = podium("evaluate", out, small_model.manifest, "--json").json()
    assert (found["n_remembered"], found["warnings"]) == (24, [warning])


def test_predict_agrees_with_score(podium, model, small_model, dive, tmp_path):
    podium("predict", small_model.manifest, "--out", tmp_path / "p.csv", *model)
    row = next(r for r in rows(tmp_path / "p.csv") if r["file_name"] == dive.name)
    known = next(p for p in small_model.performances() if p.path == dive)
    found = podium(
        "score", dive, *model, "--action", known.action, "--difficulty", known.difficulty, "--json"
    ).json()
    for key in ("score", "score_low", "score_high"):
        assert float(row[key]) == pytest.approx(found[key], abs=2e-4)


def test_predict_takes_one_split(podium, model, small_model, tmp_path):
    out = tmp_path / "p.csv"
    podium("predict", small_model.manifest, "--out", out, "--split", "test", *model)
    assert [row["id"] for row in rows(out)] == ["024", "025", "026", "027", "028", "029"]


def test_predict_goes_on_where_some_fail(podium, model, table, tmp_path):
    videos = table.parent
    (videos / "001.mp4").write_text("no video")
    (videos / "003.mp4").write_bytes(b"")
    rewrite(table, lambda i, row: row.update(action="999") if i == 5 else None)
    out = tmp_path / "p.csv"
    answer = podium("predict", table, "--out", out, *model)
    assert answer.code == Exit.SOME_FAILED
    found = {row["id"]: row for row in rows(out)}
    assert len(found) == 30
    errors = {id: row["error"] for id, row in found.items() if row["error"]}
    assert errors == {
        "001": f"{videos / '001.mp4'}: cannot be read as a video "
        f"(Invalid data found when processing input): {KINDS}",
        "003": f"{videos / '003.mp4'}: is empty (0 bytes): {KINDS}",
        "005": UNKNOWN_ACTION,
    }
    assert all(found[id]["score"] == "" for id in errors)
    assert all(row["score"] for id, row in found.items() if id not in errors)
    assert answer.err == (
        f"warning: {table}: line 7: action '999' is none of diving\n"
        f"27 scored, 3 failed: {out}\nthe model learned from 21 of them: leave these out when you "
        f"measure it\n  {errors['001']}\n  {errors['003']}\n  005.mp4: {errors['005']}\n"
        "to try them again: the same command with --resume (listed in "
        f"{out}.parts/failed-0-of-1.csv)\n"
    )


def test_predict_needs_no_scores(podium, model, table, tmp_path):
    podium("predict", table, "--out", tmp_path / "with.csv", *model)
    rewrite(table, lambda _, row: row.update(score="", judges=""))
    podium("predict", table, "--out", tmp_path / "without.csv", *model)
    assert (tmp_path / "with.csv").read_bytes() == (tmp_path / "without.csv").read_bytes()


# train


@pytest.mark.needs_train
def test_train_writes_a_model_that_scores(podium, small_model, quick_training, dive, tmp_path):
    out = tmp_path / "bars"
    answer = podium("train", small_model.manifest, "--out", out, "--backbone", "motion")
    assert (answer.code, answer.out) == (0, "")
    assert re.search(
        rf"^{re.escape(str(out))}: rho 0\.\d+ on left-out folds of 24 performances$",
        answer.err, re.M,
    )  # fmt: skip
    assert sorted(snapshot(out)) == ["README.md", "config.json", "model.safetensors"]
    found = podium("score", dive, "--model", out, "--json").json()
    assert found["model"] == "bars"


def trained(podium, manifest: Path, out: Path, *words: object) -> dict[str, bytes | None]:
    assert podium("train", manifest, "--out", out, "--scorer", "ridge", *words).code == 0
    return snapshot(out)


@pytest.mark.needs_train
def test_the_same_seed_gives_the_same_bytes(podium, small_model, tmp_path):
    first = trained(podium, small_model.manifest, tmp_path / "a" / "m", "--seed", 3)
    assert trained(podium, small_model.manifest, tmp_path / "b" / "m", "--seed", 3) == first
    assert trained(podium, small_model.manifest, tmp_path / "c" / "m", "--seed", 4) != first


@pytest.mark.needs_train
def test_rows_marked_test_are_never_looked_at(podium, table, small_model, tmp_path):
    def spoil(_: int, row: dict[str, str]) -> None:
        if row["split"] == "test":
            row.update(score="-99999", action="888", difficulty="55", judges="1;2;3")
            (table.parent / row["file_name"]).write_text("no video")

    rewrite(table, spoil)
    one = trained(podium, table, tmp_path / "a" / "m")
    assert one == trained(podium, small_model.manifest, tmp_path / "b" / "m")


@pytest.mark.needs_train
def test_where_no_bar_can_be_shown_a_line_now_and_then_says_how_far_it_is(
    podium, table, tmp_path, monkeypatch
):
    given = ("train", table, "--scorer", "ridge", "--out")
    assert podium(*given, tmp_path / "quick").err.count("\n") == 1
    for name in ("FIRST_SECONDS", "QUIET_SECONDS"):
        monkeypatch.setattr(f"podium.cli.progress.{name}", 0.0)
    lines = podium(*given, tmp_path / "slow").err.splitlines()
    told = [line.split(", about ")[0] for line in lines if line.endswith(" left")]
    assert told[:2] == ["looking at videos: 1 of 24", "looking at videos: 2 of 24"]
    assert "measuring on left-out folds: 4 of 5" in told


@pytest.mark.needs_train
def test_train_writes_down_how_the_loss_fell(podium, small_model, quick_training, tmp_path):
    out, log = tmp_path / "bars", tmp_path / "log"
    answer = podium("train", small_model.manifest, "--out", out, "--log", log)
    assert answer.code == 0
    assert answer.err.splitlines()[-2:] == [
        f"loss: {log / 'loss.csv'}", f"loss: {log / 'loss.png'}",
    ]  # fmt: skip
    header, *rows = (log / "loss.csv").read_text("utf-8").splitlines()
    assert header == "network,step,train_loss,validation_loss,kept"
    assert sum(row.endswith(",1") for row in rows) == 1
    assert sorted(snapshot(out)) == ["README.md", "config.json", "model.safetensors"]


@pytest.mark.needs_train
def test_without_what_draws_the_loss_is_still_a_table(
    podium, small_model, quick_training, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    table = tmp_path / "fell.csv"
    answer = podium("train", small_model.manifest, "--out", tmp_path / "m", "--log", table)
    assert answer.code == 0
    assert answer.err.splitlines()[-2:] == [
        f"loss: {table}",
        "loss: drawing pictures needs Matplotlib, which is not installed: "
        "pip install 'podium[benchmark]'",
    ]
    assert [path.name for path in tmp_path.glob("fell*")] == ["fell.csv"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--scorer", "ridge", "--log", "a", "--tensorboard", "b"),
            "with the scorer ridge nothing is learned step by step: leave out --log, --tensorboard",
        ),
        (("--log", "{file}"), "{file}: is a file: name a folder for the curves of --log"),
        (
            ("--tensorboard", "b"),
            "--tensorboard needs tensorboardX, which is not installed: "
            "pip install 'podium[tensorboard]'",
        ),
    ],
)
@pytest.mark.needs_train
def test_a_log_that_there_will_not_be_is_refused_before_anything_is_learned(
    podium, small_model, tmp_path, monkeypatch, words, message
):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    file = tmp_path / "file"
    file.write_text("mine")
    words = [word.format(file=file) for word in words]
    answer = podium("train", small_model.manifest, "--out", tmp_path / "m", *words)
    assert (answer.code, answer.err) in (
        (2, f"podium: {message.format(file=file)}\n"), (3, f"podium: {message}\n"),
    )  # fmt: skip
    assert not (tmp_path / "m").exists()


def test_a_log_never_takes_the_place_of_the_table(podium, table, tmp_path):
    answer = podium("train", table, "--out", tmp_path / "m", "--log", table)
    message = f"{table}: is an input and would be overwritten: choose another file"
    assert (answer.code, answer.err) == (2, f"podium: {message}\n")


@pytest.mark.needs_train
def test_train_resumes_to_the_same_bytes(
    podium, small_model, quick_training, tmp_path, monkeypatch
):
    given = ("train", small_model.manifest, "--backbone", "motion", "--out")
    assert podium(*given, tmp_path / "a" / "m").code == 0
    out, make, n_calls = tmp_path / "b" / "m", left_out.make_scorer, 0

    def stopping(*words):
        nonlocal n_calls
        n_calls += 1
        if n_calls == 3:
            raise KeyboardInterrupt
        return make(*words)

    monkeypatch.setattr(left_out, "make_scorer", stopping)
    answer = podium(*given, out)
    assert answer.code == 130
    assert answer.err == "podium: stopped: nothing half-written was left behind\n"
    assert len(snapshot(out)) == 3
    assert podium(*given, out, "--resume").code == 0
    assert n_calls == 7  # that one again, two more, and the model's own
    assert snapshot(out) == snapshot(tmp_path / "a" / "m")


@pytest.mark.needs_train
def test_train_says_which_videos_could_not_be_used(podium, table, tmp_path):
    (table.parent / "000.mp4").write_text("no video")
    answer = podium("train", table, "--out", tmp_path / "m", "--scorer", "constant")
    assert answer.code == Exit.SOME_FAILED
    assert answer.err.endswith(
        f"  {table.parent / '000.mp4'}: cannot be read as a video "
        f"(Invalid data found when processing input): {KINDS}\n"
    )
    assert sorted(snapshot(tmp_path / "m")) == ["README.md", "config.json", "model.safetensors"]


@pytest.mark.needs_train
def test_train_takes_augmented_variants(podium, small_model, tmp_path):
    plain = trained(podium, small_model.manifest, tmp_path / "a" / "m")
    more = trained(podium, small_model.manifest, tmp_path / "b" / "m", "--variants", 1)
    assert more["README.md"] == plain["README.md"]  # ridge has no use for them
    assert more["model.safetensors"] != plain["model.safetensors"]  # but what is usual is wider
    kept = snapshot(small_model.cache)
    trained(podium, small_model.manifest, tmp_path / "c" / "m", "--variants", 1)
    assert snapshot(small_model.cache) == kept


# evaluate


def test_evaluate_json_keeps_its_contract_and_agrees_with_scipy(
    podium, model, small_model, tmp_path
):
    out = tmp_path / "p.csv"
    podium("predict", small_model.manifest, "--out", out, "--split", "test", *model)
    answer = podium("evaluate", out, small_model.manifest, "--json")
    found = answer.json()
    assert answer.err == ""
    predicted = np.array([float(row["score"]) for row in rows(out)])
    tested = [p for p in small_model.performances() if p.split == "test"]
    true = np.array([p.score for p in tested])
    difficulty = np.array([p.difficulty for p in tested])
    every = [p.score for p in small_model.performances()]
    squares = (predicted - true) ** 2
    assert found["n"] == 6
    assert found["spearman"] == pytest.approx(stats.spearmanr(predicted, true)[0], abs=1e-6)
    assert found["mse"] == pytest.approx(squares.mean(), abs=1e-5)
    width = max(every) - min(every)
    assert found["r_l2"] == pytest.approx(100 * squares.mean() / width**2, abs=1e-5)
    assert found["execution_spearman"] == pytest.approx(
        stats.spearmanr(predicted / difficulty, true / difficulty)[0], abs=1e-6
    )
    low, high = found["interval"]
    assert -1 <= low <= high <= 1
    assert set(found["baselines"]) == {"constant", "difficulty", "type_mean"}
    train_scores = [p.score for p in small_model.performances() if p.split == "train"]
    constant = np.mean((np.mean(train_scores) - true) ** 2)
    assert found["baselines"]["constant"]["mse"] == pytest.approx(constant, abs=1e-5)


def test_evaluate_prints_a_table_with_the_floors(podium, model, small_model, tmp_path):
    out = tmp_path / "p.csv"
    podium("predict", small_model.manifest, "--out", out, "--split", "test", *model)
    answer = podium("evaluate", out, small_model.manifest)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split()[:5] == ["n", "spearman", "mse", "r_l2", "execution_spearman"]
    names = [line.split()[0] for line in lines[1:5]]
    assert names == ["predictions", "constant", "difficulty", "type_mean"]
    assert answer.err == ("baselines were fitted to the 24 training performances of the manifest\n")


def table_of_scores(folder, n_athletes, **columns):
    """A table of two performances an athlete, and one of predictions that are a point too high."""
    lines = [",".join(["file_name", "score", "athlete", *columns])]
    for number in range(2 * n_athletes):
        (folder / f"{number}.mp4").touch()
        cells = (str(values[number]) for values in columns.values())
        lines.append(",".join([f"{number}.mp4", str(number), f"a{number // 2:02}", *cells]))
    (folder / "t.csv").write_text("\n".join(lines))
    rows = [f"{number}.mp4,{number + 1}" for number in range(2 * n_athletes)]
    (folder / "p.csv").write_text("\n".join(["file_name,score", *rows]))
    return folder / "p.csv", folder / "t.csv"


def test_the_bar_of_a_stage_shows_the_name_of_a_column_as_it_is(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a screen
    with showing_progress() as progress:
        progress.report("measuring on each [/x]\x07 left out", 1, 2)
    assert "measuring on each [/x]\\x07 left out" in capsys.readouterr().err


def test_evaluate_prints_the_largest_groups_and_json_has_all(podium, tmp_path, quick_intervals):
    tables = table_of_scores(tmp_path, 12)
    answer = podium("evaluate", *tables)
    lines = answer.out.splitlines()
    assert [line.split() for line in lines[5:8]] == [
        [],
        ["athlete", "n", "spearman", "mse", "bias", "covered"],
        ["a00", "2", "-", "1.000", "1.000", "-"],
    ]
    assert len(lines) == 5 + 2 + 10 + 1
    assert lines[-1] == "and 2 more, with fewer performances or as many (--json has all)"
    assert answer.err.splitlines()[0] == "95 %: drawn were whole groups (athlete)"
    found = podium("evaluate", *tables, "--json").json()
    assert found["grouped_by"] == "athlete"
    assert [group["group"] for group in found["groups"]] == [f"a{i:02}" for i in range(12)]


def test_evaluate_groups_by_any_column_with_names_that_steer_nothing(
    podium, tmp_path, quick_intervals
):
    pools = ["\x1b[31m" + "x" * 60] * 3 + ["y"]
    answer = podium("evaluate", *table_of_scores(tmp_path, 2, pool=pools), "--group", "pool")
    names = [line.split()[0] for line in answer.out.splitlines()[6:]]
    assert names == ["pool", "\\x1b[31m" + "x" * 29 + "...", "y"]


def test_evaluate_refuses_a_group_that_is_not_known(podium, tmp_path):
    answer = podium("evaluate", *table_of_scores(tmp_path, 1), "--group", "pool")
    assert answer.code == 2
    assert answer.err == (
        "podium: --group pool: no column of that name says which performances belong together: "
        "choose one of athlete, event, action\n"
    )


def test_evaluate_says_how_many_could_not_be_scored(podium, tmp_path, quick_intervals):
    predictions, manifest = table_of_scores(tmp_path, 2)
    predictions.write_text(
        "file_name,score,error\n0.mp4,1,\n1.mp4,,no such file\n2.mp4,3,\n3.mp4,4,\n"
    )
    answer = podium("evaluate", predictions, manifest)
    assert "not measured: 1 that could not be scored (error says why)" in answer.err.splitlines()


def test_evaluate_says_how_many_scores_were_withheld(podium, tmp_path, quick_intervals):
    predictions, manifest = table_of_scores(tmp_path, 2)
    predictions.write_text(
        "file_name,score,score_if_trusted,severity\n0.mp4,1,1,\n1.mp4,,9,grave\n2.mp4,3,3,\n"
    )
    answer = podium("evaluate", predictions, manifest)
    lines = answer.out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:3]] == ["predictions", "not withheld"]
    assert "1 of the 3 scores were withheld by a grave doubt" in answer.err.splitlines()


def test_evaluate_prints_what_fits_classes(podium, tmp_path, quick_intervals):
    predictions, manifest = table_of_scores(tmp_path, 2, label=["good", "bad", "bad", "good"])
    predictions.write_text(
        "file_name,score,label,probability_good\n"
        "0.mp4,,good,.9\n1.mp4,,bad,.1\n2.mp4,,good,.6\n3.mp4,,good,.5\n"
    )
    answer = podium("evaluate", predictions, manifest)
    header, row = (line.split() for line in answer.out.splitlines()[:2])
    assert header[:4] == ["n", "auc", "accuracy", "log_loss"]
    assert row[:5] == ["predictions", "4", "0.750", "0.750", "0.455"]


# extract and inspect


def test_extract_looks_at_no_video_twice(podium, small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    given = ("extract", small_model.manifest, "--backbone", "motion")
    answer = podium(*given)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "30 of 30 videos have features\n"
    kept = snapshot(tmp_path / "cache")
    features = [name for name in kept if str(name).endswith(".safetensors")]
    assert len(features) == 30  # beside them lie the locks that processes share
    monkeypatch.setattr(
        "podium.features.extraction.decode", lambda *_, **__: pytest.fail("decoded again")
    )
    assert podium(*given).code == 0
    assert snapshot(tmp_path / "cache") == kept


def test_extract_does_its_shard_only(podium, small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    answer = podium("extract", small_model.manifest, "--backbone", "motion", "--shard", "1/3")
    n = len(Shard(1, 3).cut(small_model.performances()))
    assert 0 < n < 30
    assert answer.err == f"{n} of {n} videos have features\n"


def test_extract_says_which_failed(podium, table):
    (table.parent / "000.mp4").write_bytes(b"")
    answer = podium("extract", table, "--backbone", "motion")
    assert answer.code == Exit.SOME_FAILED
    assert answer.err == (
        "29 of 30 videos have features\n"
        f"  {table.parent / '000.mp4'}: is empty (0 bytes): {KINDS}\n"
    )


def test_inspect_says_what_a_video_holds(podium, dive):
    answer = podium("inspect", dive)
    assert (answer.code, answer.err) == (0, "")
    assert re.search(r"^frames +50$", answer.out, re.M)
    found = podium("inspect", dive, "--json").json()
    assert found == {
        "file": str(dive),
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "codec": "h264",
        "width": 64,
        "height": 48,
        "rotation_degrees": 0,
        "is_mirrored": False,
        "pixel_aspect": 1.0,
        "light": "SDR",
        "tracks": ["video h264 64x48 default used"],
        "frames_per_second": 30.0,
        "rate_varies": False,
        "seconds": pytest.approx(50 / 30, abs=1e-3),
        "frames": 50,
        "frames_promised": 50,
        "used_frames": 48,
        "first_used_frame": 2,
        "clips": 3,
        "within_bars": None,
        "warnings": [],
    }


def test_inspect_says_what_the_times_of_frames_say(podium, make_video):
    times = [3_600_000 + 40 * i for i in range(50) if i % 4]
    path = make_video("v.mkv", len(times), times_ms=times)
    found = podium("inspect", path, "--json").json()
    assert found["rate_varies"]
    assert found["frames_per_second"] == pytest.approx(36 / (times[-1] - times[0]) * 1000, abs=0.1)
    assert found["seconds"] == pytest.approx((times[-1] - times[0] + 40) / 1000, abs=0.03)


def test_inspect_says_what_is_left_within_black_bars(podium, make_video):
    generator = np.random.default_rng(0)
    frames = [generator.integers(60, 250, (48, 64, 3), np.uint8) for _ in range(30)]
    frames = [np.pad(frame, ((10, 10), (0, 0), (0, 0))) for frame in frames]
    found = podium("inspect", make_video("v.mp4", frames, crf="8"), "--json").json()
    assert (found["within_bars"], found["height"]) == ("64x48+0+10", 68)
    assert found["warnings"] == ["black bars about the picture were left out: 29 % of it"]


@pytest.mark.parametrize(("n_black", "n_light", "n_counting"), [(0, 3, 3), (17, 3, 3), (3, 0, 3)])
def test_inspect_says_what_a_video_holds_that_is_too_short(
    podium, make_video, n_black, n_light, n_counting
):
    light = [np.full((48, 64, 3), 90 + 9 * i, np.uint8) for i in range(n_light)]
    path = make_video(frames=[np.zeros((48, 64, 3), np.uint8)] * n_black + light)
    answer = podium("inspect", path)
    assert (answer.code, answer.err) == (0, "")
    assert re.search(rf"^frames +{n_black + n_light}$", answer.out, re.M)
    assert re.search(r"^first_used_frame +-$", answer.out, re.M)
    found = podium("inspect", path, "--json").json()
    assert list(found) == list(podium("inspect", make_video("long.mp4", 20), "--json").json())
    assert (found["frames"], found["frames_promised"]) == (n_black + n_light, n_black + n_light)
    assert (found["used_frames"], found["first_used_frame"], found["clips"]) == (0, None, 0)
    assert found["warnings"] == [
        f"{n_counting} of {n_black + n_light} frames count (no black padding, no repeats, about 30 "
        "a second): at least 16 are needed for one clip"
    ]


# list


@pytest.mark.parametrize("what", ["backbones", "datasets", "scorers"])
def test_list_is_derived_from_the_folder(podium, what):
    names = _catalog.names(f"podium.{what}")
    answer = podium("list", what)
    assert [line.split()[0] for line in answer.out.splitlines()] == list(names)
    found = podium("list", what, "--json").json()
    assert found == {name: _catalog.summary(f"podium.{what}", name) for name in names}
    assert all(found.values())


def test_list_models_and_actions(podium, model, small_model, monkeypatch):
    monkeypatch.setattr("podium.model.SHIPPED", small_model.folder.parent)
    assert podium("list", "models", "--json").json() == {"bars": "made-up bars"}
    assert podium("list", "actions", "--model", "bars", "--json").json() == {
        "107": "scored by bars",
        "407": "scored by bars",
    }


def test_the_models_that_ship_are_listed_with_a_clause_about_each(podium):
    listed = podium("list", "models", "--json").json()
    assert tuple(listed) == shipped_models()
    assert listed["diving"] == (
        "The 300 training dives of UNLV-Dive (Parmar and Morris, 2017): Olympic 10 m platform "
        "dives, three broadcasts of one competition in 2012, 320x240"
    )


HEAVY = {
    *("av", "fastapi", "jinja2", "matplotlib", "onnxruntime", "pandas", "pyarrow", "ray"),
    *("scipy", "sklearn", "torch"),
}


@pytest.mark.parametrize("words", [*(["list", what] for what in LISTS), ["--help"]], ids=" ".join)
def test_help_and_lists_import_nothing_heavy(words):
    code = (
        "import sys; from podium.cli.commands import run\n"
        f"assert run({words}) == 0\n"
        f"assert not {HEAVY} & set(sys.modules), {HEAVY} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=240, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_else_is_listed(refused):
    message = (
        "there is no list of 'nothing': choose backbones, datasets, measures, scorers, models or "
        "actions"
    )
    refused(2, message, "list", "nothing")


def test_what_can_be_listed_is_listed(podium):
    code, said, told = podium("list")
    assert (code, told) == (0, "")
    named = [line.split()[0] for line in said.splitlines()]
    assert tuple(named) == LISTS


@pytest.mark.parametrize("command", ["score", "measure"])
@pytest.mark.parametrize("speed", ["0", "nan", "4.5"])
def test_a_speed_at_which_nothing_is_played_is_refused(command, speed, refused):
    message = (
        f"--speed {speed!r} must be from 0.02 to 4 times as fast as it was, such as 0.5; leave it "
        "out to have it found out"
    )
    refused(2, message, command, "x.mp4", "--speed", speed)


# demo


def test_the_demo_scores_a_rendered_dive(podium, small_model, monkeypatch, tmp_path):
    monkeypatch.setattr("podium.cli.demo.MODEL", small_model.folder)
    answer = podium("demo", "--out", tmp_path / "demo")
    assert answer.code == 0, answer.err
    lines = dict(line.split(maxsplit=1) for line in answer.out.splitlines())
    assert {"video", "score", "panel", "report"} <= set(lines)
    assert sorted(snapshot(tmp_path / "demo")) == ["dive.mp4", "expert.mp4", "report.html"]
    assert lines["report"] == str((tmp_path / "demo" / "report.html").resolve())


# benchmark


@pytest.mark.needs_train
def test_benchmark_measures_scorers_on_a_table(podium, table, tmp_path):
    out = tmp_path / "out"
    answer = podium(
        "benchmark", "manifest", "--root", table, "--seeds", 2, "--out", out,
        "--scorer", "constant", "--scorer", "type_mean",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "| type_mean | " in answer.out
    assert answer.err == f"results: {out / 'motion.json'}\n"
    stored = json.loads((out / "motion.json").read_text("utf-8"))
    assert len(stored["cells"]) == 4
    assert len(list((out / "cells").iterdir())) == 4


@pytest.mark.needs_train
def test_benchmark_renders_what_was_measured(podium, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ("benchmark", "manifest", "--out", tmp_path / "out")
    podium(*asked, "--root", table, "--seeds", 1, "--scorer", "type_mean")
    answer = podium(*asked, "--render")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == f"tables: {tmp_path / 'out' / 'results.md'}\n"
    assert "| type_mean | " in (tmp_path / "out" / "results.md").read_text("utf-8")


def test_benchmark_of_nothing_known_is_refused(refused):
    known = ", ".join(_catalog.names("podium.datasets"))
    message = (
        f"no dataset is called 'nothing': choose one of {known}, or name your own as "
        "package.module:Class"
    )
    refused(Exit.USAGE, message, "benchmark", "nothing")


@pytest.mark.needs_train
def test_benchmark_without_data_says_where_they_were_looked_for(refused, tmp_path):
    message = (
        f"UNLV-Dive was looked for at {tmp_path / 'metadata.csv'} and is not there: set "
        "PODIUM_DATA to the folder that holds unlv-dive, or give its path"
    )
    refused(Exit.INPUT, message, "benchmark", "paper", "--root", tmp_path)


# help and the README


def test_help_names_every_command(podium):
    answer = podium("--help")
    assert (answer.code, answer.err) == (0, "")
    for name in COMMANDS:
        assert re.search(rf"^ +{name}  +\S", answer.out, re.M)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help(podium, name):
    answer = podium(name, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert f"podium {name}" in answer.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert re.search(rf"\bpodium {name}\b", README.read_text("utf-8"))


def test_the_version_is_told(podium):
    answer = podium("--version")
    assert (answer.code, answer.out, answer.err) == (0, f"podium {__version__}\n", "")


def test_without_a_command_the_help_is_shown(podium):
    answer = podium()
    assert (answer.code, answer.err) == (Exit.USAGE, "")
    assert answer.out == podium("--help").out


# wrong usage: one line, exit code 2


WHOLE = "must be a whole number"
WRONG_WORDS = {
    "score": "podium score needs VIDEO: give it (see podium score --help)",
    "compare a.mp4": "podium compare needs REFERENCE: give it (see podium compare --help)",
    "predict m.csv": "podium predict needs --out: give it (see podium predict --help)",
    "train": "podium train needs MANIFEST: give it (see podium train --help)",
    "nothing": f"there is no command 'nothing': choose one of {', '.join(LISTED_COMMANDS)}",
    "scor a.mp4": f"there is no command 'scor': choose one of {', '.join(LISTED_COMMANDS)}",
    "--nothing": "podium has no option --nothing: podium --help lists those it has",
    "score a.mp4 --nothing": (
        "podium score has no option --nothing: podium score --help lists those it has"
    ),
    "score a.mp4 --dificulty 3": (
        "podium score has no option --dificulty: choose --difficulty, or see podium score --help"
    ),
    "score a.mp4 --acton 407": (
        "podium score has no option --acton: choose --action, or see podium score --help"
    ),
    "score a.mp4 --report out.pdf": (
        "--report out.pdf must end in .html: a report is a page, which a browser can print to PDF"
    ),
    "score a.mp4 --difficulty hard": "--difficulty 'hard' must be a number, such as 3.2",
    "score a.mp4 --difficulty 3,3": "--difficulty '3,3' must be a number, such as 3.2",
    "score a.mp4 --difficulty": "--difficulty needs a value: write one after it",
    "score a.mp4 --json=5": "--json takes no value: write it alone",
    "score a.mp4 --language xx": (
        "no language is called 'xx': choose one of de, en, fr, or add a file to "
        "podium/report/_words"
    ),
    "score a.mp4 --model=": (
        f"no model is called '': choose one of {', '.join(shipped_models())}, or give the path of "
        "a folder made by podium train"
    ),
    "train m.csv --out x --seed one": (f"--seed 'one' {WHOLE}, from 0 to 4294967295, such as 7"),
    "train m.csv --out x --seed=-1": f"--seed '-1' {WHOLE}, from 0 to 4294967295, such as 7",
    "demo --seed 4294967296": f"--seed '4294967296' {WHOLE}, from 0 to 4294967295, such as 7",
    "train m.csv --out x --variants=-1": f"--variants '-1' {WHOLE}, 0 or more, such as 7",
    "benchmark paper --seeds 0": f"--seeds '0' {WHOLE}, 1 or more, such as 10",
    "benchmark paper --seeds 1.5": f"--seeds '1.5' {WHOLE}, 1 or more, such as 10",
    "benchmark manifest": (
        "the data set manifest is a table of your own: name it (podium benchmark manifest --root "
        "dives.csv)"
    ),
    "serve --port 70000": f"--port '70000' {WHOLE}, from 0 to 65535, such as 8017",
    "serve --port x": f"--port 'x' {WHOLE}, from 0 to 65535, such as 8017",
    "serve --host=": "--host '' must be an address to listen on, such as 127.0.0.1",
}


@pytest.mark.parametrize("words", WRONG_WORDS)
def test_wrong_words_are_answered_in_our_own(refused, words):
    refused(Exit.USAGE, WRONG_WORDS[words], *words.split(" "))


@pytest.mark.parametrize("difficulty", ["0", "-1.5", "nan", "inf"])
def test_an_impossible_difficulty_is_refused(refused, model, dive, difficulty):
    message = f"difficulty {difficulty} must be a number above 0, such as 3.2"
    refused(2, message, "score", dive, *model, f"--difficulty={difficulty}")


def test_a_difficulty_whose_decimal_point_is_shifted_is_refused(refused, model, dive):
    refused(
        2,
        "33 is not a possible difficulty (the model was trained on 1.6 to 3.2): check its decimal "
        "point, and give one such as 2.4, or leave it out",
        "score", dive, *model, "--action", "107", "--difficulty", "33", "--report", "r.html",
    )  # fmt: skip


def test_an_unknown_action_is_refused(refused, model, dive):
    refused(2, UNKNOWN_ACTION, "score", dive, *model, "--action", "999", "--report", "r.html")


@pytest.mark.parametrize("action", ["107 B", "407Z"])
def test_how_an_action_may_be_written_is_said(refused, dive, action):
    known = ", ".join(load_model("simulated").actions)
    refused(
        2,
        f"the model simulated was not trained on the action {action!r}: choose one of {known}, "
        "and add the position's letter (A, B, C or D) if you like, as in 107C",
        "score", dive, "--model", "simulated", "--action", action, "--report", "r.html",
    )  # fmt: skip


@pytest.mark.parametrize("command", ["score", "compare", "predict", "list"])
def test_an_unknown_model_is_refused(refused, dive, small_model, command):
    words = {
        "score": ["score", dive],
        "compare": ["compare", dive, dive],
        "predict": ["predict", small_model.manifest, "--out", "p.csv"],
        "list": ["list", "actions"],
    }
    message = (
        f"no model is called 'nothing': choose one of {', '.join(shipped_models())}, "
        "or give the path of a folder made by podium train"
    )
    refused(2, message, *words[command], "--model", "nothing")


@pytest.mark.parametrize("kind", ["scorer", "backbone"])
def test_an_unknown_scorer_or_backbone_is_refused(refused, small_model, kind):
    message = (
        f"no {kind} is called 'nothing': choose one of "
        f"{', '.join(_catalog.names(f'podium.{kind}s'))}, or name your own as package.module:Class"
    )
    refused(2, message, "train", small_model.manifest, "--out", "m", f"--{kind}", "nothing")
    if kind == "backbone":
        refused(2, message, "extract", small_model.manifest, "--backbone", "nothing")


@pytest.mark.parametrize("shard", ["3/2", "2/2", "0/0", "-1/2", "1", "a/b", "1/2/3", "", "²/3"])
@pytest.mark.parametrize("command", ["predict", "extract"])
def test_a_shard_that_is_none_is_refused(refused, small_model, model, command, shard):
    message = f"shard {shard!r} must be i/n, where i is at least 0 and below n, such as 0/8"
    more = ("--out", "p.csv", *model) if command == "predict" else ("--backbone", "motion")
    refused(2, message, command, small_model.manifest, *more, f"--shard={shard}")


def test_an_unknown_split_is_refused(refused, small_model, model):
    given = ("predict", small_model.manifest, "--out", "p.csv", *model, "--split")
    refused(2, "no split is called 'dev': choose train, validation or test", *given, "dev")
    message = f"{small_model.manifest}: has no rows in the split validation: choose another split"
    refused(3, message, *given, "validation")


def test_train_over_a_file_or_a_folder_in_use_is_refused(refused, small_model, tmp_path):
    (tmp_path / "here" / "file").write_text("mine")
    (tmp_path / "here" / "full").mkdir()
    (tmp_path / "here" / "full" / "notes").write_text("mine")
    given = ("train", small_model.manifest, "--scorer", "constant", "--out")
    refused(2, "file: is a file: name a folder for the model", *given, "file")
    message = "full: is not empty: choose another folder, or add --resume to finish or renew it"
    refused(2, message, *given, "full")


def test_what_is_read_is_never_written_over(refused, table, model, dive, tmp_path):
    video = tmp_path / "here" / "v.mp4"
    video.write_bytes(dive.read_bytes())

    def message(path: object) -> str:
        return f"{path}: is an input and would be overwritten: choose another file"

    refused(2, message("v.mp4"), "score", video, *model, "--report", "v.mp4")
    refused(2, message(video), "score", dive, *model, "--reference", "v.mp4", "--report", video)
    refused(2, message("v.mp4"), "compare", dive, video, *model, "--report", "v.mp4")
    refused(2, message(table), "predict", table, *model, "--out", table)
    first = table.parent / "000.mp4"
    refused(2, message(first), "predict", table, *model, "--out", first)


# input that cannot be used: one line, exit code 3


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        for start in range(0, 8192, 1024):
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = 44100, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(params=["missing", "text", "empty", "folder", "sound only", "3 frames"])
def unusable(request, tmp_path, make_video) -> tuple[Path, str]:
    """A path that is no usable video, and what is said of it."""
    path = tmp_path / "x.mp4"
    if request.param == "missing":
        return path, f"{path}: no such file: check the path"
    if request.param == "text":
        path.write_text("this is no video\n" * 20)
        return path, (
            f"{path}: cannot be read as a video (Invalid data found when processing input): {KINDS}"
        )
    if request.param == "empty":
        path.write_bytes(b"")
        return path, f"{path}: is empty (0 bytes): {KINDS}"
    if request.param == "folder":
        path.mkdir()
        return path, f"{path}: is a folder: {KINDS}; {MANY}"
    if request.param == "sound only":
        sound_only(path)
        return path, f"{path}: holds no moving picture (sound or a cover only): {KINDS}"
    make_video("x.mp4", 3)
    return path, f"{path}: 3 frames are too few: at least 16 are needed for one clip"


def test_a_video_that_cannot_be_used_is_refused(refused, model, dive, unusable):
    path, message = unusable
    alone = f"{path}: {NO_VIDEO}" if path.is_dir() else message
    refused(3, alone, "score", path, *model, "--report", "r.html", "--json")
    refused(3, message, "score", dive, *model, "--reference", path, "--report", "r.html")
    refused(3, message, "compare", path, dive, *model, "--report", "r.html")
    refused(3, message, "compare", dive, path, *model, "--report", "r.html")
    if "too few" not in message:
        refused(3, message, "inspect", path)


@pytest.mark.parametrize("given", [["017"], ["017", "017"], ["005", "017"]])
def test_references_of_another_action_are_refused(refused, model, dive, given):
    message = (
        "reference 017 shows action 407 and the video shows 107: give references of the same action"
    )
    words = [word for id_ in given for word in ("--reference", id_)]
    refused(3, message, "score", dive, *model, "--action", "107", *words, "--report", "r.html")


@pytest.mark.parametrize("command", ["predict", "train", "evaluate", "extract"])
def test_a_manifest_with_problems_is_refused_with_all_of_them(refused, model, table, command):
    rewrite(table, lambda i, row: row.update(score=["inf", "many"][i]) if i < 2 else None)
    message = (
        f"{table}: 2 problems, nothing was done: "
        "line 2: score 'inf' must be a number, or empty where it is not known; "
        "line 3: score 'many' must be a number, or empty where it is not known"
    )
    refused_table(refused, model, table, command, message)


@pytest.mark.parametrize("command", ["predict", "train", "evaluate", "extract"])
def test_a_missing_manifest_is_said(refused, model, tmp_path, command):
    table = tmp_path / "none.csv"
    message = f"{table}: no such table of performances: check the path"
    refused_table(refused, model, table, command, message)


def refused_table(refused, model, table: Path, command: str, message: str) -> None:
    if command == "evaluate":
        Path("p.csv").write_text("file_name,score\n000.mp4,1\n")
        refused(3, message, "evaluate", "p.csv", table, "--json")
        return
    words = {
        "predict": ["predict", table, "--out", "p.csv", *model],
        "train": ["train", table, "--out", "m", "--scorer", "constant"],
        "extract": ["extract", table, "--backbone", "motion"],
    }
    refused(3, message, *words[command])


def test_predictions_that_are_none_are_refused(refused, small_model, tmp_path):
    path = tmp_path / "p.csv"
    given = ("evaluate", path, small_model.manifest)
    refused(3, f"{path}: no such table of predictions: check the path", *given)
    path.write_text('{"score": 5}')
    message = f"{path}: is not a table of predictions: it needs the columns file_name and score"
    refused(3, message, *given)
    path.write_bytes(b"\x89PNG\r\n")
    said = "is not UTF-8 text (byte 0 is not): save it as UTF-8, or give a Parquet file"
    refused(3, f"{path}: {said}", *given)
    refused(3, message.replace(str(path), str(small_model.folder / "config.json")),
            "evaluate", small_model.folder / "config.json", small_model.manifest)  # fmt: skip


def test_a_damaged_model_is_refused(refused, small_model, dive, tmp_path):
    folder = Path(shutil.copytree(small_model.folder, tmp_path / "bars"))
    (folder / "config.json").unlink()
    message = (
        f"{folder / 'config.json'}: is missing or not a model's config (No such file or "
        "directory): train the model again, or copy the folder again"
    )
    refused(3, message, "score", dive, "--model", folder, "--report", "r.html")


def test_a_place_that_cannot_be_written_to_is_refused_before_any_work(
    refused, model, small_model, dive, table, tmp_path
):
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.write_text("mine")
    writing = {
        "the report": ["score", dive, *model, "--json", "--report"],
        "the predictions": ["predict", table, *model, "--out"],
        "the table of performances": ["convert", file, "--out"],
    }
    for what, given in writing.items():
        refused(2, f"{folder}: is a folder: name a file for {what}", *given, folder)
        refused(2, f"/: is a folder: name a file for {what}", *given, "/")
        below = file / "there" / "x"
        message = f"{below}: cannot be made because {file} is a file: name another place for {what}"
        refused(2, message, *given, below)
    filling = {
        "the report": ["compare", dive, dive, *model, "--report-dir"],
        "the model": ["train", table, "--out"],
        "the results": ["benchmark", "simulated", "--out"],
        "the assessments": ["serve", "--port", "0", "--folder"],
        "the videos and the report": ["demo", "--out"],
    }
    for what, given in filling.items():
        refused(2, f"{file}: is a file: name a folder for {what}", *given, file)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to the administrator")
def test_a_folder_that_is_read_only_is_said(podium, model, dive, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    answer = podium("score", dive, *model, "--report", folder / "r.html")
    assert answer.code == Exit.INPUT
    assert re.match(rf"^podium: {re.escape(str(folder))}/.*: Permission denied: .*\n$", answer.err)
    assert list(folder.iterdir()) == []


MAKE_ROOM = "make room or name another disk (for features, PODIUM_CACHE), and run it again"


def inspected_into(stdout: Any, video: Path, unbuffered: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "from podium.cli import main; main()", "inspect", str(video)],
        stdout=stdout, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_cannot_be_printed_whole_is_said(dive, unbuffered):
    with open("/dev/full", "w") as full, inspected_into(full, dive, unbuffered) as process:
        said = process.stderr.read()
    assert process.returncode == Exit.INPUT
    assert said == f"podium: standard output: No space left on device: {MAKE_ROOM}\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_is_no_error(dive, unbuffered):
    with inspected_into(subprocess.PIPE, dive, unbuffered) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == Exit.DONE


def test_a_full_disk_is_said_and_nothing_earlier_is_lost(
    podium, refused, model, dive, tmp_path, monkeypatch
):
    podium("score", dive, *model)  # its features are kept now
    report = tmp_path / "here" / "r.html"
    report.write_text("yesterday's")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    message = f"{report}: No space left on device: {MAKE_ROOM}"
    refused(3, message, "score", dive, *model, "--report", report)


# faults of Podium's own


def test_a_fault_of_its_own_is_one_line_too(podium, model, dive, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("three\nlines\nlong")

    monkeypatch.setattr("podium.assessor.clip_feedback", broken)
    answer = podium("score", dive, *model)
    assert (answer.code, answer.out) == (Exit.BUG, "")
    assert answer.err == (
        "podium: this is a bug in Podium (RuntimeError: three lines long): "
        "please report it with what podium --debug shows\n"
    )
    with pytest.raises(RuntimeError, match=r"^three\nlines\nlong$"):
        podium("--debug", "score", dive, *model)


def test_an_exception_in_the_decoder_is_ours_and_debug_shows_it(podium, dive, monkeypatch):
    code = (
        "from podium.video import _decoder_process\ndef faulty(*_): len(5)\n"
        "_decoder_process._video_stream = faulty\n_decoder_process.main()"
    )
    monkeypatch.setattr("podium.video.decoder.COMMAND", (sys.executable, "-c", code))
    decoder._children.end()
    answer = podium("inspect", dive)
    assert (answer.code, answer.out) == (Exit.BUG, "")
    assert answer.err == (
        f"podium: {dive}: this is a bug in Podium (TypeError: object of type 'int' has no len()): "
        "please report it with what podium --debug shows\n"
    )
    with pytest.raises(Bug) as caught:
        podium("--debug", "inspect", dive)
    assert "in faulty" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"),
    ],
)
def test_memory_that_ran_out_is_no_fault_of_its_own(podium, model, dive, monkeypatch, error):
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("podium.assessor.clip_feedback", full)
    answer = podium("score", dive, *model)
    assert (answer.code, answer.out) == (Exit.INPUT, "")
    assert answer.err == "podium: memory ran out: close other programs, and run it again\n"


def test_debug_shows_where_an_error_came_from(podium, tmp_path):
    with pytest.raises(FileNotFoundError):
        podium("--debug", "inspect", tmp_path / "none.mp4")


def test_an_interruption_is_one_line(podium, dive, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("podium.video.frames.probe", interrupted)
    answer = podium("inspect", dive)
    assert (answer.code, answer.out) == (130, "")
    assert answer.err == "podium: stopped: nothing half-written was left behind\n"


def test_a_name_that_cannot_be_printed_is_answered(dive, model, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4"))
    odd.write_bytes(dive.read_bytes())
    words = ["compare", str(dive), str(odd), *model]
    done = subprocess.run(
        [sys.executable, "-c", "from podium.cli import main; main()", *words],
        capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"similarity ")
    assert b"reference \\udcff.mp4" in done.stdout
