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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

HEADER = struct.Struct("<cI")
"""What comes: its kind, and how many bytes follow."""

ABOUT = struct.Struct("<IIqddB")
"""Of a stream: width, height, frames promised, its seconds, frames a second, quarter turns."""

PICTURE = struct.Struct("<ddBIII")
"""Of a frame: when, how long (seconds), quarter turns, width, height, bytes a row."""

END = struct.Struct("<Iqddqdddd")
"""Of a stream: damaged packets, frames promised, seconds promised for the file, and for it.

Then how it was decoded: how many frames, when the first came, when the one after the last that was
sent, and the longest step up to the first that was sent, from when to when. A number that is not
promised, or not there, is 0.
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is asked to stop, and says so
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
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise Refusal(f"holds no moving picture (sound or a cover only): {request['advice']}")
    if streams[0].codec_context is None:  # newer versions of PyAV give none where FFmpeg has none
        raise Refusal(f"is in a format that cannot be decoded: {request['advice']}")
    streams[0].thread_type = "AUTO"
    # Each thread holds frames of its own: memory must not grow with the number of processors.
    streams[0].codec_context.thread_count = min(os.cpu_count() or 1, MAX_THREADS)
    return streams[0]


def _decode(
    request: dict[str, Any], container: InputContainer, stream: VideoStream, damage: list[str]
) -> Iterator[VideoFrame]:
    """Yield every frame that can be decoded; note each packet that cannot in `damage`."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except MemoryError:
            raise
        except av.error.FFmpegError as error:
            if _is_of_memory(error) or _has_reached_limit(request, stream.width * stream.height):
                raise MemoryError from error
            damage.append(str(error))
            if len(damage) > MAX_DAMAGE:
                return
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame


def _send_about(
    request: dict[str, Any], container: InputContainer, stream: VideoStream, answers: IO[bytes]
) -> None:
    first = next(_decode(request, container, stream, []), None)
    if first is None:
        raise Refusal("no frame of it can be decoded: the file is damaged")
    rate = float(stream.average_rate or stream.base_rate or 0)
    seconds = _stream_seconds(stream) or _container_seconds(container)
    turns = _quarter_turns(first)
    about = ABOUT.pack(first.width, first.height, stream.frames, seconds, rate, turns)
    names = f"{stream.codec_context.name}\n{container.format.name}"
    _send(answers, b"A", about, names.encode("utf-8", "replace"))


@dataclass
class _Course:
    """How the frames of a stream came, one after the other; times in seconds."""

    n_decoded: int = 0
    first: float = 0.0
    time: float = 0.0
    step: float = 0.0
    after: float = 0.0
    gap: tuple[float, float] = (0.0, 0.0)

    def take(self, frame: VideoFrame, stream: VideoStream) -> None:
        """Note when a frame comes; one that has no time comes after the frame before."""
        self.time = self.time + self.step if frame.time is None else float(frame.time)
        self.step = _duration(frame, stream)
        self.first = self.first if self.n_decoded else self.time
        self.n_decoded += 1


def _send_frames(
    request: dict[str, Any], container: InputContainer, stream: VideoStream, answers: IO[bytes]
) -> None:
    """Send the frames asked for, upright or a quarter turn from it, at the size asked for."""
    # Before the first frame is decoded: each of the decoder's threads holds such a frame.
    _require_pixels(stream.width, stream.height, request)
    damage: list[str] = []
    course = _Course()
    reformatter = VideoReformatter()  # one that is used again is three times faster than new ones
    for frame in _select(request, _decode(request, container, stream, damage), stream, course):
        turns = _quarter_turns(frame)
        sides = (request["width"], request["height"])
        width, height = sides if turns % 2 == 0 else sides[::-1]
        small = reformatter.reformat(
            frame, width=width, height=height, format="rgb24", interpolation="AREA"
        )
        plane: VideoPlane = small.planes[0]
        picture = PICTURE.pack(course.time, course.step, turns, width, height, plane.line_size)
        _send(answers, b"F", picture, memoryview(plane)[: plane.line_size * height])
    promised = (stream.frames, _container_seconds(container), _stream_seconds(stream))
    came = (course.n_decoded, course.first, course.after, *course.gap)
    _send(answers, b"E", END.pack(len(damage), *promised, *came))


def _select(
    request: dict[str, Any], frames: Iterator[VideoFrame], stream: VideoStream, course: _Course
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


def _stream_seconds(stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return 0.0


def _container_seconds(container: InputContainer) -> float:
    return (container.duration or 0) / 1e6


def _quarter_turns(frame: VideoFrame) -> int:
    """How often to turn the picture by 90 degrees counter-clockwise to have it upright."""
    return round(frame.rotation / 90) % 4


def _duration(frame: VideoFrame, stream: VideoStream) -> float:
    if frame.duration and frame.time_base:
        return float(frame.duration * frame.time_base)
    rate = stream.average_rate or stream.base_rate
    return float(1 / rate) if rate else 0.0


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the parent has gone
        main()
    os._exit(0)
