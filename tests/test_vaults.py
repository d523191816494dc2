"""Vaults as an action: their score is the difficulty plus the execution."""

import csv
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.assessor import load
from podium.cli.commands import run
from podium.datasets.manifest import Manifest
from podium.errors import UsageError
from podium.evaluation.measures import execution_ranks
from podium.features.values import Features, Sample
from podium.judging import combined_in, find_rule, rule_of_most
from podium.performance import Performance
from podium.scorers._siamese_networks import NetworkLearning
from podium.scorers._target import Target, choose_target
from podium.scorers.difficulty import Difficulty
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions
from podium.simulation.judging import panel_marks, panel_score
from podium.training import train_model
from podium.training.kept import keep_metric
from podium.training.options import TrainingOptions

pytest.importorskip("torch", reason="needs the extra train")


def vaults(n: int = 30, sport: str = "vault", seed: int = 0, marks: bool = True) -> list[Sample]:
    """Make performances whose first numbers are what the judges see; harder ones are done worse."""
    generator = np.random.default_rng(seed)
    made = []
    for number in range(n):
        difficulty = float(generator.choice([3.2, 4.4, 5.2, 5.6]))
        off = float(np.clip(generator.normal(difficulty / 2, 1.0), 0, 8))
        seen = panel_marks(off, generator)
        values = generator.normal(0, 0.1, (6, 4)).astype(np.float32)
        values[:, 0] += off
        made.append(
            Sample(
                Performance(
                    f"v{number}",
                    Path(f"v{number}.npy"),
                    panel_score(sport, seen, difficulty),
                    action="407" if sport == "diving" else "tsukahara",
                    difficulty=difficulty,
                    judges=seen if marks else (),
                ),
                Features(values, np.full(6, np.nan), np.full(6, np.nan), "file-4", None),
            )
        )
    return made


def write_table(folder: Path, samples: list[Sample], **more: str) -> Path:
    columns = ("file_name", "score", "action", "difficulty", "judges", *more)
    folder.mkdir(exist_ok=True)
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(columns)
        for sample in samples:
            one = sample.performance
            np.save(folder / one.path.name, sample.features.values)
            judges = ";".join(map(str, one.judges))
            cells = (one.path.name, one.score, one.action, one.difficulty, judges)
            rows.writerow((*cells, *more.values()))
    return folder / "metadata.csv"


def of(samples: list[Sample]) -> list[Performance]:
    return [sample.performance for sample in samples]


# how a score is made


def test_marks_show_that_difficulty_is_added():
    assert combined_in(of(vaults())) == "plus"
    assert combined_in(of(vaults(sport="diving"))) == "times"
    assert combined_in(of(vaults(marks=False))) == "times"
    assert combined_in([]) == "times"


def test_marks_that_would_fit_both_ways_show_nothing():
    one = Performance("a", Path("a"), 8.8, difficulty=1.1, judges=(7.5, 8.0, 8.5))
    assert combined_in([one]) == "times"


def test_a_table_may_name_the_rule(tmp_path):
    table = write_table(tmp_path, vaults(marks=False), rule="gymnastics_vault")
    listed = Manifest(table).performances()
    assert combined_in(listed) == "plus"
    assert rule_of_most(listed) == find_rule("gymnastics_vault")
    table = write_table(tmp_path, vaults(marks=False), rule="golf")
    assert combined_in(Manifest(table).performances()) == "times"


def test_marks_of_a_vault_come_back_from_its_score():
    rule = find_rule("gymnastics_vault")
    found = rule.mean_marks(14.2, 13.9, 14.5, 5.2)
    assert (found.mark, found.low, found.high) == pytest.approx((9.0, 8.7, 9.3))
    share = find_rule("diving").executed(90.0, 3.0)
    assert share == 30.0


# the target


def test_the_target_is_the_score_less_the_difficulty():
    samples = vaults()
    target = choose_target(samples, "auto")
    assert target.combined == "plus"
    execution = [s.performance.score - s.performance.difficulty for s in samples]
    np.testing.assert_allclose(target.of(samples), execution)
    np.testing.assert_allclose(
        target.points(target.of(samples), samples), [s.performance.score for s in samples]
    )
    assert Target.from_json(target.to_json()) == target
    assert target.executed(target.scored(8.5, 5.2), 5.2) == pytest.approx(8.5)
    assert "combined" not in choose_target(vaults(sport="diving"), "auto").to_json()


def test_execution_is_ranked_without_the_difficulty():
    samples = vaults()
    predicted = np.array([s.performance.difficulty for s in samples], float)
    true = np.array([s.performance.score for s in samples], float)
    assert np.isnan(execution_ranks(predicted, true, samples))  # nothing is left of it
    predicted += [-s.features.values[:, 0].mean() for s in samples]
    assert execution_ranks(predicted, true, samples) > 0.9


def test_the_threshold_of_the_metric_follows_the_scale():
    samples = vaults()
    target = choose_target(samples, "auto")
    learning = NetworkLearning(SiameseLSTMOptions(), target, None, 6, 1, 0)
    assert learning._pairs(samples).points == pytest.approx(0.35 * target.of(samples).std())
    dives = vaults(sport="diving")
    target = choose_target(dives, "auto")
    learning = NetworkLearning(SiameseLSTMOptions(), target, None, 6, 1, 0)
    assert learning._pairs(dives).points == pytest.approx(5 / target.overall.usual)


# learned, scored, and gone on from


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vaults")
    table = write_table(folder / "data", vaults(40))
    options = TrainingOptions("ridge")
    train_model(Manifest(table).performances(), folder / "model", options)
    return folder


def test_a_vault_is_scored_by_its_difficulty_and_execution(trained):
    card = (trained / "model" / "README.md").read_text("utf-8")
    assert "It predicts execution (score - difficulty) and adds the difficulty again." in card
    judge = load(str(trained / "model"))
    path = trained / "data" / "v3.npy"
    easy, hard = (judge.assess(path, difficulty=d).score for d in (4.0, 5.0))
    assert hard.value - easy.value == pytest.approx(1.0)
    assert hard.low - easy.low == pytest.approx(1.0, abs=1e-6)
    assert easy.low < easy.value < easy.high
    unknown = judge.assess(path).score
    assert unknown.high - unknown.low > hard.high - hard.low


def test_what_looks_done_better_is_scored_higher(trained):
    rows = Manifest(trained / "data" / "metadata.csv").performances()
    judge = load(str(trained / "model"))
    found = [judge.assess(one.path, difficulty=one.difficulty).score.value for one in rows]
    floor = Difficulty().fit([Sample(one, None) for one in rows])
    predicted = floor.predict([Sample(one, None) for one in rows])
    true = np.array([one.score for one in rows])
    assert ((true - found) ** 2).mean() < 0.1 * ((true - predicted) ** 2).mean()


@pytest.fixture(scope="module")
def diving(tmp_path_factory):
    """A model of dives whose metric vaults go on from."""
    folder = tmp_path_factory.mktemp("diving")
    table = write_table(folder / "data", vaults(30, "diving", seed=5))
    options = ["--set", "n_networks=1", "--set", "n_last_clips=0", "--set", "learning.n_epochs=2"]
    out = folder / "dives"
    assert run(["train", str(table), "--out", str(out), "--scorer", "siamese_lstm", *options]) == 0
    return out


def test_vaults_go_on_from_dives_with_the_metric_as_it_was(diving, trained, tmp_path, capsys):
    table, out = trained / "data" / "metadata.csv", tmp_path / "vaults"
    asked = ["train", str(table), "--out", str(out), "--from", str(diving)]
    assert run([*asked, "--references", "worst"]) == 0
    before, after = (load(str(folder)).model for folder in (diving, out))
    old, new = (model.scorer.state().arrays for model in (before, after))
    same = [name for name in old if name in new and np.array_equal(old[name], new[name])]
    network = [name for name in old if "network" in name or "lstm" in name or "mean" in name]
    assert network
    assert set(network) <= set(same)
    assert after.scorer.target.combined == "plus"
    assert after.scorer.options.references == "worst"
    assert after.evidence.data == (
        "performances from a table of the user's own; the metric is that of the model dives, kept"
    )


def test_what_a_model_is_made_of_is_not_chosen_anew(diving, trained, tmp_path, capsys):
    table = trained / "data" / "metadata.csv"
    asked = ["train", str(table), "--out", str(tmp_path / "x"), "--from", str(diving)]
    assert run([*asked, "--set", "n_networks=2", "--backbone", "c3d_mini"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"podium: --from {diving} keeps that model's backbone, scorer and options: leave out "
        "--set, --backbone, or learn all of it without --from"
    )
    assert run([*asked, "--references", "middling"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "podium: no references are called 'middling': choose one of best, worst, constant, nearest"
    )


def test_a_model_without_a_metric_cannot_be_gone_on_from(trained):
    message = "the model model has no metric to keep: its scorer is ridge, and siamese_lstm has one"
    with pytest.raises(UsageError, match=whole(message)):
        keep_metric(str(trained / "model"))


def test_references_can_be_chosen_where_something_is_compared(trained, tmp_path, capsys):
    table = str(trained / "data" / "metadata.csv")
    asked = ["benchmark", "manifest", "--root", table, "--out", str(tmp_path), "--quick"]
    assert run([*asked, "--scorer", "ridge", "--references", "best"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "podium: none of the scorers ridge compares with references: leave out --references, or "
        "add --scorer siamese_lstm"
    )
    assert run(["benchmark", "paper", "--references", "best", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "podium: paper has systems for each choice of references (siamese_best, siamese_worst and "
        "others): leave out --references, or name a data set instead of paper"
    )


def test_a_scorer_is_fitted_with_the_references_that_were_chosen():
    from podium.cli.benchmark import _systems

    ridge, compared = _systems(["ridge", "siamese_lstm"], "constant")
    assert (ridge.name, compared.name) == ("ridge", "siamese_lstm_constant")
    assert compared.options == SiameseLSTMOptions(references="constant")
    assert SiameseLSTM(compared.options).options.references == "constant"
    assert _systems(["ridge"], None) == ["ridge"]
