"""Reads what Podium said of performances as marks: the table that `podium predict` writes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from podium.audit.chance import Range
from podium.doubts import SEVERITIES, Severity
from podium.errors import ManifestError
from podium.inputs.problems import Problems
from podium.inputs.table import MAX_NUMBER, Row, read_rows

COLUMNS = ("file_name", "mark", "mark_low", "mark_high")
"""What a table of predictions must have to stand beside a panel."""


@dataclass(frozen=True)
class Predicted:
    """What Podium said of one performance."""

    file_name: str
    """Its video, as the table of predictions names it."""

    id: str
    """What else it is called there; "" where it has no id."""

    mark: Range
    """As the mean mark of a panel, with the range that holds it nine times in ten; nan: none."""

    score: Range
    """The same in points; nan where there is none."""

    failed: bool
    """Whether the video could not be used."""

    withheld: bool
    """Whether there is no mark, or a grave doubt about it."""

    is_remembered: bool
    """Whether the model learned from this very performance."""


def read_predicted(path: Path) -> tuple[Predicted, ...]:
    """Read the table that `podium predict` wrote.

    Raises
    ------
    MissingFile, UnusableFile
        If there is no such table, or it cannot be read.
    ManifestError
        If it has no marks, or a row cannot be used; all problems are listed with their lines.
    """
    rows = read_rows(path, "predictions")
    first = next(rows, None)
    if first is None:
        raise ManifestError(f"{path}: lists no predictions: make it with podium predict")
    missing = [name for name in COLUMNS if name not in first.cells]
    if missing:
        raise ManifestError(
            f"{path}: has no column {', '.join(missing)}: make it with podium predict, which says "
            "what a score means as a mark"
        )
    found = tuple(_read(chain([first], rows), path))
    if all(math.isnan(one.mark.value) for one in found):
        raise ManifestError(
            f"{path}: has no mark in any row: every score was withheld, or the model learned from "
            "scores that no panel's marks make; use one that did, such as podium predict --model "
            "diving"
        )
    return found


def _read(rows: Iterator[Row], path: Path) -> Iterator[Predicted]:
    problems, lines = Problems(), dict[tuple[str, str], int]()
    for row in rows:
        file_name, id_ = row.cells["file_name"], row.cells.get("id", "")
        first = lines.setdefault((file_name, id_), row.line)
        if first != row.line:
            problems.add(
                row.line, "{name!r} is predicted on line {first}, too", name=file_name, first=first
            )
        yield _of_row(row, problems)
    if problems:
        raise ManifestError(f"{path}: {problems.sentences()}")


def _of_row(row: Row, problems: Problems) -> Predicted:
    cells = row.cells
    mark = _range(row, "mark", problems)
    severity = cells.get("severity", "")
    if severity not in SEVERITIES:
        kind = "severity {severity!r} must be mild or grave, or empty"
        problems.add(row.line, kind, severity=severity)
    return Predicted(
        file_name=cells["file_name"],
        id=cells.get("id", ""),
        mark=mark,
        score=_range(row, "score", problems),
        failed=bool(cells.get("error")),
        withheld=severity == Severity.GRAVE or math.isnan(mark.value),
        is_remembered=cells.get("is_remembered") == "true",
    )


def _range(row: Row, name: str, problems: Problems) -> Range:
    """Read a value and its range; empty cells are nan."""
    columns = (name, f"{name}_low", f"{name}_high")
    value, low, high = (_number(row, column, problems) for column in columns)
    if value < low or high < value:
        problems.add(
            row.line, f"{name} {{value:g}} must lie from {name}_low, {{low:g}}, to {name}_high, "
            "{high:g}", value=value, low=low, high=high,
        )  # fmt: skip
    return Range(value, low, high)


def _number(row: Row, column: str, problems: Problems) -> float:
    text = row.cells.get(column, "")
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= MAX_NUMBER:
        kind = f"{column} {{text!r}} must be a number from {-MAX_NUMBER:g} to {MAX_NUMBER:g}"
        problems.add(row.line, f"{kind}, or empty", text=text)
        return math.nan
    return value
