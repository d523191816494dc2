import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import whole
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import UsageError, VideoError
from podium.video.clips import ClipOptions, VideoFacts, clip_starts, cut, read_clips
from podium.video.frames import Frames
from sentences import sentences

SIZE = {"width": 64, "height": 48}


def numbered(n_frames: int) -> Frames:
    """Frames whose pixels are their number, a tenth of a second each."""
    pixels = np.repeat(np.arange(n_frames, dtype=np.uint8), 2 * 2 * 3).reshape(-1, 2, 2, 3)
    return Frames(
        pixels,
        np.arange(n_frames) / 10,
        n_frames / 10,
        np.arange(n_frames),
        n_frames,
        ("a warning",),
    )


def starts_by_walking_back(n_frames: int, options: ClipOptions) -> list[int]:
    starts = []
    start = n_frames - options.n_frames
    while start >= 0:
        starts.insert(0, start)
        start -= options.stride
    return starts


@given(n_frames=st.integers(1, 300), length=st.integers(1, 40), stride=st.integers(1, 40))
def test_clips_are_counted_back_from_the_last_frame(n_frames, length, stride):
    options = ClipOptions(length, stride)
    expected = starts_by_walking_back(n_frames, options)
    if expected:
        assert clip_starts(n_frames, options).tolist() == expected
    else:
        message = f"{n_frames} frames are too few: at least {length} are needed for one clip"
        with pytest.raises(VideoError, match=whole(message)):
            clip_starts(n_frames, options)


def test_the_papers_151_frames_give_9_clips_that_end_with_the_last_frame():
    clips = cut(numbered(151))
    assert clips.pixels.shape == (9, 16, 2, 2, 3)
    assert clips.pixels[:, 0, 0, 0, 0].tolist() == list(range(7, 151, 16))
    assert clips.pixels[-1, -1, 0, 0, 0] == 150
    assert clips.video == VideoFacts(151, 144, 7, pytest.approx(14.4), ("a warning",))


@pytest.mark.parametrize(
    ("n_frames", "n_clips"), [(16, 1), (17, 1), (31, 1), (32, 2), (33, 2), (160, 10)]
)
def test_what_is_left_over_lies_at_the_beginning(n_frames, n_clips):
    clips = cut(numbered(n_frames))
    assert len(clips) == n_clips
    used = clips.pixels[..., 0, 0, 0].ravel().tolist()
    assert used == list(range(n_frames - 16 * n_clips, n_frames))


@given(n_frames=st.integers(16, 120), stride=st.integers(1, 20))
def test_clip_times_are_those_of_their_frames(n_frames, stride):
    frames = numbered(n_frames)
    clips = cut(frames, ClipOptions(16, stride))
    for pixels, start, end in zip(
        clips.pixels, clips.start_seconds, clips.end_seconds, strict=True
    ):
        first, last = int(pixels[0, 0, 0, 0]), int(pixels[-1, 0, 0, 0])
        assert last == first + 15
        assert start == pytest.approx(first / 10)
        assert end == pytest.approx((last + 1) / 10)
    assert clips.end_seconds[-1] == frames.end_seconds


def test_a_repr_tells_shape_and_span():
    assert repr(cut(numbered(40))) == "Clips((2, 16, 2, 2, 3), 0.80-4.00 s)"


@pytest.mark.parametrize(("length", "stride"), [(0, 16), (16, 0), (-1, 1)])
def test_clips_without_length_or_stride_are_refused(length, stride):
    message = (
        f"clips of {length} frames with a stride of {stride} cannot be cut: "
        "both must be from 1 to 1000"
    )
    with pytest.raises(UsageError, match=whole(message)):
        ClipOptions(length, stride)


def test_a_video_is_bounded_and_then_freed_of_black(make_video):
    black = [np.zeros((48, 64, 3), np.uint8)] * 10
    light = [np.full((48, 64, 3), 20 + 5 * i, np.uint8) for i in range(5, 45)]
    path = make_video("padded.mp4", black + light, frames_per_second=30)
    clips = read_clips(path, **SIZE, start_frame=2, end_frame=44)
    assert clips.video == VideoFacts(46, 32, 13, pytest.approx(32 / 30), (), 50)
    np.testing.assert_allclose(clips.start_seconds, [13 / 30, 29 / 30])
    np.testing.assert_allclose(clips.end_seconds, [29 / 30, 45 / 30])
    assert abs(int(clips.pixels[0, 0, 20, 20, 0]) - (20 + 5 * 8)) <= 2


def test_what_was_converted_by_repeating_frames_has_the_clips_of_what_it_was(make_video):
    light = [np.full((48, 64, 3), 44 + 3 * i, np.uint8) for i in range(61)]
    shown = [light[int(i * 24 / 30 + 1e-9)] for i in range(76)]
    before = read_clips(make_video("before.mp4", light, frames_per_second=24, crf="1"), **SIZE)
    after = read_clips(make_video("after.mp4", shown, frames_per_second=30, crf="1"), **SIZE)
    said = "frames that only repeat the one before were left out: 15"
    assert sentences(after.video) == (said,)
    assert np.abs(after.pixels.astype(int) - before.pixels).max() <= 4
    np.testing.assert_allclose(after.start_seconds, before.start_seconds, atol=1e-3)
    assert (after.video.n_frames, after.video.n_used, after.video.n_different) == (76, 64, 51)


def test_twice_the_frames_a_second_give_the_same_clips(make_video):
    light = [np.full((48, 64, 3), 40 + 3 * i, np.uint8) for i in range(50)]
    between = [np.full((48, 64, 3), 42 + 3 * i, np.uint8) for i in range(49)]
    twice = [frame for pair in zip(light, [*between, light[-1]], strict=True) for frame in pair]
    slow = read_clips(make_video("slow.mp4", light, frames_per_second=30, crf="1"), **SIZE)
    fast = read_clips(make_video("fast.mp4", twice[:-1], frames_per_second=60, crf="1"), **SIZE)
    assert np.abs(fast.pixels.astype(int) - slow.pixels).max() <= 4
    np.testing.assert_allclose(fast.start_seconds, slow.start_seconds, atol=1e-3)
    assert (slow.video.step, slow.video.first_used) == (1, 2)
    assert (fast.video.step, fast.video.first_used) == (2, 4)
    assert (fast.video.n_frames, fast.video.n_used) == (99, 48)


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60, 120, 240])
def test_a_performance_has_the_same_phases_at_the_same_times_at_any_rate(make_video, rate):
    """It grows lighter by 60 a second for three seconds; a clip's light says when it was."""
    light = [
        np.full((48, 64, 3), 30 + round(60 * i / rate), np.uint8) for i in range(round(3 * rate))
    ]
    for i, frame in enumerate(light):  # no frame repeats the one before
        frame[i % 48] = 200
    clips = read_clips(make_video("v.mp4", light, frames_per_second=rate, crf="1"), **SIZE)
    last_starts = 3 - 1 / rate - (np.arange(5)[::-1] * 16 + 15) / 30
    np.testing.assert_allclose(clips.start_seconds, last_starts, atol=2e-3)
    shown = np.median(clips.pixels.astype(float), axis=(2, 3, 4))
    expected = 30 + 60 * (last_starts[:, None] + np.arange(16) / 30)
    assert np.abs(shown - expected).max() < 60 * max(1 / rate, 1 / 30) + 2
    assert clips.video.n_different <= clips.video.n_frames


def test_clips_of_no_frames_a_second_are_refused():
    message = (
        "clips of 0 frames a second cannot be cut: frames_per_second must be above 0 and up to 240"
    )
    with pytest.raises(UsageError, match=whole(message)):
        ClipOptions(frames_per_second=0)


@pytest.mark.parametrize("n_frames", [1, 3, 15])
def test_too_short_a_video_is_refused_by_name(make_video, n_frames):
    path = make_video(frames=n_frames, frames_per_second=30)
    message = f"{path}: {n_frames} frames are too few: at least 16 are needed for one clip"
    with pytest.raises(VideoError, match=whole(message)):
        read_clips(path, **SIZE)


def test_real_dives_have_the_clips_their_table_promises(data_folder):
    for dive in UnlvDive(data_folder / "unlv-dive").performances()[::90]:
        clips = read_clips(dive.path, **SIZE)
        n_seen = 151 - dive.start_frame
        assert len(clips) == n_seen // 16
        assert clips.video.first_used == dive.start_frame + n_seen % 16
        assert clips.video.first_used + clips.video.n_used == 151


def test_another_cameras_dive_can_be_cut(data_folder):
    clips = read_clips(data_folder / "dives" / "springboard_640x480.mp4", **SIZE)
    assert (np.diff(clips.start_seconds) > 0).all()
    assert sentences(clips.video) == ()


@pytest.mark.parametrize(("step", "n"), [(2.0, 32), (1.0, 32), (0.5, 16)])
def test_frames_used_again_are_no_different_ones(step, n):
    assert VideoFacts(64, 32, 0, 1.0, step=step).n_different == n
