"""Where published data sets are kept: below the folder of `PODIUM_DATA`, or at a given path."""

import os
from pathlib import Path

from podium.errors import DatasetNotFound


def root_of(folder: str, given: Path | None) -> Path:
    """Give the path of a data set: the given one, or `folder` below that of `PODIUM_DATA`."""
    return Path(given) if given else Path(os.environ.get("PODIUM_DATA", ".")) / folder


def not_found(name: str, place: Path, folder: str) -> DatasetNotFound:
    """Say that a data set is not where it was looked for, and what to do."""
    return DatasetNotFound(
        f"{name} was looked for at {place} and is not there: set PODIUM_DATA to the folder that "
        f"holds {folder}, or give its path"
    )
