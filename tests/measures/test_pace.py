"""Slow motion is found by how bodies fall, and a dive is looked at as fast as it was."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from messages import whole
from podium.assessor import load
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import UsageError
from podium.examination import examine
from podium.examination.pace import SLOW_MOTION, _likely_times
from podium.measures import pace
from podium.performance import Performance
from rendered_dives import rendered_dives

from .test_fall import drawn


def played(path: Path, out: Path, times: int) -> Path:
    """The same frames, each shown for so many times as long."""
    with av.open(str(path)) as given, av.open(str(out), "w") as made:
        pictures = [frame.to_ndarray(format="rgb24") for frame in given.decode(video=0)]
        stream = made.add_stream("libx264", rate=Fraction(30, times), options={"crf": "18"})
        stream.height, stream.width = pictures[0].shape[:2]
        for one in pictures:
            made.mux(stream.encode(av.VideoFrame.from_ndarray(one, format="rgb24")))
        made.mux(stream.encode())
    return out


@pytest.mark.parametrize("measured", [1.7, 2.3, 3.0, 3.1, 4.6, 7.0, 9.1, 5.4, 12.5])
def test_it_is_slower_by_what_cameras_do(measured: float) -> None:
    meant = {1.7: 2, 2.3: 2, 3.0: 3, 3.1: 3, 4.6: 4, 7.0: 8, 9.1: 8, 5.4: 5, 12.5: 12}
    assert _likely_times(measured) == meant[measured]


def test_what_is_near_no_whole_number_is_taken_as_measured() -> None:
    assert _likely_times(1.35) == 1.35


def test_a_fall_that_is_shown_in_half_the_speed_has_half_the_pace() -> None:
    usual, slow = pace(drawn()), pace(drawn(per_second=15))
    assert usual
    assert slow
    assert slow == pytest.approx(usual / 2)
    assert pace(replace(drawn(), moments=replace(drawn().moments, water=None))) is None


@pytest.mark.parametrize("speed", [0, -1, float("nan"), 4.5])
def test_nothing_is_played_at_such_a_speed(speed: float, tmp_path) -> None:
    message = (
        f"playing_speed is {speed!r}: it must be from 0.02 to 4 times as fast as it was, or None"
    )
    with pytest.raises(UsageError, match=whole(message)):
        Performance("a", tmp_path, playing_speed=speed)
    with pytest.raises(UsageError, match=whole(message)):
        examine(tmp_path / "a.mp4", playing_speed=speed)


def test_a_speed_that_is_given_is_that_at_which_a_dive_is_scored(tmp_path) -> None:
    (dive,) = rendered_dives(tmp_path, "407C", 81_002)
    usual = played(dive, tmp_path / "usual.mp4", 1)
    slow = played(dive, tmp_path / "slow.mp4", 4)
    judge = load("simulated")
    known = judge.assess(usual, action="407", difficulty=3.2)
    given = Performance("", slow, playing_speed=0.25)
    found = judge.assess(given, action="407", difficulty=3.2)
    assert known.score
    assert found.score
    assert found.score.value == pytest.approx(known.score.value, abs=0.5)
    assert found.clips[-1].end_seconds == pytest.approx(4 * known.clips[-1].end_seconds, abs=0.2)
    assert SLOW_MOTION not in {doubt.kind for doubt in found.doubts}
    ours, theirs = (one.examination for one in (found, known))
    assert ours
    assert theirs
    seconds = [one.values["flight_seconds"] for one in (ours, theirs)]
    a_frame_at_either_end = 2.01 / 30  # another file: each moment may be seen a frame later
    assert seconds[0] == pytest.approx(seconds[1], abs=a_frame_at_either_end)


@pytest.mark.slow
@pytest.mark.parametrize("times", [4])
def test_slow_motion_of_a_real_dive_is_found_and_scored_as_it_was(
    times: int, tmp_path, data_folder
) -> None:
    dive = next(one for one in UnlvDive(data_folder / "unlv-dive").performances() if one.split)
    slow = played(dive.path, tmp_path / "slow.mp4", times)
    judge = load("diving")
    known = judge.assess(dive.path, action=dive.action, difficulty=dive.difficulty)
    found = judge.assess(slow, action=dive.action, difficulty=dive.difficulty)
    assert [one.values["times"] for one in found.doubts if one.kind == SLOW_MOTION] == [times]
    assert known.score
    assert found.shown_score
    assert found.shown_score.value == pytest.approx(known.score.value, abs=3)
    row = judge.score(replace(dive, path=slow, score=None, start_frame=None, end_frame=None))
    assert row[0].value == pytest.approx(found.shown_score.value, abs=0.01)
    assert SLOW_MOTION in {doubt.kind for doubt in row[1]}
