import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import FeatureError
from podium.keypoints import COCO, KINECT, Keypoints, fill_missing, joint_names, shape_of
from sentences import sentences


@pytest.fixture
def body() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(50, 17, 2)).astype(np.float32)


@pytest.mark.parametrize("n_frames", [1, 15, 16, 17, 48, 50])
def test_frames_survive_being_cut_in_clips(body, n_frames):
    keypoints = Keypoints(body[:n_frames])
    clips = keypoints.clips()
    assert clips.shape == (-(-n_frames // 16), 16 * 17 * 2)
    again = Keypoints.from_clips(clips, f"file-{keypoints.layout}", n_frames)
    np.testing.assert_array_equal(again.positions, body[:n_frames])


def test_the_first_frame_is_repeated_where_frames_are_missing(body):
    clips = Keypoints(body[:17]).clips()
    frames = Keypoints.from_clips(clips, "keypoints-17x2").positions
    np.testing.assert_array_equal(frames[:16], np.tile(body[0], (16, 1, 1)))


@given(scale=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_camera_and_distance_do_not_matter(scale, shift):
    body = np.random.default_rng(1).normal(size=(20, 17, 2))
    one, other = Keypoints(body), Keypoints(body * scale + shift)
    np.testing.assert_allclose(one.normalise().positions, other.normalise().positions, atol=1e-2)


def test_normalised_the_head_is_at_0_and_the_body_of_size_1(body):
    positions = Keypoints(body * 30 + 100).normalise().positions
    np.testing.assert_allclose(np.median(positions[:, 0], axis=0), 0, atol=1e-5)
    apart = positions - positions.mean(axis=1, keepdims=True)
    sizes = np.sqrt((apart**2).sum(axis=2).mean(axis=1))
    assert np.median(sizes) == pytest.approx(1, rel=1e-4)


def test_places_relative_to_the_head_leave_it_out():
    body = np.random.default_rng(2).normal(size=(3, 25, 3))
    relative = Keypoints(body).relative_to_head()
    assert relative.shape == (3, 24, 3)
    np.testing.assert_allclose(relative[:, 0], body[:, 0] - body[:, KINECT.index("head")])
    np.testing.assert_allclose(relative[:, 3], body[:, 4] - body[:, KINECT.index("head")])


def test_gaps_are_filled_from_the_frames_beside_them_and_said():
    body = np.zeros((5, 2, 2))
    body[:, 0, 0] = [0, np.nan, np.nan, 3, np.nan]
    keypoints = fill_missing(body)
    assert keypoints.positions[:, 0, 0].tolist() == [0, 1, 2, 3, 3]
    assert sentences(keypoints) == ("30 % of the keypoints were not seen and were filled in",)


def test_a_joint_never_seen_is_put_among_the_others():
    body = np.ones((4, 17, 2))
    body[:, 10] = np.nan
    keypoints = fill_missing(body)
    np.testing.assert_array_equal(keypoints.positions[:, 10], 1)
    said = "6 % of the keypoints were not seen and were filled in; never seen: right wrist"
    assert sentences(keypoints) == (said,)


def test_nothing_is_said_where_all_is_seen(body):
    assert fill_missing(body).doubts == ()
    np.testing.assert_array_equal(fill_missing(body).positions, body)


def test_a_body_that_was_never_seen_is_refused():
    message = "no joint was seen in any frame: find the keypoints again"
    with pytest.raises(FeatureError, match=rf"^{message}$"):
        fill_missing(np.full((3, 2, 2), np.nan))


def test_what_are_no_keypoints_is_refused():
    message = (
        "features of motion-1 are not keypoints: use the backbone pose, or files of keypoints "
        "(frames x joints x 2 or 3)"
    )
    with pytest.raises(FeatureError, match=rf"^{re.escape(message)}$"):
        shape_of("motion-1")


def test_joints_have_names_where_the_skeleton_is_known():
    assert joint_names(17) == COCO
    assert joint_names(25)[3] == "head"
    assert joint_names(2) == ("joint 0", "joint 1")
