"""What is asked of a video that begins long before the performance."""

from collections.abc import Callable

import numpy as np
import pytest

from podium.features.values import Sample
from podium.witnesses import Witnesses, learn_usual
from podium.witnesses.novelty import NOVEL

N_CLIPS = 5


def clips(seed: int) -> np.ndarray:
    """Clips that each look like their position."""
    generator = np.random.default_rng(seed)
    stages = 3 * np.random.default_rng(99).normal(size=(N_CLIPS, 8))
    return (stages + generator.normal(size=(N_CLIPS, 8))).astype(np.float32)


@pytest.fixture(scope="module")
def known(make_sample: Callable[..., Sample]) -> Witnesses:
    return learn_usual([make_sample(str(seed), clips(seed)) for seed in range(100)])


def kinds(known: Witnesses, make_sample: Callable[..., Sample], values: np.ndarray) -> list[str]:
    return [str(doubt.kind) for doubt in known.ask_usual(make_sample("q", values).features)]


def test_a_long_wait_before_the_performance_is_no_reason_to_doubt_it(known, make_sample):
    wait = np.full((20, 8), 9.0, np.float32)
    for seed in range(1000, 1010):
        assert kinds(known, make_sample, np.concatenate([wait, clips(seed)])) == []


def test_something_else_is_unlike_however_much_of_it_is_looked_at(known, make_sample):
    other = 9 * np.random.default_rng(7).normal(size=(20, 8)).astype(np.float32)
    assert str(NOVEL) in kinds(known, make_sample, other)


def test_a_video_of_the_usual_length_is_asked_as_a_whole(known, make_sample):
    values = clips(2000)
    values[0] += 40
    assert str(NOVEL) in kinds(known, make_sample, values)
