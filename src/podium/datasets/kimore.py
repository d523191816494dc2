"""KIMORE: rehabilitation exercises as skeletons, scored by clinicians (Capecci et al., 2019)."""

import math
from pathlib import Path
from types import MappingProxyType

from podium.datasets._archive import unpack
from podium.datasets._folder import require_there, root_of, rows_with
from podium.errors import ManifestError
from podium.performance import Performance

COLUMNS = ("id", "subject", "group", "exercise", "total_score")
EXPERTS = "Expert"


HERTZ = 15.0
"""So often a second skeletons were kept."""


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
        require_there("KIMORE", "kimore", table, archive)
        rows = [row.cells for row in rows_with(COLUMNS, table, "KIMORE's")]
        scores = [_score(row["total_score"], table) for row in rows]
        folder = unpack(archive, table, [row["id"] for row in rows], "kimore", "KIMORE's")
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
        frames_per_second=HERTZ,
        extra=MappingProxyType({"group": row["group"]}),
    )


def _score(text: str, table: Path) -> float | None:
    """Read a score; `None` where the clinicians gave none, which the table writes as nan."""
    try:
        score = float(text or "nan")
    except ValueError:
        raise ManifestError(f"{table}: total_score {text!r:.200} must be a number") from None
    return score if math.isfinite(score) else None
