"""Whether two files show people who exercise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from movement.exercising import bell, curls
from podium.errors import FeatureError, MissingFile
from podium.examination import people
from podium.examination.people import is_head_down, people_in, readings_of
from podium.joints.regions import Region
from podium.movement import compare
from rendered_dives import rendered_dives

SKELETON = curls(bell(2))


class NobodyThere:
    """A finder that never finds anybody."""

    def __init__(self) -> None:
        self.n_searched = 0

    def search(self, picture: np.ndarray) -> Region | None:
        self.n_searched += 1
        return None

    def look(self, picture: np.ndarray, region: Region) -> None:
        raise AssertionError("there is nothing to look at")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> NobodyThere:
    finder = NobodyThere()
    monkeypatch.setattr(people, "BlazePose", lambda: finder)
    return finder


def kept(folder: Path, name: str) -> Path:
    np.save(folder / name, SKELETON.positions)
    return folder / name


def test_two_skeletons_are_people(tmp_path):
    found = people_in(kept(tmp_path, "a.npy"), kept(tmp_path, "b.npy"), 30.0)
    assert found is not None
    assert found.are_videos == (False, False)
    assert len(found.ours) == len(found.theirs) == len(SKELETON)


def test_two_videos_that_show_nobody_are_none(nobody, make_video):
    assert people_in(make_video("a.mp4", 12), make_video("b.mp4", 12)) is None


def test_dives_are_no_exercise_though_somebody_is_seen_in_them(monkeypatch, make_video, tmp_path):
    upside_down = replace(SKELETON, positions=SKELETON.positions * [1, -1], width=1.0)
    monkeypatch.setattr(people, "_joints_in", lambda *_: upside_down)
    (video,) = rendered_dives(tmp_path, "107B", 81_004)
    assert people_in(video, video) is None
    assert people_in(video, make_video("b.mp4", 30)) is not None


def test_whoever_is_never_head_down_does_not_dive(monkeypatch, make_video):
    monkeypatch.setattr(people, "_joints_in", lambda *_: SKELETON)
    monkeypatch.setattr(people, "is_dive", lambda _: pytest.fail("it was looked at for nothing"))
    assert not is_head_down(SKELETON)
    assert people_in(make_video("a.mp4", 12), make_video("b.mp4", 12)) is not None


def hardly_seen(share: float):
    """The same person, seen in this share of the frames only."""
    visibility = np.array(SKELETON.visibility)
    visibility[round(share * len(SKELETON)) :] = 0
    return replace(SKELETON, visibility=visibility)


@pytest.mark.parametrize("order", [1, -1])
def test_one_who_is_hardly_seen_beside_one_who_exercises_is_doubted(monkeypatch, make_video, order):
    seen = dict(zip(("a", "b"), (SKELETON, hardly_seen(0.5))[::order], strict=True))
    monkeypatch.setattr(people, "_joints_in", lambda path, _: seen[path.stem])
    found = people_in(make_video("a.mp4", 12), make_video("b.mp4", 12))
    assert found is not None
    assert compare(found.ours, found.theirs).is_withheld
    monkeypatch.setattr(people, "_joints_in", lambda *_: hardly_seen(0.5))
    assert people_in(make_video("a.mp4", 12), make_video("b.mp4", 12)) is None


def test_a_rendered_dive_is_none_for_the_networks(joint_networks, tmp_path):
    (video,) = rendered_dives(tmp_path, "107B", 81_004)
    assert people_in(video, video) is None


def test_where_nobody_is_found_for_long_it_is_given_up(nobody, make_video):
    assert people_in(make_video("a.mp4", 90), make_video("b.mp4", 90)) is None
    assert nobody.n_searched < 60, "of 180 frames"


def test_a_skeleton_beside_a_video_of_nobody_is_refused(nobody, make_video, tmp_path):
    video = make_video("a.mp4", 12)
    with pytest.raises(FeatureError) as caught:
        people_in(video, kept(tmp_path, "b.npy"), 30.0)
    assert str(caught.value) == (
        f"{video}: nobody is seen in it for long enough to be compared with a skeleton: film one "
        "person, the whole body"
    )


def test_a_wrong_name_is_said_before_anything_is_looked_at(nobody, make_video, tmp_path):
    with pytest.raises(MissingFile) as caught:
        people_in(make_video("a.mp4", 12), tmp_path / "b.mp4")
    assert str(caught.value) == f"{tmp_path / 'b.mp4'}: no such file: check the path"
    assert nobody.n_searched == 0


def test_the_other_s_values_stand_beside_ours():
    readings = {
        one.measurement.name: one
        for one in readings_of(compare(curls(bell(3)), curls(bell(2, seconds=3.0))))
    }
    assert readings["repetitions"].measurement.value == 3
    assert readings["repetitions"].reference_value == 2
    faster, slower = readings["tempo_seconds"].measurement.value, readings["tempo_seconds"]
    assert faster < slower.reference_value
