"""The folder that the page keeps its files in: Podium's own, and one server's at a time.

Nothing in it that Podium did not write is ever removed or changed.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from podium.errors import PodiumError, UnusableFile
from podium.machine.files import read_json, remove_half_written, write_bytes
from podium.web.records import DESCRIPTIONS, is_id

MARKER = "podium-store.json"
"""The file by which a folder is known as Podium's own."""

LOCK = "podium-server.lock"
SERVER = "podium-server.json"
"""Says which process has the folder."""

PARTS = ("videos", "assessments", "partial", "renderings")
PASSING = "renderings"
"""What was made of reports to be sent: it lies there until the page is stopped."""

VERSION = 1
"""Of how the files lie in the folder. A folder of a later version is left alone."""

MAX_MARKER_BYTES = 4096

_ABOUT = "podium serve keeps videos and assessments in this folder"
_FILES = (
    r"video|voice|about\.json|job\.json|notes\.json|task\.json|progress\.json|said"
    r"|report\.html|result\.json|clips\.csv|timeline\.vtt|[0-9]\.mp4"
    r"|query\.mp4|reference\.mp4|film\.mp4|picture\.png|page\.pdf"
)
_FILE = re.compile(rf"{_FILES}|\.({_FILES})\.[a-z0-9_]{{8}}")
"""What Podium calls its files below a video or an assessment, half-written ones too."""

_RESULTS = ("result", "result.partial")
UPLOAD = ".upload"
"""How the name of a video ends that is being received."""

TABLES = (".csv", ".parquet")
"""How the names of tables end that are being received and audited: none is kept."""

_PARTIAL = re.compile(
    rf"[0-9a-f]{{32}}({UPLOAD}|({UPLOAD})?\.kept|\.gone|{'|'.join(map(re.escape, TABLES))})"
)
_PARTIAL_OF_EARLIER_VERSIONS = re.compile(r"[0-9a-f]{32}(\.kept|\.gone)?")


class UnusableFolder(PodiumError, ValueError):
    """A folder that is not Podium's own, or that another process has."""


class Home:
    """The folder, found to be Podium's own or made so, and locked until it is closed.

    The lock is the system's: it ends with the process, however that ends.

    Raises
    ------
    UnusableFolder
        If it holds what is not Podium's, or another process has it; then nothing was changed.
    OSError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()  # child processes work elsewhere
        _require_own(self.folder)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _acquire_lock(self.folder)
        try:
            self._settle()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another server have the folder."""
        if self._lock.is_locked:
            with suppress(OSError):
                self.forget_passing()
                (self.folder / SERVER).unlink(missing_ok=True)
            self._lock.release()

    def part(self, name: str) -> Path:
        """Return one of the folders in it; videos of people are nobody else's business."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def _settle(self) -> None:
        partial = _PARTIAL
        if not (self.folder / MARKER).exists():
            partial = _PARTIAL_OF_EARLIER_VERSIONS  # which left no marker
            about = {"about": _ABOUT, "version": VERSION}
            write_bytes(self.folder / MARKER, f"{json.dumps(about)}\n".encode())
        remove_half_written(self.folder / SERVER)
        write_bytes(self.folder / SERVER, json.dumps({"process": os.getpid()}).encode())
        for name in PARTS:
            self.part(name)
        for path in self.part("partial").iterdir():
            if partial.fullmatch(path.name):
                clear(path)
        self.forget_passing()

    def forget_passing(self) -> None:
        """Remove what was made to be sent."""
        for path in self.part(PASSING).iterdir():
            if is_id(path.name):
                clear(path)


def clear(path: Path) -> None:
    """Remove what Podium wrote under a name that it made up, and no more.

    A folder goes with its files of Podium's, and stays if others are left. What the system will
    not remove stays as well.
    """
    with suppress(OSError):
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        for inner in list(path.iterdir()):
            is_folder = inner.is_dir() and not inner.is_symlink()
            if _is_ours(inner.name, is_folder):
                clear(inner)
        path.rmdir()


def _is_ours(name: str, is_folder: bool) -> bool:
    return name in _RESULTS or is_id(name) if is_folder else _FILE.fullmatch(name) is not None


def _acquire_lock(folder: Path) -> FileLock:
    path = folder / LOCK
    if path.is_symlink():  # older versions of filelock would empty what it leads to
        raise UnusableFolder(f"{path}: is a link, not Podium's lock: remove it")
    lock = FileLock(path, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise UnusableFolder(
            f"{folder}: is in use by another podium serve ({_holder(folder)}): "
            "open its page, stop it, or name another folder with --folder"
        ) from None
    return lock


def _holder(folder: Path) -> str:
    try:
        found = read_json(folder / SERVER, MAX_MARKER_BYTES)
        return f"process {int(found['process'])}"
    except (OSError, UnusableFile, ValueError, LookupError, TypeError, OverflowError):
        return "its process is not known"


def _require_own(folder: Path) -> None:
    """Refuse a folder that is neither Podium's, nor empty, nor yet to be made."""
    if not folder.exists():
        return
    if (folder / MARKER).is_symlink() or (folder / MARKER).exists():
        _require_marker(folder / MARKER)
    elif (strange := _strange(folder)) and not any(_descriptions(folder)):
        raise UnusableFolder(
            f"{folder}: is not empty, and not one of Podium's folders (it holds "
            f"{strange.relative_to(folder)}): name a folder that is empty or does not exist yet"
        )
    for name in PARTS:
        path = folder / name
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise UnusableFolder(
                f"{path}: is a link or a file where Podium keeps a folder: "
                "move it away, or name another folder with --folder"
            )


def _require_marker(marker: Path) -> None:
    try:
        if marker.is_symlink():
            raise UnusableFile("a link")
        version = read_json(marker, MAX_MARKER_BYTES)["version"]
        if not isinstance(version, int):
            raise TypeError(f"version {version!r}")
    except (OSError, UnusableFile, LookupError, TypeError) as error:
        raise UnusableFolder(
            f"{marker}: is not the file by which Podium knows its folder "
            f"({_reason(error)}): name another folder with --folder, or, if this one is "
            "Podium's, remove that file"
        ) from error
    if version > VERSION:
        raise UnusableFolder(
            f"{marker.parent}: was written by a later version of Podium (its files are of version "
            f"{version}, up to {VERSION} can be read): use that, or name another folder with "
            "--folder"
        )


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, UnusableFile) else str(error)


def _strange(folder: Path) -> Path | None:
    """Return something that lies in a folder without a marker; empty parts are nothing."""
    for path in sorted(folder.iterdir()):
        if path.name in (LOCK, SERVER) or path.name.startswith(f".{MARKER}."):
            continue
        if path.name not in PARTS or path.is_symlink() or not path.is_dir():
            return path
        if inner := min(path.iterdir(), default=None):
            return inner
    return None


def _descriptions(folder: Path) -> Iterator[Path]:
    """Find what an earlier version, which left no marker, described: no other program does."""
    for name, read in DESCRIPTIONS.items():
        part = folder / name
        if part.is_symlink() or not part.is_dir():
            continue
        for path in part.iterdir():
            if is_id(path.name) and path.is_dir() and not path.is_symlink():
                with suppress(OSError, UnusableFile):
                    read(path)
                    yield path
