"""Samples with features of known content, for the tests of single scorers."""

from collections.abc import Callable

import numpy as np
import pytest

from podium.features.values import Sample


@pytest.fixture(scope="session")
def graded(make_sample) -> Callable[..., list[Sample]]:
    """A factory of performances of which the first number of every clip is the score / 10."""

    def make(n: int = 30, n_clips: int = 4, seed: int = 0, action: str = "a") -> list[Sample]:
        generator = np.random.default_rng(seed)
        made = []
        for number in range(n):
            score = float(20 + 80 * generator.random())
            values = generator.normal(size=(n_clips, 5)).astype(np.float32)
            values[:, 0] = score / 10
            made.append(make_sample(f"{action}{number}", values, score=score, action=action))
        return made

    return make
