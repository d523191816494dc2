from pathlib import Path

import numpy as np
import pytest

from podium.video import bars
from podium.video.frames import Box, Video, decode, probe
from podium.video.playback import make_playback
from sentences import sentences
from videos import Pixels

N = 40


def scenes(height: int = 90, width: int = 160, n: int = N, level: int = 120) -> list[Pixels]:
    """A textured picture that moves, and a bright bar in it."""
    generator = np.random.default_rng(3)
    texture = generator.integers(level // 2, level, (height // 5 + 9, width // 5 + 9, 3), np.uint8)
    large = np.kron(texture, np.ones((5, 5, 1), np.uint8))
    frames = []
    for i in range(n):
        frame = large[i // 2 : i // 2 + height, i : i + width].copy()
        frame[height // 3 : height // 2, 2 * i : 2 * i + 12] = 2 * level - 1
        frames.append(frame)
    return frames


def padded(frames: list[Pixels], top: int, bottom: int, left: int, right: int) -> list[Pixels]:
    return [np.pad(one, ((top, bottom), (left, right), (0, 0))) for one in frames]


PADDING = {
    "letter-box": (20, 20, 0, 0),
    "pillar-box": (0, 0, 60, 60),
    "both": (16, 16, 40, 40),
    "not in the middle": (20, 22, 0, 0),
    "below only": (0, 40, 0, 0),
}


@pytest.mark.parametrize("padding", PADDING.values(), ids=PADDING)
@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_bars_are_left_out_and_said(make_video, padding, name):
    top, bottom, left, right = padding
    plain = decode(make_video("plain.mp4", scenes(), crf="8"), width=80, height=45)
    path = make_video(name, padded(scenes(), *padding), crf="8")
    frames = decode(path, width=80, height=45)
    whole = (90 + top + bottom, 160 + left + right)
    assert frames.box == Box(left, top, 160, 90, whole[1], whole[0])
    percent = 100 * (1 - 90 * 160 / (whole[0] * whole[1]))
    said = f"black bars about the picture were left out: {percent:.0f} % of it"
    assert sentences(frames) == (said,)
    assert np.abs(frames.pixels.astype(int) - plain.pixels).mean() < 2


def test_a_logo_and_a_moving_line_in_a_bar_do_not_make_it_a_picture(make_video):
    frames = padded(scenes(), 24, 24, 0, 0)
    for i, frame in enumerate(frames):
        frame[6:18, 8:40] = 220  # a logo
        frame[120:128, (4 * i) % 150 : (4 * i) % 150 + 30] = 240  # words that run through
    found = decode(make_video("v.mp4", frames, crf="8"), width=80, height=45)
    assert found.box == Box(0, 24, 160, 90, 160, 138)


def test_bars_of_a_video_that_lies_on_its_side_are_found_where_they_are_stored(make_video):
    path = make_video("v.mp4", padded(scenes(), 20, 20, 0, 0), rotation=90, crf="8")
    frames = decode(path, width=45, height=80)
    assert frames.box == Box(0, 20, 160, 90, 160, 130)
    video = probe(path)
    assert video.shape(None) == (130, 160)
    assert video.shape(frames.box) == pytest.approx((90, 160))
    made = make_playback(path, box=frames.box)
    assert (made.width, made.height) == (90, 160)


def test_black_frames_before_say_nothing_of_bars(make_video):
    black = [np.zeros((90, 160, 3), np.uint8)] * 60
    assert decode(make_video("v.mp4", black + scenes()), width=80, height=45).box is None
    path = make_video("w.mp4", padded(black + scenes(), 20, 20, 0, 0), crf="8")
    assert decode(path, width=80, height=45).box == Box(0, 20, 160, 90, 160, 130)


def night(i: int) -> Pixels:
    """A dark hall: noise, a roof that is not straight, and somebody bright."""
    generator = np.random.default_rng(i)
    frame = generator.integers(0, 14, (90, 160, 3)).astype(np.uint8)
    roof = (12 + 8 * np.abs(np.sin(np.arange(160) / 20))).astype(int)
    for x, y in enumerate(roof):
        frame[y : y + 30, x] += 40
    frame[30 + i : 50 + i, 60:80] = 200
    return frame


def spot(i: int) -> Pixels:
    """One bright spot before black."""
    frame = np.zeros((90, 160, 3), np.uint8)
    frame[10 + i : 40 + i, 40 + i : 80 + i] = 200
    return frame


@pytest.mark.parametrize("picture", [night, spot])
def test_a_dark_picture_has_no_bars(make_video, picture):
    frames = decode(make_video("v.mp4", [picture(i) for i in range(N)]), width=80, height=45)
    assert (frames.box, sentences(frames)) == (None, ())


def test_a_video_that_is_black_throughout_has_no_bars(make_video):
    path = make_video("v.mp4", [np.zeros((90, 160, 3), np.uint8)] * 20)
    assert decode(path, width=80, height=45).box is None


def test_no_plain_video_is_looked_at_twice(make_video, monkeypatch):
    monkeypatch.setattr(bars, "find", lambda *_: pytest.fail("looked at again"))
    assert decode(make_video("v.mp4", scenes()), width=80, height=45).box is None


def test_thin_dark_edges_stay(make_video):
    frames = decode(make_video("v.mp4", padded(scenes(), 2, 2, 0, 0)), width=80, height=45)
    assert frames.box is None


def test_bars_of_a_part_are_those_of_its_frames(make_video):
    path = make_video("v.mp4", scenes(130, 160) + padded(scenes(), 20, 20, 0, 0), crf="8")
    part = decode(path, width=80, height=45, start_frame=N)
    assert part.box == Box(0, 20, 160, 90, 160, 130)
    assert decode(path, width=80, height=45, end_frame=N - 1).box is None


@pytest.mark.parametrize(
    ("turned", "is_mirrored", "corner"),
    [
        (0, False, (10, 5)),
        (0, True, (100 - 10 - 60, 5)),
        (90, False, (5, 100 - 10 - 60)),
        (180, False, (100 - 10 - 60, 80 - 5 - 40)),
        (270, False, (80 - 5 - 40, 10)),
    ],
)
def test_where_a_box_begins_is_told_upright(turned, is_mirrored, corner):
    width, height = (80, 100) if turned % 180 else (100, 80)
    video = Video(
        Path("a.mp4"), width, height, 10, 1.0, 30.0, turned, "h264", "mp4", is_mirrored=is_mirrored
    )
    assert video.corner(Box(10, 5, 60, 40, 100, 80)) == pytest.approx(corner)
    assert video.corner(None) == (0, 0)
