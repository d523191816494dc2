"""Sequences of many performances in one archive of arrays (`.npz`), each made a file of its own."""

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from podium.errors import ManifestError, UnusableFile
from podium.inputs.given import MAX_BYTES, npy_array
from podium.machine.files import cache_folder, digest, read_bytes, write_bytes

MAX_UNPACKED_BYTES = 2**30
"""Of all sequences together, a hundred times what there is of them."""


def unpack(archive: Path, table: Path, ids: Sequence[str], name: str, of: str) -> Path:
    """Unpack the sequences of these ids into the cache, an `.npy` file each, and say where.

    `name` is that of the data set, and `of` whose archive it should be, for what is said of it.
    A file that is there already is believed only if it is that of the archive.

    Raises
    ------
    ManifestError
        If the archive is none, unpacks to more than is allowed, or lacks a sequence.
    """
    folder = cache_folder() / name / digest(archive)[:16]
    with _open(archive, of) as positions:
        names = set(positions.namelist())
        for id_ in ids:
            if Path(id_).name != id_:
                raise ManifestError(f"{table}: {id_!r:.200} must be a name without folders")
            if f"{id_}.npy" not in names:
                raise ManifestError(f"{table}: {id_!r:.200} has no skeleton in {archive.name}")
            path, skeleton = folder / f"{id_}.npy", _as_file(_skeleton(positions, id_))
            if not _holds(path, skeleton):
                write_bytes(path, skeleton)
    return folder


def _as_file(skeleton: npt.NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    np.save(file, skeleton)
    return file.getvalue()


def _holds(path: Path, content: bytes) -> bool:
    try:
        return read_bytes(path, len(content)) == content
    except (OSError, UnusableFile):
        return False


@contextmanager
def _open(archive: Path, of: str) -> Iterator[ZipFile]:
    """Open an archive of arrays that unpacks to no more than is allowed."""
    try:
        with ZipFile(archive) as positions:
            n_bytes = sum(member.file_size for member in positions.infolist())
            if n_bytes > MAX_UNPACKED_BYTES:
                raise ManifestError(
                    f"{archive}: unpacks to {n_bytes:,} bytes, more than the "
                    f"{MAX_UNPACKED_BYTES:,} allowed: is it {of}?"
                )
            yield positions
    except (
        BadZipFile,
        ValueError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
        EOFError,
    ) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError(
            f"{archive}: is not an archive of arrays ({error}): is it {of}?"
        ) from error


def _skeleton(positions: ZipFile, name: str) -> npt.NDArray[np.float32]:
    try:
        with positions.open(f"{name}.npy") as member:
            found = npy_array(member.read(MAX_BYTES))
    except OSError as error:  # where the archive says it lies there can be nothing
        raise ValueError(f"{name}: {error}") from error
    if found.ndim != 3 or found.dtype.kind not in "fiu":
        raise ValueError(f"{name} is {found.dtype} of {found.shape}, which is not a skeleton")
    with np.errstate(over="ignore"):  # what float32 cannot hold is refused once it is read
        return found.astype(np.float32)
