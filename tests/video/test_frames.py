import os
import stat
import struct
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from messages import whole
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import MissingFile, TooLong, VideoError
from podium.video import decoder
from podium.video.frames import (
    Frames,
    VideoLimits,
    decode,
    probe,
)
from podium.video.layout import at_least, at_most, without_leading_black, without_repeats
from sentences import sentences

KINDS = "give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file"
SIZE = {"width": 64, "height": 48}
SHORTER = "cut the performance out of it first, or bound it in a table by start_frame and end_frame"
MORE_FRAMES = "or allow more (--limit frames=NUMBER)"
MORE_SECONDS = "or allow more (--limit minutes=NUMBER)"
MANY = "many at once are given to podium score, or in a table to podium predict"


def frames_of(values: list[int], seconds: list[float] | None = None) -> Frames:
    """Even frames of the given brightness."""
    pixels = np.repeat(np.array(values, np.uint8), 2 * 2 * 3).reshape(-1, 2, 2, 3)
    starts = np.asarray(seconds if seconds else np.arange(len(values)) / 10)
    return Frames(pixels, starts, float(starts[-1]) + 0.1, np.arange(len(values)), len(values))


def sound_only(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=8000)
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        silence.sample_rate = 8000
        for resampled in av.AudioResampler(stream.format, "mono", 8000).resample(silence):
            container.mux(stream.encode(resampled))
        container.mux(stream.encode())
    return path


# what a video says of itself


def test_a_video_is_described_without_decoding_it(make_video):
    path = make_video(frames=20)
    found = probe(path)
    assert (found.path, found.width, found.height) == (path, 64, 48)
    assert (found.n_frames, found.seconds, found.frames_per_second) == (20, 0.8, 25.0)
    assert (found.rotation_degrees, found.codec) == (0, "h264")
    assert "mp4" in found.container


@pytest.mark.parametrize(
    ("degrees", "size"), [(90, (48, 64)), (180, (64, 48)), (270, (48, 64)), (-90, (48, 64))]
)
def test_width_and_height_are_those_of_the_upright_picture(make_video, degrees, size):
    found = probe(make_video(rotation=degrees))
    assert (found.width, found.height) == size
    assert found.rotation_degrees == degrees % 360


def test_a_header_that_promises_no_number_says_0(make_video):
    assert probe(make_video("video.mkv")).n_frames == 0


# times


def test_frames_come_at_the_asked_size_with_their_times(make_video):
    frames = decode(make_video(frames=20), width=40, height=30)
    assert frames.pixels.shape == (20, 30, 40, 3)
    assert frames.pixels.dtype == np.uint8
    np.testing.assert_allclose(frames.start_seconds, np.arange(20) / 25)
    assert frames.end_seconds == pytest.approx(0.8)
    assert (frames.numbers[0], frames.n_decoded, len(frames), frames.doubts) == (0, 20, 20, ())
    assert repr(frames) == "Frames((20, 30, 40, 3), 0.00-0.80 s)"


@pytest.mark.parametrize("name", ["video.mp4", "video.mkv"])
@pytest.mark.parametrize("first_ms", [0, 1700])
def test_times_are_presentation_times_from_the_first_frame(make_video, name, first_ms):
    steps = [40, 40, 120, 10, 500, 33, 34, 33, 40, 40]
    times = [first_ms, *(first_ms + np.cumsum(steps)).tolist()]
    frames = decode(make_video(name, 11, times_ms=times), **SIZE)
    np.testing.assert_allclose(frames.start_seconds, (np.array(times) - first_ms) / 1000, atol=2e-3)
    assert frames.end_seconds > frames.start_seconds[-1]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("video.mkv", {}),
        ("video.webm", {"codec": "libvpx-vp9"}),
        ("video.avi", {"codec": "mjpeg", "pixel_format": "yuvj420p"}),
        ("video.ts", {}),
        ("video.mov", {"codec": "mpeg4"}),
        ("video.gif", {"codec": "gif", "pixel_format": "rgb8"}),
    ],
)
def test_every_promised_container_is_read_whole(make_video, name, how):
    frames = decode(make_video(name, 25, **how), **SIZE)
    assert len(frames) == 25
    np.testing.assert_allclose(frames.start_seconds, np.arange(25) / 25, atol=2e-3)
    assert frames.end_seconds == pytest.approx(1, abs=2e-3)
    assert sentences(frames) == ()


def test_the_same_frames_in_another_container_are_the_same(make_video):
    one, other = (decode(make_video(name), **SIZE) for name in ("a.mp4", "a.mkv"))
    np.testing.assert_array_equal(one.pixels, other.pixels)


# pixels


def test_the_picture_is_right(make_video):
    frames = decode(make_video(frames=3, crf="1"), **SIZE)
    corner, middle = frames.pixels[1, 6, 8], frames.pixels[1, 6, 40]
    np.testing.assert_allclose(corner, (250, 10, 10), atol=12)
    np.testing.assert_allclose(middle, (60, 60, 60), atol=12)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, -90])
def test_rotated_by_metadata_is_rotated_by_hand(make_video, degrees):
    turns = degrees // 90
    width, height = 40, 30
    plain = decode(make_video("plain.mp4"), width=width, height=height)
    sides = (width, height) if turns % 2 == 0 else (height, width)
    turned = decode(make_video("turned.mp4", rotation=degrees), width=sides[0], height=sides[1])
    np.testing.assert_array_equal(turned.pixels, np.rot90(plain.pixels, turns, axes=(1, 2)))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_red_corner_goes_where_the_files_matrix_says(make_video, degrees):
    path = make_video(rotation=degrees)
    box = path.read_bytes().split(b"tkhd", 1)[1]
    a, b, _, c, d = struct.unpack(">5i", box[40:60])
    across, down = -1, -1  # the top left corner, seen from the middle of the picture
    corner = ((a * across + c * down) / 65536, (b * across + d * down) / 65536)
    red = decode(path, width=48, height=48).pixels[0, ..., 0] > 180
    rows, columns = np.nonzero(red & (decode(path, width=48, height=48).pixels[0, ..., 1] < 90))
    assert (np.sign(columns.mean() - 24), np.sign(rows.mean() - 24)) == corner


def test_a_size_that_changes_within_the_stream_is_brought_to_one(make_video, tmp_path):
    parts = [make_video("a.ts", [np.full((h, 64, 3), 99, np.uint8)] * 5) for h in (48,)]
    other = make_video("b.ts", [np.full((96, 128, 3), 99, np.uint8)] * 5)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(parts[0].read_bytes() + other.read_bytes())
    frames = decode(joined, **SIZE)
    assert frames.pixels.shape == (10, 48, 64, 3)
    assert np.ptp(frames.pixels) < 12


# what is no video


def test_a_missing_file_is_said(tmp_path):
    path = tmp_path / "none.mp4"
    for look in (probe, lambda p: decode(p, **SIZE)):
        with pytest.raises(MissingFile, match=whole(f"{path}: no such file: check the path")):
            look(path)


def test_an_empty_file_is_said(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(VideoError, match=whole(f"{path}: is empty (0 bytes): {KINDS}")):
        decode(path, **SIZE)


def fifo(path: Path) -> None:
    os.mkfifo(path)
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.parametrize(
    "make", [fifo, lambda path: path.symlink_to("/dev/zero")], ids=["fifo", "/dev/zero"]
)
def test_only_regular_files_are_opened(tmp_path, make):
    path = tmp_path / "x.mp4"
    make(path)
    with pytest.raises(VideoError, match=whole(f"{path}: is not a regular file: {KINDS}")):
        decode(path, **SIZE)


def test_a_folder_is_told_where_many_videos_go(tmp_path):
    with pytest.raises(VideoError, match=whole(f"{tmp_path}: is a folder: {KINDS}; {MANY}")):
        decode(tmp_path, **SIZE)


def test_a_link_to_itself_is_refused(tmp_path):
    path = tmp_path / "x.mp4"
    path.symlink_to(path)
    reason = f"[Errno 40] Too many levels of symbolic links: '{path}'"
    message = f"{path}: cannot be opened ({reason}): check the path"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)


def test_a_nul_in_a_name_is_refused():
    message = "a\0b.mp4: cannot be opened (its name holds a NUL): check the path"
    with pytest.raises(VideoError, match=whole(message)):
        decode(Path("a\0b.mp4"), **SIZE)


@pytest.mark.parametrize(
    "content",
    [b"x", b"this is a text\n" * 50, np.random.default_rng(0).bytes(5000), b"#EXTM3U\nx.mp4\n"],
    ids=["one byte", "text", "random", "playlist"],
)
def test_what_only_claims_to_be_a_video_is_refused(tmp_path, content):
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    reason = "Invalid data found when processing input"
    message = f"{path}: cannot be read as a video ({reason}): {KINDS}"
    for look in (probe, lambda p: decode(p, **SIZE)):
        with pytest.raises(VideoError, match=whole(message)):
            look(path)


def test_a_photo_is_refused(tmp_path):
    path = tmp_path / "x.mp4"
    Image.new("RGB", (64, 48)).save(path, "PNG")
    reason = "Invalid argument"
    message = f"{path}: cannot be read as a video ({reason}): {KINDS}"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)


def test_a_list_of_files_named_as_a_video_opens_no_other_file(make_video, tmp_path):
    sentinel = make_video("sentinel.mp4")
    path = tmp_path / "x.mp4"
    path.write_text(f"ffconcat version 1.0\nfile {sentinel.name}\n", encoding="utf-8")
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from podium.errors import VideoError\n"
        "from podium.video.frames import decode, probe\n"
        "for look in (probe, lambda p: decode(p, width=64, height=48)):\n"
        "    try:\n"
        "        look(Path(sys.argv[1]))\n"
        "    except VideoError as error:\n"
        "        print(error)\n"
    )
    before = sentinel.stat().st_atime_ns
    os.utime(sentinel, ns=(before - 10**15, sentinel.stat().st_mtime_ns))
    kept = sentinel.stat().st_atime_ns
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    reason = "Invalid argument"
    line = f"{path}: cannot be read as a video ({reason}): {KINDS}\n"
    assert (run.stdout, run.stderr) == (line * 2, "")
    assert sentinel.stat().st_atime_ns == kept


@pytest.mark.parametrize("name", ["%d.mp4", "concat:a.mp4", "http:x.mp4", "-", "a b;'\n.mp4"])
def test_a_name_is_never_read_as_a_pattern_or_address(make_video, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    make_video("plain.mp4").rename(name)
    assert len(decode(Path(name), **SIZE)) == 20


@pytest.mark.parametrize(("name", "codec"), [("x.mp4", "aac"), ("x.mkv", "pcm_s16le")])
def test_sound_alone_is_refused(tmp_path, name, codec):
    path = sound_only(tmp_path / name, codec)
    message = f"{path}: holds no moving picture (sound or a cover only): {KINDS}"
    for look in (probe, lambda p: decode(p, **SIZE)):
        with pytest.raises(VideoError, match=whole(message)):
            look(path)


def test_a_cover_is_not_taken_for_the_video(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        container.mux(cover.encode(frame))
        container.mux(cover.encode())
    message = f"{path}: holds no moving picture (sound or a cover only): {KINDS}"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)


# limits


def test_too_many_frames_are_refused(make_video):
    path = make_video(frames=20)
    assert len(decode(path, **SIZE, limits=VideoLimits(n_frames=20))) == 20
    message = f"{path}: has more than 19 frames: {SHORTER}, {MORE_FRAMES}"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE, limits=VideoLimits(n_frames=19))


def test_too_many_pixels_are_refused(make_video):
    path = make_video()
    assert len(decode(path, **SIZE, limits=VideoLimits(n_pixels=64 * 48))) == 20
    message = (
        f"{path}: its frames of 64x48 have more than the 3,071 pixels allowed: "
        "make it smaller first"
    )
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE, limits=VideoLimits(n_pixels=64 * 48 - 1))


def test_frames_that_grow_beyond_the_limit_are_refused(make_video, tmp_path):
    small = make_video("a.ts", 60)
    large = make_video("b.ts", [np.full((96, 128, 3), 99, np.uint8)] * 5)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    message = (
        f"{joined}: its frames of 128x96 have more than the 4,000 pixels allowed: "
        "make it smaller first"
    )
    with pytest.raises(VideoError, match=whole(message)):
        decode(joined, **SIZE, limits=VideoLimits(n_pixels=4000))


def test_too_large_a_file_is_refused(make_video):
    path = make_video()
    size = path.stat().st_size
    message = (
        f"{path}: has {size:,} bytes, more than the 1,000 allowed: cut the performance out of it "
        "first, or allow more (--limit gigabytes=NUMBER)"
    )
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE, limits=VideoLimits(n_bytes=1000))


# a part of a video


def part_of_whole(path: Path, start: int, end: int) -> Frames:
    """Decode everything and cut the part out of it."""
    return decode(path, **SIZE).span(start, end + 1)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("video.mp4", {"bf": "3", "g": "12"}),
        ("video.mp4", {"rotation": 90}),
        ("video.mkv", {"g": "7"}),
        ("video.mkv", {"times_ms": [0, 40, 41, 200, 210, 400, *range(500, 1760, 40)]}),
        ("video.avi", {"codec": "mjpeg", "pixel_format": "yuvj420p"}),
        ("video.ts", {}),
        ("video.gif", {"codec": "gif", "pixel_format": "rgb8"}),
    ],
)
def test_a_part_is_what_would_be_cut_out_of_the_whole(make_video, name, how):
    path = make_video(name, 38, **how)
    for start, end in [(0, 0), (0, 20), (5, 5), (11, 30), (4, 36), (4, 37), (37, 37)]:
        part = decode(path, **SIZE, start_frame=start, end_frame=end)
        expected = part_of_whole(path, start, end)
        np.testing.assert_array_equal(part.pixels, expected.pixels)
        np.testing.assert_array_equal(part.start_seconds, expected.start_seconds)
        np.testing.assert_array_equal(part.numbers, expected.numbers)
        assert part.end_seconds == expected.end_seconds
        assert (part.n_promised, sentences(part)) == (expected.n_promised, ())
        assert part.n_decoded == min(end + 2, 38)
        assert part.reaches_end == (end == 37)


def test_a_part_may_have_one_bound_only(make_video):
    path = make_video(frames=7)
    for start, end, numbers in [(2, None, [2, 3, 4, 5, 6]), (None, 2, [0, 1, 2])]:
        assert decode(path, **SIZE, start_frame=start, end_frame=end).numbers.tolist() == numbers


def refuse_part(path: Path, start: int | None, end: int | None, message: str) -> None:
    with pytest.raises(VideoError, match=whole(f"{path}: {message}")):
        decode(path, **SIZE, start_frame=start, end_frame=end)


@pytest.mark.parametrize(
    ("start", "end", "named"),
    [
        (10, 20, "frames 10 to 20"),
        (15, 15, "frames 15 to 15"),
        (16, 10**30, f"frames 16 to {10**30}"),
        (None, 15, "frames 0 to 15"),
        (15, None, "frames from 15 on"),
        (10**30, None, f"frames from {10**30} on"),
    ],
)
def test_frames_that_a_video_does_not_have_are_refused(make_video, start, end, named):
    message = f"has no {named}: it has 15, so choose from 0 to 14"
    refuse_part(make_video(frames=15), start, end, message)


@pytest.mark.parametrize(
    ("start", "end", "named"),
    [
        (-1, 5, "frames -1 to 5"),
        (-1, None, "frames from -1 on"),
        (None, -1, "frames 0 to -1"),
        (9, 8, "frames 9 to 8"),
    ],
)
def test_bounds_that_no_video_has_are_refused_without_decoding_it(
    make_video, monkeypatch, start, end, named
):
    monkeypatch.setattr(decoder, "pictures", lambda *_: pytest.fail("decoded"))
    message = (
        f"has no {named}: choose a start_frame of 0 or more, and an end_frame that is not before it"
    )
    refuse_part(make_video(frames=15), start, end, message)


def test_limits_hold_for_the_part_that_is_kept(make_video):
    path = make_video(frames=20)  # 25 frames a second
    frames, seconds = VideoLimits(n_frames=5), VideoLimits(n_seconds=0.17)
    for limits in (frames, seconds):
        part = decode(path, **SIZE, start_frame=13, end_frame=17, limits=limits)
        assert part.numbers.tolist() == [13, 14, 15, 16, 17]
    for limits, end, said in [
        (frames, 18, f"frames 13 to 18 are more than the 5 allowed: choose fewer, {MORE_FRAMES}"),
        (seconds, 18, f"frames 13 to 18 last more than 0.17 s: choose fewer, {MORE_SECONDS}"),
        (
            frames,
            None,
            f"frames from 13 on are more than the 5 allowed: choose fewer, {MORE_FRAMES}",
        ),
        (seconds, None, f"frames from 13 on last more than 0.17 s: choose fewer, {MORE_SECONDS}"),
    ]:
        with pytest.raises(TooLong, match=whole(f"{path}: {said}")):
            decode(path, **SIZE, start_frame=13, end_frame=end, limits=limits)


@pytest.mark.parametrize(("name", "is_promised"), [("video.mp4", True), ("video.mkv", False)])
def test_a_part_before_a_lost_end_lacks_nothing(make_video, name, is_promised):
    path = make_video(name, noise(50), g="5", container_options={"movflags": "faststart"})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    n = len(decode(path, **SIZE))
    assert 20 < n < 40
    before = decode(path, **SIZE, start_frame=2, end_frame=n - 2)
    assert (sentences(before), before.end_is_missing) == ((), False)
    for bounds in ({"start_frame": 2}, {"start_frame": 2, "end_frame": n - 1}):
        to_the_end = decode(path, **SIZE, **bounds)
        end = (
            f"only {n} of the 50 frames promised by the file could be read"
            if is_promised
            else (
                f"the picture ends after {to_the_end.end_seconds:.1f} of the 2.0 s promised by "
                "the file"
            )
        )
        assert end in sentences(to_the_end)
        assert (to_the_end.end_is_missing, to_the_end.reaches_end) == (True, True)


def test_damage_is_said_of_what_was_decoded_only(make_video):
    path = make_video("video.avi", noise(40), codec="mjpeg", pixel_format="yuvj420p")
    content = bytearray(path.read_bytes())
    middle = content.index(b"movi") + (content.index(b"idx1") - content.index(b"movi")) // 2
    start = content.index(b"\xff\xd8", middle)
    content[start : start + 400] = bytes(400)
    path.write_bytes(content)
    (said, only) = sentences(decode(path, **SIZE))
    assert said == "1 damaged parts of the video were skipped"
    assert only == "only 39 of the 40 frames promised by the file could be read"
    assert sentences(decode(path, **SIZE, end_frame=10)) == ()
    assert sentences(decode(path, **SIZE, start_frame=10, end_frame=25)) == (said,)
    assert sentences(decode(path, **SIZE, start_frame=25, end_frame=30)) == (said,)  # numbers moved
    assert sentences(decode(path, **SIZE, start_frame=25)) == (said, only)


def test_a_gap_is_said_of_what_was_decoded_only(make_video):
    times = [*range(0, 1000, 40), *range(3000, 4000, 40), *range(9000, 10_000, 40)]
    path = make_video("video.mkv", 75, times_ms=times)
    first, second = (
        "there is no frame between 1.0 and 3.0 s",
        "there is no frame between 4.0 and 9.0 s",
    )
    for bounds, said in [
        ((None, 20), ()),
        ((None, 30), (first,)),
        ((25, 40), (first,)),
        ((26, 40), (first,)),
        ((40, 60), (first, second)),
        ((60, None), (second,)),  # of those before it the longest only
    ]:
        part = decode(path, **SIZE, start_frame=bounds[0], end_frame=bounds[1])
        assert sentences(part) == said, bounds


# damage


def noise(n_frames: int) -> list[np.ndarray]:
    generator = np.random.default_rng(1)
    return [generator.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(n_frames)]


def test_a_cut_tail_is_said_in_frames(make_video):
    path = make_video(frames=noise(50), container_options={"movflags": "faststart"}, g="5")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    frames = decode(path, **SIZE)
    assert 20 < len(frames) < 40
    assert f"only {len(frames)} of the 50 frames promised by the file could be read" in sentences(
        frames
    )


def test_a_cut_tail_is_said_in_seconds_where_frames_are_not_promised(make_video):
    path = make_video("video.mkv", noise(50), g="5")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    frames = decode(path, **SIZE)
    assert 20 < len(frames) < 40
    end = f"the picture ends after {frames.end_seconds:.1f} of the 2.0 s promised by the file"
    assert end in sentences(frames)


def test_a_header_at_the_lost_end_is_refused(make_video):
    path = make_video()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    reason = "Invalid data found when processing input"
    message = f"{path}: cannot be read as a video ({reason}): {KINDS}"
    with pytest.raises(VideoError, match=whole(message)):
        decode(path, **SIZE)


def test_damaged_parts_are_counted(make_video):
    path = make_video("video.mp4", noise(40), g="1", container_options={"movflags": "faststart"})
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    length = len(content) - start
    content[start + length // 4 : start + length // 2] = bytes(length // 2 - length // 4)
    path.write_bytes(content)
    frames = decode(path, **SIZE)
    n_damaged = int(sentences(frames)[0].split()[0])
    assert n_damaged > 0
    assert sentences(frames) == (
        f"{n_damaged} damaged parts of the video were skipped",
        f"only {len(frames)} of the 40 frames promised by the file could be read",
        "there is no frame between 0.4 and 0.8 s",
    )
    assert (np.diff(frames.start_seconds) > 0).all()


def test_a_file_with_nothing_left_to_decode_is_refused(make_video):
    path = make_video(container_options={"movflags": "faststart"})
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    content[start:] = bytes(len(content) - start)
    path.write_bytes(content)
    message = f"{path}: no frame of it can be decoded: the file is damaged"
    for look in (probe, lambda p: decode(p, **SIZE)):
        with pytest.raises(VideoError, match=whole(message)):
            look(path)


@pytest.mark.parametrize("name", ["video.mp4", "video.mkv", "video.avi"])
@pytest.mark.parametrize("share", [0.001, 0.01])
def test_flipped_bytes_never_crash_and_never_shorten_silently(make_video, name, share):
    how = {"codec": "mjpeg", "pixel_format": "yuvj420p"} if name.endswith("avi") else {}
    path = make_video(name, noise(25), **how)
    good = np.frombuffer(path.read_bytes(), np.uint8)
    for seed in range(8):
        generator = np.random.default_rng(seed)
        bad = good.copy()
        where = generator.random(len(bad)) < share
        bad[where] = generator.integers(0, 256, int(where.sum()))
        path.write_bytes(bad.tobytes())
        try:
            frames = decode(path, **SIZE)
        except VideoError as error:
            message = str(error)
            assert message.startswith(f"{path}: ")
        else:
            # Matroska does not say how many frames there are: only seconds can be missed.
            nearly = name.endswith("mkv") and frames.end_seconds > 0.75
            assert len(frames) == 25 or frames.doubts or nearly


def test_a_lost_middle_is_said_in_seconds_where_frames_are_not_promised(make_video):
    times = [*range(0, 1000, 40), *range(3000, 4000, 40)]
    frames = decode(make_video("video.mkv", 50, times_ms=times), **SIZE)
    assert sentences(frames) == ("there is no frame between 1.0 and 3.0 s",)


def test_a_title_that_is_not_utf8_is_no_reason_to_refuse(make_video):
    path = make_video("video.mkv")
    content = path.read_bytes()
    assert b"Lavf" in content
    path.write_bytes(content.replace(b"Lavf", b"L\xe4vf"))
    assert len(decode(path, **SIZE)) == 20
    assert probe(path).codec == "h264"


# spans and black padding


@given(n=st.integers(1, 30), data=st.data())
def test_a_span_is_a_slice(n, data):
    start = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(start + 1, n + 5))
    frames = frames_of(list(range(n)))
    kept = frames.span(start, stop)
    wanted = list(range(n))[start:stop]
    assert kept.pixels[:, 0, 0, 0].tolist() == wanted
    np.testing.assert_allclose(kept.start_seconds, np.array(wanted) / 10)
    assert kept.end_seconds == pytest.approx((wanted[-1] + 1) / 10)
    assert (kept.numbers[0], kept.n_decoded) == (start, n)
    assert kept.span(0, 1).numbers[0] == start


@given(st.lists(st.integers(0, 255), min_size=1, max_size=20))
def test_leading_black_is_dropped_one_frame_at_a_time(values):
    kept = list(values)
    while kept and kept[0] <= 40:
        kept.pop(0)
    expected = kept or values
    frames = without_leading_black(frames_of(values))
    assert frames.pixels[:, 0, 0, 0].tolist() == expected
    assert frames.numbers[0] == len(values) - len(expected)


def test_one_bright_pixel_makes_a_frame_count():
    frames = frames_of([0, 0, 0])
    frames.pixels[1, 1, 0, 2] = 41
    assert without_leading_black(frames).numbers[0] == 1


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([10, 20, 20, 30], [0, 1, 3]),
        ([10, 20, 20], [0, 1]),
        ([10, 10, 20, 20, 30, 30], [0, 2, 4]),
        ([10, 20, 20, 20, 30], [0, 1, 2, 3, 4]),  # stands still: no conversion does that
        ([10, 20, 10, 20], [0, 1, 2, 3]),
        ([7], [0]),
        ([7, 7, 7, 7], [0, 1, 2, 3]),
    ],
)
def test_single_frames_that_repeat_are_dropped_and_counted(values, kept):
    frames = without_repeats(frames_of(values))
    assert frames.numbers.tolist() == kept
    assert frames.pixels[:, 0, 0, 0].tolist() == [values[i] for i in kept]
    np.testing.assert_allclose(frames.start_seconds, np.array(kept) / 10)
    assert frames.end_seconds == pytest.approx(len(values) / 10)
    n = len(values) - len(kept)
    note = f"frames that only repeat the one before were left out: {n}"
    assert sentences(frames) == ((note,) if n else ())


@pytest.mark.parametrize(
    ("rate", "kept"),
    [
        (10, range(7)),
        (9, range(7)),  # frames_of has 10 a second
        (5, [0, 2, 4, 6]),
        (4, [1, 3, 6]),
        (10 / 3, [0, 3, 6]),
        (2.5, [2, 6]),
        (0.1, [6]),
    ],
)
def test_a_video_of_a_higher_rate_keeps_what_is_shown_back_from_the_last(rate, kept):
    frames = at_most(frames_of([10 * i for i in range(7)]), rate)
    assert frames.numbers.tolist() == list(kept)
    assert frames.pixels[:, 0, 0, 0].tolist() == [10 * i for i in kept]
    np.testing.assert_allclose(np.diff(frames.start_seconds), 0.1 if len(kept) == 7 else 1 / rate)
    assert (frames.end_seconds, frames.n_decoded) == (pytest.approx(0.7), 7)
    assert frames.step == (1 if len(kept) == 7 else pytest.approx(10 / rate, abs=1e-3))
    assert frames.reaches_end
    assert at_least(frames, rate) is frames


@pytest.mark.parametrize(
    ("rate", "kept"),
    [
        (11, range(7)),
        (12, [0, 1, 1, 2, 3, 4, 5, 6]),
        (20, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]),
    ],
)
def test_a_video_of_a_lower_rate_shows_some_frames_again(rate, kept):
    frames = at_least(frames_of([10 * i for i in range(7)]), rate)
    assert frames.numbers.tolist() == list(kept)
    assert frames.pixels[:, 0, 0, 0].tolist() == [10 * i for i in kept]
    assert frames.start_seconds[-1] == pytest.approx(0.6)
    assert frames.step == (1 if len(kept) == 7 else pytest.approx(10 / rate, abs=1e-3))
    assert at_most(frames, rate) is frames


@given(
    n=st.integers(2, 300), rate=st.sampled_from([10.0, 15, 23.976, 24, 25, 48, 50, 60, 120, 240])
)
def test_at_any_rate_the_same_is_shown_at_the_same_time(n, rate):
    seconds = np.arange(n) / rate
    frames = Frames(
        np.zeros((n, 1, 1, 3), np.uint8), seconds, n / rate, np.arange(n, dtype=np.intp), n
    )
    shown = at_least(at_most(frames, 30), 30)
    np.testing.assert_allclose(np.diff(shown.start_seconds), 1 / 30)
    late = shown.start_seconds - seconds[shown.numbers]
    assert (late >= -1e-3).all()
    assert (late < 1 / rate + 1e-3).all()
    assert shown.numbers[-1] == n - 1
    assert shown.start_seconds[0] < 1 / 30 + 1e-9


def test_a_single_frame_has_no_rate():
    single = frames_of([7])
    assert at_most(single, 1) is single
    assert at_least(single, 100) is single


# real data


@pytest.mark.parametrize("number", range(0, 370, 74))
def test_real_padding_ends_where_the_data_set_says(data_folder, number):
    dive = UnlvDive(data_folder / "unlv-dive").performances()[number]
    frames = without_leading_black(decode(dive.path, width=160, height=120))
    assert frames.numbers[0] == dive.start_frame
    assert (frames.n_decoded, sentences(frames)) == (151, ())


def test_a_real_dive_keeps_its_length_without_the_padding(data_folder):
    path = data_folder / "dives" / "unlv_054_original_length.avi"
    frames = decode(path, width=160, height=120)
    assert len(frames) == len(without_leading_black(frames))


def test_the_same_real_dive_with_frames_repeated_by_a_conversion_has_its_own_length(data_folder):
    converted = decode(
        data_folder / "dives" / "unlv_054_original_length.avi", width=160, height=120
    )
    padded = decode(data_folder / "unlv-dive" / "videos" / "054.mp4", width=160, height=120)
    assert len(without_repeats(converted)) == len(without_leading_black(padded)) == 96
