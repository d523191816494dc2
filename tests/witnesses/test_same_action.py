import numpy as np
import pytest

from podium.witnesses.same_action import (
    EVEN,
    FALSE_ALARM_RATE,
    MIN_PERFORMANCES,
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
    assert ActionClassifier.from_arrays({}) is None


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
