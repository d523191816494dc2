import numpy as np
import pytest

from podium.video.fitted import decode_fitted, fitting, padded
from podium.video.frames import decode
from videos import scene, write_video


@pytest.mark.parametrize(
    ("shape", "size"),
    [((1920, 1080), (480, 270)), ((1080, 1920), (202, 360)), ((640, 480), (480, 360)),
     ((100_000, 1), (480, 1))],
)  # fmt: skip
def test_a_picture_is_as_large_as_it_fits(shape, size):
    assert fitting(shape, (480, 360)) == size


def test_no_picture_is_stretched(tmp_path):
    video = write_video(tmp_path / "a.mp4", [scene(number, 64, 128) for number in range(4)])
    frames = decode_fitted(video, width=80, height=60)
    assert frames.pixels.shape == (4, 60, 30, 3)
    np.testing.assert_array_equal(frames.pixels, decode(video, width=30, height=60).pixels)
    whole = padded(frames, width=80, height=60).pixels
    np.testing.assert_array_equal(whole[:, :, 25:55], frames.pixels)
    assert whole[:, :, :25].max() == whole[:, :, 55:].max() == 0
