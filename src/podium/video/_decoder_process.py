"""The child process that opens the files of users: nothing of a file is decoded anywhere else.

It reads requests, a line of JSON each, from standard input, and answers on standard output with
headers of a fixed size, each followed by the bytes that it announces. It imports PyAV and the
standard library only, so that it starts in a tenth of a second, and takes from itself what it does
not need: memory beyond the limit, files to write, signals of the terminal.
"""

import errno
import json
import math
import os
import signal
import struct
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from podium.video._course import Course
from podium.video._crop import Crop
from podium.video._tracks import (
    Orientations,
    container_seconds,
    light_of,
    names_of,
    orientation,
    pixel_aspect,
    promised_frames,
    stream_seconds,
    video_of,
)

HEADER = struct.Struct("<cI")
"""What comes: its kind, and how many bytes follow."""

ABOUT = struct.Struct("<IIqddBdB")
"""Of a stream: width, height, frames promised, its seconds, frames a second, how it is to be
turned (`podium.video._tracks.orientation`), how wide a pixel is, and its light (0: a screen's)."""

PICTURE = struct.Struct("<ddBBIII")
"""Of a frame: when, how long (seconds), how to turn it, its light, width, height, bytes a row."""

END = struct.Struct("<IqddqddddIBId")
"""Of a stream: damaged packets, frames promised, seconds promised for the file, and for it.

Then how it was decoded: how many frames, when the first came, when the one after the last that was
sent, and the longest step up to the first that was sent, from when to when. Then how often its
clock began again, and whether it moved; at last how many other tracks have pictures, and when the
last of any other ends. A number that is not promised, or not there, is 0.
"""

MAX_DAMAGE = 1000
MAX_THREADS = 4

BYTES_A_PIXEL = 8
"""Of the largest frames: what was refused to the decoder was no more than one of them."""

MAX_LAST_WORDS = 3_000
"""How many bytes of a traceback are sent: its end."""

MIN_ROOM = 16 * 2**20
"""What a thread's stack or a packet may want, however small the frames are."""


_LENIENT: dict[str, Any] = (
    {"metadata_errors": "replace"} if hasattr(InputContainer, "metadata_errors") else {}
)
"""A title in another encoding is no reason to refuse; newer versions of PyAV never do."""


class Refusal(Exception):
    """Why a file is not decoded, in words that follow its name."""


def main() -> None:
    """Answer requests until there are no more."""
    answers = _answers()
    _give_up_what_is_not_needed()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        request["peak_before"] = _memory("VmPeak")
        _limit(request["memory_bytes"], request["waiting_seconds"])
        try:
            _answer(request, answers)
        except Refusal as refusal:
            _send(answers, b"R", str(refusal).encode("utf-8", "replace"))
        except MemoryError:
            _send(answers, b"M", b"")
        except (av.error.FFmpegError, ValueError) as error:
            if _is_of_memory(error) or _has_reached_limit(request):
                _send(answers, b"M", b"")
            elif isinstance(error, av.error.FFmpegError) or _comes_from_av(error):
                _send(answers, b"R", f"cannot be decoded ({error}): {request['advice']}".encode())
            else:
                _send(answers, b"B", _last_words())
        except Exception:
            _send(answers, b"B", _last_words())
        answers.flush()


def _comes_from_av(error: Exception) -> bool:
    """Return whether PyAV refused a value: one of the file's, for ours are the same for all."""
    frames = traceback.extract_tb(error.__traceback__)
    return "av" in Path(frames[-1].filename).parts


def _last_words() -> bytes:
    """Return the end of the traceback of what no file can be blamed for."""
    return traceback.format_exc().encode("utf-8", "replace")[-MAX_LAST_WORDS:]


def _answers() -> IO[bytes]:
    """Keep standard output for answers: whatever a library prints goes the way of errors."""
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)
    return answers


def _give_up_what_is_not_needed() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent is asked to stop, and says so
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit(n_bytes: int, seconds: float) -> None:
    """Limit memory, and the work that may go on should the parent be gone, where possible."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        max_seconds = math.ceil(used + seconds * MAX_THREADS) + 1
        for limit, value in ((resource.RLIMIT_CPU, max_seconds), (resource.RLIMIT_AS, n_bytes)):
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _is_of_memory(error: Exception) -> bool:
    """Return whether an error is a lack of memory: a thread that cannot be started is one, too."""
    return getattr(error, "errno", None) in (errno.ENOMEM, errno.EAGAIN)


def _has_reached_limit(request: dict[str, Any], n_pixels: int = 0) -> bool:
    """Return whether there was not room for another frame: FFmpeg calls that damage of the file.

    What this process held for an earlier file does not count.
    """
    peak = _memory("VmPeak")
    reached = peak if peak > request["peak_before"] else _memory("VmSize")
    room = max(BYTES_A_PIXEL * n_pixels, MIN_ROOM)
    return bool(reached) and request["memory_bytes"] - reached < room


def _memory(name: str) -> int:
    """Return a number of this process's in bytes, 0 where the system does not tell."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith(f"{name}:"):
                return 1024 * int(line.split()[1])
    return 0


def _send(answers: IO[bytes], kind: bytes, *parts: Any) -> None:
    answers.write(HEADER.pack(kind, sum(memoryview(part).nbytes for part in parts)))
    for part in parts:
        answers.write(part)


def _answer(request: dict[str, Any], answers: IO[bytes]) -> None:
    with _open(request) as container:
        stream = _video_stream(container, request)
        if request["width"]:
            _send_frames(request, container, stream, answers)
        else:
            _send_about(request, container, stream, answers)


def _open(request: dict[str, Any]) -> InputContainer:
    try:
        container: InputContainer = av.open(
            request["path"],
            options={"format_whitelist": request["containers"]},
            **_LENIENT,
        )
        return container
    except MemoryError:
        raise
    except (av.error.FFmpegError, OSError) as error:
        if _is_of_memory(error):
            raise MemoryError from error
        reason = error.strerror or type(error).__name__
        raise Refusal(f"cannot be read as a video ({reason}): {request['advice']}") from error


def _video_stream(container: InputContainer, request: dict[str, Any]) -> VideoStream:
    stream = video_of(container, lambda: _open(request))
    if stream is None:
        raise Refusal(f"holds no moving picture (sound or a cover only): {request['advice']}")
    if stream.codec_context is None:  # newer versions of PyAV give none where FFmpeg has none
        raise Refusal(f"is in a format that cannot be decoded: {request['advice']}")
    stream.thread_type = "AUTO"
    # Each thread holds frames of its own: memory must not grow with the number of processors.
    stream.codec_context.thread_count = min(os.cpu_count() or 1, MAX_THREADS)
    return stream


@dataclass
class _Seen:
    """What was met beside the frames of a stream: damage, and the end of the other tracks."""

    damage: list[str] = field(default_factory=list)
    others_seconds: float = 0.0


def _decode(
    request: dict[str, Any], container: InputContainer, stream: VideoStream, seen: _Seen
) -> Iterator[VideoFrame]:
    """Yield every frame that can be decoded; note each packet that cannot."""
    packets = container.demux(_tracks_to_read(container, stream))
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            if packet.stream.index != stream.index:
                seen.others_seconds = max(seen.others_seconds, _end_of(packet))
                continue
            frames = packet.decode()
        except MemoryError:
            raise
        except av.error.FFmpegError as error:
            if _is_of_memory(error) or _has_reached_limit(request, stream.width * stream.height):
                raise MemoryError from error
            seen.damage.append(str(error))
            if len(seen.damage) > MAX_DAMAGE:
                return
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame


def _tracks_to_read(container: InputContainer, stream: VideoStream) -> list[Stream]:
    """Return the video, and the others where only they tell whether the file is whole."""
    if stream.frames or stream.duration:
        return [stream]
    others = [one for one in container.streams if one.type in ("audio", "video")]
    return [stream, *(one for one in others if one.index != stream.index)]


def _end_of(packet: "Packet[Any]") -> float:
    if packet.pts is None or not packet.time_base:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def _send_about(
    request: dict[str, Any], container: InputContainer, stream: VideoStream, answers: IO[bytes]
) -> None:
    first = next(_decode(request, container, stream, _Seen()), None)
    if first is None:
        raise Refusal("no frame of it can be decoded: the file is damaged")
    rate = float(stream.average_rate or stream.base_rate or 0)
    whole = max(container_seconds(container) - (first.time or 0), 0)
    about = ABOUT.pack(
        first.width, first.height, promised_frames(container, stream),
        stream_seconds(stream) or whole, rate, orientation(first), pixel_aspect(stream),
        light_of(first),
    )  # fmt: skip
    names = [stream.codec_context.name, container.format.name, *names_of(container, stream)]
    _send(answers, b"A", about, "\n".join(names).encode("utf-8", "replace"))


def _send_frames(
    request: dict[str, Any], container: InputContainer, stream: VideoStream, answers: IO[bytes]
) -> None:
    """Send the frames asked for, as they are stored, at the size asked for."""
    # Before the first frame is decoded: each of the decoder's threads holds such a frame.
    _require_pixels(stream.width, stream.height, request)
    seen, course = _Seen(), Course(container.format.name)
    resize, orientations = _Resizer(request), Orientations()
    for frame in _select(request, _decode(request, container, stream, seen), stream, course):
        turns, light = orientations.of(frame), light_of(frame)
        small = resize(frame, turns, light)
        plane: VideoPlane = small.planes[0]
        row = plane.line_size
        picture = PICTURE.pack(
            course.time, course.step, turns, light, small.width, small.height, row
        )
        _send(answers, b"F", picture, memoryview(plane)[: row * small.height])
    promised = (
        promised_frames(container, stream), container_seconds(container), stream_seconds(stream)
    )  # fmt: skip
    came = (course.n_decoded, course.first, course.after, *course.gap)
    clock = (course.n_restarts, course.has_moved or course.n_decoded < 2)
    others = (len(container.streams.video) - 1, seen.others_seconds)
    _send(answers, b"E", END.pack(len(seen.damage), *promised, *came, *clock, *others))


class _Resizer:
    """Makes frames as large as they were asked for; of a box of them, where that was."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._sides = (request["width"], request["height"])
        self._crop = Crop(request["box"]) if request["box"] else None
        self._reformatter = VideoReformatter()  # used again, it is three times faster than new ones

    def __call__(self, frame: VideoFrame, turns: int, light: int) -> VideoFrame:
        """Resize a frame that is to be turned; light of a high range keeps its fine steps."""
        width, height = self._sides if turns % 2 == 0 else self._sides[::-1]
        shown = self._crop(frame) if self._crop else frame
        return self._reformatter.reformat(
            shown, width=width, height=height, format="rgb48le" if light else "rgb24",
            interpolation="AREA",
        )  # fmt: skip


def _select(
    request: dict[str, Any], frames: Iterator[VideoFrame], stream: VideoStream, course: Course
) -> Iterator[VideoFrame]:
    """Yield the frames from the first to the last asked for, and look whether another follows.

    Those before are decoded, for what follows needs them, and let go.
    """
    for number, frame in enumerate(frames):
        _require_pixels(frame.width, frame.height, request)
        before = course.time
        course.take(frame, stream)
        if request["end_frame"] is not None and number > request["end_frame"]:
            course.after = course.time
            return
        if 0 < number <= request["start_frame"]:
            course.gap = max(course.gap, (before, course.time), key=lambda gap: gap[1] - gap[0])
        if number >= request["start_frame"]:
            yield frame


def _require_pixels(width: int, height: int, request: dict[str, Any]) -> None:
    if width * height > request["n_pixels"]:
        raise Refusal(
            f"its frames of {width}x{height} have more than the "
            f"{request['n_pixels']:,} pixels allowed: make it smaller first"
        )


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the parent has gone
        main()
    os._exit(0)
