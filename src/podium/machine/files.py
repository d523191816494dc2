"""Files on disk: written whole or not at all, and told apart by what is in them."""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import IO, Any

from podium.errors import NoFolder, UnusableFile

MAX_JSON_DEPTH = 64
"""How deeply lists and objects of a file of JSON may lie in one another."""

CHUNK_BYTES = 2**20


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` only once all of it is on disk.

    Until then, and after any error, whatever stood at `path` before is untouched. An error of the
    system's, such as a full disk, carries `path` as its `filename`.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException as error:
        if name:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and _names_only_the_unfinished(error, path):
            error.filename = str(path)
        raise


def _names_only_the_unfinished(error: OSError, path: Path) -> bool:
    if error.errno is None or error.filename2 is not None:  # the second is `path` already
        return False
    return error.filename is None or Path(error.filename).name.startswith(f".{path.name}.")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def remove_half_written(path: Path) -> None:
    """Remove what a killed process left of `path`; call it where nobody else can be writing it."""
    for half_written in path.parent.glob(f".{escape(path.name)}.????????"):
        half_written.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def cache_folder() -> Path:
    """Return where things are kept between runs: `PODIUM_CACHE`, or the user's cache folder.

    Where `PODIUM_CACHE` is an address, features are kept there, and all else in the user's folder.

    Raises
    ------
    NoFolder
        If the user has no home.
    """
    chosen = os.environ.get("PODIUM_CACHE", "")
    if chosen and "://" not in chosen:
        return Path(chosen)
    return user_folder("XDG_CACHE_HOME", ".cache", "set PODIUM_CACHE to a folder") / "podium"


def user_folder(variable: str, below_home: str, advice: str) -> Path:
    """Return a folder of the user's: what a variable names, or one below the home.

    A variable that names no absolute path is passed over, as its specification (XDG) wants.

    Raises
    ------
    NoFolder
        If the user has no home; `advice` is then what to do.
    """
    named = Path(os.environ.get(variable, ""))
    if named.is_absolute():
        return named
    try:
        return Path.home() / below_home
    except RuntimeError as error:
        raise NoFolder(
            f"there is no home folder (HOME is not set, and this user has no entry): {advice}"
        ) from error


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file of at most `max_bytes`.

    A device, a pipe or a folder under that name is never waited for, whatever it links to.

    Raises
    ------
    UnusableFile
        If it is no regular file, or larger.
    OSError
        If it cannot be opened.
    """
    with open_regular(path) as file:
        # What a file is promised to hold is not asked for at once where there is less of it.
        content = file.read(min(os.fstat(file.fileno()).st_size, max_bytes) + 1)
        while len(content) <= max_bytes and (more := file.read(CHUNK_BYTES)):
            content += more
    if len(content) > max_bytes:
        raise UnusableFile.of_file(
            path, f"has more than the {max_bytes:,} bytes allowed: give a smaller file"
        )
    return content


@contextmanager
def open_regular(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file to be read; a device, a pipe or a folder is never waited for.

    Raises
    ------
    UnusableFile
        If it is no regular file.
    OSError
        If it cannot be opened.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnusableFile.of_file(path, "is not a regular file: give a file")
    with os.fdopen(handle, "rb") as file:
        yield file


def read_json(path: Path, max_bytes: int) -> Any:
    """Return what a file of JSON holds; not a number, infinity and endless nesting are refused.

    Raises
    ------
    UnusableFile
        If it is no regular file, larger than `max_bytes`, or not JSON.
    OSError
        If it cannot be opened.
    """
    return parse_json(read_bytes(path, max_bytes), str(path))


def parse_json(content: bytes, name: str) -> Any:
    """Return what bytes of JSON hold; `name` is where they come from, for what is said of them.

    Raises
    ------
    UnusableFile
        If they are not JSON, nest deeper than `MAX_JSON_DEPTH`, or hold a number that is none.
    """

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a number in JSON")

    try:
        value = json.loads(content, parse_constant=refuse)
        _require_shallow(value)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise UnusableFile.of_file(name, f"is not valid JSON ({reason})") from error
    return value


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(MAX_JSON_DEPTH + 1):
        inner = [
            part.values() if isinstance(part, dict) else part
            for part in level
            if isinstance(part, dict | list)
        ]
        level = [value for part in inner for value in part]
        if not level:
            return
    raise RecursionError
