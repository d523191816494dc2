"""Labels of performances out of a published file of plain values, checked one by one."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.datasets._labels import COLUMNS, LIMITS
from podium.datasets._places import first_file
from podium.errors import ManifestError, MissingFile
from podium.inputs import confined
from podium.inputs.table import MAX_NUMBER, MAX_ROWS
from podium.performance import Split

Key = tuple[str | int, ...]
"""What a performance is called: its recording, and its number there."""


@dataclass(frozen=True)
class Label:
    """What a file says of one performance."""

    path: Path
    """The file."""

    key: Key
    """What the performance is called there."""

    values: dict[str, Any]
    """What is said of it, by the name of each label."""

    @property
    def id(self) -> str:
        """The key as one text."""
        return "_".join(map(str, self.key))

    def number(self, column: str) -> float | None:
        """Return a number, or `None` where there is none.

        Raises
        ------
        ManifestError
            If it is something else.
        """
        value = self._value(column)
        return None if value is None else self._number(column, value)

    @property
    def score(self) -> float | None:
        """The score, 0 or more; `None` where it is not known."""
        value = self.number("score")
        if value is not None and value < 0:
            raise self._refusal("score", value, "0 or more")
        return value

    @property
    def difficulty(self) -> float | None:
        """The difficulty, above 0; `None` where it is not known."""
        value = self.number("difficulty")
        if value is not None and value < 1 / MAX_NUMBER:
            raise self._refusal("difficulty", value, "a number above 0")
        return value

    def frame(self, column: str) -> int | None:
        """Return the number of a frame, or `None` where there is none.

        Raises
        ------
        ManifestError
            If it is something else.
        """
        value = self.number(column)
        if value is not None and (value < 0 or value != int(value)):
            raise self._refusal(column, value, "the number of a frame, 0 or more")
        return None if value is None else int(value)

    def numbers(self, column: str) -> tuple[float, ...]:
        """Return the numbers of a list, none where there is no list.

        Raises
        ------
        ManifestError
            If it is something else.
        """
        value = self._value(column)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._refusal(column, value, "a list of numbers")
        return tuple(self._number(column, one) for one in value)

    def text(self, column: str) -> str | None:
        """Return a text, or a whole number as one; `None` where there is neither."""
        value = self._value(column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return None if value is None or value == "" else str(value)

    def _value(self, column: str) -> Any:
        called = COLUMNS.get(column, (column,))
        return next((self.values[name] for name in called if name in self.values), None)

    def _number(self, column: str, value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise self._refusal(column, value, "a number")
        return float(value)

    def _refusal(self, column: str, value: Any, wanted: str) -> ManifestError:
        return ManifestError(
            f"{self.path}: {column} {value!r:.200} of {self.id:.200} must be {wanted}: check the "
            "file"
        )


def read_entries(path: Path) -> Iterator[tuple[Any, Any]]:
    """Yield key and value of each entry of a file of labels, a pickle or an array of objects.

    Nothing in it is executed (`podium.datasets._values`).

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        If there is no such file, or it holds something else, or more than is allowed.
    """
    if not path.exists():
        raise MissingFile(f"{path}: no such file of labels: check the path")
    for n, (key, value) in enumerate(confined.values("podium.datasets._values", path, LIMITS)):
        if n >= MAX_ROWS:
            raise ManifestError(f"{path}: has more than the {MAX_ROWS:,} entries allowed")
        yield key, value


def read_labelled(path: Path, names: Sequence[str] = ()) -> dict[Key, Label]:
    """Read what a file of labels says of each performance, by its key.

    What is a list instead of a dictionary is called by its place, as `names` say.

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        As `read_entries` does, or if an entry is neither.
    """
    found = {}
    for key, value in read_entries(path):
        known = value
        if isinstance(value, list) and len(value) >= len(names) > 0:
            known = dict(zip(names, value, strict=False))
        if not isinstance(known, dict):
            raise ManifestError(
                f"{path}: says {value!r:.99} of {key!r:.99}: it must have labels by their names"
            )
        label = Label(path, key_of(key, path), known)
        found[label.key] = label
    return found


def read_keys(path: Path) -> set[Key]:
    """Read a list of keys: the performances of a split.

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        As `read_entries` does, or if one is no key.
    """
    return {key_of(value, path) for _, value in read_entries(path)}


def read_splits(root: Path, folders: Sequence[str], names: Mapping[str, Split]) -> dict[Key, Split]:
    """Read which performances are in which split, of those of its files that are there.

    Raises
    ------
    UnusableFile, ManifestError
        As `read_keys` does.
    """
    found: dict[Key, Split] = {}
    for name, split in names.items():
        path = first_file(root, folders, (name,))
        found |= dict.fromkeys(read_keys(path), split) if path else {}
    return found


def key_of(value: Any, path: Path) -> Key:
    """Return a key as it is compared: its parts, whole numbers as numbers.

    Raises
    ------
    ManifestError
        If it is not made of texts and whole numbers that can be part of a file's name.
    """
    parts = value if isinstance(value, list) else [value]
    made = tuple(_part(part) for part in parts)
    if not made or None in made:
        raise ManifestError(
            f"{path}: the key {value!r:.200} must be whole numbers, and names without folders"
        )
    return tuple(part for part in made if part is not None)


def _part(value: Any) -> str | int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, int):
        return value
    if value.isascii() and value.isdecimal() and len(value) <= 9:
        return int(value)
    has_folders = any(sign in value for sign in "/\\:\0")
    return None if has_folders or value in ("", ".", "..") else value
