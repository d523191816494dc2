"""`podium sweep`: every combination of options on the same folds, and how many there were."""

import csv
import json
from pathlib import Path

import pytest

from podium.cli.app import Exit
from podium.cli.commands import run
from podium.errors import TrainingError
from podium.model import load_model
from podium.training import left_out

pytestmark = pytest.mark.needs_train


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "options.toml"
    path.write_text('n_components = [2, 8]\ntarget = ["score", "execution"]\n', "utf-8")
    return path


@pytest.fixture
def words(small_model, grid, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    asked = ["sweep", grid, small_model.manifest, "--out", tmp_path / "t.csv", "--scorer", "ridge"]
    return [*map(str, asked)]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_all_are_tried_and_a_model_says_of_how_many_it_is_the_best(words, tmp_path, capsys):
    assert run([*words, "--train", str(tmp_path / "model"), "--json"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert (answer["scorer"], answer["n_tries"], answer["grouped_by"]) == ("ridge", 4, None)
    assert answer["floors"].keys() == {"constant", "difficulty", "type_mean"}
    rows = table(tmp_path / "t.csv")
    assert [(row["try"], row["n_components"], row["target"]) for row in rows] == [
        ("1", "2", "score"), ("2", "2", "execution"), ("3", "8", "score"), ("4", "8", "execution"),
    ]  # fmt: skip
    ranks = [float(row["spearman"]) for row in rows]
    assert answer["best"] == 1 + ranks.index(max(ranks))
    measured = [one["measured"]["spearman"] for one in answer["tries"]]
    assert ranks == pytest.approx(measured, abs=1e-4)
    assert not (tmp_path / "t.csv.folds").exists()
    model = load_model(tmp_path / "model")
    best = answer["tries"][answer["best"] - 1]
    assert model.evidence.n_tries == 4
    # what was measured in the sweep is what the card says of the model that is trained
    assert model.evidence.results["ridge"]["spearman"] == best["measured"]["spearman"]
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert (
        "Its options are the best of 4 that were tried on these performances (`podium sweep`), so "
        "what was measured on them is somewhat too good." in card
    )


def test_groups_are_left_out_whole(words, small_model, tmp_path, capsys):
    rows = table(small_model.manifest)
    for number, row in enumerate(rows):
        (tmp_path / row["file_name"]).symlink_to(small_model.manifest.parent / row["file_name"])
        row["event"] = f"event {number // 6}"
    with (tmp_path / "grouped.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    words[2] = str(tmp_path / "grouped.csv")
    assert run(words) == 0
    best = max(table(tmp_path / "t.csv"), key=lambda row: float(row["spearman"]))
    said = f"n_components={best['n_components']} target={best['target']}"
    out = f"{tmp_path / 't.csv'}: 4 tried with each event left out; the best: {said}"
    assert capsys.readouterr().err.splitlines()[-2] == out


def test_what_was_tried_is_not_tried_again(words, tmp_path, monkeypatch, capsys):
    make, made = left_out.make_scorer, []

    def counted(name, options, seed):
        made.append(options)
        if len(made) == 13:  # of four tries with five folds each, after one that lists the options
            raise KeyboardInterrupt
        return make(name, options, seed)

    monkeypatch.setattr(left_out, "make_scorer", counted)
    assert run(words) == Exit.STOPPED
    assert not (tmp_path / "t.csv").exists()
    before = len(made)
    assert run([*words, "--resume"]) == 0
    resumed = table(tmp_path / "t.csv")
    n_resumed = len([one for one in made[before:] if one is not None])
    assert n_resumed == 4 * 5 - (before - 2)
    assert run(words) == 0
    assert table(tmp_path / "t.csv") == resumed
    capsys.readouterr()


def test_options_that_nothing_can_be_learned_with_are_said(words, tmp_path, monkeypatch, capsys):
    make = left_out.make_scorer

    def refusing(name, options, seed):
        if options and options.n_components == 8:
            raise TrainingError("too many")
        return make(name, options, seed)

    monkeypatch.setattr(left_out, "make_scorer", refusing)
    assert run(words) == 0
    assert [row["error"] for row in table(tmp_path / "t.csv")] == ["", "", "too many", "too many"]
    said = capsys.readouterr()
    assert said.out.splitlines()[1].startswith("n_components=2 target=")
    assert said.err.splitlines()[-1] == (
        "it was chosen by these figures, so on new performances expect somewhat less"
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "n_component = [1]",
            "the scorer ridge has no option 'n_component': choose n_components, or one of target, "
            "n_components",
        ),
        ("n_components = [1, 'x']", "n_components is 'x': it must be a whole number"),
        ("", "{grid}: lists no option: write lines such as n_components = [16, 64]"),
        ("n_components = []", "{grid}: n_components lists no value: give one, or leave it out"),
        (
            f"n_components = {list(range(1, 10_002))}",
            "{grid}: has 10,001 combinations, more than the 10,000 allowed",
        ),
    ],
)
def test_what_cannot_be_tried_is_refused(lines, said, words, grid, capsys):
    grid.write_text(lines, "utf-8")
    assert run(words) == 2
    assert capsys.readouterr().err == f"podium: {said.format(grid=grid)}\n"
