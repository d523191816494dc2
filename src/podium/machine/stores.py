"""Folders of small files, here or in an object store: each file is there whole or not at all.

What lies in a store is found by its name alone, and nothing is locked: who writes a file that
another has written already replaces it by the same.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from podium.errors import NotFetched, UnusableFile, UsageError
from podium.machine.addresses import STORES, opened_store, require_schemes, scheme_of, shown
from podium.machine.files import read_bytes, remove_half_written, write_bytes


@dataclass(frozen=True)
class Elsewhere:
    """A file or a folder in an object store."""

    address: str
    """Where it lies, such as `s3://bucket/predictions.csv`."""

    def __post_init__(self) -> None:
        require_writable(self.address)

    def __str__(self) -> str:
        return shown(self.address)

    def beside(self, suffix: str) -> "Elsewhere":
        """Return what has the same name with something after it."""
        return Elsewhere(self.address.rstrip("/") + suffix)

    def write(self, content: bytes) -> None:
        """Write it as a file.

        Raises
        ------
        NotFetched
            If the store does not take it.
        """
        with _said(self.address):
            system, path = opened_store(self.address)
            system.makedirs(path.rpartition("/")[0], exist_ok=True)
            system.pipe_file(path, content)


Place = Path | Elsewhere
"""Where something is, or will be, written."""


def place_of(text: str) -> Place:
    """Return the place that was typed: a path, or what lies in a store.

    Raises
    ------
    UsageError, MissingExtra
        If nothing can be written to such an address, or what it takes is not installed.
    """
    return Elsewhere(text) if scheme_of(text) else Path(text)


def require_writable(address: str) -> None:
    """Refuse an address that nothing can be written to.

    Raises
    ------
    UsageError, MissingExtra
        If it is of no store, or what it takes is not installed.
    """
    scheme = scheme_of(address)
    if scheme not in STORES:
        raise UsageError(
            f"{shown(address)}: nothing can be written there: name a file, or what begins with "
            f"one of {', '.join(STORES)} and ://"
        )
    require_schemes([scheme], f"{shown(address)}:")


class Shelf(Protocol):
    """A folder of small files, by their names below it, with / in them."""

    def named(self, name: str) -> str:
        """Return a file's path or address, to be said."""
        ...

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return what a file holds; an `OSError` where it is not there."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...

    def names(self, deep: bool = True) -> list[str]:
        """List all files, in folders as well where it is to look so deep."""
        ...


def shelf_of(place: Place) -> Shelf:
    """Return a folder, here or in a store."""
    return StoreShelf(place.address) if isinstance(place, Elsewhere) else FolderShelf(place)


class FolderShelf:
    """A folder here, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def named(self, name: str) -> str:
        """Return the path of a file."""
        return str(self._folder / name)

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return what a file holds."""
        return read_bytes(self._folder / name, max_bytes)

    def write(self, name: str, content: bytes) -> None:
        """Write a file; what a killed process left of it is removed."""
        remove_half_written(self._folder / name)
        write_bytes(self._folder / name, content)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self._folder / name).unlink(missing_ok=True)

    def names(self, deep: bool = True) -> list[str]:
        """List all files."""
        walked = os.walk(self._folder) if deep else islice(os.walk(self._folder), 1)
        found = (Path(top) / name for top, _, names in walked for name in names)
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def remove_folders(self, *wholly: str) -> None:
        """Remove some folders wholly, and all others that are empty."""
        for name in wholly:
            shutil.rmtree(self._folder / name, ignore_errors=True)
        for top, _, _ in os.walk(self._folder, topdown=False):
            with suppress(OSError):
                Path(top).rmdir()


class StoreShelf:
    """A folder in an object store, which is there as soon as a file is in it."""

    def __init__(self, address: str) -> None:
        require_writable(address)
        self._address = address.rstrip("/")

    def named(self, name: str) -> str:
        """Return the address of a file."""
        return shown(f"{self._address}/{name}")

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return what a file holds.

        Raises
        ------
        NotFetched
            If it is not there, or the store cannot be reached.
        UnusableFile
            If it is larger than allowed.
        """
        with _said(f"{self._address}/{name}"):
            system, path = opened_store(f"{self._address}/{name}")
            with system.open(path, "rb") as file:
                content = bytes(file.read(max_bytes + 1))
        if len(content) > max_bytes:
            reason = f"has more than the {max_bytes:,} bytes allowed: give a smaller file"
            raise UnusableFile.of_file(self.named(name), reason)
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        Elsewhere(f"{self._address}/{name}").write(content)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with _said(self._address), suppress(FileNotFoundError):
            system, path = opened_store(f"{self._address}/{name}")
            system.rm_file(path)

    def names(self, deep: bool = True) -> list[str]:
        """List all files; a store that others write to is asked anew each time."""
        with _said(self._address):
            system, path = opened_store(self._address)
            system.invalidate_cache()
            all_found = system.find(path, maxdepth=None if deep else 1)
            return sorted(found[len(path) :].lstrip("/") for found in all_found)


@contextmanager
def _said(address: str) -> Iterator[None]:
    """Put what a store says into a line; each has errors of its own."""
    try:
        yield
    except (NotFetched, UnusableFile, MemoryError):
        raise
    except Exception as error:
        raise NotFetched(
            f"{shown(address)}: the store does not answer as it should ({type(error).__name__}: "
            f"{error!s:.300}): check the address, and that you may read and write there"
        ) from error
