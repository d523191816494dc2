import numpy as np
import pytest

from podium.metric.embedding import Normaliser
from podium.witnesses.novelty import FALSE_ALARM_RATE, Novelty, learn_novelty


def performances(n: int, seed: int, shift: float = 0.0, dim: int = 8) -> list[np.ndarray]:
    """Performances of six clips about a position of their own; `shift` moves all of them."""
    generator = np.random.default_rng(seed)
    return [
        (generator.normal(size=dim) + shift + 0.3 * generator.normal(size=(6, dim))).astype(
            np.float32
        )
        for _ in range(n)
    ]


@pytest.fixture(scope="module")
def novelty() -> Novelty:
    return learn_novelty(performances(300, 0))


def test_a_distance_is_the_mean_of_the_three_nearest_others(novelty):
    for i in (0, 17, 299):
        others = [
            float(np.linalg.norm(novelty.positions[i] - novelty.positions[j]))
            for j in range(300)
            if j != i
        ]
        assert novelty.distances[i] == pytest.approx(sum(sorted(others)[:3]) / 3, rel=1e-4)


def test_a_place_is_the_mean_and_the_spread_of_its_clips(novelty):
    components = novelty.normaliser(performances(300, 0)[4])
    np.testing.assert_allclose(
        novelty.positions[4], [*components.mean(axis=0), *components.std(axis=0)], rtol=1e-5
    )


def test_the_share_is_counted_one_by_one(novelty):
    query = performances(1, 7)[0]
    components = novelty.normaliser(query)
    position = np.concatenate([components.mean(axis=0), components.std(axis=0)])
    nearest = sorted(float(np.linalg.norm(position - other)) for other in novelty.positions)[:3]
    farther = sum(1 for distance in novelty.distances if distance >= sum(nearest) / 3)
    assert novelty.p_value(query) == pytest.approx((1 + farther) / 301)


def test_false_alarms_are_about_as_rare_as_promised(novelty):
    alarms = [novelty.is_novel(values) for values in performances(2000, 1)]
    assert FALSE_ALARM_RATE / 4 < np.mean(alarms) < FALSE_ALARM_RATE * 2


def test_shares_of_usual_performances_are_spread_evenly(novelty):
    shares = [novelty.p_value(values) for values in performances(1000, 2)]
    for level in (0.1, 0.5, 0.9):
        assert np.mean(np.array(shares) <= level) == pytest.approx(level, abs=0.08)


def test_what_is_far_out_is_flagged(novelty):
    far = performances(200, 3, shift=10)
    assert all(novelty.is_novel(values) for values in far)
    assert novelty.p_value(far[0]) == pytest.approx(1 / 301)


def test_a_performance_of_the_training_is_not_flagged(novelty):
    assert not any(novelty.is_novel(values) for values in performances(300, 0))


def test_a_frozen_performance_is_farther_out_than_one_that_moves(novelty):
    moving = performances(1, 4)[0]
    frozen = np.repeat(moving[:1], 6, axis=0)
    assert novelty.p_value(frozen) < novelty.p_value(moving)


@pytest.mark.parametrize("n", [4, 10])
def test_few_performances_still_flag_what_is_far_out(n):
    novelty = learn_novelty(performances(n, 5))
    assert novelty.is_novel(performances(1, 6, shift=50)[0])
    assert not any(novelty.is_novel(values) for values in performances(n, 5))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_to_have_three_others_are_measured_by_those_there_are(n):
    novelty = learn_novelty(performances(n, 5))
    assert not np.isnan(novelty.distances).any()
    assert not novelty.is_novel(performances(n, 5)[0])


def test_it_survives_being_saved(novelty):
    again = Novelty.from_arrays(novelty.arrays())
    query = performances(1, 8)[0]
    assert again.p_value(query) == novelty.p_value(query)
    assert set(novelty.arrays()) == {
        "novelty.normaliser.mean",
        "novelty.normaliser.scale",
        "novelty.normaliser.components",
        "novelty.places",
        "novelty.distances",
    }


def test_a_performance_that_was_learned_from_is_known_again(novelty):
    generator = np.random.default_rng(2)
    for values in performances(300, 0)[::30]:
        read_again = values + 1e-5 * generator.normal(size=values.shape).astype(np.float32)
        assert novelty.has_seen(values)
        assert novelty.has_seen(read_again)


def on_a_line(distances: list[float]) -> Novelty:
    """Performances of one number a clip at 0 and far off, with distances of one's own."""
    far = 1e6 * np.arange(len(distances), dtype=np.float32)
    positions = np.stack([far, 0 * far], axis=1)
    as_it_is = Normaliser(np.zeros(1, np.float32), np.ones(1, np.float32), np.eye(1, dtype="f4"))
    return Novelty(as_it_is, positions, np.array(distances, np.float32))


def at(number: float) -> np.ndarray:
    return np.full((4, 1), number, np.float32)


@pytest.mark.parametrize(("number", "seen"), [(0.0, True), (0.0499, True), (0.0501, False)])
def test_what_lies_within_a_twentieth_of_the_usual_distance_is_the_same(number, seen):
    """The usual distance is the middle one, 1: neither the mean nor the largest decides."""
    assert on_a_line([0.5, 0.9, 1.0, 20.0, 30.0]).has_seen(at(number)) is seen


@pytest.mark.parametrize(("n_farther", "novel"), [(0, True), (1, True), (2, False), (3, False)])
def test_one_in_a_hundred_is_the_share_that_raises_an_alarm(n_farther, novel):
    """Of 199, with itself 200: two are one in a hundred."""
    distances = [1.0] * (199 - n_farther) + [1e9] * n_farther
    novelty = on_a_line(distances)
    assert novelty.p_value(at(5.0)) == pytest.approx((1 + n_farther) / 200)
    assert novelty.is_novel(at(5.0)) is novel


def test_another_performance_of_the_same_kind_is_not_taken_for_one(novelty):
    assert not any(novelty.has_seen(values) for values in performances(50, 1))


def test_variants_of_a_performance_are_as_usual_and_none_of_its_own_others():
    usual, moved = performances(100, 0), performances(100, 0, shift=6.0)
    alone = learn_novelty(usual)
    with_copies = learn_novelty(usual, [[values, values] for values in usual])
    np.testing.assert_allclose(with_copies.distances.min(), alone.distances.min(), rtol=0.5)
    assert with_copies.distances.min() > 0.1
    both = learn_novelty(usual, [[values] for values in moved])
    others = performances(60, 5, shift=6.0)
    assert np.mean([alone.is_novel(values) for values in others]) > 0.9
    assert np.mean([both.is_novel(values) for values in others]) < 0.1


@pytest.mark.parametrize("groups", [(), [f"g{i % 7}" for i in range(60)]])
def test_of_very_many_looks_some_are_asked_evenly(monkeypatch, groups):
    """The places of all are kept; and what each of those asked says is as if all were."""
    known = performances(60, 3)
    variants = [performances(i % 3, 50 + i) for i in range(60)]
    whole = learn_novelty(known, variants, groups)
    monkeypatch.setattr("podium.witnesses.novelty.MAX_ASKED", 40)
    few = learn_novelty(known, variants, groups)
    assert len(whole.distances) == len(whole.positions) == 120
    np.testing.assert_array_equal(few.positions, whole.positions)
    asked = np.linspace(0, 119, 40).round().astype(int)
    np.testing.assert_array_equal(few.distances, whole.distances[asked])
    for made in (few, whole):  # one that was saved before there was a limit, too
        again = Novelty.from_arrays(made.arrays())
        np.testing.assert_array_equal(again.distances, made.distances)
