"""Where the frames or the video of a performance lie, in the ways that a set is published."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from podium.errors import DatasetNotFound, ManifestError

VIDEOS = (".mp4", ".avi", ".mov", ".mkv", ".webm")

MAX_NAMED = 3
"""So many performances that are not there are named."""


def first_file(root: Path, folders: Sequence[str], names: Sequence[str]) -> Path | None:
    """Return the first file of one of these names in one of these folders."""
    places = (root / folder / name for folder in folders for name in names)
    return next((place for place in places if place.is_file()), None)


def find_labels(
    root: Path, folders: Sequence[str], names: Sequence[str], name: str, folder: str
) -> Path:
    """Return the file of labels of a data set, `name`, that is kept in `folder`.

    Raises
    ------
    DatasetNotFound
        If there is none.
    """
    found = first_file(root, folders, names)
    if found is None:
        raise DatasetNotFound(
            f"{name} was looked for at {root}, by its file {' or '.join(names)} there or in "
            f"{', '.join(part for part in folders if part)}, and is not there: set PODIUM_DATA to "
            f"the folder that holds {folder}, or give its path"
        )
    return found


def find_places(
    root: Path, folders: Iterable[str], names: Mapping[str, Iterable[str]], labels: Path
) -> dict[str, Path]:
    """Return where each performance lies: a folder of frames, or a video, by its id.

    `names` are those that either may have, without a suffix, of each id; the first that is there
    counts, in any of the folders below `root`.

    Raises
    ------
    ManifestError
        If some are not there; the message names a few, and a name that was looked for.
    """
    there = [root / folder for folder in folders if (root / folder).is_dir()]
    found = {id_: _find(there, called) for id_, called in names.items()}
    missing = [id_ for id_, place in found.items() if place is None]
    if missing:
        named = ", ".join(missing[:MAX_NAMED])
        more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
        looked_for = " or ".join(names[missing[0]])
        raise ManifestError(
            f"{labels}: {len(missing)} of {len(found)} performances have neither frames nor a "
            f"video below {root} ({named}{more}; the first was looked for as "
            f"{looked_for}): add them, or make a table of those that there are"
        )
    return {id_: place for id_, place in found.items() if place is not None}


def _find(folders: Sequence[Path], names: Iterable[str]) -> Path | None:
    for name in names:
        for folder in folders:
            candidates = (folder / name, *(folder / f"{name}{suffix}" for suffix in VIDEOS))
            for place in candidates:
                if place.is_dir() if place is candidates[0] else place.is_file():
                    return place
    return None
