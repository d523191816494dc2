"""Push-ups on phones and from the web, each correct or wrong."""

from pathlib import Path
from types import MappingProxyType

from podium.datasets._folder import require_there, root_of, rows_with
from podium.errors import ManifestError
from podium.performance import Performance

MAX_DIGITS = 18
"""Of the number of a clip."""

SCORES = {"correct": 1.0, "wrong": 0.0}


class Pushups:
    """Push-ups that are correct (score 1) or wrong (score 0); read from where you keep them.

    `root` holds `performances.csv` and `videos/`; without it, `pushups` in the folder that
    `PODIUM_DATA` names. Some clips have ticks or crosses drawn in, and neighbours by number come
    from one recording: the column `recording`, or where the table lacks it blocks of ten, says
    which are to be left out together.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("pushups", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every push-up.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If a label is neither correct nor wrong.
        """
        table = self.root / "performances.csv"
        require_there("the set of push-ups", "pushups", table)
        rows = rows_with(("id", "label"), table, "the set of push-ups'")
        return tuple(self._performance(row.cells, table) for row in rows)

    def _performance(self, row: dict[str, str], table: Path) -> Performance:
        label = row["label"]
        if label not in SCORES:
            raise ManifestError(
                f"{table}: label {label!r:.200} of {row['id']:.200} must be correct or wrong"
            )
        number = int("".join(filter(str.isdecimal, row["id"]))[:MAX_DIGITS] or 0)
        recording = row.get("recording") or f"{label}-{number // 10}"
        return Performance(
            id=row["id"],
            path=self.root / "videos" / f"{row['id']}.mp4",
            score=SCORES[label],
            action="pushup",
            extra=MappingProxyType({"label": label, "recording": recording}),
        )
