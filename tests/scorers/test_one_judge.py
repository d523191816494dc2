import numpy as np
import pytest

from podium.judging.diving import RULE as DIVING
from podium.scorers.one_judge import OneJudge
from podium.scorers.type_mean import TypeMean


@pytest.fixture
def judged(make_sample) -> list:
    generator = np.random.default_rng(0)
    made = []
    for number in range(40):
        whole = generator.normal(7, 1.2)
        marks = tuple(np.round(2 * np.clip(generator.normal(whole, 0.4, 7), 0, 10)) / 2)
        difficulty = (2.0, 3.0, 3.4)[number % 3]
        made.append(
            make_sample(
                f"d{number}",
                score=DIVING.score(marks, difficulty),
                difficulty=difficulty,
                judges=marks,
                action="a",
            )
        )
    return made


def test_one_mark_times_difficulty_is_nearly_the_panel(judged):
    scorer = OneJudge(seed=2).fit(judged[:20])
    predicted = scorer.predict(judged[20:])
    true = [sample.performance.score for sample in judged[20:]]
    assert np.corrcoef(predicted, true)[0, 1] > 0.95
    inputs = [s.performance.judges[2] * s.performance.difficulty for s in judged[20:]]
    np.testing.assert_allclose(np.polyval(np.polyfit(inputs, predicted, 1), inputs), predicted)


def test_the_seed_says_which_judge(judged):
    first, eighth = (OneJudge(seed).fit(judged).predict(judged) for seed in (0, 7))
    np.testing.assert_array_equal(first, eighth)
    assert not np.allclose(first, OneJudge(1).fit(judged).predict(judged))


def test_without_marks_it_is_the_mean_of_the_action(judged, make_sample):
    query = make_sample("unmarked", difficulty=3.0, action="a")
    scorer = OneJudge().fit(judged)
    assert scorer.predict([query]) == TypeMean().fit(judged).predict([query])
