"""Which track of a file is looked at, how it is turned, and what its light and pixels mean."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from podium.video.frames import Light, decode, probe
from podium.video.light import PEAK_NITS, WHITE_NITS, on_screen
from podium.video.playback import make_playback
from sentences import sentences
from videos import Pixels, scene, write_video

SIZE = {"width": 64, "height": 48}
OTHERS = "the file holds other videos or pictures that were not looked at: {}"


def write_tracks(path: Path, tracks: list[tuple[str, list[Pixels], int]]) -> Path:
    """Write videos as tracks of one file: codec, frames and what it is to be (`Disposition`)."""
    with av.open(str(path), "w") as container:
        streams = []
        for codec, frames, disposition in tracks:
            stream = container.add_stream(codec, rate=25)
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.disposition = disposition
            streams.append(stream)
        for stream, (_, frames, _) in zip(streams, tracks, strict=True):
            for number, pixels in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    return path


def shades(value: int, n: int = 20) -> list[Pixels]:
    return [np.full((48, 64, 3), value + i, np.uint8) for i in range(n)]


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.mov"])
@pytest.mark.parametrize("disposition", [0, Disposition.default])
def test_a_track_of_one_picture_is_not_the_video(tmp_path, name, disposition):
    tracks = [("mjpeg", shades(200, 1), disposition), ("libx264", shades(90), 0)]
    path = write_tracks(tmp_path / name, tracks)
    frames = decode(path, **SIZE)
    assert len(frames) == 20
    assert frames.pixels[0].mean() == pytest.approx(90, abs=3)
    assert sentences(frames) == (OTHERS.format(1),)
    assert probe(path).codec == "h264"


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
@pytest.mark.parametrize("default", [0, 1])
def test_of_two_videos_the_default_one_is_looked_at(tmp_path, name, default):
    which = [Disposition.default if i == default else 0 for i in range(2)]
    tracks = [("libx264", shades(60 + 80 * i), which[i]) for i in range(2)]
    path = write_tracks(tmp_path / name, tracks)
    frames = decode(path, **SIZE)
    assert frames.pixels[0].mean() == pytest.approx(60 + 80 * default, abs=3)
    assert sentences(frames) == (OTHERS.format(1),)
    said = probe(path).tracks
    assert [("default" in line, line.endswith("used")) for line in said] == [
        (i == default, i == default) for i in range(2)
    ]
    assert said[default] == "video h264 64x48 default used"


def test_of_two_videos_that_are_no_default_the_first_is_looked_at(tmp_path):
    path = write_tracks(
        tmp_path / "v.ts", [("libx264", shades(60), 0), ("libx264", shades(140), 0)]
    )
    assert decode(path, **SIZE).pixels[0].mean() == pytest.approx(60, abs=3)


# files that lack nothing


def with_sound(path: Path, seconds: float) -> Path:
    """Write a second of noise, and sound that lasts for so long."""
    generator = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25, options={"g": "5", "tune": "zerolatency"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=8000, layout="mono")
        for number in range(25):
            noise = generator.integers(0, 256, (48, 64, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        for number in range(int(seconds * 8000 / 1024)):
            heard = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            heard.sample_rate, heard.pts = 8000, 1024 * number
            heard.time_base = Fraction(1, 8000)
            container.mux(sound.encode(heard))
        container.mux(sound.encode())
    return path


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.mov", "v.ts"])
def test_sound_that_goes_on_is_no_missing_picture(tmp_path, name):
    frames = decode(with_sound(tmp_path / name, 6), **SIZE)
    assert (len(frames), sentences(frames), frames.end_is_missing) == (25, (), False)


def test_a_cut_file_with_sound_lacks_its_end(tmp_path):
    path = with_sound(tmp_path / "v.mkv", 6)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert decode(path, **SIZE).end_is_missing


def test_what_an_edit_list_leaves_out_is_not_missing(make_video):
    path = make_video("v.mp4", 50, bf="0", g="10")
    content = path.read_bytes()
    start = content.index(b"elst") + 12  # seconds in 1/1000, then where it begins in 1/12800
    edited = (1000).to_bytes(4, "big") + (10 * 512).to_bytes(4, "big")
    path.write_bytes(content[:start] + edited + content[start + 8 :])
    frames = decode(path, **SIZE)
    assert 24 <= len(frames) <= 26
    assert sentences(frames) == ()
    assert frames.end_seconds == pytest.approx(1.0, abs=0.05)


def test_repeat_frames_of_avi_are_no_missing_ones(make_video):
    times = [33 * i for i in range(40)]
    path = make_video("v.avi", 40, times_ms=times, codec="mpeg4", frames_per_second=1000)
    frames = decode(path, **SIZE)
    assert (len(frames), sentences(frames)) == (40, ())
    np.testing.assert_allclose(np.diff(frames.start_seconds), 0.033, atol=1e-6)


# how it is turned


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", ["no", "hflip", "vflip"])
@pytest.mark.parametrize("name", ["v.mp4", "v.mov"])
def test_the_whole_matrix_of_a_track_is_applied(tmp_path, degrees, mirrored, name):
    """It is turned first and mirrored then, as FFmpeg writes it."""
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(degrees, mirrored == "hflip", mirrored == "vflip")
        for number in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(scene(number), format="rgb24")))
        container.mux(stream.encode())
    sides = (64, 48) if degrees % 180 == 0 else (48, 64)
    shown = decode(path, width=sides[0], height=sides[1]).pixels[1].astype(int)
    turned = np.rot90(scene(1), degrees // 90)
    as_written = {
        "no": turned,
        "hflip": turned[:, ::-1],
        "vflip": turned[::-1],
    }[mirrored]
    assert np.abs(shown - as_written).mean() < 6
    video = probe(path)
    assert (video.width, video.height) == sides
    assert video.is_mirrored == (mirrored != "no")


# the shape of its pixels


def with_aspect(path: Path, aspect: Fraction, width: int = 32) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(scene(number, width), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.ts"])
def test_pixels_that_are_not_square_keep_their_shape(tmp_path, name):
    path = with_aspect(tmp_path / name, Fraction(2, 1))
    video = probe(path)
    assert (video.width, video.height, video.pixel_aspect) == (64, 48, 2.0)
    made = make_playback(path)
    assert (made.width, made.height) == (64, 48)


def test_a_shape_of_pixels_that_none_has_is_not_believed(tmp_path):
    video = probe(with_aspect(tmp_path / "v.mp4", Fraction(200, 1)))
    assert (video.width, video.pixel_aspect) == (32, 1.0)


# its light


def hdr_signal(nits: float, light: Light) -> float:
    """Return the number, 0 to 1, that stands for a grey of so much light (ITU-R BT.2100)."""
    if light is Light.PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        y = (nits / 10_000) ** m1
        return ((c1 + c2 * y) / (1 + c3 * y)) ** m2
    scene_light = (nits / 1000) ** (1 / 1.2)
    if scene_light <= 1 / 12:
        return (3 * scene_light) ** 0.5
    return 0.17883277 * np.log(12 * scene_light - 0.28466892) + 0.55991073


def on_a_screen(nits: float, light: Light) -> int:
    number = round(65535 * hdr_signal(nits, light))
    return int(on_screen(np.full((2, 2, 3), number, np.uint16), light)[0, 0, 1])


@pytest.mark.parametrize("light", [Light.HLG, Light.PQ])
def test_usual_light_is_shown_as_it_is_and_what_is_brighter_is_still_told_apart(light):
    for share in (0.02, 0.1, 0.3, 0.7):
        usual = 255 * share ** (1 / 2.2)
        assert on_a_screen(share * WHITE_NITS, light) == pytest.approx(usual, abs=2)
    bright = [on_a_screen(nits, light) for nits in (150, WHITE_NITS, 400, PEAK_NITS)]
    assert bright == sorted(set(bright))
    assert bright[-1] == 255
    assert on_a_screen(0, light) <= 1


def test_pure_colours_of_a_wide_range_do_not_turn_round():
    red = np.zeros((1, 1, 3), np.uint16)
    red[..., 0] = 45_000
    shown = on_screen(red, Light.HLG)[0, 0]
    assert shown[0] > 150
    assert shown[1:].tolist() == [0, 0]


def hdr_video(path: Path, light: Light) -> Path:
    """Write greys of known light, ten bit, as HLG or PQ."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        for nits in np.linspace(5, 180, 20):
            level = round(64 + 876 * hdr_signal(nits, light))
            frame = av.VideoFrame(64, 48, "yuv420p10le")
            for plane, value in zip(frame.planes, (level, 512, 512), strict=True):
                plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
            frame.color_trc = {Light.HLG: 18, Light.PQ: 16}[light]
            frame.color_primaries, frame.colorspace, frame.color_range = 9, 9, 1
            stream.codec_context.color_trc = frame.color_trc
            stream.codec_context.color_primaries, stream.codec_context.colorspace = 9, 9
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("light", [Light.HLG, Light.PQ])
@pytest.mark.parametrize("name", ["v.mp4", "v.mov", "v.mkv"])
def test_a_video_of_high_dynamic_range_is_shown_as_on_a_screen_and_said(tmp_path, light, name):
    path = hdr_video(tmp_path / name, light)
    frames = decode(path, **SIZE)
    expected = 255 * (np.linspace(5, 180, 20)[:14] / WHITE_NITS) ** (1 / 2.2)
    shown = frames.pixels[:14, 24, 32].astype(float)
    np.testing.assert_allclose(shown, np.repeat(expected[:, None], 3, axis=1), atol=6)
    said = f"the video is in HDR ({light.name}): its light was changed to that of a usual screen"
    assert said in sentences(frames)
    assert probe(path).light is light


def test_ten_bits_alone_are_no_high_dynamic_range(make_video):
    path = write_video(make_video().with_name("t.mp4"), shades(90), pixel_format="yuv420p10le")
    frames = decode(path, **SIZE)
    assert (sentences(frames), probe(path).light) == ((), Light.SDR)
    assert frames.pixels[0].mean() == pytest.approx(90, abs=3)
