"""Which track of a file is its video, and what it says of itself.

It belongs to the child process (`podium.video._decoder_process`): PyAV and the standard library.
"""

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

MAX_PACKETS = 500
"""So far is looked ahead for which of several tracks moves."""

MAX_NAMED = 20
"""So many tracks are named."""

MIRRORED = 4
"""What is added to the number of quarter turns of a picture that has to be mirrored first."""

STILL = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image

_LIGHTS = {18: 1, 16: 2}
"""The numbers of FFmpeg for HLG and PQ, as `podium.video.limits.Light` has them."""

_MATRIX = struct.Struct("@9i")


def video_of(
    container: InputContainer, open_again: Callable[[], InputContainer]
) -> VideoStream | None:
    """Return the video that a player shows: the default one of those that move, else the first.

    Covers are none. `None` where there is none at all.
    """
    videos = [stream for stream in container.streams.video if not stream.disposition & STILL]
    usable = [stream for stream in videos if stream.codec_context is not None]
    if len(usable) < 2:
        return next(iter(usable or videos), None)
    counts = [stream.frames for stream in usable]
    if not all(counts):
        with open_again() as again:
            counts = _count(again, [stream.index for stream in usable])
    return max(
        zip(usable, counts, strict=True),
        key=lambda one: (one[1] > 1, bool(one[0].disposition & Disposition.default)),
    )[0]


def _count(container: InputContainer, indices: list[int]) -> list[int]:
    """Count the packets of some tracks, as far as it takes to know which of them move."""
    counts = dict.fromkeys(indices, 0)
    packets = container.demux([container.streams[index] for index in indices])
    for _, packet in zip(range(MAX_PACKETS), packets, strict=False):
        counts[packet.stream.index] += packet.size > 0
        if min(counts.values()) > 1:
            break
    return list(counts.values())


def names_of(container: InputContainer, used: Stream) -> list[str]:
    """Say what tracks a file has, a line each."""
    return [_name_of(stream, used) for stream in list(container.streams)[:MAX_NAMED]]


def _name_of(stream: Stream, used: Stream) -> str:
    words = [str(stream.type), str(getattr(stream, "name", None) or "")]
    if isinstance(stream, VideoStream) and stream.codec_context is not None:
        words.append(f"{stream.width}x{stream.height}")
        words += ["cover"] if stream.disposition & STILL else []
    words += ["default"] if stream.disposition & Disposition.default else []
    words += ["used"] if stream.index == used.index else []
    return " ".join(word for word in words if word)


def promised_frames(container: InputContainer, stream: VideoStream) -> int:
    """Return how many frames are to be shown, 0 where the file does not say.

    What an edit list leaves out is not promised, nor are frames of AVI that only repeat another.
    """
    entries = stream.index_entries
    if not (stream.frames and len(entries)):
        return stream.frames
    n_shown = stream.frames
    if "mov" in container.format.name and _is_trimmed(stream):
        n_shown = sum(not entry.is_discard for entry in entries)
    if container.format.name == "avi" and _is_listed_whole(stream):
        n_shown = sum(entry.size > 0 for entry in entries)
    return min(stream.frames, n_shown)


def _is_trimmed(stream: VideoStream) -> bool:
    """Return whether a track says that it lasts less long than all of its frames."""
    rate = stream.average_rate or stream.base_rate
    return rate is not None and stream.frames - stream_seconds(stream) * float(rate) > 0.5


def _is_listed_whole(stream: VideoStream) -> bool:
    """Return whether the list of frames of an AVI file, empty ones included, reaches its end."""
    entries = stream.index_entries
    first, last = entries[0].timestamp, entries[len(entries) - 1].timestamp
    usual_step = math.ceil((last - first) / max(len(entries) - 1, 1))
    return bool(last + usual_step >= stream.frames)


def stream_seconds(stream: VideoStream) -> float:
    """Return how long a track says that it lasts, 0 where it does not."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return 0.0


def container_seconds(container: InputContainer) -> float:
    """Return how long a file says that it lasts, 0 where it does not."""
    return (container.duration or 0) / 1e6


def pixel_aspect(stream: VideoStream) -> float:
    """Return how many times as wide as high a pixel is."""
    return float(stream.sample_aspect_ratio or 1)


def light_of(frame: VideoFrame) -> int:
    """Return what the numbers of a picture mean (`podium.video.limits.Light`)."""
    return _LIGHTS.get(int(frame.color_trc), 0)


class Orientations:
    """How to have each frame upright, as `orientation` says; what turns alike flips alike.

    To look at all that is beside a frame takes longer than to see by how much it is turned.
    """

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, frame: VideoFrame) -> int:
        """Return what `orientation` says of a frame, or of one before that is turned as much."""
        rotation = frame.rotation
        if rotation not in self._known:
            self._known = {rotation: orientation(frame)}
        return self._known[rotation]


def orientation(frame: VideoFrame) -> int:
    """Return how to have a picture upright: quarter turns, counter-clockwise, and `MIRRORED`."""
    side_data: Mapping[Any, Any] = frame.side_data
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None or len(bytes(matrix)) != _MATRIX.size:
        return 0
    a, b, _, c, d, *_ = _MATRIX.unpack(bytes(matrix))
    if a * d == b * c:  # no way to show anything
        return 0
    is_mirrored = a * d < b * c
    across, down = (-a, -b) if is_mirrored else (a, b)
    angle = math.atan2(down / math.hypot(b, d), across / math.hypot(a, c))
    return round(-angle / (math.pi / 2)) % 4 + (MIRRORED if is_mirrored else 0)
