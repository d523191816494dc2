"""UI-PRMD: rehabilitation movements as joint angles, right and wrong (Vakanski et al., 2018)."""

from pathlib import Path
from types import MappingProxyType

from podium.datasets._archive import unpack
from podium.datasets._folder import require_there, root_of, rows_with
from podium.errors import ManifestError
from podium.performance import Performance

COLUMNS = ("id", "movement", "subject", "label")

SCORES = {"correct": 1.0, "incorrect": 0.0}


class UiPrmd:
    """Ten movements of healthy people, as they should be (score 1) and as they should not (0).

    Each is a sequence of angles, (frames, 22 joints, 3) in degrees, of a Kinect. `root` holds
    `performances.csv` and `kinect_angles.npz`; without it, `ui_prmd` in the folder that
    `PODIUM_DATA` names. Each sequence is written to the cache as a file, once. Repetitions of one
    subject are near-copies: the athlete is the subject, and is never parted.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("ui_prmd", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every repetition: the movement is the action, the label says right or wrong.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If the table lacks a column, a label is neither correct nor incorrect, or a sequence is
            not there.
        """
        table, archive = self.root / "performances.csv", self.root / "kinect_angles.npz"
        require_there("UI-PRMD", "ui_prmd", table, archive)
        rows = [row.cells for row in rows_with(COLUMNS, table, "UI-PRMD's")]
        for row in rows:
            _require_label(row, table)
        folder = unpack(archive, table, [row["id"] for row in rows], "ui_prmd", "UI-PRMD's")
        return tuple(_performance(row, folder) for row in rows)


def _require_label(row: dict[str, str], table: Path) -> None:
    if row["label"] not in SCORES:
        raise ManifestError(
            f"{table}: label {row['label']!r:.200} of {row['id']:.200} must be correct or incorrect"
        )


def _performance(row: dict[str, str], folder: Path) -> Performance:
    return Performance(
        id=row["id"],
        path=folder / f"{row['id']}.npy",
        score=SCORES[row["label"]],
        action=row["movement"],
        athlete=row["subject"],
        kind="angles",
        extra=MappingProxyType({"label": row["label"]}),
    )
