"""What stands between Podium and whoever called it: the three standard streams, and being stopped.

It imports next to nothing, for it is asked for before anything else is.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, Any

STOPPED = "stopped: nothing half-written was left behind"
"""What is said of Ctrl-C."""

STOPPED_CODE = 130
"""What a command that was stopped by Ctrl-C leaves with, as a shell's own do."""

RESUMED_CODE = 75
"""What a batch that a scheduler stopped leaves with: it can go on (`EX_TEMPFAIL`)."""

_IMPORTING = "<frozen importlib._bootstrap>"


class _Caller:
    """What is known of who called: whether errors can be said, and what Ctrl-C is to do."""

    def __init__(self) -> None:
        self.takes_errors = True
        self.is_unwinding = False
        self.has_said_stopped = False


_caller = _Caller()


def prepare(instead_of: Any = signal.default_int_handler) -> None:
    """Make the standard streams safe to use, and have Ctrl-C answered from now on.

    Until `interruptible`, and after it, Ctrl-C ends the program at once: there is nothing to be
    tidied up. Where it does something else than `instead_of` it still does, such as to be ignored
    (`nohup`).
    """
    _open_streams()
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, instead_of):
        with suppress(ValueError):  # only the main thread may say what a signal does
            signal.signal(signal.SIGINT, _interrupt)
            sys.unraisablehook = _not_raised


@contextmanager
def interruptible() -> Iterator[None]:
    """Have Ctrl-C raise `KeyboardInterrupt` within the block, so that work is tidied up."""
    try:
        _caller.is_unwinding = True
        yield
    finally:
        _caller.is_unwinding = False


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Have SIGTERM, a scheduler's wish, noted within the block rather than end the program.

    What is handed over answers whether it came: whoever works a batch off asks between two videos.
    """
    came: list[int] = []
    try:
        before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    except ValueError:  # only the main thread may say what a signal does
        yield lambda: False
        return
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def keeping_signals() -> Iterator[None]:
    """Leave SIGTERM answered as it was, whatever is imported or begun within the block."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with suppress(ValueError):  # only the main thread may say what a signal does
            signal.signal(signal.SIGTERM, before)


def say(line: str) -> None:
    """Say a line on standard error, where it is open and takes it."""
    if _caller.takes_errors:
        _try_to_say(line)


def complain(message: str) -> None:
    """Say what is wrong in one line on standard error; if that takes nothing, on the other."""
    line = f"podium: {' '.join(message.split())}"
    if not (_caller.takes_errors and _try_to_say(line)):
        with suppress(OSError, ValueError):
            print(line, flush=True)


def report_stop() -> int:
    """Say that the work was stopped, and return the exit code for it."""
    complain(STOPPED)
    _caller.has_said_stopped = True
    return STOPPED_CODE


@contextmanager
def standard_output() -> Iterator[None]:
    """Name the standard output in its errors; a reader that has enough is no error."""
    try:
        yield
    except OSError as error:
        # Python would try again at its end, and complain in words of its own.
        _forget(sys.stdout)
        if error.errno != errno.EPIPE:
            error.filename = "standard output"
            raise


def _try_to_say(line: str) -> bool:
    try:
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _caller.takes_errors = False
        with suppress(OSError, ValueError):
            _forget(sys.stderr)
        return False
    return True


def _forget(stream: Any) -> None:
    """Let what a stream still holds go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _open_streams() -> None:
    """Open those that the caller has closed, or the next file to be opened would take their place.

    What is written to a standard output that was closed fails, as it should: an answer that nobody
    can have is no success.
    """
    _caller.takes_errors &= sys.stderr is not None
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # in this order each gets the number that is free: its own
            setattr(sys, name, _nothing(mode, can_fail=name == "stdout"))


def _nothing(mode: str, can_fail: bool) -> IO[str]:
    way = os.O_RDONLY if mode == "r" or can_fail else os.O_WRONLY
    return open(os.open(os.devnull, way), mode, encoding="utf-8", errors="backslashreplace")


def _interrupt(_: int, frame: FrameType | None) -> None:
    """Answer Ctrl-C: at once while modules are imported, for some swallow what is raised in them.

    What has begun by then is as after `kill`: what is on disk is whole, and children end by
    themselves.
    """
    if not _caller.is_unwinding or _is_importing(frame):
        _leave()
    raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORTING:
            return True
        frame = frame.f_back
    return False


def _not_raised(unraisable: Any) -> None:
    """Answer a Ctrl-C that came where nothing can be raised, such as the end of an object."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        _leave()
    sys.__unraisablehook__(unraisable)


def _leave() -> None:
    """Say it past Python's own buffers, which the interrupted code may hold, and be gone."""
    if not _caller.has_said_stopped:
        _caller.has_said_stopped = True
        with suppress(OSError):
            os.write(2 if _caller.takes_errors else 1, f"podium: {STOPPED}\n".encode())
    os._exit(STOPPED_CODE)
