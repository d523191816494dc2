"""Routines of minutes, with everything known about them."""

import numpy as np
import pytest

from messages import whole
from podium.errors import UsageError
from podium.simulation import RoutineOptions, SimulationOptions, simulate_routines
from podium.simulation.elements import ELEMENTS, KINDS, STANDING

OPTIONS = RoutineOptions(n_performances=10, n_elements=12, element_seconds=2.0, seed=4)
ROUTINES = simulate_routines(OPTIONS)


def test_all_are_of_one_programme_each_in_its_own_time():
    (names,) = {tuple(e.name for e in one.elements) for one in ROUTINES}
    assert len(names) == 12
    assert len({one.n_frames for one in ROUTINES}) > 5
    for one in ROUTINES:
        starts = [phase.start_frame for phase in one.elements]
        ends = [phase.end_frame + 1 for phase in one.elements]
        assert starts == [0, *ends[:-1]]
        assert ends[-1] == one.n_frames
        lengths = np.subtract(ends, starts)
        assert lengths.min() >= 60 / 1.15 - 1
        assert lengths.max() <= 60 * 1.15 + 1


def test_faults_lie_on_elements_and_cost_points():
    flawless, others = ROUTINES[:2], ROUTINES[2:]
    assert all(not one.faults for one in flawless)
    assert sum(len(one.faults) for one in others) > 5
    for one in others:
        spans = {(phase.name, phase.start_frame, phase.end_frame) for phase in one.elements}
        assert {(f.phase, f.start_frame, f.end_frame) for f in one.faults} <= spans
        assert all(fault.words.split(" in the ")[0] in KINDS for fault in one.faults)
    worst = max(others, key=lambda one: sum(fault.severity for fault in one.faults))
    assert worst.score_elements < min(one.score_elements for one in flawless) - 0.5
    assert worst.score == pytest.approx(worst.score_elements + worst.score_components)


def test_joints_are_the_same_each_time_and_move_smoothly():
    joints = ROUTINES[3].joints()
    assert joints.shape == (ROUTINES[3].n_frames, 20, 3)
    np.testing.assert_array_equal(joints, ROUTINES[3].joints())
    assert np.abs(np.diff(joints, axis=0)).max() < 0.25


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.name)
@pytest.mark.parametrize("kind", KINDS)
def test_a_flaw_changes_every_element(element, kind):
    shares = np.linspace(0, 1, 9)
    good, bad = element.poses(shares).columns(), element.flawed(kind, 1.0).poses(shares).columns()
    np.testing.assert_allclose(good[:, 0] % 360, STANDING.columns() % 360)
    assert np.abs(good - bad).max() > 10
    np.testing.assert_array_equal(good, element.flawed(kind, 0.0).poses(shares).columns())


def test_the_film_shows_the_athlete():
    frames = ROUTINES[3].frames(SimulationOptions(width=96, height=64))
    first, second = next(frames), next(frames)
    assert first.shape == (64, 96, 3)
    assert first.dtype == np.uint8
    assert np.abs(first.astype(int) - second).mean() > 0


def test_what_cannot_be_simulated_is_refused():
    with pytest.raises(UsageError, match=whole("tempo is 1.5: it must be from 0 to 1")):
        RoutineOptions(tempo=1.5)
    with pytest.raises(UsageError, match=whole("n_elements is 0: it must be 1 or more")):
        RoutineOptions(n_elements=0)
