"""Files whose reading cannot be bounded are read in a child process that can: by time and memory.

The child, a module of Podium's own, is handed the open file and writes one line of JSON for each
value that it finds. Whatever becomes of it, the parent goes on, and says in one line what became
of the file.
"""

import json
import math
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from podium.checks import check_options
from podium.errors import Bug, ManifestError, PodiumError, UnusableFile
from podium.machine import processes
from podium.machine.files import open_regular

VALUE, REFUSED, NO_MEMORY, END = b"v", b"r", b"m", b"e"
"""How a line of the child's begins: with a value, why there are none, or that all were said."""

MAX_LINE_BYTES = 16 * 2**20
CHUNK_BYTES = 2**18
ENDING_SECONDS = 10.0


class Refused(Exception):
    """Why a file is not read, in words that follow its name: what a child's work may raise."""


@dataclass(frozen=True)
class Limits:
    """How large a file may be, and what reading it may take.

    `seconds` are of the processor, and so many more for each 2**20 bytes of the file;
    `memory_bytes` beyond the file's and the program's own. A child that says nothing for
    `waiting_seconds` is not waited for.
    """

    n_bytes: int = 256 * 2**20
    seconds: int = 2
    memory_bytes: int = 512 * 2**20
    more_seconds: int = 0
    waiting_seconds: float = 120.0

    def __post_init__(self) -> None:
        check_options(self, n_bytes=0, seconds=0, memory_bytes=0, more_seconds=0, waiting_seconds=0)


def values(module: str, path: Path, limits: Limits) -> Generator[Any]:
    """Yield what a module of Podium's finds in a file, in a child process with limits.

    Raises
    ------
    UnusableFile
        If it is no regular file, or larger than allowed.
    ManifestError
        If the module refuses the file, or reading it goes beyond the limits or ends the child.
    Bug
        If the child ends by an exception of Podium's own or of a library's.
    """
    with open_regular(path) as file:
        n_bytes = os.fstat(file.fileno()).st_size
        if n_bytes > limits.n_bytes:
            raise UnusableFile.of_file(
                path,
                f"has {n_bytes:,} bytes, more than the {limits.n_bytes:,} allowed: "
                "give a smaller file",
            )
        more = limits.more_seconds * (n_bytes // 2**20)
        limits = replace(limits, seconds=limits.seconds + more)
        child = _start(module, file, n_bytes, limits)
    assert child.stderr is not None
    last_words = processes.LastWords(child.stderr)
    try:
        if not (yield from _values(child, path, limits)):
            raise _ending(path, _wait_for_end(child), last_words.text(), limits)
    except TimeoutError:
        raise ManifestError.of_file(
            path,
            f"waiting for it to be read took longer than the {limits.waiting_seconds:g} s "
            "allowed: check the file",
        ) from None
    finally:
        _end(child)
        last_words.text()  # who listens to them closes that pipe


def _end(child: "subprocess.Popen[bytes]") -> int:
    """End the child, whatever it does."""
    child.kill()
    if child.stdout:
        child.stdout.close()
    return child.wait()


def _start(module: str, file: IO[bytes], n_bytes: int, limits: Limits) -> "subprocess.Popen[bytes]":
    return processes.start(
        module,
        str(limits.seconds),
        str(limits.memory_bytes + n_bytes),
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=processes.environment(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1"),
    )


def _values(
    child: "subprocess.Popen[bytes]", path: Path, limits: Limits
) -> Generator[Any, None, bool]:
    """Yield what the child finds, and return whether it said that this was all."""
    assert child.stdout is not None
    for line in _lines(child.stdout, limits.waiting_seconds):
        kind, content = line[:1], line[1:]
        if kind == END:
            return True
        if kind == NO_MEMORY:
            raise ManifestError.of_file(path, _too_much_memory(limits))
        value = _parse(content, path)
        if kind != VALUE:
            raise ManifestError.of_file(path, str(value))
        yield value
    return False


def _wait_for_end(child: "subprocess.Popen[bytes]") -> int:
    """Wait for the end of a child that says no more, and return its exit code."""
    with suppress(subprocess.TimeoutExpired):
        return child.wait(ENDING_SECONDS)
    return _end(child)


def _lines(pipe: IO[bytes], waiting_seconds: float) -> Iterator[bytes]:
    """Yield whole lines; one that has no end is no line of a child's that is well."""
    rest = b""
    while chunk := _chunk(pipe, waiting_seconds):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > MAX_LINE_BYTES:
            yield b""


def _chunk(pipe: IO[bytes], waiting_seconds: float) -> bytes:
    if hasattr(select, "poll"):  # elsewhere it is waited for as long as it takes
        poll = select.poll()
        poll.register(pipe.fileno(), select.POLLIN)
        if not poll.poll(waiting_seconds * 1000):
            raise TimeoutError
    return os.read(pipe.fileno(), CHUNK_BYTES)


def _parse(content: bytes, path: Path) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ManifestError.of_file(
            path, "the process that read it gave no valid answer: the file is damaged"
        ) from None


def _too_much_memory(limits: Limits) -> str:
    return (
        f"reading it takes more than the {limits.memory_bytes:,} bytes of memory allowed: "
        "check the file, or give a smaller one"
    )


def _ending(path: Path, code: int, last_words: str, limits: Limits) -> PodiumError:
    """Return the error that a child's end stands for: an exception blames nobody's file."""
    exception = processes.exception_in(last_words)
    if processes.lacks_memory(exception):
        return ManifestError.of_file(path, _too_much_memory(limits))
    if exception:
        return Bug.of(exception, str(path), last_words)
    if code == -getattr(signal, "SIGXCPU", 0):
        return ManifestError.of_file(
            path,
            f"reading it takes more than the {limits.seconds} s allowed: "
            "check the file, or give a smaller one",
        )
    how = f"code {code}"
    with suppress(ValueError):
        how = signal.Signals(-code).name
    return ManifestError.of_file(
        path, f"the process that read it crashed ({how}): the file is damaged, or memory ran out"
    )


def answer(find: Callable[[bytes], Iterable[Any]]) -> None:
    """Do the child's part: write what `find` finds in the file, within the limits."""
    seconds, memory_bytes = map(int, sys.argv[1:])
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever a library prints goes the way of errors
        try:
            _limit(seconds, memory_bytes)
            for value in find(sys.stdin.buffer.read()):
                answers.write(VALUE + json.dumps(value).encode() + b"\n")
            answers.write(END + b"\n")
        except Refused as refused:
            answers.write(REFUSED + json.dumps(str(refused)).encode() + b"\n")
        except MemoryError:
            answers.write(NO_MEMORY + b"\n")


def _limit(seconds: int, memory_bytes: int) -> None:
    """Limit time, memory and files to write, beyond what there is already, where possible."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent is asked to stop, and says so
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = math.ceil(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        for limit, value in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CPU, used + seconds),
            (resource.RLIMIT_AS, _held_bytes() + memory_bytes),
        ):
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _held_bytes() -> int:
    """Return the address space that this process has; where the system does not tell, raise."""
    with open("/proc/self/statm", encoding="ascii") as sizes:
        return int(sizes.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
