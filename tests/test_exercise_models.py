"""The models for exercises that ship: skeletons by Kinect are scored, all else is doubted."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from podium.cli.commands import run
from podium.datasets.kimore import Kimore
from podium.datasets.ui_prmd import UiPrmd
from podium.model import SHIPPED, load_model

JOINTS = {"exercises": "keypoints-25x3", "exercises_ui_prmd": "angles-22x3"}
PUSH_UPS = "exercises_push_ups"
OF_DIVES = re.compile("take-?off|water|splash|entry|dive|expert's", re.I)


@pytest.mark.parametrize("name", JOINTS)
def test_a_model_is_small_and_keeps_no_performance(name: str) -> None:
    files = {path.name: path.stat().st_size for path in (SHIPPED / name).iterdir()}
    assert files.keys() == {"README.md", "config.json", "model.safetensors"}
    assert sum(files.values()) < 3_000_000
    model = load_model(name)
    assert (model.reads, model.experts) == (f"file-{JOINTS[name]}", {})
    assert model.scorer_name == "angle_statistics"


@pytest.mark.parametrize("name", JOINTS)
def test_a_card_says_how_good_it_is_on_new_people_and_for_whom_it_is_not(name: str) -> None:
    evidence = load_model(name).evidence
    main, floor = (evidence.left_out[row] for row in ("angle_statistics", "type_mean"))
    card = (SHIPPED / name / "README.md").read_text()
    assert evidence.grouped_by == "athlete"
    said = f"AUC {main['auc']:.3f}" if main["auc"] else f"rho {main['spearman']:.3f}"
    assert f"**On athletes it has not seen: {said}" in card
    assert main["interval"][0] > (floor["spearman"] or 0) + 0.1
    assert 0.85 <= main["covered"] <= 0.95
    assert "It is not for " in card
    assert "it decides nothing about a person's treatment. The data do not ship" in card
    assert not OF_DIVES.search(card)


def test_figures_on_new_people_are_those_of_the_readme() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    points = load_model("exercises").evidence.left_out["angle_statistics"]
    classes = load_model("exercises_ui_prmd").evidence.left_out["angle_statistics"]
    push_ups = summarised(PUSH_UPS)["left_out"]["angle_statistics"]
    assert f"AUC {push_ups['auc']:.2f} (" in readme
    assert f"rank correlation {points['spearman']:.2f}, mean error {points['mad']:.1f}" in readme
    assert f"AUC {classes['auc']:.2f}, {100 * classes['accuracy']:.0f} % rightly" in readme


def summarised(name: str) -> dict[str, Any]:
    """What is known of how well a model does, without the networks that it needs."""
    config = json.loads((SHIPPED / name / "config.json").read_text("utf-8"))
    return dict(config["evidence"])


def test_the_card_of_push_ups_says_how_good_it_is_on_recordings_left_out() -> None:
    evidence = summarised(PUSH_UPS)
    measured, floors = evidence["left_out"]["angle_statistics"], evidence["left_out"]
    card = (SHIPPED / PUSH_UPS / "README.md").read_text("utf-8")
    assert (evidence["grouped_by"], evidence["n_groups"]) == ("recording", 14)
    low, high = measured["auc_interval"]
    assert (
        f"**On recordings it has not seen: AUC {measured['auc']:.3f} ({low:.2f} to {high:.2f}), "
        f"accuracy {measured['accuracy']:.2f}, log loss {measured['log_loss']:.2f}**"
    ) in card
    assert measured["log_loss"] < floors["constant"]["log_loss"]
    for blank in ("difficulty", "type_mean"):
        assert f"| {blank} | - | - | - | - | - | - | - | - |" in card
    assert "It is not for other exercises" in card
    assert not OF_DIVES.search(card)
    assert sum(path.stat().st_size for path in (SHIPPED / PUSH_UPS).iterdir()) < 1_500_000


def test_a_push_up_on_video_is_told_right_from_wrong(
    joint_networks: Path,
    data_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    videos, report = data_folder / "pushups" / "videos", tmp_path / "report.html"
    for name, label in (("correct41", "correct"), ("wrong41", "wrong")):
        command = ["score", str(videos / f"{name}.mp4"), "--model", PUSH_UPS]
        assert run([*command, "--report", str(report)]) == 0
        said = capsys.readouterr().out
        assert re.match(rf"{label} \(probability 0\.\d\d\)\n", said)
        assert "the model learned from this very performance" in said
        text = re.sub(
            r"<style.*?</style>|<script.*?</script>|<[^>]*>",
            " ",
            report.read_text("utf-8"),
            flags=re.S,
        )
        assert not OF_DIVES.search(said + text)
        assert "Repetitions: 1" in said + text
    assert "line of the body: 172° in the middle of all moments" in said
    assert "elbow: 146° in the middle of all moments; correct ones have 107° to 150°" in text


def scored(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["score", *map(str, arguments), "--model", "exercises"]) == 0
    return capsys.readouterr().out


def test_a_skeleton_is_scored_with_a_range(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = next(p for p in Kimore(data_folder / "kimore").performances() if p.score)
    answer = scored(capsys, one.path, "--action", one.action)
    assert re.match(r"\d+\.\d of 50\.0 \(\d+\.\d to \d+\.\d\)\n", answer)
    assert not OF_DIVES.search(answer)
    found = json.loads(scored(capsys, one.path, "--action", one.action, "--json"))
    assert found["score_low"] <= found["score"] <= found["score_high"]
    assert abs(found["score"] - one.score) < 10  # it has learned from this one
    assert found["is_remembered"]


def test_right_and_wrong_are_told_from_angles_of_a_table(data_folder: Path, tmp_path: Path) -> None:
    known = UiPrmd(data_folder / "ui_prmd").performances()[::400]
    for one in known:
        (tmp_path / one.path.name).write_bytes(one.path.read_bytes())
    rows = [f"{one.path.name},{one.action},angles" for one in known]
    table, out = tmp_path / "t.csv", tmp_path / "p.csv"
    table.write_text("\n".join(["file_name,action,kind", *rows]))
    assert run(["predict", str(table), "--model", "exercises_ui_prmd", "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["label"] for row in found] == [one.extra["label"] for one in known]
    for row in found:
        chances = float(row["probability_correct"]), float(row["probability_incorrect"])
        assert sum(chances) == pytest.approx(1, abs=0.01)


def test_what_moves_like_nobody_is_doubted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).random((150, 25, 3)))
    answer = json.loads(scored(capsys, tmp_path / "noise.npy", "--action", "Es1", "--json"))
    assert answer["score"] is None
    assert answer["score_if_trusted"] is not None


def test_joints_of_another_sensor_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.npy"
    np.save(path, np.random.default_rng(0).random((150, 17, 2)))
    assert run(["score", str(path), "--model", "exercises", "--action", "Es1"]) == 3
    assert capsys.readouterr().err == (
        f"podium: {path}: holds the positions of 17 joints in 2 dimensions, but the model "
        "exercises reads the positions of 25 joints in 3 dimensions: give it these\n"
    )
