"""Angles of joints over time, against people whose angles are known."""

from dataclasses import replace

import numpy as np
import pytest

from movement.exercising import bell, curls, plank
from podium.errors import FeatureError
from podium.joints import Joints
from podium.keypoints import COCO
from podium.movement import Angles, angles_of
from podium.movement.angles import ANGLES


def unseen(joints: Joints, name: str, frames: slice = slice(None)) -> Joints:
    visibility = joints.visibility.copy()
    visibility[frames, COCO.index(name)] = 0.0
    return replace(joints, visibility=visibility)


def test_elbows_are_bent_as_they_were_made():
    out = bell(2)
    angles = angles_of(curls(out))
    for side in ("left", "right"):
        assert abs(angles.of(f"{side} elbow") - (170 - 120 * out)).max() < 3
        assert angles.of(f"{side} knee") == pytest.approx(180, abs=1)
        assert angles.of(f"{side} hip") == pytest.approx(angles.of(f"{side} hip")[0])
    assert angles.of("trunk") == pytest.approx(0, abs=1)


@pytest.mark.parametrize("rate", [10.0, 25.0, 60.0, 240.0])
def test_smoothing_is_the_same_at_every_rate(rate):
    """A step of 120 degrees takes as long to be followed, however many frames there are."""
    out = (np.arange(round(2 * rate)) / rate >= 1).astype(float)
    elbow = angles_of(curls(out, rate=rate)).of("left elbow")
    after = np.interp(1.0 + 0.2, np.arange(len(out)) / rate, elbow)
    before = np.interp(1.0 - 0.3, np.arange(len(out)) / rate, elbow)
    assert (before, after) == (pytest.approx(170, abs=3), pytest.approx(50, abs=3))


def test_an_angle_is_not_known_where_one_of_its_joints_was_not_seen():
    angles = angles_of(unseen(curls(bell(2)), "left wrist"))
    assert np.isnan(angles.of("left elbow")).all()
    assert np.isfinite(angles.of("right elbow")).all()
    assert np.isfinite(angles.of("left shoulder")).all()
    assert angles.of("elbow") == pytest.approx(angles.of("right elbow")), "the side that was seen"


def test_short_gaps_are_filled_and_long_ones_stay():
    joints = unseen(curls(bell(2)), "left elbow", slice(20, 26))
    elbow = angles_of(unseen(joints, "left elbow", slice(60, 110))).of("left elbow")
    assert np.isfinite(elbow[:60]).all()
    assert np.isnan(elbow[70:100]).all()
    assert np.isfinite(elbow[112:]).all()


@pytest.mark.parametrize(("sinks", "is_above"), [(0.1, False), (-0.1, True)])
def test_hips_below_the_line_are_below_180_degrees_and_above_it_over(sinks, is_above):
    line = angles_of(plank(np.full(60, sinks))).of("body line")
    assert (line > 180).all() == is_above
    expected = np.rad2deg(np.arctan(0.1 / 0.6) + np.arctan(0.1 / 0.4))
    assert abs(line - 180) == pytest.approx(expected, abs=0.5)


def test_a_skeleton_measured_in_space_is_read_in_space():
    flat = plank(np.full(30, 0.1), metres=1.4)
    assert flat.world is not None
    turned = flat.world.copy()
    turned[..., 2], turned[..., 0] = flat.world[..., 0], 0.0  # away from the camera
    away = replace(flat, world=turned, positions=turned[..., :2])
    assert angles_of(away).of("body line") == pytest.approx(angles_of(flat).of("body line"))


def test_what_no_skeleton_has_is_not_known():
    angles = angles_of(curls(bell(1)))
    assert np.isnan(angles.of("left ankle")).all(), "COCO has no toes"
    assert angles.degrees.shape == (len(bell(1)), len(ANGLES))


def test_angles_of_other_shapes_are_refused():
    with pytest.raises(
        FeatureError,
        match=r"^degrees is float64 of \(3, 2\): it must be an array of floats of \(3, 12\)$",
    ):
        Angles(np.zeros((3, 2)), np.arange(3.0))
