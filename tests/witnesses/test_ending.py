from dataclasses import replace

import numpy as np
import pytest

from podium.metric.embedding import fit_normaliser
from podium.witnesses import END_IS_MISSING, EVENT_NOT_FOUND, Witnesses
from podium.witnesses.ending import FALSE_ALARM_RATE, MIN_PERFORMANCES, EndingDetector, learn_ending
from podium.witnesses.novelty import Novelty


def performances(n: int, seed: int) -> list[np.ndarray]:
    """Performances of six clips, of which the last two look like an end, as in a dive."""
    generator = np.random.default_rng(seed)
    stages = np.array([0, 0, 0, 0, 2, 4], float)[:, None] * np.ones(8)
    return [(stages + generator.normal(size=(6, 8))).astype(np.float32) for _ in range(n)]


@pytest.fixture(scope="module")
def normaliser():
    return fit_normaliser(np.concatenate(performances(200, 0)), 4)


@pytest.fixture(scope="module")
def ending(normaliser) -> EndingDetector:
    return learn_ending(performances(200, 0), normaliser)


@pytest.mark.parametrize("end_is_missing", [False, True])
@pytest.mark.parametrize("event", ["", "splash"])
def test_what_a_file_lacks_and_what_is_not_found_in_it_are_both_said(
    make_sample, normaliser, end_is_missing, event
):
    features = make_sample("cut").features
    video = replace(features.video, end_is_missing=end_is_missing, missing_event=event)
    known = Witnesses(Novelty(normaliser, np.zeros((1, 8)), np.ones(1)))
    said = [doubt.kind for doubt in known.ask_ending(replace(features, video=video))]
    assert said == [END_IS_MISSING] * end_is_missing + [EVENT_NOT_FOUND] * bool(event)


def test_whole_performances_are_rarely_taken_for_cut(ending, normaliser):
    alarms = [ending.is_missing(normaliser(values)) for values in performances(2000, 1)]
    assert FALSE_ALARM_RATE / 4 < np.mean(alarms) < 2.5 * FALSE_ALARM_RATE


def test_the_threshold_is_what_two_in_a_hundred_of_these_fall_below(ending):
    assert ending.threshold == pytest.approx(1.2304, rel=0.02)


@pytest.mark.parametrize("n_cut", [2, 3])
def test_cut_performances_are_found(ending, normaliser, n_cut):
    found = [ending.is_missing(normaliser(values[:-n_cut])) for values in performances(500, 2)]
    assert np.mean(found) > 0.95


def test_a_number_is_the_weighted_sum_of_a_clips_components(ending, normaliser):
    components = normaliser(performances(1, 3)[0])
    for clip, number in zip(components, ending.looks_last(components), strict=True):
        by_hand = sum(float(w) * float(x) for w, x in zip(ending.weights, clip, strict=True))
        assert number == pytest.approx(by_hand + ending.offset)


def test_the_same_performances_give_the_same_bytes(ending, normaliser):
    again = learn_ending(performances(200, 0), normaliser)
    assert again.weights.tobytes() == ending.weights.tobytes()
    assert (again.offset, again.threshold) == (ending.offset, ending.threshold)


def test_it_survives_being_saved(ending):
    again = EndingDetector.from_arrays(ending.arrays())
    np.testing.assert_array_equal(again.weights, ending.weights)
    assert (again.offset, again.threshold) == (ending.offset, ending.threshold)
    assert EndingDetector.from_arrays({}) is None


def test_too_few_teach_nothing(normaliser):
    assert learn_ending(performances(MIN_PERFORMANCES - 1, 0), normaliser) is None
    single = [values[:1] for values in performances(MIN_PERFORMANCES, 0)]
    assert learn_ending(single, normaliser) is None
