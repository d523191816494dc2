"""Turns are counted on drawn bodies, either way and mirrored; paths and ranges are as they must."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.measures.turning_body import turning_dive

from podium.measures import Moment, Moments, look
from podium.measures._counted import held_range
from podium.measures._kind import kind_of
from podium.measures._path import HALF, HYPOTHESES, MAX_SPEED, TURN, Hypothesis, best_paths
from podium.measures._polar import N_DIRECTIONS, shapes_of
from podium.measures._turning import likeness
from podium.measures.armstand import Armstand
from podium.measures.direction import Direction
from podium.measures.half_somersaults import HalfSomersaults
from podium.measures.half_twists import HalfTwists
from podium.measures.position import Position
from podium.measures.somersault_speed import SomersaultSpeed


@pytest.mark.parametrize("clockwise", [1, -1])
@pytest.mark.parametrize("halves", [3, 5, 7])
def test_half_somersaults_of_a_drawn_body_are_counted(halves: int, clockwise: int) -> None:
    found = HalfSomersaults()(turning_dive(halves, clockwise))
    assert found.value == halves
    assert found.low is not None
    assert found.high is not None
    assert found.low <= halves <= found.high


@pytest.mark.parametrize("rightward", [1, -1])
def test_a_dive_that_turns_as_it_travels_turns_forward_from_either_side(rightward: int) -> None:
    forward = kind_of(turning_dive(5, rightward, rightward))
    against = kind_of(turning_dive(5, -rightward, rightward))
    assert forward is not None
    assert against is not None
    assert forward.travel == against.travel == rightward
    assert forward.forward > 0.9 > 0.1 > against.forward


def test_the_speed_of_a_body_that_turns_evenly_is_its_speed() -> None:
    found = SomersaultSpeed()(turning_dive(7))
    assert found.value == pytest.approx(7 / 2 / (41 / 30), rel=0.12)


def test_a_body_that_stays_stretched_is_straight_and_does_not_twist() -> None:
    assert Position()(turning_dive(3)).value == "A"
    assert HalfTwists()(turning_dive(3)).value == 0


def test_a_real_dive_is_counted(data_folder: Path) -> None:
    dive = look(data_folder / "unlv-dive" / "videos" / "002.mp4")  # a 407C
    assert HalfSomersaults()(dive).value == 7
    assert Armstand()(dive).value == 0
    assert Position()(dive).value == "C"
    assert Direction()(dive).value == "inward"


def test_where_there_is_no_take_off_or_water_the_reason_says_so() -> None:
    dive = turning_dive(5)
    left, water = Moment(15), Moment(61)
    reasons = {
        "take_off_not_found": Moments(None, None, water),
        "water_not_found": Moments(left, None, None),
        "flight_too_short": Moments(left, None, Moment(20)),
    }
    for reason, moments in reasons.items():
        assert Armstand()(replace(dive, moments=moments)).reason == reason


def test_a_silhouette_that_is_turned_is_the_same_shape_shifted() -> None:
    square = turning_dive(4).athlete.masks[:1]
    upright = shapes_of(square)[0]
    lying = shapes_of(np.rot90(square, -1, axes=(1, 2)))[0]
    assert np.allclose(np.roll(upright, N_DIRECTIONS // 4, axis=0), lying, atol=0.1)


def test_the_likeliest_step_is_the_turn_between_two_silhouettes() -> None:
    masks = turning_dive(7).athlete.masks[20:22]  # turned by 7 x 180 / 41 degrees
    step = int(likeness(shapes_of(masks))[0].argmax()) - MAX_SPEED
    assert abs(step - 7 * 180 / 41 / 6) <= 1


def test_the_best_path_follows_a_head_that_is_seen_plainly() -> None:
    turned = np.linspace(0, 4 * HALF, 40)
    places = np.arange(TURN)
    apart = (places - turned[:, None] + HALF) % TURN - HALF
    paths = best_paths(-((apart / 3) ** 2), np.zeros((39, 2 * MAX_SPEED + 1)), HYPOTHESES)
    best, halves = np.unravel_index(paths.scores.argmax(), paths.scores.shape)
    assert (HYPOTHESES[best], halves) == (Hypothesis(1, False), 4)
    assert np.abs(paths.turned(int(best), 4) - turned * 6).max() <= 12


def test_a_range_takes_in_the_likelier_neighbour_until_it_holds() -> None:
    assert held_range(np.array([0.0, 0.95, 0.05])) == (1, 1)
    assert held_range(np.array([0.05, 0.3, 0.62, 0.03])) == (1, 2)
    assert held_range(np.array([0.3, 0.3, 0.4])) == (0, 2)
