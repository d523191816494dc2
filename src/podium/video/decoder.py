"""Files of users are decoded in child processes: whatever becomes of one, the parent goes on.

A child is asked for one file after the other and is replaced when it dies. What it says is read as
headers of a fixed size and raw bytes, and every number of it is checked: a file that takes over the
child gains what the child may do, and no more by what it says.
"""

import atexit
import io
import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import cast

from podium.errors import Bug, PodiumError, VideoError
from podium.machine import memory, processes
from podium.video._answers import (
    ABOUT,
    END,
    HEADER,
    MAX_WORDS,
    PICTURE,
    End,
    Picture,
    nonsense,
    read_about,
    read_end,
    read_picture,
    words_of,
)
from podium.video.limits import WHOLE, About, Box, Part, VideoLimits

__all__ = ["ABOUT", "END", "HEADER", "PICTURE", "End", "Picture", "about", "pictures"]

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,gif"
"""The only container formats that are opened: others (`concat`, playlists) can name other files."""


KINDS = "give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file"


MAX_IDLE = 2
"""How many children wait for the next file, so that it need not wait for them."""


COMMAND = processes.command("podium.video._decoder_process")
"""Starts a child."""


_FREE_MEMORY = "free memory, then try again"


_MAX_PADDING = 4_096


_PIPE_BYTES = 1 << 20


def about(path: Path, limits: VideoLimits) -> About:
    """Ask what a file holds; its first frame is decoded for it.

    Raises
    ------
    VideoError
        If the file cannot be decoded within the limits, or ends the child.
    Bug
        If the child ends by an exception of Podium's own or of a library's.
    """
    with closing(_ask(path, (0, 0), limits)) as answers:
        for kind, content in answers:
            if kind == b"A":
                return read_about(path, content)
    raise VideoError.of_file(path, f"the decoder said nothing about it: {KINDS}")


def pictures(
    path: Path,
    size: tuple[int, int],
    limits: VideoLimits,
    part: Part = WHOLE,
    box: Box | None = None,
) -> Generator[Picture | End]:
    """Ask for frames of a file at `size`, (width, height), and at last how it ended.

    With a `box`, no more of each picture than that. The frames before `part` are decoded and not
    sent; of those after it, one at most is decoded.

    Raises
    ------
    VideoError
        If the file cannot be decoded within the limits, or ends the child.
    Bug
        If the child ends by an exception of Podium's own or of a library's.
    """
    n_sent = 0
    with closing(_ask(path, size, limits, part, box)) as answers:
        for kind, content in answers:
            if kind == b"F":
                yield read_picture(path, content, size)
                n_sent += 1
                continue
            end = read_end(path, content)
            if n_sent != part.n_of(end.n_decoded):
                nonsense(path)
            yield end


def start_ahead() -> None:
    """Start a child that the first file will find ready: it costs no time that is waited for."""
    _children.give_back(_children.take())


def _ask(
    path: Path,
    size: tuple[int, int],
    limits: VideoLimits,
    part: Part = WHOLE,
    box: Box | None = None,
) -> Generator[tuple[bytes, bytearray]]:
    """Yield the answers to one request; the child is used again if it gave all of them."""
    max_bytes = 6 * size[0] * size[1] + _MAX_PADDING * max(size) + MAX_WORDS
    with _borrow() as child:
        child.ask(_request(path, size, limits, part, box), limits.waiting_seconds)
        while True:
            kind, content = _next(child, path, max_bytes, limits, part)
            if kind in (b"R", b"E", b"A"):  # one that ran out of memory is not used again
                child.is_free = True
            if kind == b"R":
                raise VideoError.of_file(path, words_of(content))
            if kind == b"M":
                raise VideoError.of_file(path, _too_much_memory(limits))
            if kind == b"B":
                said = words_of(content, "\n")
                cause = processes.exception_in(said) or "the decoder failed"
                raise _blaming_no_file(path, cause, said, limits)
            yield kind, content
            if child.is_free:
                return


def _request(
    path: Path, size: tuple[int, int], limits: VideoLimits, part: Part, box: Box | None = None
) -> dict[str, object]:
    return {
        "path": str(path.resolve()),
        "width": size[0],
        "height": size[1],
        **part._asdict(),
        "box": box,
        "containers": CONTAINERS,
        "advice": KINDS,
        "n_pixels": limits.n_pixels,
        "memory_bytes": _memory_bytes(limits),
        "waiting_seconds": limits.waiting_seconds,
    }


def _next(
    child: "_Child", path: Path, max_bytes: int, limits: VideoLimits, part: Part
) -> tuple[bytes, bytearray]:
    try:
        kind, n_bytes = HEADER.unpack(child.read(HEADER.size))
        if kind not in (b"R", b"M", b"B", b"E", b"A", b"F") or n_bytes > max_bytes:
            nonsense(path)
        return kind, child.read(n_bytes)
    except TimeoutError:
        raise VideoError.of_file(path, _too_much_time(limits, part)) from None
    except EOFError:
        raise _ending(path, child.wait(), child.lastwords_of(), limits) from None


def _ending(path: Path, code: int, last_words: str, limits: VideoLimits) -> PodiumError:
    """Return the error that a child's end stands for."""
    if exception := processes.exception_in(last_words):
        return _blaming_no_file(path, exception, last_words, limits)
    return VideoError.of_file(path, _how_it_ended(code))


def _blaming_no_file(path: Path, exception: str, said: str, limits: VideoLimits) -> PodiumError:
    """Return the error that an exception of a child stands for: a lack of memory, or a bug."""
    if processes.lacks_memory(exception):
        return VideoError.of_file(
            path,
            f"memory ran out while it was looked at, of the {_memory_bytes(limits):,} bytes "
            f"allowed to the decoder: free memory, or {_more_memory(limits)}, then try again",
        )
    return Bug.of(exception, str(path), said)


def _how_it_ended(code: int) -> str:
    """Return how a child ended, and what is to be done about it.

    The system ends by SIGKILL whoever holds too much when memory runs out; a damaged file cannot.
    """
    how = f"was ended with code {code}"
    if code < 0:
        with suppress(ValueError):
            how = f"was ended by {signal.Signals(-code).name}"
    why = {
        "was ended by SIGKILL": f"memory ran out, or someone ended it: {_FREE_MEMORY}",
        "was ended by SIGXCPU": "it took too long: cut the performance out of it first",
    }.get(how, "the file is damaged, or memory ran out")
    return f"the decoder {how} while it looked at it: {why}"


def _too_much_time(limits: VideoLimits, part: Part) -> str:
    before = f", the {part.start_frame:,} frames before the performance included,"
    return (
        f"its decoding{before if part.start_frame else ''} took more than the "
        f"{limits.waiting_seconds:g} s allowed: "
        "cut the performance out of it first, or allow more (--limit waiting_minutes=NUMBER); "
        "a short video that takes so long is damaged"
    )


def _too_much_memory(limits: VideoLimits) -> str:
    most = _memory_bytes(limits)
    return (
        f"its decoding needs more than the {most:,} bytes of memory allowed: make it smaller "
        f"first, or {_more_memory(limits)}"
    )


def _more_memory(limits: VideoLimits) -> str:
    is_ours = _memory_bytes(limits) == limits.memory_bytes
    return f"allow more ({'--limit memory_gigabytes=NUMBER' if is_ours else 'ulimit -v'})"


def _memory_bytes(limits: VideoLimits) -> int:
    """Return how much a child may use: what this process is allowed its children are."""
    return min(limits.memory_bytes, memory.allowed_bytes() or limits.memory_bytes)


class _Child:
    """One process that decodes, and the pipes to it."""

    def __init__(self) -> None:
        self.is_free = True
        self._left_seconds = 0.0
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=processes.environment(),
            cwd=processes.WORKING_FOLDER,
        )
        assert self._process.stderr is not None
        self._said = processes.LastWords(self._process.stderr)
        self._widen()

    def _widen(self) -> None:
        """Let the child be some frames ahead, where a pipe's size can be chosen."""
        with suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(self._pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def _pipe(self) -> io.FileIO:
        return cast(io.FileIO, self._process.stdout)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, object], waiting_seconds: float) -> None:
        """Send a request; what comes of it is read within so many seconds of waiting."""
        self.is_free = False
        self._left_seconds = waiting_seconds
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # reading says how the child ended
            self._process.stdin.write(json.dumps(request).encode() + b"\n")

    def read(self, n_bytes: int) -> bytearray:
        """Read exactly so many bytes; what others do in between does not count as waiting."""
        content = bytearray(n_bytes)
        view, got = memoryview(content), 0
        while got < n_bytes:
            self._wait()
            n = self._pipe.readinto(view[got:])
            if not n:
                raise EOFError
            got += n
        return content

    def _wait(self) -> None:
        if not hasattr(select, "poll"):  # there, the parent waits for as long as it takes
            return
        start = time.monotonic()
        poll = select.poll()
        poll.register(self._pipe.fileno(), select.POLLIN)
        if not poll.poll(max(self._left_seconds, 0) * 1000):
            raise TimeoutError
        self._left_seconds -= time.monotonic() - start

    def wait(self) -> int:
        """Wait for the end of a child that says no more, and give its exit code."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(5)
        self._process.kill()
        return self._process.wait()

    def lastwords_of(self) -> str:
        """Return the end of what a child that has ended said on standard error."""
        return self._said.text()

    def end(self) -> None:
        """End the child, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.wait()

    def forget(self) -> None:
        """Close this process's copies of the pipes; the child belongs to another."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.returncode = 0  # it is not ours to wait for


class _Children:
    """The children that wait for a file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Child] = []

    def take(self) -> _Child:
        """Return a child that is ready, or a new one."""
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive:
                    return child
                child.end()
        return _Child()

    def give_back(self, child: _Child) -> None:
        """Keep a child for the next file, or end it where that makes no sense."""
        with self._lock:
            if child.is_free and child.is_alive and len(self._idle) < MAX_IDLE:
                self._idle.append(child)
                return
        child.end()

    def end(self) -> None:
        """End all that wait."""
        with self._lock:
            while self._idle:
                self._idle.pop().end()

    def forget(self) -> None:
        """Leave those that wait to the process that this one is a copy of."""
        self._lock = threading.Lock()
        while self._idle:
            self._idle.pop().forget()


_children = _Children()


atexit.register(_children.end)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_children.forget)


@contextmanager
def _borrow() -> Iterator[_Child]:
    child = _children.take()
    try:
        yield child
    finally:
        _children.give_back(child)
