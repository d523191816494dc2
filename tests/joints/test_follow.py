import math

import numpy as np
import pytest

from messages import whole
from podium.errors import UsageError, VideoError
from podium.joints.blazepose import BlazePose, Look
from podium.joints.follow import JOINTS_UNSEEN, Follower, JointsOptions, find_joints, joined
from podium.joints.regions import Region, about
from podium.keypoints import BLAZEPOSE
from videos import write_video


class RedSquare:
    """Stands in for BlazePose: all joints in the middle of the red of a region."""

    def __init__(self) -> None:
        self.searched, self.looked = 0, 0

    def search(self, picture):
        self.searched += 1
        place = red(picture)
        return None if place is None else Region(*place, 60)

    def look(self, picture, region):
        self.looked += 1
        place = red(picture)
        far = place is None or math.dist(place, (region.x, region.y)) > region.side / 2
        x, y = (0, 0) if place is None else place
        return Look(
            places=np.full((33, 2), (x, y), np.float32),
            depth=np.full(33, 12.0, np.float32),
            visibility=np.full(33, 0.9, np.float32),
            world=np.zeros((33, 3), np.float32),
            sureness=0.1 if far else 0.9,
            next_region=Region(x, y, 60),
        )


def red(picture):
    """Where the red of a picture is, right and down; None without any."""
    rows, columns = np.nonzero((picture[:, :, 0] > 150) & (picture[:, :, 1] < 90))
    return (float(columns.mean()), float(rows.mean())) if len(rows) else None


def film(path, places, **options):
    """A grey video with a red square of 24 pixels at each place, or nowhere."""
    frames = []
    for place in places:
        frame = np.full((120, 160, 3), 90, np.uint8)
        if place:
            x, y = place
            frame[y - 12 : y + 12, x - 12 : x + 12] = (250, 10, 10)
        frames.append(frame)
    return write_video(path, frames, **options)


def test_a_person_is_searched_for_once_and_followed(tmp_path):
    places = [(40 + 4 * n, 60) for n in range(12)]
    finder = RedSquare()
    joints = find_joints(film(tmp_path / "a.mp4", places), finder=finder)
    assert (finder.searched, finder.looked) == (1, 12)
    expected = np.array(places) / 120
    np.testing.assert_allclose(joints.of("left wrist"), expected, atol=0.01)
    np.testing.assert_allclose(joints.depth, 0.1, rtol=1e-5)
    assert joints.width == pytest.approx(160 / 120)
    assert joints.doubts == ()
    np.testing.assert_allclose(joints.times, np.arange(12) / 25, atol=1e-3)


def test_who_was_lost_is_searched_for_and_the_gap_is_filled_and_said(tmp_path):
    places = [(40, 60)] * 4 + [None] * 3 + [(120, 60)] * 5
    finder = RedSquare()
    joints = find_joints(film(tmp_path / "a.mp4", places), finder=finder)
    assert finder.searched == 1 + 3 + 1
    right = joints.of("nose")[:, 0] * 120
    np.testing.assert_allclose(right, [40] * 4 + [60, 80, 100] + [120] * 5, atol=1.5)
    assert joints.seen.all(axis=1).tolist() == [True] * 4 + [False] * 3 + [True] * 5
    assert joints.doubts == (JOINTS_UNSEEN(percent=25.0),)


def test_who_is_found_late_is_followed_back(tmp_path):
    class Short(RedSquare):
        """Sees people in the whole picture only once they are to the right."""

        def search(self, picture):
            found = super().search(picture)
            return found if found and found.x > 80 else None

    places = [None, None, *((40 + 5 * n, 60) for n in range(12))]
    joints = find_joints(film(tmp_path / "a.mp4", places), finder=Short())
    np.testing.assert_allclose(joints.of("nose")[2:] * 120, places[2:], atol=1.5)
    assert joints.seen[:, 0].tolist() == [False] * 2 + [True] * 12


def test_a_video_of_nobody_is_refused(tmp_path):
    video = film(tmp_path / "a.mp4", [None] * 3)
    message = f"{video}: nobody was seen in it: film one person, the whole body, in good light"
    with pytest.raises(VideoError, match=whole(message)):
        find_joints(video, finder=RedSquare())


def test_no_more_frames_are_looked_at_than_asked_for(tmp_path):
    video = film(tmp_path / "a.mp4", [(60, 60)] * 20, frames_per_second=60)
    joints = find_joints(video, finder=RedSquare())
    np.testing.assert_allclose(joints.times, np.arange(10) / 30, atol=1e-3)
    few = find_joints(video, options=JointsOptions(frames_per_second=10), finder=RedSquare())
    np.testing.assert_allclose(few.times, np.arange(4) / 10, atol=0.026)


def test_no_frames_at_all_are_refused():
    message = "frames_per_second is 0: it must be above 0"
    with pytest.raises(UsageError, match=whole(message)):
        JointsOptions(frames_per_second=0)


def test_places_do_not_hang_on_the_size_that_is_looked_at(tmp_path):
    video = film(tmp_path / "a.mp4", [(100, 40)] * 3)
    for side in (60, 120, 480):
        joints = find_joints(video, options=JointsOptions(short_side=side), finder=RedSquare())
        np.testing.assert_allclose(joints.of("nose"), [(100 / 120, 40 / 120)] * 3, atol=0.01)


@pytest.mark.parametrize("angle", [0.0, 0.4, math.pi / 2, -2.5])
def test_what_is_cut_lies_where_it_is_placed(angle):
    """A dot of a picture is found in the turned square, and its place in it leads back to it."""
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[88:91, 138:141] = 255
    cut = Region(150, 100, 80, angle).cut(picture, 160)[..., 0]
    rows, columns = np.indices(cut.shape)
    place = np.array([[(columns * cut).sum(), (rows * cut).sum()]]) / cut.sum()
    back = Region(150, 100, 80, angle).place((place + 0.5) / 160)
    np.testing.assert_allclose(back, [(139.5, 89.5)], atol=0.1)


def test_a_large_region_is_made_smaller_and_not_skipped_through():
    picture = np.zeros((600, 600, 3), np.uint8)
    picture[::2] = 255
    cut = Region(300, 300, 500).cut(picture, 50)
    np.testing.assert_allclose(cut, 0.5, atol=0.02)


@pytest.mark.parametrize(
    ("edge", "angle"),
    [((0, -30), 0), ((30, 0), math.pi / 2), ((-30, 0), -math.pi / 2), ((0, 30), math.pi)],
)
def test_the_square_is_turned_as_the_body_lies(edge, angle):
    middle = np.array([50, 60], np.float32)
    region = about(middle, middle + np.array(edge, np.float32), 1.25)
    assert (region.x, region.y, region.side) == (50, 60, 75)
    assert region.angle == pytest.approx(angle)
    assert region.place(np.array([[0.5, 0.1]]))[0] == pytest.approx(middle + np.array(edge))


def test_frames_that_are_found_are_kept_as_they_are():
    look = RedSquare().look(np.full((9, 9, 3), (250, 0, 0), np.uint8), Region(4, 4, 9))
    joints = joined([None, look, None], np.arange(3.0), (9, 9))
    np.testing.assert_allclose(joints.positions, 4 / 9, rtol=1e-6)
    assert joints.visibility[:, 0].tolist() == pytest.approx([0, 0.9, 0])


def test_nobody_is_seen_in_a_wall(joint_networks):
    follower = Follower(BlazePose(joint_networks))
    follower.see(np.full((240, 320, 3), 120, np.uint8))
    assert follower.looks == [None]


@pytest.fixture(scope="module")
def joints(data_folder, joint_networks):
    """The real network on a real video: one push-up from the side, the head to the right."""
    video = data_folder / "pushups/videos/correct22.mp4"
    return find_joints(video, finder=BlazePose(joint_networks))


def test_the_near_side_is_seen_all_along(joints):
    near = [f"right {part}" for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]
    places = [BLAZEPOSE.index(name) for name in near]
    assert joints.seen[:, places].mean() > 0.99


def test_the_body_lies_as_in_the_picture(joints):
    assert (joints.of("nose")[:, 0] > joints.of("right hip")[:, 0] + 0.3).all()
    assert (joints.of("right hip")[:, 0] > joints.of("right ankle")[:, 0] + 0.3).all()
    hand = joints.of("right wrist")
    assert (hand[:, 1] > 0.6).all()
    assert np.ptp(hand, axis=0).max() < 0.1


def test_the_elbow_bends_and_stretches(joints):
    upper = joints.of("right shoulder") - joints.of("right elbow")
    lower = joints.of("right wrist") - joints.of("right elbow")
    lengths = np.linalg.norm(upper, axis=1) * np.linalg.norm(lower, axis=1)
    degrees = np.degrees(np.arccos((upper * lower).sum(axis=1) / lengths))
    assert degrees.max() > 150
    assert degrees.min() < 100


def test_a_body_in_metres_has_the_size_of_one(joints):
    right = [BLAZEPOSE.index(f"right {part}") for part in ("hip", "knee")]
    thigh = np.linalg.norm(np.diff(joints.world[:, right], axis=1)[:, 0], axis=1)
    assert 0.3 < np.median(thigh) < 0.55


def test_places_are_those_of_the_upright_picture(tmp_path):
    """A phone that was held upright stores its pictures on their side, and says so."""
    places = [(100, 40)] * 3
    lying = film(tmp_path / "a.mp4", places, rotation=90)
    joints = find_joints(lying, finder=RedSquare())
    assert joints.width == pytest.approx(120 / 160)
    # Turned counter-clockwise, what was right is up, and what was down is right.
    np.testing.assert_allclose(joints.of("nose"), [(40 / 160, 60 / 160)] * 3, atol=0.01)
