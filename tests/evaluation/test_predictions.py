from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from messages import whole
from podium.errors import ManifestError, MissingFile
from podium.evaluation.predictions import predicted_by, read_predictions
from podium.evaluation.results import MIN_TRAIN, evaluate_predictions, without_video
from podium.performance import Performance

LEFT_OUT = "for each performance, baselines were fitted to all the others that were measured"
HEADER = "file_name,id,score,score_low,score_high,warnings,error\n"


@pytest.fixture
def table(tmp_path):
    """A factory of tables of predictions, from their text."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "predictions.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


def performance(name: str, score: float | None = 50.0, **known) -> Performance:
    return Performance(known.pop("id", Path(name).stem), Path("data") / name, score, **known)


def rows(*predicted: tuple[str, float]) -> str:
    lines = [f"{n},{Path(n).stem},{s},{s - 5},{s + 5},,\n" for n, s in predicted]
    return HEADER + "".join(lines)


# reading


def test_rows_are_found_by_file_name_and_id(table):
    found = read_predictions(table(rows(("a/x.mp4", 70.5), ("y.mp4", 60))))
    assert list(found) == [("a/x.mp4", "x"), ("y.mp4", "y")]
    assert found["a/x.mp4", "x"]["score"] == "70.5"


def test_only_file_name_and_score_are_needed(table):
    found = read_predictions(table("﻿score,file_name\r\n70,x.mp4\r\n"))
    assert found == {("x.mp4", ""): {"score": "70", "file_name": "x.mp4", "error": ""}}


def test_a_row_that_failed_needs_no_score(table):
    text = HEADER + "x.mp4,x,,,,,no such file\n"
    assert read_predictions(table(text))["x.mp4", "x"]["error"] == "no such file"


def test_a_score_that_was_withheld_is_measured_as_if_it_could_be_trusted(table):
    head = HEADER.strip() + ",score_if_trusted,low_if_trusted,high_if_trusted\n"
    written = table(head + "x.mp4,x,,,,,,61.3,48,70.6\ny.mp4,y,60,50,70,,,60,50,70\n")
    found = predicted_by(list(read_predictions(written).values()))
    assert (*found.scores, *found.low, *found.high) == (61.3, 60, 48, 50, 70.6, 70)


def test_a_missing_table_is_said(tmp_path):
    path = tmp_path / "none.csv"
    message = f"{path}: no such table of predictions: check the path"
    with pytest.raises(MissingFile, match=whole(message)):
        read_predictions(path)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEADER, '{"score": 1}\n', "file_name\nx\n"])
def test_a_table_of_another_kind_is_said(table, text):
    path = table(text)
    message = f"{path}: is not a table of predictions: it needs the columns file_name and score"
    with pytest.raises(ManifestError, match=whole(message)):
        read_predictions(path)


def test_a_table_that_is_not_text_is_said(table):
    path = table(b"\xfe\x00\x01")
    message = f"{path}: is not UTF-8 text (byte 0 is not): save it as UTF-8, or give a Parquet file"
    with pytest.raises(ManifestError, match=whole(message)):
        read_predictions(path)


def test_a_cell_too_large_for_csv_is_said(table):
    path = table(HEADER + "x" * 200_000)
    message = f"{path}: line 2: is not CSV (field larger than field limit (131072))"
    with pytest.raises(ManifestError, match=whole(message)):
        read_predictions(path)


def test_all_problems_are_listed(table):
    path = table(rows(("x.mp4", 70), ("x.mp4", 71)) + "y.mp4,y,nan,,,,\nz.mp4,z,many,,,,\n")
    message = (
        f"{path}: line 3: x.mp4 is predicted twice; line 4: score 'nan' must be a number; "
        "line 5: score 'many' must be a number"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        read_predictions(path)


# measuring


def test_measures_equal_those_of_scipy(table):
    generator = np.random.default_rng(0)
    true, difficulty = generator.uniform(20, 90, 12), generator.uniform(1.5, 3.5, 12)
    predicted = np.round(true + generator.normal(0, 15, 12), 4)
    performances = [performance(f"{i}.mp4", true[i], difficulty=difficulty[i]) for i in range(12)]
    text = rows(*((f"{i}.mp4", predicted[i]) for i in range(12)))
    found = evaluate_predictions(table(text), performances)
    assert found["n"] == 12
    assert found["spearman"] == pytest.approx(stats.spearmanr(predicted, true)[0], abs=1e-6)
    assert found["execution_spearman"] == pytest.approx(
        stats.spearmanr(predicted / difficulty, true / difficulty)[0], abs=1e-6
    )
    squares = (predicted - true) ** 2
    assert found["mse"] == pytest.approx(squares.mean(), abs=1e-5)
    width = true.max() - true.min()
    assert found["r_l2"] == pytest.approx(100 * squares.mean() / width**2, abs=1e-5)
    assert found["covered"] == pytest.approx(np.mean(np.abs(predicted - true) <= 5), abs=1e-6)
    assert found["score_range"] == [true.min(), true.max()]
    assert found["interval"][0] <= found["spearman"] <= found["interval"][1]


def test_failed_rows_and_rows_without_a_true_score_are_left_out(table):
    text = rows(("a.mp4", 10), ("b.mp4", 20), ("c.mp4", 30)) + "d.mp4,d,,,,,broken\n"
    performances = [
        performance("a.mp4", 11), performance("b.mp4", 22), performance("c.mp4", None),
        performance("d.mp4", 44), performance("e.mp4", 55),
    ]  # fmt: skip
    found = evaluate_predictions(table(text), performances)
    assert (found["n"], found["n_failed"]) == (2, 1)
    assert found["mse"] == pytest.approx(2.5)


def test_several_performances_of_one_file_are_told_apart_by_id(table):
    text = HEADER + "a.mp4,first,10,,,,\na.mp4,second,90,,,,\n"
    performances = [
        performance("a.mp4", 90, id="second", start_frame=100),
        performance("a.mp4", 10, id="first", end_frame=99),
    ]
    assert evaluate_predictions(table(text), performances)["mse"] == 0


def test_a_row_belongs_to_the_longest_end_of_a_path(table):
    text = "file_name,score\nx.mp4,1\nb/x.mp4,2\na/b/x.mp4,3\n"
    performances = [
        performance("a/b/x.mp4", 3, id="p"), performance("b/x.mp4", 2, id="q"),
        performance("x.mp4", 1, id="r"),
    ]  # fmt: skip
    assert evaluate_predictions(table(text), performances)["mse"] == 0


def test_predictions_of_other_performances_are_refused(table):
    path = table(rows(("a.mp4", 10)))
    message = (
        f"{path}: predicts no performance of the manifest that has a score: "
        "use the manifest that the predictions were made from, with its scores"
    )
    for others in ([performance("b.mp4")], [performance("a.mp4", None)], []):
        with pytest.raises(ManifestError, match=whole(message)):
            evaluate_predictions(path, others)


def test_what_cannot_be_measured_is_null(table):
    found = evaluate_predictions(table("file_name,score\na.mp4,10\n"), [performance("a.mp4", 12)])
    assert (found["n"], found["mse"]) == (1, 4)
    assert found["spearman"] is found["r_l2"] is found["execution_spearman"] is None
    assert found["interval"] == [None, None]
    assert found["covered"] is None
    assert found["baselines"] == {}
    assert found["baselines_fitted_to"] == "no baselines: there is nothing to fit them to"


# the floors


def test_floors_are_fitted_to_the_training_rows(table):
    train = [performance(f"t{i}.mp4", 40 + i, split="train") for i in range(MIN_TRAIN)]
    tested = [performance(f"{i}.mp4", 10 * i, split="test") for i in range(3)]
    text = rows(*((f"{i}.mp4", 10 * i) for i in range(3)))
    found = evaluate_predictions(table(text), [*train, *tested])
    assert found["baselines_fitted_to"] == (
        "baselines were fitted to the 10 training performances of the manifest"
    )
    assert list(found["baselines"]) == ["constant", "difficulty", "type_mean"]
    mean = np.mean([40 + i for i in range(MIN_TRAIN)])
    expected = np.mean([(10 * i - mean) ** 2 for i in range(3)])
    assert found["baselines"]["constant"]["mse"] == pytest.approx(expected, abs=1e-5)


def test_with_too_few_training_rows_each_is_left_out_in_turn(table):
    scores = [10.0, 40.0, 60.0]
    tested = [performance(f"{i}.mp4", score) for i, score in enumerate(scores)]
    text = rows(*((f"{i}.mp4", 0) for i in range(3)))
    found = evaluate_predictions(table(text), tested)
    assert found["baselines_fitted_to"] == (
        f"{LEFT_OUT}; performances that a baseline says the same of are then ranked the wrong way "
        "round, so the rank correlation of constant, difficulty and type_mean is left blank"
    )
    expected = np.mean([(10 - 50) ** 2, (40 - 35) ** 2, (60 - 25) ** 2])
    assert found["baselines"]["constant"]["mse"] == pytest.approx(expected, abs=1e-5)


def test_a_measured_performance_is_never_fitted_to(table):
    rows_of_train = [performance(f"{i}.mp4", 10.0 * i, split="train") for i in range(MIN_TRAIN)]
    text = rows(*((f"{i}.mp4", 0) for i in range(MIN_TRAIN)))
    found = evaluate_predictions(table(text), rows_of_train)
    assert found["baselines_fitted_to"].startswith(f"{LEFT_OUT}; ")


def test_a_constant_that_was_left_out_in_turn_has_no_rank(table):
    tested = [performance(f"{i}.mp4", 10.0 * i, difficulty=2.0 + i) for i in range(5)]
    text = rows(*((f"{i}.mp4", i) for i in range(5)))
    constant = evaluate_predictions(table(text), tested)["baselines"]["constant"]
    assert constant["spearman"] is constant["execution_spearman"] is None
    assert constant["interval"] == [None, None]
    assert constant["mse"] > 0


# what a model learned from

MEASURE_OTHERS = (
    "these numbers show what the model remembers rather than how well it scores: measure others "
    "(podium predict --split test)"
)


def table_that_says(remembered: dict[str, str]) -> str:
    header = HEADER.strip() + ",is_remembered\n"
    return header + "".join(f"{n}.mp4,{n},50,,,,,{said}\n" for n, said in remembered.items())


def test_performances_that_the_model_learned_from_are_told(table):
    tested = [performance(f"{n}.mp4", 50) for n in "abc"]
    text = table_that_says({"a": "true", "b": "false", "c": "true"})
    found = evaluate_predictions(table(text), tested)
    assert found["n_remembered"] == 2
    assert found["warnings"] == [
        f"the model learned from 2 of the 3 performances measured: {MEASURE_OTHERS}"
    ]


def test_what_the_table_says_counts_and_not_the_split(table):
    tested = [performance(f"{n}.mp4", 50, split="train") for n in "ab"]
    found = evaluate_predictions(table(table_that_says({"a": "false", "b": "false"})), tested)
    assert (found["n_remembered"], found["warnings"]) == (0, [])


def test_rows_to_learn_from_are_suspected_where_the_table_says_nothing(table):
    splits = ("train", "validation", "test", None)
    tested = [performance(f"{i}.mp4", 10 * i, split=split) for i, split in enumerate(splits)]
    text = rows(*((f"{i}.mp4", 10 * i) for i in range(4)))
    found = evaluate_predictions(table(text), tested)
    assert found["n_remembered"] is None
    assert found["warnings"] == [
        "2 of the 4 performances measured are of the split train or validation, from which models "
        f"learn: {MEASURE_OTHERS}"
    ]
    found = evaluate_predictions(table(rows(("2.mp4", 20), ("3.mp4", 30))), tested)
    assert (found["n_remembered"], found["warnings"]) == (None, [])


def test_a_performance_that_is_not_seen_has_no_video():
    sample = without_video(performance("a.mp4"))
    assert sample.features.video is None
    assert sample.features.values.shape == (1, 1)
