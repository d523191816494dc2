"""Where published data sets are kept: below the folder of `PODIUM_DATA`, or at a given path."""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from podium.errors import DatasetNotFound, ManifestError, UnknownName
from podium.inputs.table import Row, read_rows


def root_of(folder: str, given: Path | None) -> Path:
    """Return the path of a data set: the given one, or `folder` below that of `PODIUM_DATA`."""
    return Path(given) if given else Path(os.environ.get("PODIUM_DATA", ".")) / folder


def require_part(name: str, part: str | None, parts: Collection[str]) -> str | None:
    """Return a part of a data set, as it is; `None` is all of it.

    Raises
    ------
    UnknownName
        If it has no such part.
    """
    if part not in (None, *parts):
        raise UnknownName(
            f"{name} has no part {part!r:.200}: choose one of {', '.join(parts)}, or leave it out"
        )
    return part


def not_found(name: str, place: Path, folder: str) -> DatasetNotFound:
    """Return the error that says that a data set is not where it was looked for, and what to do."""
    return DatasetNotFound(
        f"{name} was looked for at {place} and is not there: set PODIUM_DATA to the folder that "
        f"holds {folder}, or give its path"
    )


def require_there(name: str, folder: str, *places: Path) -> None:
    """Refuse a data set whose files are not where they were looked for.

    Raises
    ------
    DatasetNotFound
        If one of them is not.
    """
    for place in places:
        if not place.is_file():
            raise not_found(name, place, folder)


def rows_with(columns: Collection[str], table: Path, name: str) -> Iterator[Row]:
    """Yield the rows of a data set's table, whose `id` names files in its folder.

    Raises
    ------
    ManifestError
        If the table lacks a column, or an id would lead out of the folder.
    """
    for row in read_rows(table, "performances"):
        missing = [column for column in columns if column not in row.cells]
        if missing:
            raise ManifestError(f"{table}: has no column {missing[0]!r}: is it {name}?")
        id_ = row.cells["id"]
        if not re.fullmatch(r"[^/\\:\0]+", id_) or id_ in (".", ".."):
            raise ManifestError(
                f"{table}: line {row.line}: id {id_!r:.200} must be a file name without folders"
            )
        yield row
