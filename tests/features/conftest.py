"""An event that is learned once for all tests that look for it: that takes a while."""

import numpy as np
import pytest

from podium.features.event import MIN_PERFORMANCES, Anchor, Marked, learn_anchor

from .splashing import film, marked


@pytest.fixture(scope="session")
def lessons() -> list[Marked]:
    """As many films as it takes, each with its event."""
    generator = np.random.default_rng(0)
    found = []
    for seed in range(MIN_PERFORMANCES):
        before, after = int(generator.integers(40, 60)), int(generator.integers(20, 40))
        found.append(marked(film(before, after, seed), before))
    return found


@pytest.fixture(scope="session")
def anchor(lessons: list[Marked]) -> Anchor:
    """What finds the splash in other films."""
    learned = learn_anchor("splash", 12, lessons)
    assert learned is not None
    return learned
