import re

import numpy as np
import pytest

from podium.errors import UsageError
from podium.scorers.frequency_skill import (
    FrequencySkill,
    FrequencySkillOptions,
    low_frequencies,
    thirds,
)


def test_thirds_are_of_equal_size():
    assert thirds(np.array([9.0, 1, 5, 2, 8, 4])).tolist() == [2, 0, 1, 0, 2, 1]
    assert thirds(np.full(4, 3.0)).tolist() == [0, 0, 0, 0]


def test_frequencies_are_cosines_of_each_column():
    series = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)
    times = np.arange(9)
    by_hand = []
    for k in range(3):
        norm = np.sqrt((1 if k == 0 else 2) / 9)
        wave = np.cos(np.pi * (2 * times + 1) * k / 18)
        by_hand.append(norm * (series * wave[:, None]).sum(axis=0) / 3)
    np.testing.assert_allclose(low_frequencies(series, 3), np.ravel(by_hand), atol=1e-6)


def test_frequencies_that_so_few_clips_lack_are_nothing():
    assert low_frequencies(np.ones((2, 1), np.float32), 4)[2:].tolist() == [0, 0]


def test_a_score_is_the_mean_of_the_neighbours_classes(graded):
    train = graded(30)
    scorer = FrequencySkill(FrequencySkillOptions(n_neighbours=1)).fit(train)
    scores = np.array([sample.performance.score for sample in train])
    means = [scores[thirds(scores) == skill].mean() for skill in range(3)]
    np.testing.assert_allclose(scorer.predict(train), np.array(means)[thirds(scores)])


def test_impossible_options_are_refused():
    said = "n_components, n_frequencies and n_neighbours must be 1 or more"
    with pytest.raises(UsageError, match=rf"^FrequencySkillOptions\(.*\): {re.escape(said)}$"):
        FrequencySkillOptions(n_neighbours=0)
