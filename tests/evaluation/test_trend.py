import numpy as np
import pytest
from scipy.stats import linregress, t

from messages import whole
from podium.errors import UsageError
from podium.evaluation.trend import trend


def test_it_is_the_usual_line_with_its_usual_interval():
    random = np.random.default_rng(3)
    days = random.uniform(0, 300, 25)
    values = 60 + 0.02 * days + random.normal(0, 4, 25)
    found, usual = trend(days, values), linregress(days, values)
    length = np.ptp(days)
    assert found.change == pytest.approx(usual.slope * length)
    assert found.first == pytest.approx(usual.intercept + usual.slope * days.min())
    either = t.ppf(0.975, 23) * usual.stderr * length
    assert (found.low, found.high) == pytest.approx((found.change - either, found.change + either))


def test_a_change_within_the_noise_is_not_called_one():
    random = np.random.default_rng(0)
    days = np.arange(12.0)
    said = [trend(days, random.normal(60, 5, 12)).direction for _ in range(1000)]
    assert 0.02 < np.mean([one != "unclear" for one in said]) < 0.08
    rising = [trend(days, 60 + 3 * days + random.normal(0, 5, 12)).direction for _ in range(200)]
    assert np.mean([one == "up" for one in rising]) > 0.9
    assert trend(days, 60 - 3 * days).direction == "down"


def test_ranges_that_are_wider_than_the_values_differ_count():
    days, values = [0.0, 1.0, 2.0, 3.0, 4.0], [60.0, 61.0, 62.0, 63.0, 64.5]
    assert trend(days, values).direction == "up"
    assert trend(days, values, [20.0] * 5).direction == "unclear"
    assert trend(days, values, [0.1] * 5) == trend(days, values)


@pytest.mark.parametrize(
    ("days", "values"),
    [([], []), (range(3), range(3)), ([5] * 9, [1] * 9)],
)
def test_of_too_few_nothing_is_said(days, values):
    assert trend(days, values) is None


def test_as_many_of_each_are_needed():
    with pytest.raises(UsageError, match=whole("1 days, 2 values, 0 widths")):
        trend([1.0], [1.0, 2.0])
