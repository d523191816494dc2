"""Reports show a picture in its own shape: with square pixels, upright, without black bars."""

from fractions import Fraction

import av
import numpy as np

from podium.report.key_frames import KEY_FRAME_WIDTH, decode_small
from podium.report.player import played
from podium.video.frames import WHOLE
from videos import Pixels, scene


def noisy(height: int, width: int, n: int = 20) -> list[Pixels]:
    generator = np.random.default_rng(2)
    return [generator.integers(70, 240, (height, width, 3), np.uint8) for _ in range(n)]


def shapes_of(path) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return width and height of the key frames, and of the video that plays."""
    frames = decode_small(path, WHOLE)
    playback = played(path, WHOLE, frames)
    return frames.pixels.shape[2:0:-1], (playback.width, playback.height)


def test_pixels_that_are_not_square_are_shown_as_they_are_meant(tmp_path):
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(scene(number, 32), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert shapes_of(path) == ((KEY_FRAME_WIDTH, 150), (64, 48))


def test_black_bars_are_in_neither_picture(make_video):
    frames = [np.pad(one, ((0, 0), (40, 40), (0, 0))) for one in noisy(48, 64)]
    assert shapes_of(make_video("v.mp4", frames, crf="8")) == ((KEY_FRAME_WIDTH, 150), (64, 48))


def test_a_plain_video_keeps_its_shape(make_video):
    assert shapes_of(make_video("v.mp4", noisy(48, 64))) == ((KEY_FRAME_WIDTH, 150), (64, 48))
