"""Label files of this field are pickles: they are read here without running what is in them.

A pickle is a program. Of what it may call, numbers, strings, containers and numpy's arrays and
scalars are allowed, and nothing else.
"""

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import ManifestError, MissingFile, UsageError
from podium.tables.spreadsheet import harmless

ALLOWED = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
    ("collections", "OrderedDict"),
    ("_codecs", "encode"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "complex"),
    ("__builtin__", "set"),
    ("__builtin__", "complex"),
    ("__builtin__", "frozenset"),
}
"""What a pickle may name. `_codecs.encode` is how Python 2's bytes are written; it is replaced."""

MOST_BYTES = 256 * 2**20


class _Refused(Exception):
    """A pickle named something that is not on the list."""


class _Unpickler(pickle.Unpickler):
    """Finds what is on the list only."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise _Refused(f"{module}.{name}")
        if (module, name) == ("_codecs", "encode"):
            return _latin_1
        return super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Any:
        raise _Refused("a persistent id")


def _latin_1(text: str, encoding: str = "latin1") -> bytes:
    """Give the bytes that pickles of Python 2 wrote as text; no other encoding is looked up."""
    if encoding not in ("latin1", "latin-1"):
        raise _Refused(f"the encoding {encoding}")
    return text.encode("latin-1")


def read_pickle(path: Path) -> Any:
    """Read a pickle of numbers, strings, containers and numpy arrays.

    Raises
    ------
    MissingFile, ManifestError
        If there is no such file, or it holds anything else.
    """
    if not path.is_file():
        raise MissingFile(f"{path}: no such file of labels: check the path")
    if path.stat().st_size > MOST_BYTES:
        raise ManifestError(
            f"{path}: has {path.stat().st_size:,} bytes, more than the {MOST_BYTES:,} allowed: "
            "labels are smaller"
        )
    try:
        return _Unpickler(io.BytesIO(path.read_bytes()), encoding="latin1").load()
    except _Refused as refused:
        raise ManifestError(
            f"{path}: asks for {refused}, which is more than numbers, strings, containers and "
            "numpy arrays: it was not read, as it could run any program"
        ) from None
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ManifestError(
            f"{path}: cannot be read as a pickle ({type(error).__name__}): check the file"
        ) from error


COLUMNS = {
    "score": ("score", "final_score", "dive_score", "overall_score"),
    "difficulty": ("difficulty", "dd", "degree_of_difficulty"),
    "judges": ("judges", "judge_scores", "judge_score"),
    "action": ("action", "action_type", "dive_number", "class"),
    "start_frame": ("start_frame",),
    "end_frame": ("end_frame",),
}
"""Columns of a manifest, and what label files call them; the first that is there counts."""


def rows_of_labels(labels: Any, path: Path, videos: str = "{id}.mp4") -> list[dict[str, str]]:
    """Make the rows of a manifest of labels: a dictionary of dictionaries, or a list of these.

    `videos` makes the name of a video's file from its id, as in `{id}.mp4`, or from the parts of a
    key of several, as in `{0:02d}/{1}.mp4`. What has no column of its own keeps its name.

    Raises
    ------
    ManifestError, UsageError
        If the labels are of another shape, or `videos` asks for what a key does not have.
    """
    if isinstance(labels, dict):
        items = list(labels.items())
    elif isinstance(labels, list):
        items = list(enumerate(labels))
    else:
        items = []
    if not items or not all(isinstance(known, dict) for _, known in items):
        raise ManifestError(
            f"{path}: holds no table of labels: it must be a dictionary (or list) that gives a "
            "dictionary of labels for each performance"
        )
    return [_row(key, known, videos) for key, known in items]


def _row(key: Any, known: dict[Any, Any], videos: str) -> dict[str, str]:
    parts = key if isinstance(key, tuple) else (key,)
    id_ = "_".join(str(_plain(part)) for part in parts)
    try:
        name = videos.format(*map(_plain, parts), id=id_)
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise UsageError(
            f"the names {videos!r} do not fit the key {key!r} ({error}): "
            "use {id}, or {0}, {1} and so on for the parts of a key"
        ) from None
    row = {"file_name": name, "id": id_}
    taken = set()
    for column, called in COLUMNS.items():
        found = next((label for label in called if label in known), None)
        row[column] = "" if found is None else _cell(known[found])
        taken.add(found)
    others = {str(k): v for k, v in known.items() if k not in taken and str(k) not in row}
    return row | {label: _cell(value) for label, value in others.items()}


def _plain(value: Any) -> Any:
    """Give a number of numpy's as one of Python's, and anything that is no number as text."""
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int | float) else str(value)


def _cell(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return ";".join(_cell(one) for one in value)
    if value is None:
        return ""
    plain = _plain(value)
    return harmless(plain) if isinstance(plain, str) else f"{plain}"
