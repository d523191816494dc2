"""Rows of a table, made of a file of labels as this field publishes them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from podium.errors import ManifestError, MissingFile, UsageError
from podium.inputs import confined
from podium.inputs.confined import Limits
from podium.inputs.spreadsheet import harmless
from podium.inputs.table import MAX_COLUMNS, MAX_ROWS, MAX_VALUES

LIMITS = Limits(64 * 2**20, seconds=2, more_seconds=1, memory_bytes=512 * 2**20)

MAX_CHARACTERS = 128 * 2**20

COLUMNS = {
    "score": ("score", "final_score", "dive_score", "overall_score"),
    "difficulty": ("difficulty", "dd", "degree_of_difficulty"),
    "judges": ("judges", "judge_scores", "judge_score"),
    "action": ("action", "action_type", "dive_number", "class"),
    "start_frame": ("start_frame",),
    "end_frame": ("end_frame",),
}
"""Columns of a manifest, and what label files call them; the first that is there counts."""


def read_labels(path: Path, videos: str = "{id}.mp4") -> list[dict[str, str]]:
    """Build the rows of a manifest from a pickle of labels: dictionaries in a dictionary or a list.

    `videos` makes the name of a video's file from its id, as in `{id}.mp4`, or from the parts of a
    key of several, as in `{0:02d}/{1}.mp4`. What has no column of its own keeps its name. Names
    and labels that a spreadsheet would run are made harmless (`podium.inputs.spreadsheet`).

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        If there is no such file, or it holds something else, or more than is allowed.
    UsageError
        If `videos` asks for what a key does not have.
    """
    if not path.exists():
        raise MissingFile(f"{path}: no such file of labels: check the path")
    return _within_bounds(confined.values("podium.datasets._pickled", path, LIMITS), path, videos)


def _within_bounds(items: Iterable[Any], path: Path, videos: str) -> list[dict[str, str]]:
    rows, columns, n_characters = [], set[str](), 0
    for key, labels in items:
        row = _row(key, dict(labels), videos)
        rows.append(row)
        columns |= row.keys()
        n_characters += sum(map(len, row.values()))
        for n, most, what in (
            (len(rows), MAX_ROWS, "rows"),
            (len(columns), MAX_COLUMNS, "columns"),
            (len(rows) * len(columns), MAX_VALUES, "cells"),
            (n_characters, MAX_CHARACTERS, "characters"),
        ):
            if n > most:
                raise ManifestError(
                    f"{path}: would make a table of more than the {most:,} {what} allowed: split "
                    "it into several files"
                )
    return rows


def _row(key: Any, labels: dict[str, str], videos: str) -> dict[str, str]:
    parts = key if isinstance(key, list) else [key]
    id_ = "_".join(map(str, parts))
    try:
        name = videos.format(*parts, id=id_)
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        shown = tuple(key) if isinstance(key, list) else key
        raise UsageError(
            f"the names {videos!r} do not fit the key {shown!r} ({error}): "
            "use {id}, or {0}, {1} and so on for the parts of a key"
        ) from None
    is_number = isinstance(key, int | float)
    row = {"file_name": harmless(name), "id": id_ if is_number else harmless(id_)}
    taken = set()
    for column, called in COLUMNS.items():
        found = next((label for label in called if label in labels), None)
        row[column] = "" if found is None else labels[found]
        taken.add(found)
    return row | {k: text for k, text in labels.items() if k not in taken and k not in row}
