"""When frames are shown: files whose rate varies, with holes, with odd clocks and with none."""

import struct
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.features.event import Anchor
from podium.video._course import INSTANT, Course
from podium.video.clips import counting, read_clips
from podium.video.frames import Frames, decode, each_frame, probe
from podium.video.layout import ROUGHLY, come_evenly
from sentences import sentences
from videos import Pixels

SIZE = {"width": 64, "height": 48}


def light(n: int, step: int = 2) -> list[Pixels]:
    """Frames whose brightness grows by `step`, from 44 on."""
    return [np.full((48, 64, 3), 44 + step * i, np.uint8) for i in range(n)]


def numbers_shown(pixels: Pixels, step: int = 2) -> list[int]:
    numbers = (pixels[..., 24, 32, 0].astype(float) - 44) / step
    return np.round(numbers).astype(int).ravel().tolist()


def course_of(said: list[float | None], container: str = "mp4", rate: int = 25) -> Course:
    """Take frames of which a file says these times."""
    course = Course(container)
    course.times = []
    for seconds in said:
        frame = SimpleNamespace(time=seconds, dts=None, duration=0, time_base=Fraction(1, 1000))
        course.take(frame, SimpleNamespace(average_rate=rate, base_rate=rate))
        course.times.append(course.time)
    return course


# laid out by their times


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_frames_that_are_missing_move_no_other_in_time(make_video, name):
    """Every fourth is missing, as in recordings of phones and of screens."""
    kept = [i for i in range(97) if i % 4 != 3]
    frames = [frame for i, frame in enumerate(light(97)) if i in kept]
    times = [round(1000 * i / 30) for i in kept]
    whole = read_clips(make_video("w.mp4", light(97), frames_per_second=30, crf="1"), **SIZE)
    path = make_video(name, frames, times_ms=times, crf="1")
    clips = read_clips(path, **SIZE)
    np.testing.assert_allclose(clips.start_seconds, whole.start_seconds, atol=2e-3)
    true, shown = (np.array(numbers_shown(one.pixels)) for one in (whole, clips))
    assert (shown == np.where(true % 4 == 3, true - 1, true)).all()
    assert clips.video.n_different == pytest.approx(96 * 0.75, abs=1)
    assert sentences(clips.video) == ()


def test_a_hole_is_filled_by_what_is_nearest_in_time(make_video):
    kept = [i for i in range(64) if not 20 <= i < 36]
    frames = [frame for i, frame in enumerate(light(64, 3)) if i in kept]
    path = make_video("v.mp4", frames, times_ms=[round(1000 * i / 30) for i in kept], crf="1")
    clips = read_clips(path, **SIZE)
    shown = numbers_shown(clips.pixels, 3)
    assert shown == [*range(20), *[19] * 8, *[36] * 8, *range(36, 64)]
    assert sentences(clips.video) == ("there is no frame between 0.6 and 1.2 s",)


@pytest.mark.parametrize("name", ["v.mp4", "v.mov", "v.mkv", "v.ts"])
def test_a_hole_is_said_of_every_container(make_video, name):
    times = [*range(0, 1000, 40), *range(1600, 2600, 40)]
    frames = decode(make_video(name, 50, times_ms=times), **SIZE)
    assert sentences(frames) == ("there is no frame between 1.0 and 1.6 s",)


@given(rate=st.sampled_from([15, 24, 25, 27, 29.97, 30, 33, 50, 60, 240]), n=st.integers(3, 400))
def test_a_constant_rate_is_even_however_its_times_are_rounded(rate, n):
    seconds = np.arange(n) / rate
    assert come_evenly(seconds)
    assert come_evenly(np.round(seconds, 3))


@pytest.mark.parametrize("lost", [1, 2, 40, 77])
def test_a_single_frame_that_is_missing_is_not_even(lost):
    seconds = np.delete(np.arange(80) / 30, lost)
    assert not come_evenly(seconds)
    assert not come_evenly(seconds, ROUGHLY)


def test_a_clock_that_trembles_is_no_reason_to_leave_frames_out(make_video):
    times = [round(1000 * i / 30) + (13 if i % 3 == 1 else 0) for i in range(64)]
    clips = read_clips(make_video("v.mp4", light(64, 3), times_ms=times, crf="1"), **SIZE)
    assert numbers_shown(clips.pixels, 3) == list(range(64))


def test_clips_end_so_many_frames_after_an_event_in_a_video_with_holes():
    kept = np.array([i for i in range(90) if i % 3 != 1 or i < 30])
    pixels = np.repeat(kept.astype(np.uint8) + 50, 12).reshape(-1, 2, 2, 3)
    frames = Frames(pixels, kept / 30, 3.0, np.arange(len(kept)), len(kept))
    counted = counting(frames)
    assert not counted.is_even
    anchor = Anchor("splash", 12, np.zeros(1), 0.0, 1.0)
    at = int(np.argmin(np.abs(counted.start_seconds - 2.0)))
    last = anchor._last(at, counted)
    assert frames.start_seconds[last] == pytest.approx(2.4, abs=1 / 30 + 1e-6)


def moving(n: int, rate: float) -> list[Pixels]:
    """A texture that moves by 90 pixels a second."""
    texture = np.random.default_rng(0).integers(50, 220, (20, 60, 3), np.uint8)
    large = np.kron(texture, np.ones((6, 6, 1), np.uint8))
    return [large[:48, int(90 * i / rate) :][:, :64] for i in range(n)]


@pytest.mark.parametrize("rate", [24, 25])
def test_repeats_that_were_coded_anew_are_known_by_how_regular_they_are(make_video, rate):
    shown = [moving(70, rate)[int(i * rate / 30 + 1e-9)] for i in range(80)]
    frames = decode(make_video("v.mp4", shown, frames_per_second=30, crf="32"), **SIZE)
    counted = counting(frames)
    n = 80 - len({int(i * rate / 30 + 1e-9) for i in range(80)})
    assert sentences(counted) == (f"frames that only repeat the one before were left out: {n}",)
    assert not counted.is_even
    assert len(counted) in (79, 80)  # the last one may be a repeat
    late = counted.start_seconds - frames.start_seconds[counted.numbers]
    assert np.abs(late).max() < 2 / 30 + 1e-6


def test_a_picture_that_moves_now_and_then_was_not_converted(make_video):
    stops = np.cumsum([0 if i % 17 in (5, 6) or i == 40 else 1 for i in range(80)])
    shown = [moving(81, 30)[i] for i in stops]
    frames = decode(make_video("v.mp4", shown, frames_per_second=30, crf="32"), **SIZE)
    assert counting(frames).numbers.tolist() == list(range(80))


# clocks that do not run as they should


def test_joined_transport_streams_are_shown_one_after_the_other(make_video, tmp_path):
    one = make_video("a.ts", light(30), frames_per_second=30).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one + make_video("b.ts", light(45), frames_per_second=30).read_bytes())
    frames = decode(joined, **SIZE)
    np.testing.assert_allclose(frames.start_seconds, np.arange(75) / 30, atol=2e-3)
    said = "the file's clock began again (times: 1): what follows is shown after what was before"
    assert sentences(frames) == (said,)
    shown = [frame.start_seconds for frame in each_frame(joined, **SIZE)]
    np.testing.assert_allclose(shown, frames.start_seconds)
    part = decode(joined, **SIZE, start_frame=20, end_frame=40)
    np.testing.assert_allclose(part.start_seconds, frames.start_seconds[20:41])


def test_a_transport_stream_joined_to_one_of_a_later_clock_lacks_nothing(make_video, tmp_path):
    one = make_video("a.ts", light(30), times_ms=[40 * i for i in range(30)]).read_bytes()
    late = [50_000_000 + 40 * i for i in range(30)]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one + make_video("b.ts", light(30), times_ms=late).read_bytes())
    frames = decode(joined, **SIZE)
    np.testing.assert_allclose(frames.start_seconds, np.arange(60) / 25, atol=2e-3)
    said = "the file's clock began again (times: 1): what follows is shown after what was before"
    assert sentences(frames) == (said,)


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_frames_of_avi_that_refer_to_later_ones_are_in_order(make_video, codec):
    frames = decode(make_video("v.avi", 60, codec=codec, bf="2", frames_per_second=30), **SIZE)
    np.testing.assert_allclose(np.diff(frames.start_seconds), 1 / 30, atol=2e-3)
    assert sentences(frames) == ()


def without_clock(path: Path) -> Path:
    """Let all frames of an MP4 file last no time."""
    content = bytearray(path.read_bytes())
    start = content.index(b"stts") + 8
    (n,) = struct.unpack(">I", content[start : start + 4])
    for i in range(n):
        content[start + 8 + 8 * i : start + 12 + 8 * i] = bytes(4)
    path.write_bytes(content)
    return path


def test_a_file_without_a_clock_is_said_and_shows_30_a_second(make_video):
    path = without_clock(make_video(frames=45, bf="0"))
    frames = decode(path, **SIZE)
    np.testing.assert_allclose(frames.start_seconds, np.arange(45) / 30)
    said = "the file does not say when its frames are shown: 30 a second were assumed"
    assert said in sentences(frames)


def test_a_clock_that_is_always_the_same_goes_on_by_30_a_second():
    course = course_of([7.0] * 4)
    assert not course.has_moved
    np.testing.assert_allclose(course.times, 7 + np.arange(4) / 30)


def test_two_frames_of_one_time_are_shown_one_after_the_other():
    course = course_of([0.0, 0.04, 0.08, 0.08, 0.12])
    np.testing.assert_allclose(course.times, [0, 0.04, 0.08, 0.08 + INSTANT, 0.12])
    assert (course.n_restarts, course.has_moved) == (0, True)


def test_frames_without_a_time_come_after_those_before():
    np.testing.assert_allclose(course_of([1.0, None, None]).times, [1, 1.04, 1.08])


def test_frames_in_another_order_do_not_begin_a_clock_again():
    said = [0.0, 0.12, 0.08, 0.04, 0.24, 0.2, 0.16, 0.28, 0.32]
    course = course_of(said)
    assert course.n_restarts == 0
    assert (np.diff(course.times) > 0).all()
    assert course.times[-1] == 0.32


@pytest.mark.parametrize("again", [-5.0, 0.0, 3.6])
def test_a_clock_that_begins_again_goes_on_from_where_it_was(again):
    course = course_of([*np.arange(100) / 25, *(again + np.arange(50) / 25)])
    assert course.n_restarts == 1
    assert (np.diff(course.times) > 0).all()
    assert course.times[-1] == pytest.approx(149 / 25, abs=0.13)


def test_only_in_a_transport_stream_a_leap_is_another_clock():
    said = [0.0, 0.04, 80_000.0, 80_000.04]
    assert course_of(said).times[-1] == pytest.approx(80_000.04)
    assert course_of(said, "mpegts").times == pytest.approx([0, 0.04, 0.08, 0.12])


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=60))
def test_time_never_runs_backwards(said):
    for container in ("mp4", "avi", "mpegts"):
        assert (np.diff(course_of(said, container).times) > 0).all()


# how long it is


def test_a_file_that_begins_at_an_hour_lasts_as_long_as_its_picture(make_video):
    times = [3_600_000 + 40 * i for i in range(25)]
    path = make_video("v.mkv", 25, times_ms=times)
    assert probe(path).seconds == pytest.approx(1.0, abs=0.01)
    frames = decode(path, **SIZE)
    assert frames.end_seconds == pytest.approx(1.0, abs=0.01)
    assert sentences(frames) == ()
