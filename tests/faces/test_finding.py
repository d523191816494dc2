"""Whose faces are found, and where they are hidden while they are not."""

from dataclasses import replace

import numpy as np
import pytest

from drawn_people import Person, write_people
from joints.test_follow import RedSquare, film
from messages import whole
from podium.athlete import Athlete, CameraMotion
from podium.errors import WeightsError
from podium.faces import find_faces
from podium.faces.detector import FaceDetector, squares_of
from podium.faces.finding import HOLD_SECONDS, WIDER, Seen
from podium.faces.heads import OF_LENGTH, heads_of
from podium.joints import BlazePose
from podium.joints.weights import finds_faces
from podium.video.frames import decode


def nobody(picture):
    return np.zeros((0, 3))


def blue(picture):
    """Where the blue of a picture is, as the detector says it."""
    rows, columns = np.nonzero((picture[:, :, 2] > 150) & (picture[:, :, 0] < 90))
    return np.array([[columns.mean(), rows.mean(), 8.0]]) if len(rows) else nobody(picture)


def test_the_athlete_is_hidden_where_the_joints_of_the_face_are(tmp_path):
    video = film(tmp_path / "red.mp4", [(40 + 5 * n, 60) for n in range(6)])
    faces = find_faces(video, detector=nobody, finder=RedSquare())
    assert (len(faces), faces.n_found, faces.n_held) == (6, 6, 0)
    places = np.concatenate(faces.circles)[:, :2] * 120
    np.testing.assert_allclose(places, [(39.5 + 5 * n, 59.5) for n in range(6)], atol=1.5)


def test_where_none_is_found_the_last_and_the_next_are_hidden_wider(tmp_path):
    places = [(40, 60)] * 4 + [None] * 2 + [(80, 60)] * 4
    video = film(tmp_path / "gone.mp4", places, frames_per_second=10)
    faces = find_faces(video, detector=nobody, finder=NotFollowed())
    assert (faces.n_found, faces.n_held) == (8, 2)
    held, found = faces.circles[4], faces.circles[0]
    np.testing.assert_allclose(sorted(held[:, 0] * 120), [39.5, 59.5, 79.5], atol=1.5)
    np.testing.assert_allclose(held[:, 2], found[0, 2] * WIDER, rtol=1e-6)


class NotFollowed(RedSquare):
    """One who is not followed back through frames in which nobody is."""

    def look(self, picture, region):
        look = super().look(picture, region)
        return look if red_in(picture) else replace(look, sureness=0.0)


def red_in(picture):
    return bool(((picture[:, :, 0] > 150) & (picture[:, :, 1] < 90)).any())


def test_nothing_is_hidden_long_after_the_last_face(tmp_path):
    n_frames = round(10 * HOLD_SECONDS)
    video = film(tmp_path / "long.mp4", [(40, 60)] + [None] * (n_frames + 5), frames_per_second=10)
    faces = find_faces(video, detector=nobody, finder=NotFollowed())
    assert (faces.n_found, faces.n_held) == (1, n_frames)
    assert [len(one) for one in faces.circles[-5:]] == [0] * 5


def test_everybody_whom_the_detector_sees_is_hidden_a_moment_longer(tmp_path):
    pictures = np.full((10, 120, 160, 3), 90, np.uint8)
    pictures[3, 50:70, 100:120] = (10, 10, 250)
    from videos import write_video

    video = write_video(tmp_path / "blue.mp4", list(pictures), frames_per_second=10)
    faces = find_faces(video, detector=blue, finder=NotFollowed())
    assert faces.n_found == 1
    assert [len(one) > 0 for one in faces.circles[:7]] == [True] * 7
    np.testing.assert_allclose(faces.circles[3][0, :2] * 120, (109.5, 59.5), atol=1.5)
    assert faces.circles[2][0, 2] == pytest.approx(8 / 120)


def diver(angle_degrees):
    """Silhouettes of a body whose head, a disc, points somewhere, clockwise from straight up."""
    rows, columns = np.mgrid[:96, :96] - 47.5
    angle = np.radians(angle_degrees)
    along = columns * np.sin(angle) - rows * np.cos(angle)
    across = columns * np.cos(angle) + rows * np.sin(angle)
    body = (np.abs(along) < 32) & (np.abs(across) < 6 - 0.06 * (along + 10))
    head = np.hypot(along - 36, across) < 6
    return body | head


@pytest.mark.parametrize("angle", [0, 90, 200])
def test_the_head_of_a_silhouette_is_at_one_end_of_it(angle):
    masks = np.stack([diver(angle)] * 3)
    still = CameraMotion(np.stack([np.eye(3)] * 2), np.ones(2))
    athlete = Athlete(
        np.arange(3) / 30, 320, 240, np.full((3, 2), (160.0, 120.0)), 48.0, masks, np.ones(3), still
    )
    turn = np.radians(angle)
    ends = [(160 + side * 36 * np.sin(turn), 120 - side * 36 * np.cos(turn)) for side in (1, -1)]
    for circles in heads_of(athlete):
        assert circles[:, 2].tolist() == pytest.approx([OF_LENGTH * 48 / 0.62] * len(circles))
        assert min(np.linalg.norm(circles[0, :2] - end) for end in ends) < 10
        assert np.linalg.norm(circles[1, :2] - (160, 120)) < 36


def test_a_dive_needs_no_networks(tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(tmp_path / "none"))
    video = film(tmp_path / "red.mp4", [(40, 60)] * 3)
    frames = decode(video, width=320, height=240)
    still = CameraMotion(np.stack([np.eye(3)] * 2), np.ones(2))
    athlete = Athlete(
        frames.start_seconds, 320, 240, np.full((3, 2), (160.0, 120.0)), 48.0,
        np.stack([diver(0)] * 3), np.ones(3), still,
    )  # fmt: skip
    faces = find_faces(video, Seen(frames, athlete))
    assert not faces.are_all_looked_for
    assert len(faces.circles[0]) in (2, 4, 6)  # two at each end that it may be at


def drawn_silhouettes():
    still = CameraMotion(np.stack([np.eye(3)] * 2), np.ones(2))
    middles, masks = np.full((3, 2), (160.0, 120.0)), np.stack([diver(0)] * 3)
    return Athlete(np.arange(3) / 30, 320, 240, middles, 48.0, masks, np.ones(3), still)


@pytest.mark.parametrize(("doubt", "n_ends"), [(0.0, 1), (0.015, 1), (0.03, 2), (0.4, 2)])
def test_where_the_head_may_be_at_either_end_both_are_hidden(monkeypatch, doubt, n_ends):
    sure = np.zeros((3, 36))
    sure[:, [0, 1, 17]] = (0.9 - doubt, 0.1, doubt)  # nearly all of it straight up
    monkeypatch.setattr("podium.faces.heads.head_directions", lambda masks: sure)
    for circles in heads_of(drawn_silhouettes()):
        assert len(circles) == 2 * n_ends
        assert circles[0, 1] < 100
        assert [down > 140 for down in circles[2::2, 1]] == [True] * (n_ends - 1)
        assert circles[:, 2].tolist() == pytest.approx([OF_LENGTH * 48 / 0.62] * 2 * n_ends)


def test_of_nobody_no_end_is_hidden(monkeypatch):
    athlete = replace(drawn_silhouettes(), masks=np.zeros((3, 96, 96), bool))
    assert [len(circles) for circles in heads_of(athlete)] == [0, 0, 0]


def test_without_networks_nobody_elses_face_is_found(tmp_path, monkeypatch):
    folder = tmp_path / "none"
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(folder))
    video = film(tmp_path / "red.mp4", [(40, 60)] * 3)
    message = (
        f"{folder / 'pose_detection.tflite'}: what finds joints does not ship with Podium: run "
        "podium fetch pose, which gets it"
    )
    with pytest.raises(WeightsError, match=whole(message)):
        find_faces(video)


def test_long_pictures_are_looked_at_in_squares():
    assert [(one.x, one.y, one.side) for one in squares_of(100, 100)] == [(50, 50, 100)]
    wide = [(one.x, one.y, one.side) for one in squares_of(200, 100)]
    assert wide == [(100, 50, 200), (50, 50, 100), (100, 50, 100), (150, 50, 100)]
    tall = [(one.x, one.y, one.side) for one in squares_of(100, 150)]
    assert tall == [(50, 75, 150), (50, 50, 100), (50, 100, 100)]


def test_the_networks_find_the_face_of_a_person(joint_networks, tmp_path):
    if not finds_faces(joint_networks):
        pytest.skip(f"what finds faces is not at {joint_networks}: podium fetch pose gets it")
    people = [Person(left_arm=20 + 6 * n, right_arm=30) for n in range(6)]
    video = write_people(tmp_path / "person.mp4", people)
    detector, finder = FaceDetector(joint_networks), BlazePose(joint_networks)
    faces = find_faces(video, detector=detector, finder=finder)
    assert (len(faces), faces.n_found, faces.are_all_looked_for) == (6, 6, True)
    head, half = np.array([2 / 3, 0.12 + 0.075 * 0.8]), 0.07 * 0.8
    for circles in faces.circles:
        covering = np.abs(circles[:, :2] - head).max(axis=1) + half * 0.7 <= circles[:, 2]
        assert covering.any(), circles
