"""Which difficulty is assumed where none was given: that of the dives that the video may show."""

from types import SimpleNamespace

import pytest

from podium.assessment.likely import difficulties_of, likely_difficulties, usual_difficulties
from podium.judging import Action, find_rule
from podium.recognition import Recognised
from podium.scorers._target import Difficulties, Target

RULE = find_rule("diving")
OVERALL = Difficulties(2.7, 3.3, 4.1)
TARGET = Target(
    True,
    OVERALL,
    {
        "107": Difficulties(3.0, 3.0, 3.0),
        "207": Difficulties(3.3, 3.3, 3.6),
        "407": Difficulties(3.2, 3.2, 3.5),
        "409": Difficulties(4.1, 4.1, 4.1),
    },
)


def seen(shares: dict[str, float], letters: dict[str, float]):
    """An examination in which these actions were recognised, each in these positions."""
    best = max(shares, key=lambda action: shares[action])
    letter = max(letters, key=lambda one: letters[one])
    positions = dict.fromkeys(shares, letters)
    found = Recognised(best, letter, 7, 0, False, shares[best], shares, positions)
    return SimpleNamespace(recognised=found)


def likely(shares, letters, action="407"):
    return likely_difficulties(seen(shares, letters), RULE, TARGET, action)


@pytest.mark.parametrize(
    ("letters", "difficulty"), [({"C": 0.99, "B": 0.01}, 3.2), ({"C": 0.01, "B": 0.99}, 3.5)]
)
def test_a_dive_that_is_clear_has_the_difficulty_of_its_position(letters, difficulty):
    assert likely({"407": 0.99, "409": 0.01}, letters) == Difficulties(*3 * [difficulty])


def test_a_position_that_is_not_clear_widens_the_range():
    assert likely({"407": 1.0}, {"C": 0.6, "B": 0.4}) == Difficulties(3.2, 3.2, 3.5)


def test_every_action_that_it_may_be_widens_the_range():
    found = likely({"407": 0.9, "409": 0.08, "107": 0.02}, {"C": 1.0}, "407")
    assert found == Difficulties(3.2, 3.2, 4.1)


def test_the_likeliest_dive_is_the_usual_one_also_where_its_difficulty_is_not_the_lowest():
    found = likely({"409": 0.6, "407": 0.4}, {"C": 1.0}, "409")
    assert found == Difficulties(3.2, 4.1, 4.1)


def test_a_dive_that_was_never_learned_has_the_difficulty_of_the_table():
    found = likely({"407": 0.9, "307": 0.1}, {"C": 1.0}, "407")
    assert found is not None
    assert (found.low, found.usual) == (3.2, 3.2)
    assert found.high == max(one.value for one in RULE.numbers.difficulties("307C", 10.0))


@pytest.mark.parametrize("rule", [RULE, None])
def test_where_nothing_was_recognised_it_may_be_that_of_any(rule):
    nothing = SimpleNamespace(recognised=None)
    for examined in (nothing, None):
        assert likely_difficulties(examined, rule, TARGET, "407") is None
        assumed = usual_difficulties(Action("407"), False, examined, rule, TARGET)
        assert assumed == Difficulties(2.7, 3.2, 4.1)


def test_where_another_dive_was_recognised_than_is_assumed_it_may_be_that_of_any():
    assert likely({"407": 1.0}, {"C": 1.0}, "107") is None


def test_where_little_is_probable_it_may_be_that_of_any():
    assert likely({"407": 0.5, "409": 0.2}, {"C": 1.0}, "407") is None


def test_an_action_that_was_given_has_what_training_and_table_agree_on():
    assert difficulties_of(Action("207"), RULE, TARGET) == Difficulties(3.3, 3.3, 3.6)
    assert difficulties_of(Action("207", "B"), RULE, TARGET) == Difficulties(3.6, 3.6, 3.6)
    assert difficulties_of(Action("207", "B"), None, TARGET) == Difficulties(3.3, 3.3, 3.6)
    assert difficulties_of(Action("bars"), None, TARGET) is None
    assert usual_difficulties(Action("bars"), True, None, None, TARGET) == OVERALL
