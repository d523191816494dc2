"""A data set: all videos of a folder, without scores."""

from pathlib import Path

from podium.errors import DatasetNotFound
from podium.performance import Performance


class Folder:
    """Lists every MP4 file of a folder, by its name."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root or ".")

    def performances(self) -> tuple[Performance, ...]:
        """List them.

        Raises
        ------
        DatasetNotFound
            If there are none.
        """
        found = tuple(Performance(path.stem, path) for path in sorted(self.root.glob("*.mp4")))
        if not found:
            raise DatasetNotFound(f"{self.root}: holds no MP4 files: name a folder of videos")
        return found
