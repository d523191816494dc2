import re
import sys

import numpy as np
import pytest

from podium.backbones._movenet import Region, crop, moving_region, places_to_search
from podium.backbones.pose import (
    NOBODY_SEEN,
    Pose,
    PoseOptions,
)
from podium.errors import MissingExtra, UsageError, WeightsError
from podium.joints.follow import JOINTS_UNSEEN
from podium.keypoints import Keypoints


def film(xs, ys, n_frames: int = 16, height: int = 240, width: int = 320) -> np.ndarray:
    """One clip of a grey scene with a red square of 24 pixels whose middle is at (x, y)."""
    clip = np.full((n_frames, height, width, 3), 90, np.uint8)
    for frame, x, y in zip(clip, xs, ys, strict=True):
        frame[int(y) - 12 : int(y) + 12, int(x) - 12 : int(x) + 12] = (250, 10, 10)
    return clip


def find_red(picture: np.ndarray) -> np.ndarray:
    """Stands in for MoveNet: all joints in the red square's corners, if it fills enough pixels."""
    red = (picture[:, :, 0] > 180) & (picture[:, :, 1] < 80)
    joints = np.zeros((17, 3), np.float32)
    if red.sum() < 400:  # of 192 x 192: too small to be seen
        joints[:, :2] = 0.5
        return joints
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    corners = [(y, x) for y in (rows[0], rows[-1] + 1) for x in (columns[0], columns[-1] + 1)]
    joints[:, :2] = np.array([corners[i % 4] for i in range(17)]) / 192
    joints[:, 2] = 0.9
    return joints


@pytest.fixture
def pose() -> Pose:
    return Pose(find=find_red)


def middles(pose: Pose, values: np.ndarray) -> np.ndarray:
    """The middle of each frame's joints in pixels, (frames, 2) of x, y."""
    positions = Keypoints.from_clips(values, pose.fingerprint).positions
    low, high = positions.min(axis=1), positions.max(axis=1)
    return (low + high) / 2 * 240 + (160, 120)


def test_a_moving_body_is_followed(pose):
    xs, ys = np.linspace(100, 220, 16), np.linspace(160, 80, 16)
    values, doubts = pose.describe(film(xs, ys)[None])
    np.testing.assert_allclose(middles(pose, values), np.stack([xs, ys], axis=1), atol=3)
    assert doubts == ()


def test_the_crop_is_about_the_last_place(monkeypatch, pose):
    asked = []

    def noted(frame, region):
        asked.append(region)
        return crop(frame, region)

    monkeypatch.setattr("podium.backbones._movenet.crop", noted)
    pose(film(np.full(16, 100), np.full(16, 80))[None])
    first, *others = asked[4:]  # the search in the first frame tries four places
    assert len(others) == 14
    assert all(r == first for r in others)
    assert (first.x, first.y) == (pytest.approx(100, abs=3), pytest.approx(80, abs=3))


def test_a_body_that_jumps_is_searched_for_again(pose):
    xs = np.r_[np.linspace(60, 75, 8), np.linspace(250, 280, 8)]
    ys = np.r_[np.linspace(60, 70, 8), np.linspace(180, 200, 8)]
    found = middles(pose, pose(film(xs, ys)[None]))
    np.testing.assert_allclose(found[[0, 7, 9, 15]], np.stack([xs, ys], 1)[[0, 7, 9, 15]], atol=4)


def test_gaps_are_filled_and_said(pose):
    clip = film(np.linspace(100, 130, 16), np.full(16, 100))
    clip[6:8] = 90
    values, doubts = pose.describe(clip[None])
    assert doubts == (JOINTS_UNSEEN(percent=12.5),)
    np.testing.assert_allclose(middles(pose, values)[:, 1], 100, atol=4)


def test_a_clip_without_anybody_is_said_to_be_a_guess(pose):
    clips = np.stack([film(np.full(16, 100), np.full(16, 100)), np.full((16, 240, 320, 3), 90)])
    doubts = pose.describe(clips.astype(np.uint8))[1]
    assert doubts[1:] == (NOBODY_SEEN(n=1, clips=2),)


def test_the_share_of_unseen_joints_is_a_value(pose):
    assert pose.describe(film(range(20, 36), [99] * 16)[None])[1] == ()
    clips = np.stack([film(np.full(16, 100), np.full(16, 100)), np.full((16, 240, 320, 3), 90)])
    (unseen, _) = pose.describe(clips.astype(np.uint8))[1]
    assert (unseen.kind, unseen.values["percent"]) == (JOINTS_UNSEEN, 50.0)


def test_a_region_may_reach_outside():
    frame = np.full((240, 320, 3), 200, np.uint8)
    picture = crop(frame, Region(0, 0, 96))
    assert picture.shape == (192, 192, 3)
    assert picture[:90, :90].max() == 0
    assert picture[100:, 100:].min() == 200


def test_movement_is_found_where_it_is():
    clip = film(np.linspace(200, 230, 16), np.full(16, 60))
    region = moving_region(clip, 8)
    assert (region.x, region.y) == (pytest.approx(216, abs=8), pytest.approx(60, abs=8))
    assert region in places_to_search(clip, 8)


def test_without_movement_the_middle_is_searched():
    still = np.full((16, 240, 320, 3), 9, np.uint8)
    assert moving_region(still, 0) == Region(160, 120, 80)


def test_missing_weights_are_said(monkeypatch):
    monkeypatch.delenv("PODIUM_MOVENET_WEIGHTS", raising=False)
    message = (
        "MoveNet's weights do not ship with Podium: download movenet_single_pose_lightning as "
        ".tflite and set PODIUM_MOVENET_WEIGHTS to its path"
    )
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Pose(options=PoseOptions(network="movenet"))


def test_without_any_weights_the_command_that_gets_them_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("PODIUM_MOVENET_WEIGHTS", raising=False)
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(tmp_path))
    message = (
        f"{tmp_path / 'pose_detection.tflite'}: what finds joints does not ship with Podium: run "
        "podium fetch pose, which gets it"
    )
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Pose()


def test_movenet_is_found_by_its_path_or_variable(monkeypatch, movenet_weights):
    given = Pose(movenet_weights)
    monkeypatch.setenv("PODIUM_MOVENET_WEIGHTS", str(movenet_weights))
    assert Pose().fingerprint == given.fingerprint
    assert given.fingerprint.endswith("-keypoints-17x2")
    assert (given.frame_size, given.dim) == ((320, 240), 16 * 17 * 2)


def test_blazepose_is_the_usual_network(monkeypatch, joint_networks):
    monkeypatch.delenv("PODIUM_MOVENET_WEIGHTS", raising=False)
    usual = Pose()
    assert usual.fingerprint == "pose-1-blazepose-9ba9dd3d-e9a5c5cb-keypoints-33x3"
    assert (usual.frame_size, usual.dim) == ((480, 360), 16 * 33 * 3)


def test_where_nobody_is_seen_it_is_said(joint_networks):
    backbone = Pose(options=PoseOptions(network="blazepose"))
    values, doubts = backbone.describe(np.full((1, 16, 360, 480, 3), 90, np.uint8))
    assert np.isfinite(values).all()
    assert doubts == (JOINTS_UNSEEN(percent=100.0), NOBODY_SEEN(n=1, clips=1))


def test_other_files_are_refused(tmp_path, joint_networks):
    advice = "give movenet_single_pose_lightning as .tflite, which reads uint8"
    path = tmp_path / "x.tflite"
    path.write_bytes(b"no model")
    message = f"{path}: is damaged, and was not loaded: {advice}"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Pose(path)
    other = joint_networks / "pose_detection.tflite"
    message = f"{other}: is another network, and was not loaded: {advice}"
    with pytest.raises(WeightsError, match=rf"^{re.escape(message)}$"):
        Pose(other)


def test_what_runs_it_is_asked_for(tmp_path, monkeypatch):
    path = tmp_path / "x.tflite"
    path.touch()
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    message = (
        "the backbone pose needs LiteRT, which is not installed: "
        "pip install 'podium[pose]', or give files of keypoints"
    )
    with pytest.raises(MissingExtra, match=rf"^{re.escape(message)}$"):
        Pose(path)


def test_impossible_options_are_refused():
    said = "confidences must be from 0 to below 1, and margin 1 or more"
    with pytest.raises(UsageError, match=rf"^PoseOptions\(.*\): {re.escape(said)}$"):
        PoseOptions(margin=0.5)
