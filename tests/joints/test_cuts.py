"""Films that were joined of several: what was measured before and after is not of one movement."""

import numpy as np
import pytest

from joints.test_follow import RedSquare
from podium.joints.cuts import PERSON_CHANGES, change_of_person, small
from podium.joints.follow import find_joints
from podium.joints.values import Joints
from podium.keypoints import BLAZEPOSE
from videos import write_video


def frames(n: int, seed: int, x: int, speed: int = 0) -> list[np.ndarray]:
    """Pictures of a red square that moves before a coarse pattern of its own."""
    pattern = np.random.default_rng(seed).integers(0, 90, (6, 8, 1), np.uint8).repeat(3, axis=2)
    pattern = pattern.repeat(20, axis=0).repeat(20, axis=1)
    made = []
    for number in range(n):
        picture = pattern.copy()
        at = x + speed * number
        picture[48:72, at - 12 : at + 12] = (250, 10, 10)
        made.append(picture)
    return made


def test_a_film_of_two_people_is_said(tmp_path):
    path = write_video(tmp_path / "a.mp4", [*frames(20, 0, 30), *frames(20, 1, 120)])
    found = find_joints(path, finder=RedSquare())
    assert PERSON_CHANGES(seconds=pytest.approx(0.8, abs=1e-3)) in found.doubts


def test_one_who_moves_fast_is_one(tmp_path):
    path = write_video(tmp_path / "a.mp4", frames(24, 0, 20, speed=5))
    assert find_joints(path, finder=RedSquare()).doubts == ()


def spread(n: int, x: float) -> np.ndarray:
    """A body whose joints lie in a row, (frames, 33, 2)."""
    row = np.linspace(0, 0.5, len(BLAZEPOSE))
    return np.stack([np.full((n, len(row)), x) + row, np.full((n, len(row)), 0.5)], axis=2)


def joints(positions: np.ndarray) -> Joints:
    n = len(positions)
    return Joints(positions, np.ones((n, len(BLAZEPOSE))), BLAZEPOSE, np.arange(n) / 25, 4 / 3)


def test_a_cut_after_which_somebody_is_where_they_were_is_none():
    pictures = [small(one) for one in (*frames(20, 0, 30), *frames(20, 1, 30))]
    there = spread(40, 0.1)
    assert change_of_person(pictures, joints(there)) is None
    there[20:] += 0.1
    assert change_of_person(pictures, joints(there)) == pytest.approx(0.8)
    there[20:] -= 0.1
    there[20] += 0.1  # for one frame, as where joints are found wrongly
    assert change_of_person(pictures, joints(there)) is None


def test_joints_that_jump_without_a_cut_are_no_other_person():
    there = np.concatenate([spread(20, 0.1), spread(20, 0.6)])
    pictures = [small(one) for one in frames(40, 0, 30)]
    assert change_of_person(pictures, joints(there)) is None
    assert change_of_person(pictures[:1], joints(there[:1])) is None
