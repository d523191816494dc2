"""Repetitions are found and counted in movements whose number is known."""

import numpy as np
import pytest

from movement.exercising import bell, curls, plank
from podium.errors import UsageError
from podium.joints import Joints
from podium.movement import Repetition, Turn, find_repetitions, movement_of


def found(joints: Joints) -> tuple[Repetition, ...]:
    return movement_of(joints).repetitions


@pytest.mark.parametrize("n", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("rate", [12.0, 30.0, 60.0])
def test_repetitions_are_counted(n, rate):
    assert len(found(curls(bell(n, rate=rate), rate=rate))) == n


@pytest.mark.parametrize("seconds", [1.0, 2.0, 5.0])
def test_each_has_its_beginning_turn_and_end(seconds):
    repetitions = found(curls(bell(3, seconds)))
    for number, one in enumerate(repetitions):
        start = 0.5 + number * seconds
        assert one.turn_seconds == pytest.approx(start + seconds / 2, abs=0.08)
        assert start - 0.05 <= one.start_seconds <= start + 0.3 * seconds
        assert start + 0.7 * seconds <= one.end_seconds <= start + seconds + 0.05
        assert one.seconds == one.end_seconds - one.start_seconds


def test_noise_does_not_repeat_anything():
    joints = curls(np.zeros(90))
    noise = np.random.default_rng(0).normal(0, 0.002, joints.positions.shape)
    still = Joints(
        joints.positions + noise, joints.visibility, joints.names, joints.times, joints.width
    )
    assert found(still) == ()


def test_who_only_goes_out_repeats_nothing():
    assert found(curls(np.linspace(0, 1, 60))) == ()


def test_one_repetition_in_a_long_rest_is_counted():
    assert len(found(curls(np.pad(bell(1), 300)))) == 1


def test_arms_that_are_raised_once_before_the_exercise_are_no_part_of_it():
    out = np.concatenate([bell(1), np.zeros(30), np.zeros_like(bell(6))])
    sways = np.concatenate([np.zeros_like(bell(1)), np.zeros(30), bell(6)])
    joints = curls(out)
    places = joints.positions.copy()
    upper = [i for i, name in enumerate(joints.names) if not name.endswith(("knee", "ankle"))]
    places[:, upper, 0] += 0.06 * sways[:, None]
    moved = Joints(places, joints.visibility, joints.names, joints.times, joints.width)
    turns = [one.turn_seconds for one in found(moved)]
    assert turns == pytest.approx([5.5 + 2 * i for i in range(6)], abs=0.15)


def test_half_a_repetition_at_either_end_is_not_counted():
    out = bell(4)
    middle = np.flatnonzero(out > 0.99)
    assert len(found(curls(out[middle[0] : middle[-1]]))) == 3


def test_noisy_repetitions_are_counted():
    joints = curls(bell(5))
    noise = np.random.default_rng(1).normal(0, 0.004, joints.positions.shape)
    shaken = Joints(
        joints.positions + noise, joints.visibility, joints.names, joints.times, joints.width
    )
    assert len(found(shaken)) == 5


def test_the_turn_of_a_lift_is_its_top_and_of_sinking_hips_neither():
    assert movement_of(curls(np.zeros(60))).turn is Turn.AWAY
    assert movement_of(plank(0.2 * bell(3))).turn is Turn.AWAY


def test_two_frames_are_no_movement():
    joints = curls(np.array([0.0, 1.0]))
    movement = movement_of(joints)
    assert find_repetitions(joints, movement.angles) == ()


def test_a_repetition_that_ends_before_it_turns_is_refused():
    with pytest.raises(
        UsageError,
        match=r"^start, turn and end is \(0\.0, 2\.0, 1\.0\): it must be finite seconds that rise$",
    ):
        Repetition(0.0, 2.0, 1.0)
