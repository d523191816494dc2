"""A long video is looked at as a short one is, to the bit, and none of it is held."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.backbones.motion import Motion
from podium.cli.commands import run
from podium.errors import TooLong, UsageError, VideoError
from podium.examination.people import is_dive
from podium.features import Extractor
from podium.features.long import is_long
from podium.performance import Performance
from podium.video.augmentation import AugmentationOptions, draw
from podium.video.clips import ClipOptions
from podium.video.frames import Frames, decode
from podium.video.limits import VARIABLE, VideoLimits
from podium.video.sketch import sketch

SIZE = {"width": 160, "height": 120}


@pytest.fixture
def held_are_few(monkeypatch):
    """Allow no more than 60 frames to be held at once."""
    monkeypatch.setenv(VARIABLE, "frames=60")


def looks(path: Path, **bounds) -> Frames:
    return Extractor(Motion(), **bounds).video(path)


@pytest.mark.parametrize(
    ("name", "rate", "options"),
    [
        ("usual.mp4", 30, ClipOptions()),
        ("fast.mp4", 60, ClipOptions()),
        ("slow.mp4", 15, ClipOptions()),
        ("overlap.mp4", 30, ClipOptions(stride=5)),
        ("gaps.mp4", 30, ClipOptions(stride=20)),
    ],
)
def test_features_are_those_of_frames_that_are_held(make_video, monkeypatch, name, rate, options):
    path = make_video(name, 130, frames_per_second=rate)
    held = looks(path, options=options)
    monkeypatch.setenv(VARIABLE, "frames=60")
    long = looks(path, options=options)
    np.testing.assert_array_equal(long.values, held.values)
    np.testing.assert_array_equal(long.start_seconds, held.start_seconds)
    np.testing.assert_array_equal(long.end_seconds, held.end_seconds)
    assert long.video == held.video


def test_so_are_those_of_a_part(make_video, monkeypatch):
    performance = Performance("a", make_video("a.mp4", 130), start_frame=11, end_frame=120)
    held = Extractor(Motion()).performance(performance)
    monkeypatch.setenv(VARIABLE, "frames=60")
    long = Extractor(Motion()).performance(performance)
    np.testing.assert_array_equal(long.values, held.values)
    assert long.video == held.video


def test_what_is_long_is_said_by_the_file_or_by_the_part(make_video, held_are_few):
    path = make_video("a.mp4", 130)
    assert is_long(Performance("a", path))
    assert is_long(Performance("a", path, start_frame=10))
    assert not is_long(Performance("a", path, start_frame=90))
    assert not is_long(Performance("a", path, start_frame=10, end_frame=69))
    assert is_long(Performance("a", path, start_frame=10, end_frame=70))
    assert not is_long(Performance("a", path.with_name("no.mp4")))


def test_a_sketch_knows_what_frames_show(make_video):
    path = make_video("a.mp4", 40)
    held, seen = decode(path, **SIZE), sketch(path, **SIZE)
    assert (seen.picture_size, seen.are_held) == ((160, 120), False)
    np.testing.assert_array_equal(seen.changes(), held.changes())
    np.testing.assert_array_equal(seen.are_black(), held.are_black())
    np.testing.assert_array_equal(list(seen.pictures()), held.pixels)
    np.testing.assert_array_equal(seen.pictures_at([7, 3, 7]), held.pixels[[7, 3, 7]])
    later = seen.span(10, 20)
    np.testing.assert_array_equal(list(later.pictures()), held.pixels[10:20])
    np.testing.assert_array_equal(later.changes(), held.changes()[10:19])


def test_a_long_video_is_no_dive(make_video, held_are_few):
    assert not is_dive(make_video("a.mp4", 130))


def test_inspect_says_how_a_long_video_would_be_used(make_video, monkeypatch, capsys):
    path, found = make_video("a.mp4", 130), []
    for limit in ("frames=5000", "frames=60"):
        monkeypatch.setenv(VARIABLE, limit)
        assert run(["inspect", str(path), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    assert found[0]["clips"] > 8


def test_no_changed_copies_are_made_of_a_long_video(make_video, held_are_few):
    path = make_video("a.mp4", 130)
    (change,) = draw(AugmentationOptions(n_variants=1), seed=0)
    message = (
        f"{path}: has more than the 60 frames of which changed copies are learned from: train "
        "without copies"
    )
    with pytest.raises(TooLong, match=whole(message)):
        Extractor(Motion()).variants(Performance("a", path), (change,))


def test_a_video_beyond_the_minutes_that_are_allowed_is_refused(make_video, monkeypatch):
    path = make_video("a.mp4", 130)
    monkeypatch.setenv(VARIABLE, "frames=60 minutes=0.05")
    message = (
        f"{path}: lasts more than 3 s: cut the performance out of it first, or bound it in a table "
        "by start_frame and end_frame, or allow more (--limit minutes=NUMBER)"
    )
    with pytest.raises(VideoError, match=whole(message)):
        looks(path)


def test_limits_are_read_from_words():
    words = ("minutes=90", "gigabytes=0.5", "waiting_minutes=2", "memory_gigabytes=1", "frames=9")
    assert VideoLimits.of_words(words) == VideoLimits(
        n_frames=9, n_seconds=5400, n_bytes=2**29, waiting_seconds=120, memory_bytes=2**30
    )
    assert VideoLimits.of_words(()) == VideoLimits()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hours=2", "no limit is called 'hours': choose one of minutes, gigabytes, "
         "waiting_minutes, memory_gigabytes, frames, as in minutes=90"),
        ("minutes", "the limit minutes is '': it must be a number above 0 and up to 1e+06, as in "
         "minutes=90"),
        ("minutes=nan", "the limit minutes is 'nan': it must be a number above 0 and up to 1e+06, "
         "as in minutes=90"),
        ("frames=2.5", "the limit frames is '2.5': it must be a whole number above 0 and up to "
         "1e+06, as in frames=90"),
        ("gigabytes=-1", "the limit gigabytes is '-1': it must be a number above 0 and up to "
         "1e+06, as in gigabytes=90"),
    ],
)  # fmt: skip
def test_what_is_no_limit_is_refused(monkeypatch, word, message):
    with pytest.raises(UsageError, match=whole(message)):
        VideoLimits.of_words([word])
    monkeypatch.setenv(VARIABLE, word)
    with pytest.raises(UsageError, match=whole(f"the variable PODIUM_LIMITS: {message}")):
        VideoLimits.allowed()


def test_limits_are_options_of_commands(make_video, monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, "minutes=5")
    path = make_video("a.mp4", 20)
    assert run(["inspect", str(path), "--limit", "gigabytes=1e-6"]) == 3
    said = f"{path}: has {path.stat().st_size:,} bytes, more than the 1,074 allowed: cut the "
    assert said in capsys.readouterr().err
    assert os.environ[VARIABLE] == "minutes=5 gigabytes=1e-6"
    assert run(["inspect", str(path), "--limit", "years=1"]) == 2
