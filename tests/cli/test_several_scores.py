"""Several scores of one performance: learned, given and measured, each by itself."""

import csv
import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import podium
from messages import whole
from podium.cli.app import Exit
from podium.datasets.manifest import Manifest
from podium.errors import ManifestError, ModelError, TrainingError
from podium.evaluation import metrics
from podium.evaluation.results import evaluate_predictions
from podium.model import MAX_SCORES, load_model
from podium.simulation import RoutineOptions, simulate_routines
from podium.training import TrainingOptions, train_model

pytestmark = pytest.mark.needs_train

NAMES = ["elements", "components"]


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


@pytest.fixture(scope="module")
def routines(tmp_path_factory) -> Path:
    """A table of rendered routines, with the marks for elements and for components."""
    folder = tmp_path_factory.mktemp("routines")
    lines = ["file_name,split,score,score_elements,score_components"]
    for i, one in enumerate(simulate_routines(RoutineOptions(28, n_elements=5))):
        np.save(folder / f"{one.id}.npy", one.joints()[:, ::4].astype(np.float32))
        # Of one nobody marked the components.
        components = "" if i == 5 else one.score_components
        lines.append(
            f"{one.id}.npy,{'test' if i % 4 == 3 else 'train'},{one.score},"
            f"{one.score_elements},{components}"
        )
    return write(folder, lines)


def write(folder: Path, lines: list[str], name: str = "t.csv") -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return folder / name


def without_headline(table: Path) -> Path:
    """Write the same table without its column score."""
    rows = [line.split(",") for line in table.read_text("utf-8").split()]
    lines = [",".join([*row[:2], *row[3:]]) for row in rows]
    return write(table.parent, lines, "without.csv")


@pytest.fixture(scope="module")
def model(routines, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("several") / "several"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "bootstrap", partial(metrics.bootstrap, n_resamples=30))
        train_model(Manifest(routines).performances(), folder, TrainingOptions("ridge"))
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_is_learned_from_those_that_have_it_in_the_same_folds(model):
    loaded = load_model(model)
    assert list(loaded.scores) == NAMES
    assert loaded.score_names == tuple(NAMES)
    assert loaded.evidence.n_train == loaded.scores["elements"].evidence.n_train == 21
    assert loaded.scores["components"].evidence.n_train == 20
    assert loaded.scores["elements"].score_range[1] <= 10 < loaded.score_range[1]
    folds = {one.evidence.seed for one in (loaded, *loaded.scores.values())}
    assert folds == {0}
    card = (model / "README.md").read_text("utf-8")
    assert "\n| components | 20 | " in card


def test_each_is_given_with_its_own_range_and_quality(podium, model, routines):
    video = routines.parent / "routine-003.npy"
    found = podium("score", video, "--model", model, "--json").json()
    assert found["headline"] is None
    assert [one["name"] for one in found["scores"]] == NAMES
    for one in found["scores"]:
        assert one["score_low"] <= one["score"] <= one["score_high"]
        evidence = load_model(model).scores[one["name"]].evidence
        assert one["rank_correlation"] == evidence.results["ridge"]["spearman"]
        assert one["n_measured"] == evidence.n_train
        assert one["score_range"][1] <= 10
    _, out, _ = podium("score", video, "--model", model)
    assert "\nelements " in out
    assert "\ncomponents " in out


def test_tables_have_each_and_each_is_measured(podium, model, routines, tmp_path):
    out = tmp_path / "p.csv"
    assert podium("predict", routines, "--split", "test", "--model", model, "--out", out).code == 0
    for row in rows(out):
        for name in NAMES:
            cells = [row[f"score_{name}{end}_if_trusted"] for end in ("_low", "", "_high")]
            low, value, high = map(float, cells)
            assert low <= value <= high
            is_withheld = row["severity"] == "grave"
            assert row[f"score_{name}"] == ("" if is_withheld else cells[1])
    found = podium("evaluate", out, routines, "--json").json()
    assert list(found["scores"]) == NAMES
    true = {p.path.name: p.scores["elements"] for p in Manifest(routines).performances()}
    errors = [float(r["score_elements_if_trusted"]) - true[r["file_name"]] for r in rows(out)]
    assert found["scores"]["elements"]["mse"] == pytest.approx(np.mean(np.square(errors)), rel=1e-3)
    assert found["scores"]["elements"]["n"] == 7
    assert "constant" in found["scores"]["components"]["baselines"]
    _, shown, _ = podium("evaluate", out, routines)
    assert "\nscore_components:\n" in shown


def test_without_a_column_score_the_first_one_is_shown_first(podium, routines, tmp_path):
    table, model = without_headline(routines), tmp_path / "model"
    code, _, said = podium("train", table, "--out", model, "--scorer", "ridge")
    assert code == Exit.DONE
    sentence = (
        "the table has no column score: score_elements, the first of its scores, is what is shown "
        "first"
    )
    assert f"{model}: {sentence}\n" in said
    found = podium("score", table.parent / "routine-003.npy", "--model", model, "--json").json()
    assert found["headline"] == "elements"
    assert [one["name"] for one in found["scores"]] == NAMES
    assert found["scores"][0]["score"] == found["score"]
    out = tmp_path / "p.csv"
    podium("predict", table, "--model", model, "--out", out)
    measured = evaluate_predictions(out, Manifest(table).performances())
    assert measured["warnings"][-1] == sentence
    assert measured["headline"] == "elements"
    assert measured["scores"].keys() == {*NAMES}


def test_a_report_says_each(model, routines):
    judge = podium.load(model)
    page = judge.assess(routines.parent / "routine-003.npy").report().html
    assert "<dt>elements</dt>" in page
    assert "on 20 performances left out of training)" in page


def test_what_is_no_number_is_told_with_all_else(routines):
    bad = write(
        routines.parent,
        ["file_name,score_a,score_low", "routine-000.npy,good,x", "routine-001.npy,3,y"],
        "bad.csv",
    )
    message = (
        f"{bad}: 1 problem, nothing was done: line 2: score_a 'good' must be a number, or empty "
        "where it is not known; rename the column where it is no score of the performance"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        Manifest(bad).performances()


def test_a_score_that_cannot_be_learned_is_named(routines, tmp_path):
    lines = routines.read_text("utf-8").split()
    table = write(
        routines.parent,
        [f"{lines[0]},score_same", *(f"{line},3" for line in lines[1:])],
        "same.csv",
    )
    message = (
        "score_same: all 21 performances have the same score, 3: give performances whose scores "
        "differ"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(Manifest(table).performances(), tmp_path / "m", TrainingOptions("ridge"))


def test_predictions_that_are_no_numbers_are_named(routines, tmp_path):
    table = write(
        tmp_path,
        ["file_name,score,score_elements", "routine-003.npy,5,x", "routine-007.npy,5,7"],
    )
    message = f"{table}: routine-003.npy: score_elements must be a number"
    with pytest.raises(ManifestError, match=whole(message)):
        evaluate_predictions(table, Manifest(routines).performances())


def test_a_model_whose_scores_do_not_fit_is_refused(model, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(model, copy)
    path = copy / "config.json"
    config = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(config | {"scores": ["a", "a"]}), "utf-8")
    message = (
        f"{copy}: is not a complete model (it names 2 other scores: each must be named once, and "
        f"{MAX_SCORES} at most): train it again, or copy the folder again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(copy)
    path.write_text(json.dumps(config), "utf-8")
    other = copy / "scores" / "1" / "config.json"
    plain = json.loads(other.read_text("utf-8"))
    other.write_text(json.dumps(plain | {"reads": "keypoints-17x3"}), "utf-8")
    message = (
        f"{other.parent}: is not a complete model (it reads other features than the model that it "
        "is a part of): train it again, or copy the folder again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(copy)
