"""From a table of one's own with labels to answers that are classes, command by command."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from podium.cli.app import Exit

pytestmark = pytest.mark.needs_train


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


def swing(folder: Path, number: int, width: float) -> str:
    """Write a body of five joints, one of which swings so wide, and name its file."""
    generator = np.random.default_rng(number)
    positions = np.tile(np.arange(10.0).reshape(5, 2), (48, 1, 1))
    positions[:, 2, 0] += width * np.sin(np.arange(48) / 4)
    np.save(folder / f"{number}.npy", positions + 0.05 * generator.normal(size=positions.shape))
    return f"{number}.npy"


def write(folder: Path, header: str, row_of, n: int = 24) -> Path:
    """Write a table of `n` swings, half of which are wide; `row_of` says what is known of each."""
    table = folder / "mine.csv"
    lines = [header]
    for number in range(n):
        is_wide = number % 2
        name = swing(folder, number, 2.0 if is_wide else 1.2)
        lines.append(",".join([name, *map(str, row_of(number, is_wide))]))
    table.write_text("\n".join(lines) + "\n", "utf-8")
    return table


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


WORDS = ("wrong", "correct")


def test_words_are_learned_and_answered_as_classes(podium, tmp_path):
    table = write(tmp_path, "file_name,label,athlete", lambda n, wide: (WORDS[wide], f"p{n // 4}"))
    model, out = tmp_path / "model", tmp_path / "predictions.csv"
    code, _, said = podium("train", table, "--out", model, "--scorer", "ridge")
    assert code == Exit.DONE, said
    assert "with each athlete left out" in said
    config = json.loads((model / "config.json").read_text("utf-8"))
    assert (config["labelling"]["worse"], config["labelling"]["better"]) == WORDS
    assert config["evidence"]["left_out"]["ridge"]["auc"] > 0.9
    assert config["evidence"]["left_out"]["ridge"]["log_loss"] < 0.5

    code, _, said = podium("predict", table, "--model", model, "--out", out)
    assert code == Exit.DONE, said
    for number, row in enumerate(rows(out)):
        chances = [float(row[f"probability_{word}"]) for word in WORDS]
        assert sum(chances) == pytest.approx(1, abs=1e-3)
        assert (row["score"], row["score_low"], row["score_if_trusted"]) == ("", "", "")
        assert row["label"] in (WORDS[number % 2], "")
        assert chances[number % 2] > 0.5

    code, said, _ = podium("evaluate", out, table, "--json")
    found = json.loads(said)
    assert (code, found["auc"], found["accuracy"]) == (Exit.DONE, 1.0, 1.0)
    assert found["log_loss"] < 0.5


def test_a_single_one_is_answered_as_a_class(podium, tmp_path):
    table = write(tmp_path, "file_name,score", lambda n, wide: (wide,))
    model = tmp_path / "model"
    code, _, said = podium("train", table, "--out", model, "--scorer", "ridge")
    assert code == Exit.DONE, said
    swing(tmp_path, 99, 2.0)
    code, said, _ = podium("score", tmp_path / "99.npy", "--model", model, "--json")
    answer = json.loads(said)
    assert code == Exit.DONE
    assert answer["label"] == "1"
    assert set(answer["probabilities"]) == {"0", "1"}
    assert answer["score"] == answer["probabilities"]["1"] > 0.5
    code, said, _ = podium("score", tmp_path / "99.npy", "--model", model)
    assert said.startswith(f"1 (probability {answer['score']:.2f})")


def test_the_papers_scorer_learns_from_0_and_1(podium, tmp_path):
    table = write(tmp_path, "file_name,score", lambda n, wide: (wide,))
    quick = ("--set", "n_networks=1", "--set", "learning.n_epochs=3", "--set", "pairs.n_similar=60")
    code, _, said = podium(
        "train", table, "--out", tmp_path / "model", "--scorer", "siamese_lstm", *quick
    )
    assert code == Exit.DONE, said


REFUSED = {
    "one class": (
        "label", lambda n, wide: ("correct",),
        "the column label has one class only (correct): give performances of two, such as correct "
        "and wrong, or a column score with numbers",
    ),
    "hardly one of a class": (
        "label", lambda n, wide: (WORDS[n > 1],),
        "2 of 24 performances are of the class 'wrong', too few to learn from: give 5 or more of "
        "each class (correct and wrong)",
    ),
    "the same score": (
        "score", lambda n, wide: (7,),
        "all 24 performances have the same score, 7: give performances whose scores differ",
    ),
    "few": (
        "score,split", lambda n, wide: (n, "train" if n < 4 else "test"),
        "4 usable performances with scores are too few to train on: give 10 or more",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_learned_is_refused_before_anything_is_looked_at(
    podium, tmp_path, what, monkeypatch
):
    columns, row_of, message = REFUSED[what]
    table = write(tmp_path, f"file_name,{columns}", row_of)
    monkeypatch.setattr("podium.training.lesson.looked_at", None)
    code, _, said = podium("train", table, "--out", tmp_path / "model", "--scorer", "ridge")
    assert (code, said) == (Exit.INPUT, f"podium: {message}\n")
    assert not (tmp_path / "model").exists()


# data sets by name


def test_a_data_set_is_named_where_a_table_is_read(podium, tmp_path, monkeypatch):
    folder = tmp_path / "data" / "ui_prmd"
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    header, lines, degrees = "id,movement,subject,repetition,label", [], {}
    for number in range(24):
        label = ("incorrect", "correct")[number % 2]
        lines.append(f"r{number},m01,s{number // 4},1,{label}")
        bend = (20 + 20 * (number % 2)) * np.sin(np.arange(40) / 6)
        degrees[f"r{number}"] = generator.normal(0, 1, (40, 22, 3)) + bend[:, None, None]
    (folder / "performances.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")
    np.savez(folder / "kinect_angles.npz", **degrees)
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    code, _, said = podium("extract", "ui_prmd")
    assert (code, said.splitlines()[-1]) == (Exit.DONE, "24 of 24 videos have features")
    code, _, said = podium("train", "ui_prmd", "--out", "model", "--scorer", "ridge")
    assert code == Exit.DONE, said
    code, _, said = podium("predict", "ui_prmd", "--model", "model", "--out", "p.csv")
    assert code == Exit.DONE, said
    assert rows(tmp_path / "p.csv")[0]["file_name"] == "r0.npy"
    code, said, _ = podium("evaluate", "p.csv", "ui_prmd", "--json")
    assert code == Exit.DONE
    assert json.loads(said)["auc"] == 1.0


def test_a_table_called_as_a_data_set_is_the_table(podium, tmp_path, monkeypatch):
    write(tmp_path, "file_name,score", lambda n, wide: (n,)).rename(tmp_path / "kimore")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path / "none"))
    code, _, said = podium("extract", "kimore")
    assert (code, said.splitlines()[-1]) == (Exit.DONE, "24 of 24 videos have features")


def test_a_data_set_that_is_not_there_says_where_it_was_looked_for(podium, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path))
    code, _, said = podium("train", "kimore", "--out", tmp_path / "model")
    assert code == Exit.INPUT
    assert said == (
        f"podium: KIMORE was looked for at {tmp_path}/kimore/performances.csv and is not there: "
        "set PODIUM_DATA to the folder that holds kimore, or give its path\n"
    )
