"""Tables of predictions: what podium predict wrote, read without trust."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from podium.doubts import SEVERITIES
from podium.errors import ManifestError
from podium.inputs.problems import Problems
from podium.inputs.table import MAX_NUMBER, read_rows
from podium.performance import SCORE_PREFIX, Performance

Floats = npt.NDArray[np.float64]

PROBABILITY = "probability_"
"""Columns that begin so hold how likely a class is, whose label is the rest of their name."""

IF_TRUSTED = "_if_trusted"
"""Columns that end so hold what would be said if a score that is withheld could be trusted."""

MAX_LISTED = 5
"""So many cells that hold no number are named."""

Row = Mapping[str, str]

Rows = Mapping[tuple[str, str], Row]
"""The rows of a table by file name and id: several performances may lie in one file."""


@dataclass(frozen=True)
class Predicted:
    """What a table predicts of performances, (performances,) each."""

    scores: Floats
    """In points, those that are withheld as well; of classes, how likely the better one is."""

    low: Floats
    """Where the range given with it begins; `nan` where none is given."""

    high: Floats
    """Where that range ends."""

    decided: Floats
    """As what each counts: of classes, 1 or 0 as the table names one, else as its score."""

    def covers(self, true: Floats) -> npt.NDArray[np.bool_] | None:
        """Return whether true scores, (performances,), lie in the ranges, if all have one."""
        if not (np.isfinite(self.low).all() and np.isfinite(self.high).all()):
            return None
        return np.asarray((true >= self.low) & (true <= self.high), np.bool_)


def predicted_by(rows: Sequence[Row], positive: str | None = None) -> Predicted:
    """Return what rows predict; where `positive` is the better of two classes, how likely it is."""
    scores = [_score(row) if positive is None else _chance(row, positive) for row in rows]
    decided = [
        score if positive is None or not row.get("label") else float(row["label"] == positive)
        for score, row in zip(scores, rows, strict=True)
    ]
    return Predicted(
        scores=np.array(scores),
        low=np.array([_bound(row, "low") for row in rows]),
        high=np.array([_bound(row, "high") for row in rows]),
        decided=np.array(decided),
    )


def _score(row: Row) -> float:
    return number_in(row.get(f"score{IF_TRUSTED}") or row["score"])


def _bound(row: Row, end: str) -> float:
    return number_in(row.get(f"{end}{IF_TRUSTED}") or row.get(f"score_{end}", ""))


def _chance(row: Row, positive: str) -> float:
    if f"{PROBABILITY}{positive}" in row:
        return number_in(row[f"{PROBABILITY}{positive}"])
    (other,) = classes_in(row)
    return 1 - number_in(row[f"{PROBABILITY}{other}"])


def is_withheld(row: Row) -> bool:
    """Return whether a row gives no score but one that it does not trust, or a grave doubt."""
    is_empty = bool(row.get(f"score{IF_TRUSTED}")) and not row["score"]
    return is_empty or row.get("severity") == "grave"


def classes_in(row: Row) -> tuple[str, ...]:
    """Return the labels of the classes of which a row says how likely they are."""
    return tuple(name.removeprefix(PROBABILITY) for name in row if name.startswith(PROBABILITY))


def read_predictions(path: Path) -> Rows:
    """Read a table of predictions by file name and id, "" where the table has no ids.

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        If it is missing or not such a table; all problems are listed.
    """
    found: dict[tuple[str, str], Row] = {}
    problems = Problems()
    for row in read_rows(path, "predictions"):
        if not {"file_name", "score"} <= row.cells.keys():
            raise _no_predictions(path)
        plain = {"error": "", **row.cells}
        key = plain["file_name"], plain.get("id", "")
        if key in found:
            problems.add(row.line, "{name} is predicted twice", name=plain["file_name"])
        if not plain["error"]:
            for column, wanted in _wrong_cells(plain):
                kind = f"{{column}} {{value!r}} must be {wanted}"
                problems.add(row.line, kind, column=column, value=plain[column])
        found[key] = plain
    if problems:
        raise ManifestError(f"{path}: {problems.sentences()}")
    if not found:
        raise _no_predictions(path)
    return found


def _wrong_cells(row: Row) -> Iterator[tuple[str, str]]:
    """Yield the columns of a row that did not fail which do not hold what they must."""
    if row.get("severity", "") not in SEVERITIES:
        yield "severity", "mild or grave, or empty"
    if labels := classes_in(row):
        for column in (f"{PROBABILITY}{label}" for label in labels):
            if not 0 <= number_in(row[column]) <= 1:
                yield column, "a number from 0 to 1"
        return
    yield from _wrong_scores(row)


def _wrong_scores(row: Row) -> Iterator[tuple[str, str]]:
    given = [name for name in (f"score{IF_TRUSTED}", "score") if row.get(name)]
    scores = [number_in(row[column]) for column in given]
    if not given:
        elsewhere = f", or score{IF_TRUSTED} one" if row.get("severity") else ""
        yield "score", f"a number{elsewhere}"
    for column, score in zip(given, scores, strict=True):
        if not math.isfinite(score):
            yield column, "a number"
        elif abs(score) > MAX_NUMBER:
            yield column, f"no larger than {MAX_NUMBER:g}"
    if len({score for score in scores if math.isfinite(score)}) > 1:
        yield "score", f"the same as score{IF_TRUSTED}, or empty where it is withheld"


def rows_of_score(rows: Rows, name: str, path: Path) -> Rows:
    """Return what a table predicts of another score, as if it were the only one.

    Rows without it count as not scored.

    Raises
    ------
    ManifestError
        If what stands there is no number; all such cells are listed.
    """
    found = {key: _about(row, f"{SCORE_PREFIX}{name}") for key, row in rows.items()}
    wrong = [
        f"{row['file_name']}: {SCORE_PREFIX}{name} must be {wanted}"
        for row in found.values()
        if not row["error"]
        for _, wanted in _wrong_scores(row)
    ]
    if wrong:
        more = f"; and {len(wrong) - MAX_LISTED} more" if len(wrong) > MAX_LISTED else ""
        raise ManifestError(f"{path}: {'; '.join(wrong[:MAX_LISTED])}{more}")
    return found


def _about(row: Row, column: str) -> Row:
    ends = {"score": "", "score_low": "_low", "score_high": "_high"}
    shown = {plain: row.get(f"{column}{end}", "") for plain, end in ends.items()}
    trusted = {
        f"{plain.removeprefix(SCORE_PREFIX)}{IF_TRUSTED}": row.get(f"{column}{end}{IF_TRUSTED}", "")
        for plain, end in ends.items()
    }
    others = {k: v for k, v in row.items() if not k.startswith(PROBABILITY) and k != "label"}
    is_missing = not (shown["score"] or trusted[f"score{IF_TRUSTED}"])
    error = row["error"] or ("not predicted" if is_missing else "")
    return {**others, **shown, **trusted, "error": error}


def _no_predictions(path: Path) -> ManifestError:
    return ManifestError(
        f"{path}: is not a table of predictions: it needs the columns file_name and score"
    )


def row_of(performance: Performance, rows: Rows) -> Row | None:
    """Return a performance's row: by its id and the longest end of its path that was predicted."""
    ways = performance.path.parts, PurePosixPath(performance.listed).parts
    names = ["/".join(parts[start:]) for parts in ways for start in range(len(parts))]
    keys = [(name, id_) for name in names for id_ in (performance.id, "")]
    return next((rows[key] for key in keys if key in rows), None)


def number_in(text: str) -> float:
    """Return the number that a cell holds; `nan` where it holds none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
