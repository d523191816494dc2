"""The models that ship, on real dives where these are present, and on rendered ones everywhere."""

import csv
import io
import json
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest

import podium
from podium.cli.commands import run
from podium.model import SHIPPED, load_model, shipped_models
from podium.simulation import stage, write_video

CONTRACT = {
    "score": float,
    "score_low": float,
    "score_high": float,
    "score_range": list,
    "action": str,
    "difficulty": float,
    "references": list,
    "clips": list,
    "remarks": list,
    "model": str,
    "backbone": str,
    "video": dict,
}

NUMBER = re.compile(r"\d+(?:\.\d+)?")
CROOKED = stage("407", {"entry": 0.9, "splash": 0.9}, 90_003)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A flawless dive, another of the same, and one with a crooked entry and a large splash."""
    folder = tmp_path_factory.mktemp("rendered")
    dives = {
        "expert": stage("407", {}, 90_001),
        "good": stage("407", {}, 90_002),
        "crooked": CROOKED,
    }
    for name, dive in dives.items():
        write_video(folder / f"{name}.mp4", dive.frames(), dive.options.frames_per_second)
    return {name: folder / f"{name}.mp4" for name in dives}


def test_five_models_ship() -> None:
    assert shipped_models() == (
        "diving",
        "exercises",
        "exercises_push_ups",
        "exercises_ui_prmd",
        "simulated",
    )


@pytest.mark.parametrize("name", shipped_models())
def test_it_is_saved_anew_whatever_version_measured_it(name, tmp_path):
    model = load_model(name)
    model.save(tmp_path / name)
    assert load_model(tmp_path / name).evidence == model.evidence


@pytest.mark.parametrize("name", ["diving", "simulated"])
def test_a_model_is_small_and_holds_three_files_and_what_is_kept_of_experts(name: str) -> None:
    files = {path.name: path.stat().st_size for path in (SHIPPED / name).iterdir()}
    kept = {"experts.json", "experts.safetensors"} & files.keys()
    assert files.keys() - kept == {"README.md", "config.json", "model.safetensors"}
    assert sum(files.values()) < 15_000_000


@pytest.mark.parametrize("name", ["diving", "simulated"])
def test_a_card_shows_the_floors_and_the_model_is_well_above_them(name: str) -> None:
    model = load_model(name)
    results = model.evidence.hardest
    card = (SHIPPED / name / "README.md").read_text()
    for row in ("siamese_lstm", "constant", "difficulty", "type_mean"):
        rho = results[row]["spearman"]
        assert f"| {row} | {'-' if rho is None else f'{rho:.3f}'} |" in card
    floors = [results[row]["interval"][1] or 0 for row in ("constant", "difficulty", "type_mean")]
    assert results["siamese_lstm"]["interval"][0] > max(floors) + 0.1
    assert 0.85 <= results["siamese_lstm"]["covered"] <= 0.95


def test_diving_was_measured_on_broadcasts_it_had_not_seen() -> None:
    evidence = load_model("diving").evidence
    assert (evidence.grouped_by, len(evidence.groups)) == ("event", 3)
    main = evidence.left_out["siamese_lstm"]
    assert main["spearman"] > 0.8
    assert main["mse"] < 55
    assert all(group["covered"] > 0.8 for group in evidence.groups)
    card = (SHIPPED / "diving" / "README.md").read_text()
    assert f"**On events it has not seen: rho {main['spearman']:.3f}" in card


def same_but_for_tenths(line: str, said: str) -> None:
    """Compare two lines; another release of a codec may move a score by tenths."""
    assert NUMBER.sub("#", line) == NUMBER.sub("#", said)
    expected = [pytest.approx(float(number), abs=1.0) for number in NUMBER.findall(said)]
    assert [float(number) for number in NUMBER.findall(line)] == expected


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where the demo was told to write, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert run(["demo", "--out", str(folder)]) == 0
    return folder, printed.getvalue()


def test_the_readme_shows_what_the_demo_prints(demo: tuple[Path, str]) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    shown = re.search("^    video .*\n    score .*\n    panel .*$", readme, re.M)[0].split("\n")
    printed = demo[1].replace(str(demo[0]), "out/demo").splitlines()
    for line, said in zip(printed[:3], shown, strict=True):
        same_but_for_tenths(line, said.strip())


def test_the_readme_shows_what_a_dive_scores_of_which_nothing_is_said(data_folder: Path) -> None:
    readme = " ".join((Path(__file__).parent.parent / "README.md").read_text("utf-8").split())
    path = data_folder / "dives" / "unlv_054_original_length.avi"
    said = re.search(r"`([^`]+ \(assumed; the range is for [^`]+)`", readme)[1]
    same_but_for_tenths(str(podium.load("diving").assess(path)), said)


def test_the_demo_prints_score_clips_and_report(demo: tuple[Path, str]) -> None:
    lines = demo[1].splitlines()
    shown = {line.split()[0]: line for line in lines if not line.startswith(" ")}
    assert {"video", "score", "panel", "clips", "report"} <= shown.keys()
    assert shown["clips"] == "clips that cost points:"
    report = Path(shown["report"].removeprefix("report").strip())
    assert report == (demo[0] / "report.html").resolve()
    assert report.read_text().count("data:image/jpeg;base64,") >= 12


def test_a_flawless_dive_scores_more_than_a_crooked_one(rendered: dict[str, Path]) -> None:
    judge = podium.load("simulated")
    scores = {
        name: judge.assess(path, action="407", difficulty=3.2).score
        for name, path in rendered.items()
    }
    assert scores["good"].value > scores["crooked"].value + 10
    assert scores["expert"].value > scores["crooked"].value + 10


def test_the_crooked_entry_is_found_and_costs_points(rendered: dict[str, Path]) -> None:
    judge = podium.load("simulated")
    result = judge.assess(
        rendered["crooked"], action="407", difficulty=3.2, references=[rendered["expert"]]
    )
    worst = min(result.clips, key=lambda clip: clip.contribution or 0)
    assert worst.faulty
    entry_seconds = CROOKED.faults[0].start_frame / CROOKED.options.frames_per_second
    assert worst.end_seconds > entry_seconds
    assert worst.contribution < -2


def test_a_video_compared_with_itself_is_alike_in_every_clip(rendered: dict[str, Path]) -> None:
    judge = podium.load("simulated")
    same = judge.compare(rendered["expert"], rendered["expert"])
    other = judge.compare(rendered["crooked"], rendered["expert"])
    assert min(clip.similarity for clip in same.clips) > 0.5
    assert same.similarity > other.similarity


def test_a_rendered_dive_is_unlike_what_diving_was_trained_on(rendered: dict[str, Path]) -> None:
    result = podium.load("diving").assess(rendered["good"], action="407", difficulty=3.2)
    assert [w for w in result.warnings if w.startswith("this video is unlike those")]


def assessed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert run(["score", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_real_dive_gives_the_json_of_the_contract(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = data_folder / "dives" / "unlv_054_original_length.avi"
    result = assessed(capsys, str(video), "--action", "207", "--difficulty", "3.3")
    for key, kind in CONTRACT.items():
        assert isinstance(result[key], kind), key
    assert result["score_low"] <= result["score"] <= result["score_high"]
    assert {"frames", "used_frames", "seconds", "warnings"} <= result["video"].keys()
    assert len(result["clips"]) == 5  # the last ends shortly after the splash


def test_black_padding_and_another_codec_move_the_score_by_less_than_three_points(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = ("--action", "207", "--difficulty", "3.3")
    original = data_folder / "dives" / "unlv_054_original_length.avi"
    padded = data_folder / "unlv-dive" / "videos" / "054.mp4"
    scores = [assessed(capsys, str(path), *known)["score"] for path in (original, padded)]
    assert abs(scores[0] - scores[1]) < 3


def test_a_springboard_dive_is_scored_with_a_warning(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = assessed(capsys, str(data_folder / "dives" / "springboard_640x480.mp4"))
    assert [w for w in result["video"]["warnings"] if w.startswith("this video is unlike those")]


@pytest.mark.timeout(1200)
def test_a_third_of_the_test_split_is_predicted_whole(data_folder: Path, tmp_path: Path) -> None:
    table, out = data_folder / "unlv-dive" / "metadata.csv", tmp_path / "p.csv"
    third = ["--split", "test", "--shard", "0/3"]
    assert run(["predict", str(table), *third, "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 21
    assert sum(not row["score"] for row in rows) <= 0.05 * len(rows)
    names = ("low_if_trusted", "score_if_trusted", "high_if_trusted")
    low, score, high = (np.array([float(row[name]) for row in rows]) for name in names)
    assert (low <= score).all()
    assert (score <= high).all()
    assert np.ptp(score) > 20


def test_no_socket_is_opened_by_a_score(rendered: dict[str, Path], tmp_path: Path) -> None:
    import subprocess

    code = (
        "import socket\n"
        "def refuse(*_, **__): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = socket.socket.bind = refuse\n"
        "from podium.cli import main; main()\n"
    )
    arguments = ["score", str(rendered["good"]), "--report", str(tmp_path / "r.html")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "a socket was opened" not in done.stderr


UNSEEN = "what was not seen may have gone well or badly"


@pytest.mark.slow
def test_a_real_dive_that_was_cut_and_saved_again_is_not_scored_as_if_whole(
    data_folder: Path, tmp_path: Path
) -> None:
    from podium.datasets.unlv_dive import UnlvDive
    from podium.video.frames import decode
    from podium.video.layout import without_leading_black

    judge, found = podium.load("diving"), []
    dives = [p for p in UnlvDive(data_folder / "unlv-dive").performances() if p.split == "train"]
    for dive in dives[::75]:
        frames = without_leading_black(decode(dive.path, width=320, height=240)).pixels
        path = tmp_path / f"{dive.id}.mp4"
        write_video(path, frames[: len(frames) - 40], 30)
        known = {"action": dive.action, "difficulty": dive.difficulty}
        whole, cut = (judge.assess(video, **known) for video in (dive.path, path))
        assert not whole.is_withheld
        assert cut.is_withheld
        found += [w for w in cut.warnings if w.endswith(UNSEEN)]
        assert (cut.score.low, cut.score.high) == (cut.score.range_low, cut.score.range_high)
        assert cut.score.low <= dive.score <= cut.score.high
    assert found == [f"the splash was not found in the video: {UNSEEN}"] * 4


def test_a_file_that_lost_its_end_is_not_scored_as_if_whole(
    data_folder: Path, tmp_path: Path
) -> None:
    whole = data_folder / "dives" / "unlv_054_original_length.avi"
    path = tmp_path / "cut.avi"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    result = podium.load("diving").assess(path, action="207", difficulty=3.3)
    assert (
        f"the end of the video is missing: {UNSEEN}, so a score has a wide range" in result.warnings
    )
    assert (result.score.low, result.score.high) == (0.0, pytest.approx(99))
    video = result.to_json()["video"]
    assert video["end_is_missing"]
    assert video["frames"] < video["promised_frames"]
