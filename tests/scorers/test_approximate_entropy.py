import math
import re

import numpy as np
import pytest

from podium.errors import UsageError
from podium.scorers.approximate_entropy import (
    ApproximateEntropyOptions,
    cross_entropy,
    entropies,
)


def slow(first, second, m: int, r: float) -> float:
    """Pincus's definition, stretch by stretch."""

    def phi(length: int) -> float:
        n = len(first) - length + 1
        logs = []
        for i in range(n):
            matches = 0
            for j in range(n):
                apart = max(abs(first[i + k] - second[j + k]) for k in range(length))
                matches += apart <= r
            logs.append(math.log(max(matches / n, 0.5 / n)))
        return sum(logs) / n

    return phi(m) - phi(m + 1)


@pytest.mark.parametrize("m", [1, 2, 3])
def test_entropies_follow_the_definition(m):
    generator = np.random.default_rng(m)
    first, second = generator.normal(size=25), generator.normal(size=25)
    assert cross_entropy(first, first, m, 0.4) == pytest.approx(slow(first, first, m, 0.4))
    assert cross_entropy(first, second, m, 0.4) == pytest.approx(slow(first, second, m, 0.4))


def test_it_agrees_with_the_known_value_of_a_regular_series():
    """85, 80, 89 and over again, m 2, r 3: the textbook's example gives 1.1e-5."""
    series = np.tile([85.0, 80, 89], 17)
    assert abs(cross_entropy(series, series, 2, 3)) == pytest.approx(1.0996541105257052e-05)


def test_a_regular_movement_has_less_than_a_random_one():
    times, generator = np.arange(100), np.random.default_rng(0)
    wave, noise = np.sin(times / 3), generator.normal(size=100)
    assert cross_entropy(wave, wave, 2, 0.2) < cross_entropy(noise, noise, 2, 0.2)


def test_a_still_joint_has_none():
    positions = np.zeros((30, 2, 2))
    np.testing.assert_allclose(entropies(positions, ApproximateEntropyOptions()), 0, atol=1e-12)


def test_one_number_a_coordinate_and_one_a_pair_along_each_axis():
    positions = np.random.default_rng(1).normal(size=(20, 4, 3))
    options = ApproximateEntropyOptions()
    assert entropies(positions, options).shape == (4 * 3 + 6 * 3,)
    alone = entropies(positions, ApproximateEntropyOptions(cross=False))
    np.testing.assert_array_equal(entropies(positions, options)[:12], alone)


def test_scale_and_place_do_not_matter():
    positions = np.random.default_rng(2).normal(size=(30, 3, 2))
    options = ApproximateEntropyOptions()
    np.testing.assert_allclose(entropies(positions, options), entropies(positions * 7 + 3, options))


def test_impossible_options_are_refused():
    said = "length must be 1 or more, tolerance above 0, and n_frames from length + 2 to 2000"
    with pytest.raises(UsageError, match=rf"^ApproximateEntropyOptions\(.*\): {re.escape(said)}$"):
        ApproximateEntropyOptions(n_frames=3)
