from dataclasses import replace

import numpy as np
import pytest

from messages import whole
from podium.errors import FeatureError, UsageError
from podium.joints import Joints, mirror
from podium.keypoints import BLAZEPOSE, joint_names


def joints(n_frames: int = 4, **more: object) -> Joints:
    rng = np.random.default_rng(0)
    places = rng.uniform(0.2, 0.8, (n_frames, 33, 2))
    seen = rng.uniform(0, 1, (n_frames, 33))
    made = Joints(places, seen, BLAZEPOSE, np.arange(n_frames) / 30, 16 / 9)
    return replace(
        made,
        depth=rng.normal(size=(n_frames, 33)),
        world=rng.normal(size=(n_frames, 33, 3)),
        **more,
    )


def test_all_33_are_named_each_once():
    assert len(set(BLAZEPOSE)) == 33
    assert joint_names(33) == BLAZEPOSE


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"positions": np.zeros((4, 33, 3))},
         "positions is float64 of (4, 33, 3): it must be an array of floats of (4, 33, 2)"),
        ({"visibility": np.zeros((3, 33))},
         "visibility is float64 of (3, 33): it must be an array of floats of (4, 33)"),
        ({"depth": np.zeros((4, 17))},
         "depth is float64 of (4, 17): it must be an array of floats of (4, 33)"),
        ({"world": np.full((4, 33, 3), np.nan)},
         "world holds what is no number: fill it in first"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(changed, message):
    with pytest.raises(FeatureError, match=whole(message)):
        replace(joints(), **changed)


def test_a_width_below_zero_is_refused():
    with pytest.raises(UsageError, match=whole("width is -1: it must be 0 or more")):
        joints(width=-1)


def test_a_joint_is_found_by_its_name():
    found = joints()
    np.testing.assert_array_equal(found.of("right knee"), found.positions[:, 26])
    message = f"no joint is called 'tail': choose of {', '.join(BLAZEPOSE)}"
    with pytest.raises(FeatureError, match=whole(message)):
        found.of("tail")


def test_a_mirrored_person_has_the_other_hand():
    before, after = joints(), mirror(joints())
    left, right = before.of("left wrist"), after.of("right wrist")
    np.testing.assert_allclose(right[:, 0], 16 / 9 - left[:, 0])
    np.testing.assert_array_equal(right[:, 1], left[:, 1])
    np.testing.assert_allclose(after.of("nose")[:, 0], 16 / 9 - before.of("nose")[:, 0])
    np.testing.assert_array_equal(after.world[:, 15, 1:], before.world[:, 16, 1:])
    np.testing.assert_array_equal(after.world[:, 15, 0], -before.world[:, 16, 0])
    np.testing.assert_array_equal(after.depth[:, 15], before.depth[:, 16])
    np.testing.assert_array_equal(after.seen[:, 15], before.seen[:, 16])


def test_mirrored_twice_it_is_as_it_was():
    before, after = joints(), mirror(mirror(joints()))
    np.testing.assert_allclose(after.positions, before.positions)
    np.testing.assert_array_equal(after.world, before.world)


def test_a_part_of_it_is_as_long_in_every_way():
    part = joints(9).span(2, 5)
    assert len(part) == len(part.world) == len(part.depth) == len(part.visibility) == 3
    np.testing.assert_allclose(part.times, [2 / 30, 3 / 30, 4 / 30])
