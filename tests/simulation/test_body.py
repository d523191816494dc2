import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.simulation.body import (
    MASSES,
    Joint,
    Physique,
    Pose,
    blend,
    centre_of_mass,
    joints_of,
    leaning,
    middle,
)

angles = st.floats(-60, 150)
BONES = [
    (Joint.LEFT_HIP, Joint.LEFT_KNEE),
    (Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
    (Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW),
    (Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST),
    (Joint.CHEST, Joint.HEAD),
]


def lengths(joints: np.ndarray) -> list[float]:
    return [float(np.linalg.norm(joints[0, a] - joints[0, b])) for a, b in BONES]


def test_the_masses_of_the_segments_make_one_body() -> None:
    assert MASSES.sum() == pytest.approx(1.0, abs=0.01)


def test_an_upright_athlete_is_as_tall_as_the_physique_says() -> None:
    joints = joints_of(Physique(1.7), Pose())[0]
    above_head = joints[Joint.HEAD, 1] + 0.06 * 1.7
    assert above_head - joints[Joint.LEFT_ANKLE, 1] == pytest.approx(1.7 * 0.96, rel=0.04)


@settings(max_examples=40)
@given(angles, angles, angles, st.floats(0, 40), st.floats(-720, 720))
def test_bones_keep_their_length(
    hip: float, knee: float, shoulder: float, spread: float, turn: float
) -> None:
    pose = Pose(hip, knee, shoulder=shoulder, leg_spread=spread, arm_spread=spread, twist=turn)
    joints = leaning(joints_of(Physique(), pose), turn)
    assert lengths(joints) == pytest.approx(lengths(joints_of(Physique(), Pose())))


@settings(max_examples=40)
@given(angles, angles, st.floats(-720, 720))
def test_turning_the_body_turns_its_centre_of_mass(hip: float, knee: float, lean: float) -> None:
    joints = joints_of(Physique(), Pose(hip, knee))
    before, after = centre_of_mass(joints), centre_of_mass(leaning(joints, lean))
    np.testing.assert_allclose(np.linalg.norm(before), np.linalg.norm(after), atol=1e-9)


def test_arms_overhead_bring_the_hands_together_above_the_head() -> None:
    joints = joints_of(Physique(), Pose(shoulder=180))[0]
    left, right = joints[Joint.LEFT_FINGERTIP], joints[Joint.RIGHT_FINGERTIP]
    assert left[1] > joints[Joint.HEAD, 1]
    assert abs(left[2] - right[2]) < 0.1


def test_a_forward_lean_takes_the_head_forward() -> None:
    joints = leaning(joints_of(Physique(), Pose()), 30)[0]
    assert joints[Joint.HEAD, 0] > joints[Joint.PELVIS, 0]


def test_half_a_twist_turns_the_toes_to_the_back() -> None:
    ahead = middle(joints_of(Physique(), Pose()), Joint.LEFT_TOE)[0, 0]
    behind = middle(joints_of(Physique(), Pose(twist=180)), Joint.LEFT_TOE)[0, 0]
    assert ahead == pytest.approx(-behind)


def test_blending_goes_from_one_pose_to_the_other() -> None:
    start, end = Pose(hip=10), Pose(hip=50, knee=20)
    assert blend(start, end, 0.0) == start
    assert blend(start, end, 1.0) == end
    np.testing.assert_allclose(blend(start, end, np.array([0.0, 0.5])).hip, [10, 30])
