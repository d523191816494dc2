"""KIMORE: rehabilitation exercises as skeletons, scored by clinicians (Capecci et al., 2019)."""

import csv
import io
import math
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from podium.datasets._folder import not_found, root_of
from podium.errors import ManifestError, UnusableFile
from podium.files import cache_folder, digest, read_bytes, write_bytes
from podium.performance import Performance

COLUMNS = ("id", "subject", "group", "exercise", "total_score")
EXPERTS = "Expert"


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
        rows = _rows(table)
        folder = _skeletons(archive, table, [row["id"] for row in rows])
        return tuple(_performance(row, folder) for row in rows)


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ManifestError(f"{table}: has no column {missing[0]!r}: is it KIMORE's?")
        return list(reader)


def _performance(row: dict[str, str], folder: Path) -> Performance:
    return Performance(
        id=row["id"],
        path=folder / f"{row['id']}.npy",
        score=_score(row["total_score"]),
        action=row["exercise"],
        athlete=row["subject"],
        is_reference=row["group"] == EXPERTS,
        extra=MappingProxyType({"group": row["group"]}),
    )


def _score(text: str) -> float | None:
    """Read a score; `None` where the clinicians gave none, which the table writes as nan."""
    score = float(text or "nan")
    return score if math.isfinite(score) else None


def _skeletons(archive: Path, table: Path, ids: list[str]) -> Path:
    """Unpack the skeletons into the cache, (frames, 25, 3) in metres each, and say where.

    One that is there already is believed only if it is that of the archive.
    """
    folder = cache_folder() / "kimore" / digest(archive)[:16]
    with np.load(archive) as positions:
        for name in ids:
            if name not in positions:
                raise ManifestError(f"{table}: {name!r} has no skeleton in {archive.name}")
            if Path(name).name != name:
                raise ManifestError(f"{table}: {name!r} must be a name without folders")
            path, skeleton = folder / f"{name}.npy", _as_file(positions[name].astype(np.float32))
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
