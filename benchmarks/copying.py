"""Other files of the same dive: written anew with other times, light, shape or pictures."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Prepare = Callable[[VideoStream], None]

WHITE_NITS = 203.0
"""How bright the white of a usual screen is in HDR (ITU-R BT.2408)."""

TO_WIDE = np.array(
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]], np.float32
)
"""From the primaries of BT.709 to those of BT.2020, both linear (ITU-R BT.2087)."""

LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)

HLG, PQ = 18, 16
"""The numbers of FFmpeg for the two."""

WIDE = 9
"""The number of FFmpeg for the primaries and the matrix of BT.2020."""


def as_frame(pixels: Pixels) -> VideoFrame:
    """Make a frame of (height, width, 3)."""
    return VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")


def write(
    path: Path,
    pixels: Pixels,
    *,
    rate: int = 30,
    ticks: Sequence[int] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    prepare: Prepare = lambda stream: None,
    frame_of: Callable[[Pixels], VideoFrame] = as_frame,
    **options: str,
) -> Path:
    """Encode (frames, height, width, 3); `ticks` says when each is shown, in 1 / `rate` s."""
    if codec == "libx264":
        options = {"preset": "veryfast", "crf": "18", **options}
    base = Fraction(1, rate)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pixels.shape[1:3]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = base
        stream.codec_context.thread_count = 1  # with more, it was seen not to do the same twice
        prepare(stream)
        for number, one in enumerate(pixels):
            frame = frame_of(one)
            frame.pts, frame.time_base = ticks[number] if ticks is not None else number, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def remuxed(source: Path, path: Path) -> Path:
    """Put the same pictures, not decoded, into another container."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = old.streams.video[0]
        written = new.add_stream_from_template(stream)
        for packet in old.demux(stream):
            if packet.dts is not None:
                packet.stream = written
                new.mux(packet)
    return path


# when they are shown


def at_rate(rate: int) -> Callable[[Pixels], Pixels]:
    """Show 30 frames a second at another rate: some are left out, or shown again."""

    def change(frames: Pixels) -> Pixels:
        shown = np.arange(len(frames) * rate // 30) * 30 // rate
        return frames[shown]

    return change


def converted(frames: Pixels, rate: int) -> Pixels:
    """Convert 30 frames a second to a lower rate, and that back to 30 by repeats."""
    fewer = at_rate(rate)(frames)
    return fewer[np.arange(len(fewer) * 30 // rate) * rate // 30]


def with_in_betweens(frames: Pixels, times: int = 2) -> Pixels:
    """Put means between two neighbours, `times` as many frames: about what a faster camera sees."""
    found = np.empty((times * (len(frames) - 1) + 1, *frames.shape[1:]), np.uint8)
    after = frames[1:].astype(np.uint16)
    for i in range(times):
        between = ((times - i) * frames[:-1].astype(np.uint16) + i * after) // times
        found[i:-1:times] = between
    found[-1] = frames[-1]
    return found


def joined_streams(path: Path, pixels: Pixels) -> Path:
    """Write two transport streams, one after the other: the clock begins again in between."""
    half = len(pixels) // 2
    parts = [write(path, some).read_bytes() for some in (pixels[:half], pixels[half:])]
    path.write_bytes(b"".join(parts))
    return path


def without_clock(path: Path) -> Path:
    """Let all frames of an MP4 file last no time, as in some files of the web."""
    content = bytearray(path.read_bytes())
    start = content.index(b"stts") + 4
    n = int.from_bytes(content[start + 4 : start + 8], "big")
    for i in range(n):
        content[start + 12 + 8 * i : start + 16 + 8 * i] = bytes(4)
    path.write_bytes(content)
    return path


# what they look like


def resized(frames: Pixels, width: float, height: float) -> Pixels:
    """Scale frames to about a width and a height, in even numbers of pixels."""
    size = (round(width / 2) * 2, round(height / 2) * 2)
    return np.stack([np.asarray(Image.fromarray(frame).resize(size)) for frame in frames])


def scaled(share: float) -> Callable[[Pixels], Pixels]:
    """Scale frames to a share of their size."""

    def change(frames: Pixels) -> Pixels:
        return resized(frames, frames.shape[2] * share, frames.shape[1] * share)

    return change


def cropped(frames: Pixels, share: float = 0.05) -> Pixels:
    """Cut off the border: `share` of the height and of the width in all."""
    height, width = frames.shape[1:3]
    down, right = round(height * share / 2), round(width * share / 2)
    return frames[:, down : height - down, right : width - right]


def zoomed(frames: Pixels, by: float) -> Pixels:
    """Show the middle larger `by` so much, in as many pixels."""
    height, width = frames.shape[1:3]
    return resized(cropped(frames, 1 - 1 / by), width, height)


def portrait(frames: Pixels, middle: float) -> Pixels:
    """Keep an upright part, 9 : 16, about a column."""
    height, width = frames.shape[1:3]
    kept = round(height * 9 / 16 / 2) * 2
    left = min(max(round(middle - kept / 2), 0), width - kept)
    return frames[:, :, left : left + kept]


def athlete_column(frames: Pixels) -> float:
    """Return the column about which most is red: skin and white water, which the pool is not.

    What stands at the border, such as signs, is left out.
    """
    width = frames.shape[2]
    red = np.maximum(frames[..., 0].astype(np.float32) - 120, 0).sum(axis=(0, 1))
    red[: round(0.3 * width)] = red[round(0.9 * width) :] = 0
    return float(np.argmax(np.convolve(red, np.ones(max(width // 10, 1)), "same")))


def framed(frames: Pixels, down: int, right: int) -> Pixels:
    """Put black bars about frames, so many pixels at each side."""
    return np.pad(frames, ((0, 0), (down, down), (right, right), (0, 0)))


def over_exposed(frames: Pixels) -> Pixels:
    """Make frames twice as bright: what was light is white."""
    return np.minimum(2 * frames.astype(np.uint16), 255).astype(np.uint8)


def striped(frames: Pixels) -> Pixels:
    """Lay white slanting stripes, half transparent, over frames."""
    rows, columns = np.indices(frames.shape[1:3])
    is_stripe = (rows + columns) % 24 < 6
    changed = frames.copy()
    changed[:, is_stripe] = 128 + changed[:, is_stripe] // 2
    return changed


def still_before(frames: Pixels, n: int) -> Pixels:
    """Put `n` frames of the first picture before, with the noise that a camera has."""
    generator = np.random.default_rng(0)
    noise = generator.integers(-2, 3, (8, *frames.shape[1:]))
    pools = np.clip(frames[0].astype(np.int16) + noise, 0, 255).astype(np.uint8)
    return np.concatenate([pools[np.arange(n) % len(pools)], frames])


# HDR


def in_hdr(pixels: Pixels, system: int) -> VideoFrame:
    """Make a ten-bit frame of HLG or PQ of (height, width, 3), its white `WHITE_NITS` bright."""
    linear = ((np.arange(256) / 255) ** 2.2).astype(np.float32)[pixels] @ TO_WIDE.T
    signal = _hlg(linear) if system == HLG else _pq(linear)
    luma = signal @ LUMINANCE
    blue, red = (signal[..., 2] - luma) / 1.8814, (signal[..., 0] - luma) / 1.4746
    height, width = luma.shape
    frame = VideoFrame(width, height, "yuv420p10le")
    for plane, values in zip(
        frame.planes, (64 + 876 * luma, 512 + 896 * _halved(blue), 512 + 896 * _halved(red)),
        strict=True,
    ):  # fmt: skip
        rows = np.zeros((plane.height, plane.line_size // 2), np.uint16)
        rows[:, : plane.width] = np.clip(np.round(values), 0, 1023)
        plane.update(rows.tobytes())
    frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = (
        system, WIDE, WIDE, 1,
    )  # fmt: skip
    return frame


def tagged(system: int) -> Prepare:
    """Say in a file that its light is HLG or PQ."""

    def prepare(stream: VideoStream) -> None:
        stream.codec_context.color_trc = system
        stream.codec_context.color_primaries = stream.codec_context.colorspace = WIDE

    return prepare


def _halved(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    height, width = values.shape
    return np.asarray(values.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)))


def _hlg(linear: Floats) -> Floats:
    """Return the signal, 0 to 1, of light as a share of white (ITU-R BT.2100)."""
    shown = np.maximum(linear * np.float32(WHITE_NITS / 1000), 1e-7)
    scene = shown * np.power(shown @ LUMINANCE, np.float32(-0.2 / 1.2))[..., None]
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    dark, light = np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-6)) + c
    return np.asarray(np.where(scene <= 1 / 12, dark, light), np.float32)


def _pq(linear: Floats) -> Floats:
    """Return the signal, 0 to 1, of light as a share of white (ITU-R BT.2100)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.power(np.maximum(linear, 0) * np.float32(WHITE_NITS / 10_000), np.float32(m1))
    return np.asarray(np.power((c1 + c2 * power) / (1 + c3 * power), m2), np.float32)


def setting(**what: Any) -> Prepare:
    """Return what sets attributes of a stream's codec, such as the shape of its pixels."""

    def prepare(stream: VideoStream) -> None:
        for name, value in what.items():
            setattr(stream.codec_context, name, value)

    return prepare
