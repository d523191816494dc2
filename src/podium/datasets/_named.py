"""A data set by its name, as it is typed: `kimore`, or one part of a set, as `aqa_7/diving`."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from podium import _catalog
from podium.errors import UnknownName

FOLDER = "podium.datasets"


def is_named(name: str) -> bool:
    """Return whether a name is that of a data set, or of a part of one; a file's has a suffix."""
    called, _, part = name.partition("/")
    return called in _catalog.names(FOLDER) and "." not in part and "/" not in part


def dataset_named(name: str, root: Path | None = None, allow_parts: Collection[str] = ()) -> Any:
    """Return the data set of a name, below `root` or where `PODIUM_DATA` says.

    Raises
    ------
    UnknownName
        If there is none, or it has no such part.
    ForeignPart, MissingExtra
        As `podium._catalog.find` does.
    """
    called, _, part = name.partition("/") if is_named(name) else (name, "", "")
    (kind,) = _catalog.resolve(FOLDER, called, allow_parts)
    if not part:
        return kind(root)
    if not hasattr(kind, "parts"):
        raise UnknownName(
            f"{called} has no parts: write {called} instead of {_catalog.shown(name)}"
        )
    return kind(root, part)
