import numpy as np
import pytest

from messages import whole
from podium.errors import ModelError
from podium.witnesses.same_action import (
    CONTRADICTED_RATE,
    EVEN,
    FALSE_ALARM_RATE,
    MIN_PERFORMANCES,
    UNLIKE_ACTION,
    ActionClassifier,
    learn_same_action,
)

ACTIONS = ("107", "207", "407")


def performances(n: int, seed: int, n_clips: int = 4) -> tuple[list[np.ndarray], list[str]]:
    """Performances of three actions, each with clips of its own at each place."""
    generator = np.random.default_rng(seed)
    looks = 1.5 * np.random.default_rng(99).normal(size=(3, 6, 8))[:, -n_clips:]
    which = generator.integers(3, size=n)
    noise = generator.normal(size=(n, n_clips, 8))
    return list((looks[which] + noise).astype(np.float32)), [ACTIONS[i] for i in which]


@pytest.fixture(scope="module")
def kinds() -> ActionClassifier:
    return learn_same_action(*performances(150, 0))


def doubted(kinds: ActionClassifier, seed: int, same: bool, n_clips: int = 4) -> float:
    values, actions = performances(120, seed, n_clips)
    found = [
        kinds.are_different(values[i], values[j])
        for i in range(120)
        for j in range(i)
        if (actions[i] == actions[j]) == same
    ]
    return float(np.mean(found))


def test_pairs_of_one_action_are_rarely_doubted(kinds):
    assert doubted(kinds, 1, same=True) < 2 * FALSE_ALARM_RATE


@pytest.mark.parametrize("n_clips", [3, 4, 6])
def test_pairs_of_two_actions_are_doubted(kinds, n_clips):
    assert doubted(kinds, 2, same=False, n_clips=n_clips) > 0.9


def test_two_are_of_one_action_as_the_chances_of_each_say(kinds):
    values, _ = performances(2, 3)
    chances = [np.exp(kinds.log_probabilities(one)) for one in values]
    assert sum(chances[0]) == pytest.approx(1)
    by_hand = sum(float(a) * float(b) for a, b in zip(*chances, strict=True))
    assert kinds.log_same_action(*values) == pytest.approx(np.log(by_hand))
    assert kinds.log_same_action(*values) == kinds.log_same_action(*values[::-1])


def test_no_action_is_less_likely_than_the_exponential_of_minus_sixty(kinds):
    values, _ = performances(1, 3)
    assert kinds.log_probabilities(values[0] * 1000).min() == -60.0


def test_two_actions_are_enough():
    values, actions = performances(150, 4)
    two = learn_same_action(values, [action if action == "107" else "other" for action in actions])
    assert two.weights.shape[1] == 2
    first, others = actions.index("107"), [i for i, a in enumerate(actions) if a != "107"]
    assert np.mean([two.are_different(values[first], values[i]) for i in others]) > 0.8


def test_an_action_of_a_single_performance_is_left_out(kinds):
    values, actions = performances(150, 0)
    single, _ = performances(1, 7)
    assert (
        learn_same_action([*values, *single], [*actions, "109"]).weights.shape
        == kinds.weights.shape
    )


def test_the_same_performances_give_the_same_bytes(kinds):
    again = learn_same_action(*performances(150, 0))
    assert again.weights.tobytes() == kinds.weights.tobytes()
    assert again.threshold == kinds.threshold


def test_it_survives_being_saved(kinds):
    again = ActionClassifier.from_arrays(kinds.arrays())
    values, _ = performances(2, 5)
    assert again.log_same_action(*values) == kinds.log_same_action(*values)
    assert again.threshold == kinds.threshold
    assert again.names == kinds.names == ACTIONS
    assert again.least_lead == kinds.least_lead
    assert again.ask_action(values[0], "107") == kinds.ask_action(values[0], "107")
    assert ActionClassifier.from_arrays({}) is None


def test_an_action_that_was_given_is_rarely_contradicted(kinds):
    values, actions = performances(600, 8)
    said = [bool(kinds.ask_action(*one)) for one in zip(values, actions, strict=True)]
    assert np.mean(said) < 2 * CONTRADICTED_RATE


def test_a_wrong_action_is_contradicted_and_what_it_looks_like_is_said(kinds):
    values, actions = performances(120, 9)
    said = [kinds.ask_action(v, "107") for v, a in zip(values, actions, strict=True) if a == "207"]
    assert np.mean([bool(doubts) for doubts in said]) > 0.9
    expected = UNLIKE_ACTION(action="107", looks_like="207")
    assert np.mean([doubts == (expected,) for doubts in said if doubts]) > 0.9


@pytest.mark.parametrize("action", [None, "", "109"])
def test_an_action_that_is_not_known_is_not_contradicted(kinds, action):
    assert kinds.ask_action(performances(1, 3)[0][0], action) == ()


def test_models_of_before_contradict_nothing(kinds):
    arrays = {
        k: v for k, v in kinds.arrays().items() if k not in ("kinds.names", "kinds.least_lead")
    }
    old = ActionClassifier.from_arrays(arrays)
    values, _ = performances(20, 3)
    assert not any(old.ask_action(v, ACTIONS[0]) for v in values)


def test_names_that_do_not_fit_are_refused(kinds):
    arrays = kinds.arrays() | {"kinds.names": np.frombuffer(b"107\x00207", np.uint8)}
    message = "the array kinds.names holds 2 names: it must be 3"
    with pytest.raises(ModelError, match=whole(message)):
        ActionClassifier.from_arrays(arrays)


def test_too_few_or_one_action_alone_teach_nothing():
    values, actions = performances(150, 6)
    assert (
        learn_same_action(values[: MIN_PERFORMANCES - 1], actions[: MIN_PERFORMANCES - 1]) is None
    )
    assert learn_same_action(values, ["107"] * 150) is None
    assert learn_same_action(values, [None] * 150) is None
    assert learn_same_action(values, [f"{i}" for i in range(150)]) is None


def test_a_pair_that_is_likelier_of_one_action_than_of_two_is_not_doubted():
    """Where actions are easily told apart, the quantile would lie close to certainty."""
    values, actions = performances(150, 0)
    far = [v + 30 * ACTIONS.index(a) for v, a in zip(values, actions, strict=True)]
    assert learn_same_action(far, actions).threshold == EVEN
