"""Who works where: of two runs of one shard in one folder, the second is refused.

Each would remove what the other is about to write, and the first to be done removes the folder, be
it of records or of what a training has made so far. In an object store nothing is locked, nor where
the disk can lock nothing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from podium.batch.shards import Shard
from podium.errors import UsageError
from podium.machine.stores import Elsewhere, Place

_NAME = re.compile(r"shard-(\d{1,20})-of-(\d{1,20})\.lock")
N_TRIES = 100


@contextmanager
def claimed(folder: Place, shard: Shard) -> Iterator[None]:
    """Have a shard of a folder of records to oneself within the block; no file of it stays.

    Raises
    ------
    UsageError
        If another run works on it, or on a part of the table by another division.
    """
    if isinstance(folder, Elsewhere):
        yield
        return
    path = folder / f"shard-{shard.i}-of-{shard.n}.lock"
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    lock = _taken(path, folder, shard)
    try:
        for other in _divided_otherwise(folder, shard):
            _release(_taken(folder / f"shard-{other.i}-of-{other.n}.lock", folder, other))
        yield
    finally:
        _release(lock)
        with suppress(OSError):  # what it was made for is in it, or it is gone already
            for one in made:
                one.rmdir()


def _taken(path: Path, folder: Path, shard: Shard) -> FileLock | None:
    """Lock a file; `None` where nothing can be locked."""
    if path.is_symlink():  # older versions of filelock would empty what it leads to
        raise UsageError(f"{path}: is a link, not Podium's lock: remove it")
    lock = FileLock(path, timeout=0, thread_local=False)
    for _ in range(N_TRIES):
        try:
            lock.acquire()
        except Timeout:
            raise UsageError(
                f"{folder}: another run is working on shard {shard} there: wait until it has "
                "ended, or give another --out"
            ) from None
        except FileNotFoundError:  # a run that ended has just removed the folder
            continue
        except (OSError, NotImplementedError):
            return None
        if path.exists():  # else a run that ended has just removed it, and nobody else sees it
            return lock
        lock.release()
    return None


def _divided_otherwise(folder: Path, shard: Shard) -> list[Shard]:
    """Return the shards that somebody claims, or claimed, where the table has other parts."""
    matches = filter(None, (_NAME.fullmatch(path.name) for path in folder.iterdir()))
    named = [(int(match[1]), int(match[2])) for match in matches]
    return [Shard(i, n) for i, n in named if n != shard.n and i < n]


def _release(lock: FileLock | None) -> None:
    if lock is None:
        return
    with suppress(OSError):  # some systems remove no file that is open
        Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()
