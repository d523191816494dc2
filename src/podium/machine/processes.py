"""Starts Podium's child processes, which run nothing of the folder that the user works in.

A child sees no variable that could bring code along (those of Python's own, those of the linker but
for folders that lie elsewhere), works in the root of the file system, and finds modules where this
process's own are installed. It is the same Podium as its parent, whichever others are installed.
What it says on standard error is kept, the end of it at most.
"""

import os
import re
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import IO, Any

from podium.errors import ran_out

_RUN = """
import importlib.util, runpy, sys
home = sys.argv.pop(1)
spec = importlib.util.spec_from_file_location("podium", home + "/podium/__init__.py")
sys.modules["podium"] = podium = importlib.util.module_from_spec(spec)
spec.loader.exec_module(podium)
sys.path.append(home)
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""
"""Runs a module of the Podium in a folder. No other module is found there first."""

_KEPT = re.compile(
    r"HOME|USER|LOGNAME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT"
    r"|TMPDIR|TEMP|TMP|TZ|LANG|LANGUAGE|LC_\w+|XDG_\w+|PODIUM_\w+"
    r"|(OMP(?!_TOOL)|MKL|OPENBLAS|KMP|GOMP|NUMEXPR|VECLIB)_\w+|CUDA_VISIBLE_DEVICES",
    re.ASCII | re.IGNORECASE,
)

_FOLDERS = ("PATH", "LD_LIBRARY_PATH")
"""Variables that list folders with code: those that name none absolutely are left out, and that in
which the user works."""

WORKING_FOLDER = os.path.abspath(os.sep)
"""Where a child works: never where the user does."""

KEPT_BYTES = 64 * 1024
"""How much of what a child says on standard error is kept: its end."""


def command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module of Podium in a child process."""
    home = Path(__file__).resolve().parents[2]
    utf8 = f"-Xutf8={sys.flags.utf8_mode}"  # names of files are read as this process reads them
    flags = ("-P", utf8, *(["-s"] if sys.flags.no_user_site else []))
    return (sys.executable, *flags, "-c", _RUN, str(home), module, *arguments)


def environment(**more: str) -> dict[str, str]:
    """Return the variables that a child is given: those that carry no code, and `more`."""
    kept = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
    folders = {name: _elsewhere(os.environ[name]) for name in _FOLDERS if name in os.environ}
    return kept | folders | more


def _elsewhere(folders: str) -> str:
    """Leave out of a list of folders where the user works, by whatever name."""
    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # it has been removed
        here = ""
    listed = folders.split(os.pathsep)
    return os.pathsep.join(f for f in listed if os.path.isabs(f) and os.path.realpath(f) != here)


def start(module: str, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    """Start a module of Podium as a child process; `options` are those of `subprocess.Popen`."""
    options = {"env": environment(), "cwd": WORKING_FOLDER, **options}
    return subprocess.Popen(command(module, *arguments), **options)


class LastWords:
    """Reads what a child says on standard error while it runs, and keeps the end of it.

    A thread reads: a child never waits because nobody listens.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept: deque[bytes] = deque()
        self._thread = threading.Thread(target=self._listen, daemon=True, name="podium-last-words")
        self._thread.start()

    def _listen(self) -> None:
        n_bytes = 0
        with self._pipe:
            while part := os.read(self._pipe.fileno(), 4096):
                self._kept.append(part)
                n_bytes += len(part)
                while n_bytes - len(self._kept[0]) >= KEPT_BYTES:
                    n_bytes -= len(self._kept.popleft())

    def text(self, waiting_seconds: float = 2.0) -> str:
        """Return what was said, once the child has ended or so many seconds have passed."""
        self._thread.join(waiting_seconds)
        return b"".join(self._kept)[-KEPT_BYTES:].decode("utf-8", "replace").strip()


def lacks_memory(exception: str) -> bool:
    """Return whether an exception of a child, as in `MemoryError: ...`, is a lack of memory.

    Where address space is limited, the linker may find no room for a library.
    """
    return "MemoryError" in exception or ran_out(OSError(exception))


def exception_in(last_words: str) -> str:
    """Return the exception that ended a child, as in `TypeError: ...`; empty if none did."""
    _, marker, trace = last_words.rpartition("Traceback (most recent call last):\n")
    lines = trace.splitlines() if marker else []
    return next((line for line in lines if not line.startswith(" ")), "")
