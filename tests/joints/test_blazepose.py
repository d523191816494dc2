"""The real networks, on a drawn person whose joints are known."""

import math

import numpy as np
import pytest

from drawn_people import Person, write_people
from messages import whole
from podium.errors import MissingFile, TooLong, VideoError
from podium.joints.blazepose import BlazePose
from podium.joints.follow import Follower, find_joints
from podium.joints.kept import kept_joints
from podium.joints.values import mirror
from podium.keypoints import BLAZEPOSE
from podium.machine.cache import ArrayCache


@pytest.fixture(scope="module")
def network(joint_networks) -> BlazePose:
    return BlazePose(joint_networks)


def worst(places: np.ndarray, person: Person, height: int) -> float:
    """How far a joint lies at most from where it was drawn, in frame heights."""
    names, drawn = zip(*person.joints.items(), strict=True)
    found = places[[BLAZEPOSE.index(name) for name in names]] / height
    return float(np.linalg.norm(found - drawn, axis=1).max())


@pytest.mark.parametrize(
    ("left", "right", "height"), [(20, 20, 240), (90, 40, 240), (120, 120, 480)]
)
def test_joints_are_where_they_were_drawn(network, left, right, height):
    person = Person(left, right)
    picture = person.picture(height)
    look = network.look(picture, network.search(picture))
    assert look.sureness > 0.9
    assert worst(look.places, person, height) < 0.04
    assert (look.visibility > 0.5).all()


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_body_that_is_turned_is_the_same_body(network, quarters):
    """Lying to either side, and upside down, by the square that is turned with it."""
    person = Person(60, 60)
    picture = person.picture(240)
    upright = network.look(picture, network.search(picture))
    region = upright.next_region
    height, width = picture.shape[:2]
    x, y, angle = region.x, region.y, 0.0
    for _ in range(quarters):  # counter-clockwise, as np.rot90 turns
        x, y, angle = y, width - x, angle - math.pi / 2
        height, width = width, height
    turned = np.ascontiguousarray(np.rot90(picture, quarters))
    look = network.look(turned, type(region)(x, y, region.side, region.angle + angle))
    places = look.places
    for _ in range(quarters):
        places = np.stack([height - places[:, 1], places[:, 0]], axis=1)
        height, width = width, height
    assert worst(places, person, 240) < 0.05
    np.testing.assert_allclose(np.linalg.norm(look.world[:, :2], axis=1),
                               np.linalg.norm(upright.world[:, :2], axis=1), atol=0.08)  # fmt: skip


def test_a_person_is_followed_from_the_first_search_on(network, monkeypatch):
    follower, searched = Follower(network), []
    search = network.search
    monkeypatch.setattr(network, "search", lambda p: searched.append(1) or search(p))
    people = [Person(20 + 8 * n, 20 + 8 * n) for n in range(8)]
    for person in people:
        follower.see(person.picture(240))
    assert len(searched) == 1
    found = [worst(look.places, p, 240) for look, p in zip(follower.looks, people, strict=True)]
    assert max(found) < 0.07


def test_in_a_mirror_the_other_arm_is_raised(network, tmp_path):
    straight = write_people(tmp_path / "a.mp4", [Person(100, 20)] * 4)
    other = write_people(tmp_path / "b.mp4", [Person(20, 100)] * 4)
    found = find_joints(straight, finder=network)
    mirrored = mirror(find_joints(other, finder=network))
    body = [place for place, name in enumerate(BLAZEPOSE) if name.split()[-1] in
            ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]  # fmt: skip
    np.testing.assert_allclose(mirrored.positions[:, body], found.positions[:, body], atol=0.04)
    assert found.of("left wrist")[0, 1] < found.of("right wrist")[0, 1] - 0.15


def test_an_arm_that_leaves_the_picture_is_not_seen(network):
    picture = Person(90, 90).picture(240)[:, :215]
    look = network.look(picture, network.search(picture))
    assert look.visibility[BLAZEPOSE.index("left wrist")] == 0
    assert look.visibility[BLAZEPOSE.index("right wrist")] > 0.5


def test_a_video_is_followed_once(joint_networks, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(joint_networks))
    video = write_people(tmp_path / "a.mp4", [Person(30 * n, 20) for n in range(4)])
    cache = ArrayCache(tmp_path / "cache")
    first = kept_joints(video, cache=cache)
    assert first.doubts == find_joints(video).doubts
    monkeypatch.setattr("podium.joints.kept.find_joints", None)
    renamed = video.rename(tmp_path / "b.mp4")
    again = kept_joints(renamed, cache=cache)
    for name in ("positions", "visibility", "times", "depth", "world"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert (again.names, again.width) == (first.names, first.width)
    assert again.doubts == first.doubts


def test_limits_hold_for_joints_that_are_kept(joint_networks, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_POSE_WEIGHTS", str(joint_networks))
    video = write_people(tmp_path / "a.mp4", [Person(30 * n, 20) for n in range(4)])
    cache = ArrayCache(tmp_path / "cache")
    kept_joints(video, cache=cache)
    monkeypatch.setenv("PODIUM_LIMITS", "minutes=0.001")
    said = (
        f"{video}: lasts more than 0.06 s: cut the performance out of it first, or bound it in a "
        "table by start_frame and end_frame, or allow more (--limit minutes=NUMBER)"
    )
    with pytest.raises(TooLong, match=whole(said)):
        kept_joints(video, cache=cache)
    monkeypatch.setenv("PODIUM_LIMITS", "gigabytes=1e-9")
    said = (
        f"{video}: has {video.stat().st_size:,} bytes, more than the 1 allowed: cut the "
        "performance out of it first, or allow more (--limit gigabytes=NUMBER)"
    )
    with pytest.raises(VideoError, match=whole(said)):
        kept_joints(video, cache=cache)


def test_a_file_that_is_not_there_is_said_before_it_is_looked_for(joint_networks, tmp_path):
    path = tmp_path / "none.mp4"
    with pytest.raises(MissingFile, match=whole(f"{path}: no such file: check the path")):
        kept_joints(path, cache=ArrayCache(tmp_path / "cache"))
