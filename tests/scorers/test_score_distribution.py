from dataclasses import replace

import numpy as np
import pytest
import torch

from podium.errors import UsageError
from podium.features.values import Sample
from podium.scorers import ScorerState
from podium.scorers._dense_options import DenseOptions
from podium.scorers._judges_learning import TrainableJudges
from podium.scorers._judges_network import JudgesNetwork
from podium.scorers.score_distribution import (
    NamedPanel,
    ScoreDistribution,
    ScoreDistributionOptions,
    distributions,
)

QUICK = ScoreDistributionOptions(n_networks=1, n_epochs=20)


@pytest.fixture
def judged(graded) -> list[Sample]:
    """Dives whose seven judges differ by their seat, with the score that the rule makes of them."""
    made = []
    for sample in graded(30):
        middle = np.clip(round(sample.performance.score / 5) / 2, 1, 9)
        marks = tuple(float(middle + off) for off in (-1, 0, 0, 0, 0, 0.5, 1))
        known = {"score": 3 * float(middle) * 2.5, "difficulty": 2.5, "judges": marks}
        made.append(replace(sample, performance=replace(sample.performance, **known)))
    return made


def test_a_distribution_is_a_normal_one_cut_into_grades():
    grades = np.linspace(0, 10, 21)
    (found,) = distributions(np.array([[4.0, 7.5]]), grades, sd=0.05)
    raised = np.exp(-((grades - 4) ** 2) / (2 * 0.5**2))
    np.testing.assert_allclose(found[0], raised / raised.sum(), rtol=1e-5)
    assert grades[found.argmax(axis=1)].tolist() == [4.0, 7.5]


def test_it_answers_by_numpy_as_it_learned():
    torch.manual_seed(3)
    network = TrainableJudges(5, 3, 4, DenseOptions(n_hidden=6)).eval()
    arrays = {name: values.numpy() for name, values in network.state_dict().items()}
    rows = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    found = JudgesNetwork.from_arrays(arrays, "", 5, 6, (3, 4))(rows)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(rows)).exp()
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_panel_is_that_of_its_rule():
    panel = NamedPanel("diving", 7)
    assert panel.grades.tolist() == np.arange(0, 10.5, 0.5).tolist()
    assert panel.execution([1.0, 5.0, 6.0, 7.0, 8.0, 9.0, 9.5]) == 21.0


def test_judges_are_learned_one_by_one(judged):
    scorer = ScoreDistribution(replace(QUICK, n_epochs=150)).fit(judged)
    assert scorer.panel == NamedPanel("diving", 7)
    found = np.mean([scorer.distribution(one) @ scorer.grades for one in judged], axis=0)
    wanted = np.mean([one.performance.judges for one in judged], axis=0)
    np.testing.assert_allclose(found, wanted, atol=0.5)
    predicted = scorer.predict(judged)
    by_rule = [
        NamedPanel("diving", 7).execution((scorer.distribution(one) @ scorer.grades).tolist())
        for one in judged
    ]
    np.testing.assert_allclose(predicted, 2.5 * np.array(by_rule))


def test_without_marks_of_all_there_is_one_distribution(judged):
    one = judged[0]
    unmarked = replace(one, performance=replace(one.performance, judges=()))
    scorer = ScoreDistribution(QUICK).fit([unmarked, *judged[1:]])
    assert scorer.panel is None
    chances = scorer.distribution(one)
    assert chances.shape == (1, 101)
    assert chances.sum() == pytest.approx(1, rel=1e-5)
    assert scorer.predict([one])[0] == pytest.approx(2.5 * float(chances[0] @ scorer.grades))


def test_judges_may_be_left_unasked(judged):
    assert ScoreDistribution(replace(QUICK, judges="never")).fit(judged).panel is None


def test_the_likeliest_marks_are_marks_that_a_judge_gives(judged):
    state = ScoreDistribution(QUICK).fit(judged).state()
    options = {**state.config["options"], "grade": "likeliest"}
    likeliest = ScoreDistribution.restore(
        ScorerState(state.arrays, {**state.config, "options": options})
    )
    half_marks = likeliest.predict(judged) / 2.5 * 2
    np.testing.assert_allclose(half_marks, np.round(half_marks), atol=1e-9)


def test_impossible_options_are_refused():
    with pytest.raises(UsageError, match=r"^sd is 0\.0: it must be above 0$"):
        ScoreDistributionOptions(sd=0.0)
    said = r"^judges is 'seldom': choose one of where_given, never$"
    with pytest.raises(UsageError, match=said):
        ScoreDistributionOptions(judges="seldom")
