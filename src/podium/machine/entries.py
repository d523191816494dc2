"""The files of a cache: found by their keys, counted, and removed when there are too many.

A cache holds no more than its limit, about: what was used last stays. Files that are not entries
of Podium's are left alone, wherever they lie.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from podium.errors import PodiumError, UsageError
from podium.machine.files import cache_folder, read_json, write_bytes

DEFAULT_LIMIT_BYTES = 2_000_000_000
"""How much a cache holds unless `podium cache --limit` or `PODIUM_CACHE_LIMIT` say otherwise."""

MAX_LIMIT_BYTES = 10**18

CHECKS_A_LIMIT = 64
"""How often the sizes of all entries are looked at while as much as the limit is written."""

KEPT_SHARE = 0.9
"""Of the limit: so much stays once it is passed, so that it is not passed again at once."""

ABANDONED_SECONDS = 3600.0
"""A half-written entry that is older belongs to a process that was killed."""

BEGINNING = b'{"__metadata__":{"podium":"'
"""What an entry of Podium's begins with, after eight bytes of length."""

_ENTRY = re.compile(r"([0-9a-f]{2})[0-9a-f]{62}\.safetensors", re.ASCII)
_HALF_WRITTEN = re.compile(r"\.([0-9a-f]{2})[0-9a-f]{62}\.safetensors\.\w{8}", re.ASCII)
_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
          "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One file of a cache: its size, and when it was last used (nanoseconds)."""

    path: Path
    n_bytes: int
    used: int


@dataclass(frozen=True)
class Entries:
    """All files of a cache below one folder, which need not be there."""

    folder: Path

    def path(self, key: str) -> Path:
        """Return where what belongs under a key, 64 hexadecimal digits, is or would be."""
        return self.folder / name_of(key)

    def list_entries(self) -> list[Entry]:
        """List the entries, those that were used longest ago first."""
        found = (Entry(path, s.st_size, s.st_mtime_ns) for path, s in self._files(_ENTRY))
        return sorted(found, key=lambda entry: (entry.used, entry.path))

    def touch(self, key: str) -> None:
        """Note that an entry was used."""
        with suppress(OSError):
            os.utime(self.path(key))

    def keep_limit_after(self, key: str, n_bytes: int) -> None:
        """Look whether an entry that was just written is one too many; most times, do not look.

        It costs a look at every entry. The larger an entry is beside the limit, the likelier it is
        looked, by what is as good as chance: its key.
        """
        limit = self.limit_bytes()
        if int(key[-8:], 16) * limit < 16**8 * n_bytes * CHECKS_A_LIMIT:
            self.reduce_to(limit)

    def reduce_to(self, limit_bytes: int) -> int:
        """Remove what was used longest ago if there is more than the limit; return how many."""
        entries = self.list_entries()
        total = sum(entry.n_bytes for entry in entries)
        if total <= limit_bytes:
            return 0
        self._remove_abandoned()
        n_removed = 0
        for entry in entries:
            if total <= KEPT_SHARE * limit_bytes:
                break
            n_removed += _remove(entry.path)
            total -= entry.n_bytes
        return n_removed

    def clear(self) -> int:
        """Remove all entries; return how many there were."""
        self._remove_abandoned()
        return sum(_remove(entry.path) for entry in self.list_entries())

    def limit_bytes(self) -> int:
        """Return how much is to be kept: by the environment, by `set_limit`, or by default.

        Raises
        ------
        UsageError
            If `PODIUM_CACHE_LIMIT` is no size.
        """
        if chosen := os.environ.get("PODIUM_CACHE_LIMIT"):
            return bytes_of(chosen, "PODIUM_CACHE_LIMIT")
        try:
            limit = read_json(self._limit_path, 1_000)["limit_bytes"]
        except (OSError, PodiumError, LookupError, TypeError):
            return DEFAULT_LIMIT_BYTES
        if type(limit) is int and 0 <= limit <= MAX_LIMIT_BYTES:  # truth is an int, too
            return limit
        return DEFAULT_LIMIT_BYTES

    def set_limit(self, limit_bytes: int) -> None:
        """Keep no more than so much from now on, in every process that uses this folder."""
        write_bytes(self._limit_path, json.dumps({"limit_bytes": limit_bytes}).encode())

    @property
    def _limit_path(self) -> Path:
        return self.folder / "limit.json"

    def _files(self, name: re.Pattern[str]) -> Iterator[tuple[Path, os.stat_result]]:
        """List the regular files of such names, each in the folder that its key begins with."""
        for folder in _scan(self.folder):
            if len(folder.name) == 2 and folder.is_dir(follow_symlinks=False):
                for file in _scan(Path(folder.path)):
                    found = name.fullmatch(file.name)
                    if found and found[1] == folder.name and file.is_file(follow_symlinks=False):
                        with suppress(OSError):  # another process has removed it
                            yield Path(file.path), file.stat(follow_symlinks=False)

    def _remove_abandoned(self) -> None:
        old = time.time() - ABANDONED_SECONDS
        for path, status in self._files(_HALF_WRITTEN):
            if status.st_mtime < old:
                with suppress(OSError):
                    path.unlink()


def name_of(key: str) -> str:
    """Return what the entry of a key is called below the folder of its cache."""
    return f"{key[:2]}/{key}.safetensors"


def features_folder() -> Path:
    """Return the folder of the features that are kept between runs.

    Raises
    ------
    NoFolder
        If the user has no home, and `PODIUM_CACHE` names no folder.
    """
    return cache_folder() / "features"


def require_here() -> None:
    """Refuse to count, limit or clear what lies in an object store.

    Raises
    ------
    UsageError
        If `PODIUM_CACHE` is an address.
    """
    if "://" in (chosen := os.environ.get("PODIUM_CACHE", "")):
        raise UsageError(
            f"PODIUM_CACHE is {chosen!r}, an address: what lies there is counted, limited and "
            "removed by the store's own means"
        )


def bytes_of(text: str, name: str) -> int:
    """Read a size, such as 2GB, 500 MB or 1.5GiB; `name` is where it was given.

    Raises
    ------
    UsageError
        If it is none.
    """
    found = re.fullmatch(r"\s*([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([kmgt]i?b)?\s*", text.lower())
    if found:
        n_bytes = round(float(found[1]) * _UNITS[found[2] or ""])
        if n_bytes <= MAX_LIMIT_BYTES:
            return n_bytes
    raise UsageError(f"{name} {text!r} must be a size, such as 2GB or 500MB")


def _scan(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _remove(path: Path) -> bool:
    """Remove a file if it begins as entries of Podium's do."""
    try:
        with path.open("rb") as file:
            if not file.read(8 + len(BEGINNING)).endswith(BEGINNING):
                return False
        path.unlink()
    except OSError:  # gone already, or not ours to remove
        return False
    return True
