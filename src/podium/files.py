"""Files on disk: written whole or not at all, and told apart by what is in them."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import IO


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
    """Give the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_folder() -> Path:
    """Say where features are kept between runs: `PODIUM_CACHE`, or the user's cache folder."""
    if chosen := os.environ.get("PODIUM_CACHE"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "podium"
