"""Measures of joints, against people who were made to the degree."""

import numpy as np
import pytest

from movement.exercising import bell, curls, plank
from podium.measures import Measurement, measure_movement
from podium.measures.smoothness import arc_length
from podium.movement import movement_of


def measures(joints) -> dict[str, Measurement]:
    return {one.name: one for one in measure_movement(movement_of(joints))}


def test_a_curl_is_measured_to_the_degree_and_the_second():
    found = measures(curls(bell(4, seconds=2.0)))
    assert found["repetitions"].value == 4
    assert found["elbow_range"].value == pytest.approx(120, abs=20)  # from where it counts as begun
    assert found["depth_degrees"].value == pytest.approx(50, abs=3)
    assert found["tempo_seconds"].value == pytest.approx(1.5, abs=0.3)
    assert found["symmetry_degrees"].value == pytest.approx(0, abs=1e-6)
    assert found["knee_range"].value == pytest.approx(0, abs=0.5)
    assert found["ankle_range"].reason == "joint_not_seen"


def test_one_arm_that_bends_less_is_not_symmetric():
    found = measures(curls(bell(4), left=lambda elbow: elbow + 24))
    # Elbows differ by 24 degrees; shoulders, hips and knees not at all.
    assert found["symmetry_degrees"].value == pytest.approx(6, abs=0.5)


@pytest.mark.parametrize(("sinks", "low"), [(0.1, True), (-0.1, False)])
def test_the_line_of_the_body_says_which_way_it_bends(sinks, low):
    found = measures(plank(np.full(60, sinks)))["body_line_degrees"]
    assert (found.value < 180) == low


def test_a_jerky_movement_is_less_smooth():
    times = np.arange(60) / 30
    smooth = np.sin(np.pi * times / 2) ** 2
    jerky = smooth * (1 + 0.8 * np.sin(2 * np.pi * 4 * times))
    assert arc_length(jerky, 30.0) < arc_length(smooth, 30.0) < -1.0


def test_smoothness_does_not_depend_on_how_far_or_how_often():
    speed = np.sin(np.pi * np.arange(60) / 60) ** 2
    assert arc_length(3 * speed, 30.0) == pytest.approx(arc_length(speed, 30.0))
    finer = np.sin(np.pi * np.arange(120) / 120) ** 2
    assert arc_length(finer, 60.0) == pytest.approx(arc_length(speed, 30.0), abs=0.05)


def test_no_movement_has_no_speed():
    assert arc_length(np.zeros(20), 30.0) == 0.0
