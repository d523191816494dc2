import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.errors import UsageError
from podium.simulation.body import Physique, Pose, centre_of_mass, mass_points
from podium.simulation.dive import LOOSE_TUCK, PIKE, STRETCHED, TUCK
from podium.simulation.flight import (
    GRAVITY,
    Key,
    angular_momentum,
    drop_seconds,
    moments_of_inertia,
    poses_at,
    somersault,
)
from podium.simulation.motion import Motion
from podium.simulation.performance import SimulatedPerformance, perform, stage


def in_flight(motion: Motion) -> np.ndarray:
    inside = (motion.seconds > motion.leaves_seconds) & (motion.seconds < motion.lands_seconds)
    return np.flatnonzero(inside)


def fine_motion(performance: SimulatedPerformance) -> Motion:
    return perform(performance.script, 240)


@pytest.mark.parametrize("action", ["107", "407", "5253", "handspring-front", "tsukahara-full"])
def test_the_centre_of_mass_falls_with_gravity_alone(action: str) -> None:
    motion = fine_motion(stage(action, {}, seed=1))
    path = centre_of_mass(motion.joints)[in_flight(motion)]
    acceleration = np.diff(path, n=2, axis=0) * 240**2
    np.testing.assert_allclose(acceleration[:, 1], -GRAVITY, atol=1e-6)
    np.testing.assert_allclose(acceleration[:, 0], 0, atol=1e-6)


@pytest.mark.parametrize("action", ["107", "207", "307", "407", "5152", "tsukahara"])
def test_angular_momentum_is_kept_while_the_athlete_tucks_and_opens(action: str) -> None:
    motion = fine_motion(stage(action, {}, seed=2))
    momentum = angular_momentum(mass_points(motion.joints[in_flight(motion)]), 1 / 240)[2:-2]
    assert momentum.std() < 0.02 * abs(momentum.mean())


def test_a_tuck_is_easier_to_turn_than_a_pike_and_a_pike_than_a_stretched_body() -> None:
    tuck, loose, pike, stretched = (
        moments_of_inertia(Physique(), pose)[0] for pose in (TUCK, LOOSE_TUCK, PIKE, STRETCHED)
    )
    assert tuck < loose < stretched
    assert tuck < pike < stretched / 2


def test_the_dive_spins_faster_when_tucked() -> None:
    motion = fine_motion(stage("107", {}, seed=0))
    flying = in_flight(motion)
    speed = np.abs(np.gradient(np.unwrap(np.deg2rad(motion.axis_degrees()))))[flying]
    middle, end = len(flying) // 2, len(flying) - 10
    assert speed[middle] > 2.5 * speed[end]


@given(st.floats(0, 8), st.floats(0, 20))
def test_a_jump_is_back_down_when_the_parabola_says_so(rise: float, drop: float) -> None:
    seconds = drop_seconds(rise, drop)
    assert rise * seconds - GRAVITY / 2 * seconds**2 == pytest.approx(-drop, abs=1e-6)


def test_a_jump_that_never_gets_there_is_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        drop_seconds(1.0, -2.0)
    assert str(refusal.value) == "a jump at 1.0 m/s never rises 2.0 m; jump faster"


@settings(max_examples=20)
@given(st.floats(-30, 30), st.floats(200, 1400), st.floats(0, 1))
def test_a_somersault_arrives_where_it_should(start: float, turned: float, share: float) -> None:
    keys = [Key(0, STRETCHED), Key(0.3 + 0.3 * share, TUCK), Key(1.2, STRETCHED)]
    poses = somersault(Physique(), keys, np.array([0.0, 1.2]), start, start + turned)
    np.testing.assert_allclose(poses.lean, [start, start + turned], atol=1e-6)


@given(st.floats(-1, 3))
def test_poses_stay_between_their_keys(moment: float) -> None:
    keys = [Key(0, Pose(hip=10)), Key(1, Pose(hip=90)), Key(2, Pose(hip=40), drives=True)]
    hip = float(np.asarray(poses_at(keys, np.array([moment])).hip)[0])
    assert 10 - 1e-9 <= hip <= 90 + 1e-9


def test_poses_are_the_keys_at_their_moments() -> None:
    keys = [Key(0, Pose(hip=10)), Key(1, Pose(hip=90)), Key(2, Pose(hip=40))]
    poses = poses_at(keys, np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(poses.hip, [10, 90, 40])
