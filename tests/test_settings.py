"""Options of a scorer from the command line and from a file: names, values, and what is refused."""

import re

import pytest

from messages import whole
from podium.errors import MissingFile, UnusableFile, UsageError
from podium.metric.pairs import PairOptions
from podium.scorers.ridge import RidgeOptions
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.training.settings import options_in, scorer_options


def test_nothing_set_is_the_scorers_own():
    assert scorer_options("ridge") is None


def test_options_are_set_by_name_and_nested_ones_after_a_dot():
    found = scorer_options(
        "siamese_lstm",
        ["n_networks=3", "pairs.threshold=0.2", "learn_metric=no", "references = worst"],
    )
    assert found == SiameseLSTMOptions(
        n_networks=3, pairs=PairOptions(threshold=0.2), learn_metric=False, references="worst"
    )


def test_what_may_be_nothing_is_set_to_none():
    given = ["pairs.threshold=2", "pairs.threshold=none"]
    assert scorer_options("siamese_lstm", given).pairs.threshold is None


def test_a_file_is_read_and_what_is_typed_comes_after_it(tmp_path):
    path = tmp_path / "options.toml"
    path.write_text("n_networks = 3\n[pairs]\nthreshold = 2\n[learning]\nn_epochs = 7\n", "utf-8")
    found = scorer_options("siamese_lstm", ["learning.n_epochs=9"], path)
    assert (found.n_networks, found.pairs.threshold, found.learning.n_epochs) == (3, 2.0, 9)


def test_every_option_of_every_scorer_has_a_name():
    assert options_in(RidgeOptions).keys() == {"target", "n_components"}
    assert {"n_networks", "pairs.threshold", "deviation.n_components"} <= options_in(
        SiameseLSTMOptions
    ).keys() | {"deviation.n_components"}


@pytest.mark.parametrize(
    ("scorer", "given", "message"),
    [
        (
            "ridge", "n_component=3",
            "the scorer ridge has no option 'n_component': choose n_components, or one of target, "
            "n_components",
        ),
        (
            "ridge", "xyz=3",
            "the scorer ridge has no option 'xyz': choose one of target, n_components",
        ),
        ("ridge", "n_components=many", "n_components is 'many': it must be a whole number"),
        ("ridge", "n_components=2.5", "n_components is '2.5': it must be a whole number"),
        ("ridge", "n_components=0", "n_components is 0: it must be 1 or more"),
        ("ridge", "target=all", "target is 'all': choose one of auto, execution, score"),
        ("siamese_lstm", "pairs.threshold=a", "pairs.threshold is 'a': it must be a finite number"),
        ("siamese_lstm", "learn_metric=maybe", "learn_metric is 'maybe': it must be True or False"),
        ("ridge", "n_components", "--set 'n_components' must be name=value, such as n_networks=3"),
        ("constant", "a=1", "the scorer constant has no options: leave out --set and --options"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(scorer, given, message):
    with pytest.raises(UsageError, match=whole(message)):
        scorer_options(scorer, [given])


def test_a_nested_option_is_found_by_its_last_name():
    message = (
        "the scorer siamese_lstm has no option 'threshold': choose pairs.threshold, or one of "
    )
    with pytest.raises(UsageError, match=f"^{re.escape(message)}") as refused:
        scorer_options("siamese_lstm", ["threshold=4"])
    assert str(refused.value) == message + ", ".join(options_in(SiameseLSTMOptions))


@pytest.mark.parametrize("content", [b"n_networks = ", b"\xff", b"a = " + b"[" * 100_000])
def test_a_file_that_is_no_toml_is_refused(tmp_path, content):
    path = tmp_path / "options.toml"
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=r"^[^\n]*options\.toml: is no TOML \([^\n]*\): write "
                       r"lines such as n_networks = 3$"):  # fmt: skip
        scorer_options("ridge", file=path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    message = f"{tmp_path}/none.toml: no such file of options: check the path"
    with pytest.raises(MissingFile, match=whole(message)):
        scorer_options("ridge", file=tmp_path / "none.toml")


def test_a_wrong_value_of_a_file_is_refused(tmp_path):
    path = tmp_path / "options.toml"
    path.write_text('n_components = "many"\n', "utf-8")
    message = "n_components is 'many': it must be a whole number"
    with pytest.raises(UsageError, match=whole(message)):
        scorer_options("ridge", file=path)
