"""The whole store as one file, to keep it elsewhere or to open it on another machine.

The file is a ZIP of what lies in the folder, under the same names. It may be a stranger's: names
that Podium did not make up, too many files or too large ones, and descriptions that are not what
Podium writes are refused, and then nothing of it is taken in.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from podium.errors import UnusableFile
from podium.web import records
from podium.web.home import clear
from podium.web.store import Store
from podium.web.voices import MAX_VOICE_BYTES, kind_of_file

MAX_FILES = 200_000
MAX_FILE_BYTES = 512 * 2**20
MAX_ALL_BYTES = 50 * 2**30
"""What a file that is taken in may hold, unpacked."""

MAX_LIST_BYTES = 64 * 2**20
"""How long the list at its end may be: 200,000 names take a third of that."""

_NAME = re.compile(
    r"videos/[0-9a-f]{32}/(?:video|about\.json)|assessments/[0-9a-f]{32}/(?:job\.json|notes\.json|voice"
    r"|result/(?:report\.html|result\.json|clips\.csv|timeline\.vtt))",
    re.ASCII,
)
_AT_ONCE_BYTES = 2**20
_END, _END_BYTES = b"PK\x05\x06", 22 + 2**16


def pack(folder: Path, path: Path) -> None:
    """Write all videos and assessments of a store's folder into a file."""
    # Videos are compressed already, and reports are mostly videos.
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as packed:
        for file in _files(folder):
            packed.write(file, file.relative_to(folder).as_posix())


def _files(folder: Path) -> Iterator[Path]:
    for part in ("videos", "assessments"):
        for file in sorted((folder / part).rglob("*")):
            name = file.relative_to(folder).as_posix()
            if _NAME.fullmatch(name) and file.is_file() and not file.is_symlink():
                yield file


def unpack(store: Store, path: Path, called: str) -> int:
    """Take in what a store was packed into; return how many assessments are new here.

    What is here already stays as it is.

    Raises
    ------
    UnusableFile
        If it is no such file, or holds what Podium did not write; then nothing is taken in.
    """
    folder = store.new_partial(".kept")
    try:
        _require_short_list(path, called)
        with zipfile.ZipFile(path) as packed:
            _require_ours(packed.infolist(), called)
            for member in packed.infolist():
                _take_out(packed, member, folder / member.filename, called)
        _require_descriptions(folder, called)
        return store.take_in(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _not_ours(called, "it is no ZIP file that can be read") from error
    finally:
        for part in ("videos", "assessments"):
            for one in (folder / part).glob("*"):
                clear(one)
            if (folder / part).is_dir():
                (folder / part).rmdir()
        clear(folder)


def _require_short_list(path: Path, called: str) -> None:
    """Refuse a list of contents that would fill the memory before it can be looked at."""
    with path.open("rb") as file:
        n_bytes = file.seek(0, 2)
        file.seek(max(n_bytes - _END_BYTES, 0))
        _, mark, end = file.read().rpartition(_END)
    n_listed = int.from_bytes(end[8:12], "little") if mark else 0
    if n_listed > MAX_LIST_BYTES:
        raise _not_ours(called, f"its list of contents has {n_listed:,} bytes")


def _require_ours(members: list[zipfile.ZipInfo], called: str) -> None:
    if len(members) > MAX_FILES:
        raise _not_ours(called, f"it holds more than {MAX_FILES:,} files")
    names = [member.filename for member in members]
    if strange := [name for name in names if not _NAME.fullmatch(name)]:
        raise _not_ours(called, f"it holds {strange[0][:80]!r}")
    if len(set(names)) < len(names):
        raise _not_ours(called, "it holds a file twice")
    if sum(member.file_size for member in members) > MAX_ALL_BYTES:
        raise _not_ours(called, f"it holds more than {MAX_ALL_BYTES:,} bytes")


def _take_out(packed: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, called: str) -> None:
    """Write one file, and stop where it is larger than it may be or was said to be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    n_bytes = 0
    with packed.open(member) as source, path.open("xb") as file:
        while piece := source.read(_AT_ONCE_BYTES):
            n_bytes += len(piece)
            if n_bytes > min(MAX_FILE_BYTES, member.file_size):
                raise _not_ours(called, f"{member.filename} is too large")
            file.write(piece)


def _require_descriptions(folder: Path, called: str) -> None:
    """Read all that says what there is, before any of it is believed."""
    for kind, read in records.DESCRIPTIONS.items():
        for one in (folder / kind).glob("*"):
            try:
                read(one)
                if (one / records.NOTES).exists():
                    records.read_notes(one)
                _require_voice(one / records.VOICE)
            except (OSError, UnusableFile) as error:
                raise _not_ours(called, f"{kind}/{one.name}: {_reason(error)}") from error


def _require_voice(path: Path) -> None:
    if path.exists() and (path.stat().st_size > MAX_VOICE_BYTES or kind_of_file(path) is None):
        raise UnusableFile.of_file(path, "its voice note is none that podium serve keeps")


def _reason(error: OSError | UnusableFile) -> str:
    return error.reason if isinstance(error, UnusableFile) else str(error.strerror)


def _not_ours(called: str, why: str) -> UnusableFile:
    return UnusableFile.of_file(called, f"is not what podium serve packed ({why})")
