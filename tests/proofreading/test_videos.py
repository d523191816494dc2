"""Videos that cannot be used, and copies of others, are named by the row that lists them."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from podium.inputs.problems import Problems
from podium.performance import Performance
from podium.proofreading.videos import Videos
from videos import attempt, write_video


def look(*rows: Performance) -> tuple[list[str], list[str]]:
    problems, warnings = Problems(shown=100), Problems(shown=100)
    videos = Videos(problems, warnings)
    for line, row in enumerate(rows, start=2):
        videos.look_at(row, line)
    return (
        [f"line {line}: {words}" for line, words in problems.by_line()],
        [f"line {line}: {words}" for line, words in warnings.by_line()],
    )


def row(path: Path, **known: object) -> Performance:
    return Performance(path.stem, path, **known)


@pytest.fixture
def dive(tmp_path):
    return write_video(tmp_path / "dive.mp4", attempt(7.0, "107"), frames_per_second=30)


def test_videos_that_can_be_used_are_no_problem(tmp_path, dive):
    others = [
        write_video(tmp_path / f"{n}.mp4", attempt(7.0, "107", seed=n), frames_per_second=30)
        for n in (1, 2)
    ]
    rising = write_video(tmp_path / "x.mp4", attempt(7.0, "407"), frames_per_second=30)
    assert look(*map(row, (dive, *others, rising))) == ([], [])


def test_files_that_cannot_be_used_are_all_named(tmp_path, dive):
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.mp4").touch()
    black = [np.zeros((48, 64, 3), np.uint8)] * 40
    paths = {
        "short": write_video(tmp_path / "short.mp4", attempt(7.0, "107")[:9], frames_per_second=30),
        "black": write_video(tmp_path / "black.mp4", black),
    }
    problems, warnings = look(
        row(tmp_path / "text.mp4"),
        row(tmp_path / "empty.mp4"),
        row(paths["short"]),
        row(paths["black"]),
        row(dive, start_frame=20, end_frame=70),
        row(tmp_path / "gone.mp4"),
    )
    assert warnings == []
    assert [said.partition(" '")[0] for said in problems] == [f"line {n}:" for n in range(2, 8)]
    kinds = "give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file"
    assert problems[1] == f"line 3: 'empty.mp4': is empty (0 bytes): {kinds}"
    assert problems[2] == (
        "line 4: 'short.mp4': 9 frames are too few: at least 16 are needed for one clip"
    )
    assert problems[3] == "line 5: 'black.mp4': is black from beginning to end"
    assert problems[4] == (
        "line 6: 'dive.mp4': has no frames 20 to 70: it has 50, so choose from 0 to 49"
    )
    assert problems[5] == "line 7: 'gone.mp4': no such file: check the path"


def test_a_copy_is_named_beside_what_it_is_a_copy_of(tmp_path, dive):
    copy = Path(shutil.copy(dive, tmp_path / "copy.mp4"))
    rows = (row(dive, split="train"), row(copy, split="test"))
    assert look(*rows) == (
        [], ["line 3: 'copy.mp4' is a copy of 'dive.mp4' on line 2, in the split train"]
    )  # fmt: skip
    assert look(row(dive), row(copy)) == (
        [], ["line 3: 'copy.mp4' is a copy of 'dive.mp4' on line 2"]
    )  # fmt: skip


@pytest.mark.parametrize(
    "how",
    [
        {"codec": "mpeg4"},
        {"crf": "35"},
        {"frames": [np.repeat(np.repeat(f, 2, 0), 2, 1) for f in attempt(7.0, "107")]},
    ],
    ids=["another codec", "compressed", "twice the size"],
)
def test_what_shows_the_same_is_named(tmp_path, dive, how):
    frames = how.pop("frames", attempt(7.0, "107"))
    again = write_video(tmp_path / "again.mp4", frames, frames_per_second=30, **how)
    problems, warnings = look(row(dive), row(again))
    assert problems == []
    assert "line 3: 'again.mp4' shows almost the same as 'dive.mp4' on line 2" in warnings


def test_parts_of_one_recording_are_no_copies(tmp_path):
    frames = [*attempt(7.0, "107"), *attempt(4.0, "407", seed=3)]
    long = write_video(tmp_path / "long.mp4", frames, frames_per_second=30)
    first, second = row(long, end_frame=49), replace(row(long, start_frame=50), id="b")
    assert look(first, second) == ([], [])


def test_files_of_features_are_read_too(tmp_path):
    good, bad = tmp_path / "good.npy", tmp_path / "bad.npy"
    np.save(good, np.ones((3, 4), np.float32))
    np.save(bad, np.full((3, 4), np.nan, np.float32))
    copy = Path(shutil.copy(good, tmp_path / "copy.npy"))
    assert look(row(good), row(bad), row(copy)) == (
        ["line 3: 'bad.npy': holds numbers that are not finite: make the features again"],
        ["line 4: 'copy.npy' is a copy of 'good.npy' on line 2"],
    )


def test_what_is_doubted_of_a_video_is_a_warning(tmp_path):
    times = [*range(0, 800, 33), *range(1600, 2400, 33)]
    frames = attempt(7.0, "107")[: len(times)]
    gap = write_video(tmp_path / "gap.mkv", frames, times_ms=times[: len(frames)])
    problems, warnings = look(row(gap))
    assert problems == []
    assert warnings
    assert all(said.startswith("line 2: 'gap.mkv': ") for said in warnings)


@pytest.mark.slow
def test_no_two_published_dives_are_called_copies(data_folder):
    paths = sorted((data_folder / "unlv-dive" / "videos").glob("*.mp4"))[:60]
    problems, warnings = look(*map(row, paths))
    assert problems == []
    assert not [said for said in warnings if "almost the same" in said or "copy" in said]
