"""What `podium evaluate` says of groups, of scores that were withheld, and of classes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from messages import whole
from podium.errors import ManifestError, UsageError
from podium.evaluation.results import evaluate_predictions
from podium.performance import Performance


@pytest.fixture
def table(tmp_path):
    """A factory of tables of predictions, from their header and rows."""

    def write(header: str, *rows: str) -> Path:
        path = tmp_path / "predictions.csv"
        path.write_text("\n".join([header, *rows, ""]))
        return path

    return write


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


def performances(*scores: float | None, **columns) -> list[Performance]:
    """Performances 0.mp4, 1.mp4 ...: `columns` holds what is known of each."""
    known = ({name: values[i] for name, values in columns.items()} for i in range(len(scores)))
    return [
        Performance(str(i), Path("data") / f"{i}.mp4", score, **own)
        for i, (score, own) in enumerate(zip(scores, known, strict=True))
    ]


def labelled(labels: str, scores=None) -> list[Performance]:
    """Performances that are correct (c), wrong (w) or neither (-)."""
    names = {"c": "correct", "w": "wrong", "-": ""}
    extra = [{"label": names[letter]} for letter in labels]
    return performances(*(scores or [None] * len(labels)), extra=extra)


# groups


def test_groups_are_measured_one_by_one(table):
    tested = performances(10, 20, 30, 40, 50, athlete=list("abbba"))
    path = table(
        "file_name,score,score_low,score_high",
        *(f"{i}.mp4,{s},{s - 3},{s + 3}" for i, s in enumerate((12, 21, 39, 36, 46))),
    )
    found = evaluate_predictions(path, tested)
    assert found["grouped_by"] == "athlete"
    assert found["groups"] == [
        {"group": "a", "n": 2, "spearman": None, "mse": 10, "bias": -1, "covered": 0.5},
        {"group": "b", "n": 3, "spearman": 0.5, "mse": pytest.approx(98 / 3, abs=1e-6),
         "bias": 2, "covered": pytest.approx(1 / 3, abs=1e-6)},
    ]  # fmt: skip
    assert found["drawn"] == "performances within groups"
    assert found["bias"] == pytest.approx(0.8)
    assert (found["mad"], found["rmse"]) == (4.0, pytest.approx(math.sqrt(23.6), abs=1e-6))
    percents = 100 * np.mean([2 / 10, 1 / 20, 9 / 30, 4 / 40, 4 / 50])
    assert found["mape"] == pytest.approx(percents)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_finest_column_is_taken_unless_one_is_named(table):
    extra = [{"pool": pool} for pool in "ppqq"]
    tested = performances(10, 20, 30, 40, event=list("xxxy"), athlete=list("abcc"), extra=extra)
    path = table("file_name,score", *(f"{i}.mp4,{i}" for i in range(4)))
    names = {
        column: [group["group"] for group in evaluate_predictions(path, tested, column)["groups"]]
        for column in (None, "event", "pool")
    }
    assert names == {None: ["a", "b", "c"], "event": ["x", "y"], "pool": ["p", "q"]}
    assert evaluate_predictions(path, tested, "pool")["grouped_by"] == "pool"


def test_without_such_a_column_there_are_no_groups(table):
    found = evaluate_predictions(table("file_name,score", "0.mp4,1"), performances(2))
    assert (found["grouped_by"], found["groups"], found["drawn"]) == (None, [], "performances")


def test_a_column_that_is_not_there_is_said(table):
    message = (
        "--group pool: no column of that name says which performances belong together: choose one "
        "of athlete, event, action"
    )
    path = table("file_name,score", "0.mp4,1", "1.mp4,2")
    with pytest.raises(UsageError, match=whole(message)):
        evaluate_predictions(path, performances(2, 3), "pool")


def test_floors_are_fitted_to_other_groups_only(table):
    athletes = list("aabbbc")
    scores = [10.0, 20.0, 30.0, 44.0, 52.0, 66.0]
    tested = performances(*scores, athlete=athletes)
    path = table("file_name,score", *(f"{i}.mp4,1" for i in range(6)))
    found = evaluate_predictions(path, tested)
    others = [
        np.mean([s for s, other in zip(scores, athletes, strict=True) if other != own])
        for own in athletes
    ]
    expected = np.mean((np.array(others) - scores) ** 2)
    assert found["baselines"]["constant"]["mse"] == pytest.approx(expected, abs=1e-5)
    assert found["baselines_fitted_to"] == (
        "for each performance, baselines were fitted to all the others that were measured, but for "
        "those of the same athlete; performances that a baseline says the same of are then ranked "
        "the wrong way round, so the rank correlation of constant, difficulty and type_mean is "
        "left blank"
    )


def test_a_floor_that_tells_few_apart_comes_out_too_low_and_that_is_said(table):
    tested = performances(*range(10, 50), action=[str(i % 8) for i in range(40)])
    path = table("file_name,score", *(f"{i}.mp4,1" for i in range(40)))
    found = evaluate_predictions(path, tested)
    assert found["baselines_fitted_to"] == (
        "for each performance, baselines were fitted to all the others that were measured; "
        "performances that a baseline says the same of are then ranked the wrong way round, so "
        "the rank correlation of type_mean is too low, and that of constant and difficulty is "
        "left blank"
    )
    assert found["baselines"]["difficulty"]["spearman"] is None
    assert found["baselines"]["type_mean"]["spearman"] is not None


# scores that were withheld


TRUSTED = (
    "file_name,score,score_low,score_high,score_if_trusted,low_if_trusted,high_if_trusted,severity"
)


def test_withheld_scores_are_measured_and_then_the_others_alone(table):
    path = table(
        TRUSTED,
        "0.mp4,12,5,15,12,5,15,", "1.mp4,20,15,25,20,15,25,mild", "2.mp4,,,,90,85,95,grave",
        "3.mp4,40,35,45,,,,",
    )  # fmt: skip
    found = evaluate_predictions(path, performances(10, 20, 30, 40))
    assert (found["n"], found["n_withheld"]) == (4, 1)
    assert found["mse"] == (4 + 0 + 3600 + 0) / 4
    assert found["covered"] == 0.75
    others = found["not_withheld"]
    assert (others["n"], others["covered"]) == (3, 1)
    assert others["mse"] == pytest.approx(4 / 3, abs=1e-6)
    assert others["spearman"] == pytest.approx(1)


def test_without_a_withheld_score_there_are_no_others(table):
    path = table(TRUSTED, "0.mp4,12,5,15,12,5,15,")
    found = evaluate_predictions(path, performances(10))
    assert (found["n_withheld"], found["not_withheld"]) == (0, None)
    path = table(TRUSTED, "0.mp4,,,,12,5,15,grave")
    found = evaluate_predictions(path, performances(10))
    assert (found["n"], found["n_withheld"], found["not_withheld"]) == (1, 1, None)


def test_numbers_that_are_none_are_listed_whether_trusted_or_not(table):
    path = table(
        TRUSTED,
        "0.mp4,,,,many,,,grave",
        "1.mp4,few,,,7,,,",
        "2.mp4,,,,,,,grave",
        "3.mp4,,,,1e13,,,",
        "4.mp4,7,,,7,,,Grave",
        "5.mp4,12,,,90,,,mild",
    )
    message = (
        f"{path}: line 2: score_if_trusted 'many' must be a number; line 3: score 'few' must be a "
        "number; line 4: score '' must be a number, or score_if_trusted one; line 5: "
        "score_if_trusted '1e13' must be no larger than 1e+12; line 6: severity 'Grave' must be "
        "mild or grave, or empty; line 7: score '12' must be the same as score_if_trusted, or "
        "empty where it is withheld"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        evaluate_predictions(path, performances(10, 20, 30, 40))


# classes


BOTH = "file_name,score,label,probability_correct,probability_wrong"


def test_probabilities_are_measured_against_labels_by_hand(table):
    path = table(
        BOTH, "0.mp4,,correct,.9,.1", "1.mp4,,wrong,.4,.6", "2.mp4,,correct,.6,.4",
        "3.mp4,,wrong,.2,.8",
    )  # fmt: skip
    found = evaluate_predictions(path, labelled("ccww", [1, 1, 0, 0]))
    assert (found["n"], found["auc"], found["accuracy"]) == (4, 0.75, 0.5)
    surprise = -sum(map(math.log, (0.9, 0.4, 0.4, 0.8))) / 4
    assert found["log_loss"] == pytest.approx(surprise, abs=1e-6)
    assert found["auc_interval"][0] <= 0.75 <= found["auc_interval"][1]
    assert found["mse"] == pytest.approx((0.01 + 0.36 + 0.36 + 0.04) / 4)
    assert found["spearman"] == pytest.approx(
        stats.spearmanr([0.9, 0.4, 0.6, 0.2], [1, 1, 0, 0])[0], abs=1e-6
    )
    assert found["score_range"] == [0, 1]
    assert found["mape"] is None


def test_accuracy_is_that_of_the_labels_said(table):
    """A label need not be the more likely one: a wrong one may cost more."""
    path = table(BOTH, "0.mp4,,wrong,.6,.4", "1.mp4,,,.3,.7", "2.mp4,,wrong,.6,.4")
    assert evaluate_predictions(path, labelled("cww"))["accuracy"] == pytest.approx(2 / 3, abs=1e-6)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (BOTH, (",,.9,.1", ",,.4,.6", ",,.2,.8")),
        ("file_name,score,probability_correct", (",.9", ",.4", ",.2")),
        ("file_name,score,probability_wrong", (",.1", ",.6", ",.8")),
        ("file_name,score,probability_wrong,probability_correct", (",.1,.9", ",.6,.4", ",.8,.2")),
    ],
)
@pytest.mark.parametrize("scores", [None, [1, 0, 1]])
def test_either_class_will_do_and_scores_are_not_needed(table, header, rows, scores):
    path = table(header, *(f"{i}.mp4,{row}" for i, row in enumerate(rows)))
    found = evaluate_predictions(path, labelled("cwc", scores))
    assert found["auc"] == 0.5
    assert found["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    surprise = -sum(map(math.log, (0.9, 0.6, 0.2))) / 3
    assert found["log_loss"] == pytest.approx(surprise, abs=1e-6)


def test_scores_of_1_mean_the_class_that_is_called_so(table):
    path = table(BOTH, "0.mp4,,,.9,.1", "1.mp4,,,.4,.6")
    assert evaluate_predictions(path, performances(1, 0))["auc"] == 1
    numbered = "file_name,score,probability_0,probability_1"
    path = table(numbered, "0.mp4,,.9,.1", "1.mp4,,.4,.6")
    assert evaluate_predictions(path, performances(1, 0))["auc"] == 0


def test_performances_without_a_label_or_a_score_are_left_out(table):
    path = table(BOTH, "0.mp4,,,.9,.1", "1.mp4,,,.4,.6", "2.mp4,,,.2,.8")
    assert evaluate_predictions(path, labelled("c-w"))["n"] == 2
    assert evaluate_predictions(path, labelled("c-w", [1, 0, 0]))["n"] == 3


def test_scores_of_0_and_1_are_classes_without_probabilities(table):
    path = table("file_name,score", "0.mp4,1.2", "1.mp4,.6", "2.mp4,.7", "3.mp4,-.1")
    found = evaluate_predictions(path, performances(1, 1, 0, 0))
    assert (found["auc"], found["accuracy"], found["log_loss"]) == (0.75, 0.75, None)


def test_scores_that_are_no_classes_have_no_auc(table):
    path = table("file_name,score", "0.mp4,1", "1.mp4,2", "2.mp4,3")
    found = evaluate_predictions(path, performances(10, 20, 20))
    for name in ("auc", "auc_interval", "accuracy", "log_loss"):
        assert found[name] is None


def test_groups_of_one_class_are_still_measured(table):
    extra = [{"label": label, "recording": label} for label in ("c", "c", "w", "w")]
    path = table("file_name,score", "0.mp4,1", "1.mp4,.6", "2.mp4,.7", "3.mp4,0")
    found = evaluate_predictions(path, performances(1, 1, 0, 0, extra=extra))
    assert (found["grouped_by"], found["auc"]) == ("recording", 0.75)
    assert [group["bias"] for group in found["groups"]] == [-0.2, 0.35]


def test_a_probability_that_is_none_is_said(table):
    path = table(BOTH, "0.mp4,,,1.2,0", "1.mp4,,,.5,", "2.mp4,,,nan,1", "3.mp4,,,.5,.5")
    message = (
        f"{path}: line 2: probability_correct '1.2' must be a number from 0 to 1; line 3: "
        "probability_wrong '' must be a number from 0 to 1; line 4: probability_correct 'nan' must "
        "be a number from 0 to 1"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        evaluate_predictions(path, labelled("cwcw"))


def test_more_than_two_classes_are_refused(table):
    header = "file_name,score,probability_correct,probability_wrong,probability_odd"
    path = table(header, "0.mp4,,.5,.25,.25")
    for given in ("c", "-"):
        with pytest.raises(
            ManifestError,
            match=whole(
                f"{path}: there are 3 classes here and in the manifest (correct, odd, wrong), and "
                "two can be measured: give a column probability_LABEL for each of two, and no "
                "other labels"
            ),
        ):
            evaluate_predictions(path, labelled(given))
    path = table(BOTH, "0.mp4,,,.5,.5")
    strange = performances(*[None] * 6, extra=[{"label": letter} for letter in "abcdef"])
    with pytest.raises(
        ManifestError,
        match=whole(
            f"{path}: there are 8 classes here and in the manifest (a, b, c, correct, d, ...), and "
            "two can be measured: give a column probability_LABEL for each of two, and no other "
            "labels"
        ),
    ):
        evaluate_predictions(path, strange)


def test_a_class_that_no_score_is_known_to_mean_is_said(table):
    path = table("file_name,score,probability_good,probability_bad", "0.mp4,,.5,.5")
    message = (
        f"{path}: says how likely good and bad are, but not which of them the score 1 of the "
        "manifest means: give that a column label"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        evaluate_predictions(path, performances(1))
    message = (
        f"{path}: says how likely good and bad are, and scores of the manifest are others than 0 "
        "and 1: give it a column label"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        evaluate_predictions(path, performances(70))


def test_a_name_as_long_as_a_book_is_cut(table):
    path = table("file_name,score,probability_" + "x" * 1000, "0.mp4,,.5")
    message = (
        f"{path}: says how likely {'x' * 60} are, and scores of the manifest are others than 0 and "
        "1: give it a column label"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        evaluate_predictions(path, performances(70))


def test_each_action_is_measured_by_itself(table):
    rows = "".join(f"{n}.mp4,{score}\n" for n, score in enumerate([1, 2, 4, 30, 20, 10]))
    path = table("file_name,score\n" + rows)
    scores, actions = [1, 2, 3, 10, 20, 30], ["a"] * 3 + ["b"] * 3
    listed = [
        Performance(p.id, p.path, score, action=action)
        for p, score, action in zip(performances(*scores), scores, actions, strict=True)
    ]
    found = evaluate_predictions(path, listed)["actions"]
    assert [(one["action"], one["n"], one["spearman"]) for one in found] == [
        ("a", 3, 1.0), ("b", 3, -1.0),
    ]  # fmt: skip
    assert found[0]["mad"] == pytest.approx(1 / 3, abs=1e-6)
    assert found[1]["mape"] == pytest.approx((200 + 0 + 200 / 3) / 3, abs=1e-4)
    assert found[0]["auc"] is None


def test_labels_of_a_table_are_true_scores_beside_predicted_ones(table):
    path = table("file_name,score\n0.mp4,.9\n1.mp4,.2\n2.mp4,.6\n3.mp4,.4\n")
    words = ("correct", "wrong", "correct", "wrong")
    listed = performances(*[None] * 4, extra=[{"label": word} for word in words])
    found = evaluate_predictions(path, listed)
    assert (found["auc"], found["accuracy"]) == (1.0, 1.0)
