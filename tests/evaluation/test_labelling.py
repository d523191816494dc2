import numpy as np
import pytest

from messages import whole
from podium.errors import ModelError, TrainingError
from podium.evaluation.labelling import Labelling, fit_labelling, left_out_chances
from podium.evaluation.labels import ClassNames, classes_in_table
from podium.performance import Performance

NAMES = ClassNames("wrong", "correct")


def labelled(labels, scores=None):
    scores = scores or [None] * len(labels)
    return [
        Performance(str(i), "x", score, extra={"label": label} if label else {})
        for i, (label, score) in enumerate(zip(labels, scores, strict=True))
    ]


@pytest.mark.parametrize(
    ("labels", "scores", "worse", "better"),
    [
        (["correct", "wrong"], None, "wrong", "correct"),
        (["incorrect", "correct"], None, "incorrect", "correct"),
        (["Falsch", "Richtig"], None, "Falsch", "Richtig"),
        (["good", "sloppy"], None, "sloppy", "good"),
        (["neat", "bad"], None, "bad", "neat"),
        (["1", "0"], None, "0", "1"),
        (["a", "b"], [0, 1], "a", "b"),
        (["a", "b"], [1, None], "b", "a"),
        (["", ""], [0, 1], "0", "1"),
    ],
)
def test_two_classes_are_known_by_their_scores_or_their_names(labels, scores, worse, better):
    assert classes_in_table(labelled(labels, scores)) == ClassNames(worse, better)


@pytest.mark.parametrize("scores", [[70, 80], [0, 1, 2], [1, 1], [None]])
def test_scores_are_no_classes(scores):
    assert classes_in_table(labelled([""] * len(scores), scores)) is None


def test_labels_beside_real_scores_do_not_count():
    assert classes_in_table(labelled(["good", "bad"], [78.5, 60])) is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ["correct"] * 3,
            "the column label has one class only (correct): give performances of two, such as "
            "correct and wrong, or a column score with numbers",
        ),
        (
            ["a", "b", "c"],
            "the column label has 3 classes (a, b, c): give performances of two, such as correct "
            "and wrong, or a column score with numbers",
        ),
        (
            ["left", "right hand"],
            "the column label has the classes left and right hand, and which of them is the better "
            "one is not known: call them correct and wrong, or give a column score too, with 1 for "
            "the better and 0 for the other",
        ),
    ],
)
def test_labels_that_are_no_two_classes_are_refused(labels, message):
    with pytest.raises(TrainingError, match=whole(message)):
        classes_in_table(labelled(labels))


def said(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """What a scorer says of performances, of which the better are likelier where it says more."""
    generator = np.random.default_rng(0)
    values = generator.normal(0.5, 0.3, n)
    chance = 1 / (1 + np.exp(-(6 * values - 3)))
    return values, generator.random(n) < chance


def test_probabilities_are_how_often_it_is_so():
    values, is_better = said(4000)
    fitted = fit_labelling(NAMES, values, is_better)
    chances = fitted.chance(values)
    for low in (0.1, 0.3, 0.5, 0.7):
        near = (chances >= low) & (chances < low + 0.2)
        assert abs(is_better[near].mean() - chances[near].mean()) < 0.05
    assert fitted.label(0.5) == "correct"
    assert fitted.label(0.49) == "wrong"
    assert fitted.probabilities(0.75) == {"wrong": 0.25, "correct": 0.75}


def test_a_scorer_that_tells_nothing_gets_the_share_of_the_class():
    values, is_better = said()
    backwards = fit_labelling(NAMES, -values, is_better)
    assert backwards.slope == 0
    share = (is_better.sum() + 1) / (len(values) + 2)
    np.testing.assert_allclose(backwards.chance([-9.0, 9.0]), share)
    constant = fit_labelling(NAMES, np.ones(len(values)), is_better)
    np.testing.assert_allclose(constant.chance(1.0), share)


def test_left_out_chances_are_of_curves_that_have_not_seen_them():
    values, is_better = said(40)
    divided = [np.arange(0, 20), np.arange(20, 40)]
    found = left_out_chances(NAMES, values, is_better, divided)
    other = fit_labelling(NAMES, values[20:], is_better[20:]).chance(values[:20])
    np.testing.assert_array_equal(found[:20], other)


def test_it_survives_being_saved_and_what_is_none_is_refused():
    known = Labelling("wrong", "correct", 2.0, -1.0)
    assert Labelling.from_json(known.to_json()) == known
    assert Labelling.from_json(None) is None
    message = "labelling needs two names, and a slope of 0 or more"
    for spoilt in ({"slope": -1.0}, {"better": "wrong"}):
        with pytest.raises(ModelError, match=whole(message)):
            Labelling.from_json(known.to_json() | spoilt)
