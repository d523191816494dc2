"""What was worked out once, kept on disk: arrays and what is known of them, under a key."""

import hashlib
import json
import os
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from podium.errors import NoFolder, NotFetched, UnusableFile
from podium.machine.addresses import scheme_of
from podium.machine.entries import Entries, features_folder, name_of
from podium.machine.files import remove_half_written, write_bytes
from podium.machine.stores import StoreShelf

Arrays = Mapping[str, npt.NDArray[Any]]
Kept = tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]

LOCK_SECONDS = 600.0
"""How long another process may take to make the same before it is made here too."""

MAX_ENTRY_BYTES = 2**30
"""What is larger is no entry."""


class ArrayCache:
    """Arrays on disk, below `folder`, which is made when needed; else in the user's cache folder.

    Without a folder, `PODIUM_CACHE` may be an address in an object store, such as s3://bucket/it:
    nothing is locked there, nor removed.

    Where it cannot be written to, `tell` is told so once and the work goes on without it; without
    `tell` that is an error. It holds no more than its limit (`podium.machine.entries`).

    Raises
    ------
    UsageError
        If `PODIUM_CACHE_LIMIT` is no size, or nothing can be written to the address.
    """

    def __init__(
        self, folder: Path | None = None, tell: Callable[[str], None] | None = None
    ) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._is_off = False
        address = os.environ.get("PODIUM_CACHE", "") if folder is None else ""
        self._store = StoreShelf(f"{address}/features") if scheme_of(address) else None
        try:
            self.folder = folder or features_folder()
        except NoFolder as error:
            self.folder = Path(os.devnull) / "features"  # which nothing can be in
            self._go_on_without(error, "there is no home folder")
        self._entries = Entries(self.folder)
        self._entries.limit_bytes()  # one that is none is said before any work

    def kept(self, key: str, names: Sequence[str]) -> Kept | None:
        """Fetch the arrays of such names that were kept under a key, and what is known of them.

        `None` where there is nothing, or it is damaged, or was kept under another key.
        """
        if self._store:
            return _kept_there(self._store, key, names)
        found = _read(self._entries.path(key), key, names)
        if found:
            self._entries.touch(key)
        return found

    def keep(self, key: str, arrays: Arrays, about: Mapping[str, Any]) -> None:
        """Keep arrays under a key; the file appears whole or not at all."""
        if self._is_off:
            return
        arrays = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
        text = json.dumps(about, sort_keys=True)
        # One text of metadata: several would be written in an order of chance.
        content = save(dict(arrays), {"podium": _digest(key, text, arrays) + text})
        try:
            if self._store:
                self._store.write(name_of(key), content)
                return
            write_bytes(self._entries.path(key), content)
        except NotFetched as error:
            self._go_on_without(error, str(error))
            return
        except OSError as error:
            self._go_on_without(error, f"{self.folder}: {error.strerror or error}")
            return
        self._entries.keep_limit_after(key, len(content))

    def claim(self, key: str) -> "Claim | None":
        """Wait until no other process makes what belongs under a key; release the claim after.

        `None` where that takes too long: then the work is done twice, but it is done.
        """
        if self._is_off or self._store:
            return None
        locks = self.folder.with_name(f"{self.folder.name}.locks")
        try:
            locks.mkdir(parents=True, exist_ok=True)
            # One thread claims, another releases.
            lock = FileLock(locks / f"{key}.lock", timeout=LOCK_SECONDS, thread_local=False)
            lock.acquire()
        except Timeout:
            return None
        except (OSError, NotImplementedError) as error:  # the latter where nothing can be locked
            self._go_on_without(error, f"{locks}: {getattr(error, 'strerror', None) or error}")
            return None
        with suppress(OSError):
            remove_half_written(self._entries.path(key))
        return Claim(lock)

    def _go_on_without(self, error: Exception, why: str) -> None:
        """Give up what cannot be written to, and say so once; or raise the error."""
        if self._tell is None:
            raise error
        with self._lock:
            was_off, self._is_off = self._is_off, True
        if not was_off:
            self._tell(
                f"warning: features cannot be kept ({why}): every video is looked at again each "
                "time, until PODIUM_CACHE names a folder that can be written to"
            )


class Claim:
    """The right to make features; no lock file stays behind once it is released."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let others in. Whoever waits finds the file gone, and locks the next of that name."""
        with suppress(OSError):  # some systems remove no file that is open
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


def _read(path: Path, key: str, names: Sequence[str]) -> Kept | None:
    """Read an entry; `None` where there is none, or it is not that of the key."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ENTRY_BYTES:
            return None
        with safe_open(path, framework="numpy") as file:
            stored = file.metadata()["podium"]
            arrays = {name: file.get_tensor(name) for name in names}
        if stored[:64] != _digest(key, stored[64:], arrays):
            return None
        about: dict[str, Any] = json.loads(stored[64:])
    except (OSError, SafetensorError, LookupError, TypeError, ValueError, RecursionError):
        return None
    return arrays, about


def _kept_there(store: StoreShelf, key: str, names: Sequence[str]) -> Kept | None:
    """Read an entry of a store, by a file here, as what reads it wants."""
    try:
        content = store.read(name_of(key), MAX_ENTRY_BYTES)
    except (NotFetched, UnusableFile):
        return None
    with TemporaryDirectory(prefix="podium-cache-") as folder:
        path = Path(folder) / "entry"
        path.write_bytes(content)
        return _read(path, key, names)


def _digest(key: str, about: str, arrays: Arrays) -> str:
    """Return what only this content under this key has: what is moved elsewhere is not believed."""
    shapes = [(name, values.dtype.str, values.shape) for name, values in sorted(arrays.items())]
    content = hashlib.sha256(repr((key, about, shapes)).encode())
    for name in sorted(arrays):
        content.update(arrays[name].tobytes())
    return content.hexdigest()
