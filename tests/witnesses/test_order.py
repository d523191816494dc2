import numpy as np
import pytest

from podium.metric.embedding import fit_normaliser
from podium.witnesses.order import FALSE_ALARM_RATE, FARTHEST, MIN_PERFORMANCES, Order, learn_order


def performances(n: int, seed: int, n_clips: int = 5) -> list[np.ndarray]:
    """Performances whose clips each look like their position, counted from the end."""
    generator = np.random.default_rng(seed)
    stages = 3 * np.random.default_rng(99).normal(size=(9, 8))[-n_clips:]
    return [(stages + generator.normal(size=(n_clips, 8))).astype(np.float32) for _ in range(n)]


@pytest.fixture(scope="module")
def normaliser():
    return fit_normaliser(np.concatenate(performances(200, 0)), 6)


@pytest.fixture(scope="module")
def order(normaliser) -> Order:
    return learn_order(performances(200, 0), normaliser)


def _mixed(n_clips: int, generator: np.random.Generator) -> np.ndarray:
    """An order of the clips that is not their own."""
    while (positions := generator.permutation(n_clips)).tolist() == list(range(n_clips)):
        pass
    return positions


def disordered(order, normaliser, all_values) -> float:
    return float(np.mean([order.is_out_of_order(normaliser(values)) for values in all_values]))


def test_usual_performances_are_rarely_taken_for_disordered(order, normaliser):
    assert (
        FALSE_ALARM_RATE / 4
        < disordered(order, normaliser, performances(2000, 1))
        < 2.5 * FALSE_ALARM_RATE
    )


def test_the_threshold_is_what_two_in_a_hundred_of_these_fall_below(order):
    assert order.threshold == pytest.approx(-0.05168, rel=0.02)


def test_shuffled_and_reversed_performances_are_found(order, normaliser):
    generator = np.random.default_rng(0)
    usual = performances(300, 2)
    shuffled = [values[_mixed(5, generator)] for values in usual]
    assert disordered(order, normaliser, shuffled) > 0.9
    assert disordered(order, normaliser, [values[::-1] for values in usual]) > 0.95


def test_a_performance_of_another_length_is_counted_from_the_end(order, normaliser):
    assert disordered(order, normaliser, performances(300, 3, n_clips=4)) < 0.1


def test_it_is_the_mean_logarithm_of_each_clips_chance_of_its_place(order, normaliser):
    for n_clips in (3, 5, 6):
        components = normaliser(performances(1, 4, n_clips)[0])
        logs = []
        for number, clip in enumerate(components):
            odds = [
                np.exp(sum(float(w) * float(x) for w, x in zip(row, clip, strict=True)) + offset)
                for row, offset in zip(order.weights.T, order.offsets, strict=True)
            ]
            position = max(5 - n_clips + number, 0)
            logs.append(max(np.log(odds[position] / sum(odds)), FARTHEST))
        assert order.mean_log_likelihood(components) == pytest.approx(np.mean(logs))


def test_one_odd_clip_does_not_decide_alone(order, normaliser):
    values = performances(1, 5)[0]
    values[2] *= 1e4
    assert order.mean_log_likelihood(normaliser(values)) >= FARTHEST / 5 + order.threshold


@pytest.mark.parametrize(("component", "counted"), [(-10.0, -10.0), (-11.9, -11.9), (-50.0, -12.0)])
def test_a_clip_that_looks_like_no_place_counts_for_no_less_than_minus_twelve(component, counted):
    """Two positions, of which the clips' own is as likely as exp(component): its logarithm."""
    two = Order(np.array([[1.0, 0.0]]), np.zeros(2), threshold=0.0)
    first_odd = two.mean_log_likelihood(np.array([[component], [-50.0]], np.float32))
    assert first_odd == pytest.approx(counted / 2, abs=1e-4)


def test_two_places_are_enough(normaliser):
    order = learn_order(performances(100, 6, n_clips=2), normaliser)
    usual = performances(100, 7, n_clips=2)
    assert disordered(order, normaliser, usual) < 0.1
    assert disordered(order, normaliser, [values[::-1] for values in usual]) > 0.95


def test_a_place_that_every_fifth_performance_has_is_in_every_fold(normaliser):
    lengths = (6, 4, 4, 4, 4)
    by_length = [performances(60, seed, n) for seed, n in enumerate(lengths)]
    mixed = [values for five in zip(*by_length, strict=True) for values in five]
    assert len(learn_order(mixed, normaliser).offsets) == 6


def test_a_place_that_few_reach_is_one_with_the_next(normaliser):
    few = performances(MIN_PERFORMANCES - 1, 8, n_clips=7) + performances(100, 9)
    assert len(learn_order(few, normaliser).offsets) == 5


def test_the_same_performances_give_the_same_bytes(order, normaliser):
    again = learn_order(performances(200, 0), normaliser)
    assert again.weights.tobytes() == order.weights.tobytes()
    assert again.threshold == order.threshold


def test_it_survives_being_saved(order, normaliser):
    again = Order.from_arrays(order.arrays())
    components = normaliser(performances(1, 10)[0])
    assert again.mean_log_likelihood(components) == order.mean_log_likelihood(components)
    assert again.threshold == order.threshold
    assert Order.from_arrays({}) is None


def test_too_few_teach_nothing(normaliser):
    assert learn_order(performances(MIN_PERFORMANCES - 1, 0), normaliser) is None
    single = [values[:1] for values in performances(MIN_PERFORMANCES, 0)]
    assert learn_order(single, normaliser) is None


def test_variants_come_in_the_usual_order(order, normaliser):
    usual, others = performances(200, 0), performances(200, 8)
    changed = [values + LIGHTER for values in others]
    knew = learn_order(usual, normaliser, [[values + LIGHTER] for values in usual])
    assert disordered(order, normaliser, changed) > 0.2
    assert disordered(knew, normaliser, changed) < 2.5 * FALSE_ALARM_RATE
    assert disordered(knew, normaliser, others) < 2.5 * FALSE_ALARM_RATE
    assert disordered(knew, normaliser, [values[::-1] for values in changed]) > 0.95


LIGHTER = np.float32(4) * np.random.default_rng(5).normal(size=8).astype(np.float32)
"""What another camera adds to every clip."""
