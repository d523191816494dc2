import io

import av
import numpy as np
import pytest

from podium.errors import UsageError, VideoError
from podium.video.frames import Part
from podium.video.playback import PlaybackOptions, make_playback


def decoded(playback):
    with av.open(io.BytesIO(playback.content)) as container:
        stream = container.streams.video[0]
        frames = [(f.time, f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
        return frames, stream.codec_context.name, stream.start_time, len(container.streams)


def test_it_is_h264_with_every_frame_at_its_own_time(make_video):
    times = [0, 40, 95, 100, 300, 333]
    shades = [np.full((48, 64, 3), 30 * i + 20, np.uint8) for i in range(6)]
    made = make_playback(make_video("v.mp4", shades, times_ms=times))
    frames, codec, start, n_streams = decoded(made)
    assert (codec, start, n_streams) == ("h264", 0, 1)
    assert [time for time, _ in frames] == pytest.approx([t / 1000 for t in times], abs=1e-5)
    assert made.start_seconds == pytest.approx([time for time, _ in frames])
    assert made.end_seconds > 0.333
    for number, (_, pixels) in enumerate(frames):
        assert pixels.mean() == pytest.approx(30 * number + 20, abs=4)


def test_it_is_small_and_upright(make_video):
    wide = make_playback(make_video("w.mp4", [np.zeros((600, 1201, 3), np.uint8)] * 2,
                                    pixel_format="yuv444p"))  # fmt: skip
    assert (wide.width, wide.height) == (480, 240)
    turned = make_playback(make_video("t.mp4", 3, rotation=90))
    assert (turned.width, turned.height) == (48, 64)
    assert repr(turned) == f"Playback({len(turned.content)} bytes, 3 frames)"


def test_a_small_video_is_not_made_larger(make_video):
    made = make_playback(make_video())
    assert (made.width, made.height) == (64, 48)


def test_of_a_part_no_more_is_copied(make_video):
    shades = [np.full((48, 64, 3), 20 * i + 20, np.uint8) for i in range(10)]
    video = make_video("long.mp4", shades)
    made = make_playback(video, part=Part(3, 6))
    frames, *_ = decoded(made)
    assert [pixels.mean() for _, pixels in frames] == pytest.approx([80, 100, 120, 140], abs=4)
    assert made.start_seconds == pytest.approx(np.arange(4) / 25)
    assert made.end_seconds == pytest.approx(4 / 25)
    with pytest.raises(
        VideoError,
        match=rf"^{video}: has no frames 8 to 10: it has 10, so choose from 0 to 9$",
    ):
        make_playback(video, part=Part(8, 10))


def test_the_same_video_gives_the_same_bytes(make_video):
    video = make_video()
    assert make_playback(video).content == make_playback(video).content


def test_what_is_no_video_is_refused(tmp_path):
    text = tmp_path / "x.mp4"
    text.write_text("no video")
    with pytest.raises(VideoError, match=r"cannot be read as a video"):
        make_playback(text)


@pytest.mark.parametrize("options", [{"width": 1}, {"n_key_frames": 0}, {"quality": 52}])
def test_impossible_options_are_refused(options):
    with pytest.raises(
        UsageError,
        match=r"width and height must be 2 or more, n_key_frames 1 or more, quality from 0 to 51$",
    ):
        PlaybackOptions(**options)
