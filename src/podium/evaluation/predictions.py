"""Tables of predictions, measured against the true scores of a manifest."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import ManifestError
from podium.evaluation.measures import (
    Floats,
    Measures,
    floor_predictions,
    left_out_floor_predictions,
    measure,
    true_scores,
    with_coverage,
    without_ranks,
)
from podium.features.values import Features, Sample
from podium.inputs.problems import Problems
from podium.inputs.table import MAX_NUMBER, read_rows
from podium.performance import Performance

MIN_TRAIN = 10

MAX_LEFT_OUT = 5_000
"""So many performances are left out in turn: the work grows with the square of their number."""

LEFT_OUT = (
    "for each performance, baselines were fitted to all the others that were measured; the higher "
    "a score, the lower the mean of the others, so the rank correlation of type_mean comes out "
    "too low, and that of constant, which would be -1 whatever the scores, is not given"
)

Rows = Mapping[tuple[str, str], Mapping[str, str]]
"""The rows of a table by file name and id: several performances may lie in one file."""


def evaluate_predictions(predictions: Path, performances: Sequence[Performance]) -> dict[str, Any]:
    """Measure a table of predictions: the values of `podium evaluate --json`.

    The floors are fitted to the training rows of the manifest that are not measured; with too few
    of them, to all measured performances but the one in question.

    Raises
    ------
    MissingFile, ManifestError
        If the table is missing or damaged, or names no performance that has a true score.
    """
    rows = read_predictions(predictions)
    measured, samples = _match(rows, performances, predictions)
    columns = ("score", "score_low", "score_high")
    predicted, low, high = (
        np.array([_number(row.get(c, "")) for row in measured]) for c in columns
    )
    n_remembered, warning = _count_learned(measured, samples)
    true = true_scores(samples)
    score_range = _score_range(performances)
    measures = measure(predicted, samples, score_range)
    if np.isfinite(low).all() and np.isfinite(high).all():
        measures = with_coverage(measures, low, high, true)
    floors, fitted_to = _floors(samples, performances, score_range)
    return {
        **measures.to_json(),
        "score_range": list(score_range),
        "n_failed": sum(1 for row in rows.values() if row["error"]),
        "n_remembered": n_remembered,
        "warnings": [warning] if warning else [],
        "baselines": {name: floor.to_json() for name, floor in floors.items()},
        "baselines_fitted_to": fitted_to,
    }


def read_predictions(path: Path) -> Rows:
    """Read a table of predictions by file name and id, "" where the table has no ids.

    Raises
    ------
    MissingFile, UnusableFile, ManifestError
        If it is missing or not such a table; all problems are listed.
    """
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    problems = Problems()
    for row in read_rows(path, "predictions"):
        if not {"file_name", "score"} <= row.cells.keys():
            raise _no_predictions(path)
        plain = _as_trusted({"error": "", **row.cells})
        key = plain["file_name"], plain.get("id", "")
        if key in found:
            problems.add(row.line, "{name} is predicted twice", name=plain["file_name"])
        score = _number(plain["score"])
        if not plain["error"] and not math.isfinite(score):
            problems.add(row.line, "score {score!r} must be a number", score=plain["score"])
        elif abs(score) > MAX_NUMBER:
            kind = f"score {{score!r}} must be no larger than {MAX_NUMBER:g}"
            problems.add(row.line, kind, score=plain["score"])
        found[key] = plain
    if problems:
        raise ManifestError(f"{path}: {problems.sentences()}")
    if not found:
        raise _no_predictions(path)
    return found


def _as_trusted(cells: Mapping[str, str]) -> Mapping[str, str]:
    """Put in the place of a score that was withheld what would have been said."""
    withheld = {"score": "score", "score_low": "low", "score_high": "high"}
    trusted = {name: cells.get(f"{other}_if_trusted", "") for name, other in withheld.items()}
    return {
        **cells,
        **{name: text for name, text in trusted.items() if text and not cells.get(name)},
    }


def _no_predictions(path: Path) -> ManifestError:
    return ManifestError(
        f"{path}: is not a table of predictions: it needs the columns file_name and score"
    )


def _match(
    rows: Rows, performances: Sequence[Performance], path: Path
) -> tuple[list[Mapping[str, str]], list[Sample]]:
    """Bring predictions and true scores together; performances without a score are left out."""
    measured, samples = [], []
    for performance in performances:
        row = _row_of(performance, rows)
        if row is None or row["error"] or performance.score is None:
            continue
        measured.append(row)
        samples.append(without_video(performance))
    if not samples:
        raise ManifestError(
            f"{path}: predicts no performance of the manifest that has a score: "
            "use the manifest that the predictions were made from, with its scores"
        )
    return measured, samples


def _count_learned(
    measured: Sequence[Mapping[str, str]], samples: Sequence[Sample]
) -> tuple[int | None, str | None]:
    """Count the performances that the model learned from, where the table says; warn of them.

    Where it does not, those are suspected that the manifest says are to be learned from.
    """
    n = len(measured)
    if all(row.get("is_remembered") for row in measured):
        n_remembered = sum(row["is_remembered"] == "true" for row in measured)
        why = f"the model learned from {n_remembered} of the {n} performances measured"
        return n_remembered, _warning(why) if n_remembered else None
    n_suspected = sum(s.performance.split in ("train", "validation") for s in samples)
    why = (
        f"{n_suspected} of the {n} performances measured are of the split train or validation, "
        "from which models learn"
    )
    return None, _warning(why) if n_suspected else None


def _warning(why: str) -> str:
    return (
        f"{why}: these numbers show what the model remembers rather than how well it scores: "
        "measure others (podium predict --split test)"
    )


def without_video(performance: Performance) -> Sample:
    """Build a sample of a performance whose video plays no part, as for the floors."""
    return Sample(performance, _no_features())


@cache
def _no_features() -> Features:
    nothing = np.zeros((1, 1))
    return Features(nothing.astype(np.float32), nothing[0], nothing[0], "none", None)


def _row_of(performance: Performance, rows: Rows) -> Mapping[str, str] | None:
    """Find a performance's row: by its id and the longest end of its path that was predicted."""
    parts = performance.path.parts
    names = ["/".join(parts[start:]) for start in range(len(parts))]
    keys = [(name, id_) for name in names for id_ in (performance.id, "")]
    return next((rows[key] for key in keys if key in rows), None)


def _floors(
    samples: Sequence[Sample],
    performances: Sequence[Performance],
    score_range: tuple[float, float],
) -> tuple[dict[str, Measures], str]:
    measured = {sample.performance.id for sample in samples}
    train = [
        without_video(p)
        for p in performances
        if p.split == "train" and p.score is not None and p.id not in measured
    ]
    if len(train) >= MIN_TRAIN:
        words = f"baselines were fitted to the {len(train)} training performances of the manifest"
        return _measure(floor_predictions(train, samples), samples, score_range), words
    if len(samples) < 2:
        return {}, "no baselines: there is nothing to fit them to"
    if len(samples) > MAX_LEFT_OUT:
        return {}, (
            f"no baselines: {len(samples):,} performances are more than the {MAX_LEFT_OUT:,} that "
            "are left out in turn: measure a part of them, or add training rows to the manifest"
        )
    floors = _measure(left_out_floor_predictions(samples), samples, score_range)
    return {**floors, "constant": without_ranks(floors["constant"])}, LEFT_OUT


def _measure(
    predicted: Mapping[str, Floats], samples: Sequence[Sample], score_range: tuple[float, float]
) -> dict[str, Measures]:
    return {name: measure(values, samples, score_range) for name, values in predicted.items()}


def _score_range(performances: Sequence[Performance]) -> tuple[float, float]:
    scores = [p.score for p in performances if p.score is not None]
    return min(scores), max(scores)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
