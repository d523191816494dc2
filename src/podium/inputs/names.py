"""Files by names that look as theirs do, but are encoded in another way.

macOS takes letters apart that others write in one piece (NFD, NFC), and puts spaces of its own into
names of screenshots; tables and archives change either.
"""

import re
import unicodedata
from itertools import islice
from pathlib import Path

from podium.inputs._layout import BLANK, UNSEEN

MAX_LISTED = 100_000
"""So many files of a folder are looked at."""

MAX_FOLDERS = 8
"""The names in so many folders are remembered."""

_UNSEEN = re.compile(f"[{UNSEEN}]")


def plain(name: str) -> str:
    """Return a name as it looks: letters in one piece, one kind of space, nothing unseen."""
    composed = unicodedata.normalize("NFC", _UNSEEN.sub("", name))
    return re.sub(r"\s", " ", composed).strip(BLANK)


class Lookalikes:
    """Finds files whose names look alike, and remembers what is in the folders."""

    def __init__(self) -> None:
        self._folders: dict[Path, dict[str, list[str]]] = {}

    def find(self, folder: Path, name: str) -> list[Path]:
        """Return the files below a folder that look as a name with `/` does, most often none."""
        found = [folder]
        for part in filter(lambda part: part not in ("", "."), name.split("/")):
            found = [path for above in found for path in self._named(above, part)]
        return [path for path in found if path.is_file()]

    def _named(self, folder: Path, part: str) -> list[Path]:
        return [folder / name for name in self._in(folder).get(plain(part), ())]

    def _in(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._folders:
            if len(self._folders) == MAX_FOLDERS:
                del self._folders[next(iter(self._folders))]
            self._folders[folder] = _listed(folder)
        return self._folders[folder]


def _listed(folder: Path) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    try:
        for path in islice(folder.iterdir(), MAX_LISTED):
            names.setdefault(plain(path.name), []).append(path.name)
    except OSError:  # it is no folder, or may not be read
        return {}
    return names
