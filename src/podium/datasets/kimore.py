"""KIMORE: rehabilitation exercises as skeletons, scored by clinicians (Capecci et al., 2019)."""

import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from podium.datasets._folder import not_found, root_of, rows_with
from podium.errors import ManifestError, UnusableFile
from podium.inputs.given import MAX_BYTES, npy_array
from podium.machine.files import cache_folder, digest, read_bytes, write_bytes
from podium.performance import Performance

COLUMNS = ("id", "subject", "group", "exercise", "total_score")
EXPERTS = "Expert"

MAX_UNPACKED_BYTES = 2**30
"""Of all skeletons together, a hundred times what there is of them."""


class Kimore:
    """Exercises of patients and of experts, as skeletons; the experts are the references.

    `root` holds `performances.csv` and `positions_15hz.npz`; without it, `kimore` in the folder
    that `PODIUM_DATA` names. Each skeleton is written to the cache as a file of keypoints, once.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("kimore", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every exercise: its kind is the action, the clinicians' total the score.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If the table lacks a column, or names a skeleton that is not there.
        """
        table, archive = self.root / "performances.csv", self.root / "positions_15hz.npz"
        for needed in (table, archive):
            if not needed.is_file():
                raise not_found("KIMORE", needed, "kimore")
        rows = [row.cells for row in rows_with(COLUMNS, table, "KIMORE's")]
        scores = [_score(row["total_score"], table) for row in rows]
        folder = _skeletons(archive, table, [row["id"] for row in rows])
        return tuple(
            _performance(row, score, folder) for row, score in zip(rows, scores, strict=True)
        )


def _performance(row: dict[str, str], score: float | None, folder: Path) -> Performance:
    return Performance(
        id=row["id"],
        path=folder / f"{row['id']}.npy",
        score=score,
        action=row["exercise"],
        athlete=row["subject"],
        is_reference=row["group"] == EXPERTS,
        extra=MappingProxyType({"group": row["group"]}),
    )


def _score(text: str, table: Path) -> float | None:
    """Read a score; `None` where the clinicians gave none, which the table writes as nan."""
    try:
        score = float(text or "nan")
    except ValueError:
        raise ManifestError(f"{table}: total_score {text!r:.200} must be a number") from None
    return score if math.isfinite(score) else None


def _skeletons(archive: Path, table: Path, ids: list[str]) -> Path:
    """Unpack the skeletons into the cache, (frames, 25, 3) in metres each, and say where.

    One that is there already is believed only if it is that of the archive.
    """
    folder = cache_folder() / "kimore" / digest(archive)[:16]
    with _open(archive) as positions:
        names = set(positions.namelist())
        for name in ids:
            if Path(name).name != name:
                raise ManifestError(f"{table}: {name!r:.200} must be a name without folders")
            if f"{name}.npy" not in names:
                raise ManifestError(f"{table}: {name!r:.200} has no skeleton in {archive.name}")
            path, skeleton = folder / f"{name}.npy", _as_file(_skeleton(positions, name))
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
def _open(archive: Path) -> Iterator[ZipFile]:
    """Open an archive of arrays that unpacks to no more than is allowed."""
    try:
        with ZipFile(archive) as positions:
            n_bytes = sum(member.file_size for member in positions.infolist())
            if n_bytes > MAX_UNPACKED_BYTES:
                raise ManifestError(
                    f"{archive}: unpacks to {n_bytes:,} bytes, more than the "
                    f"{MAX_UNPACKED_BYTES:,} allowed: is it KIMORE's?"
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
            f"{archive}: is not an archive of arrays ({error}): is it KIMORE's?"
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
