"""Tables of predictions, measured against the true scores of a manifest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from podium.errors import ManifestError
from podium.evaluation import metrics
from podium.evaluation.actions import ActionMeasures, by_action
from podium.evaluation.classes import Classes, classes_of
from podium.evaluation.floors import Floor, measured_floors
from podium.evaluation.groups import GroupMeasures, by_group
from podium.evaluation.labels import better_class, classes_in_table, scored_by_class, with_scores
from podium.evaluation.measures import (
    Floats,
    Measures,
    blank,
    can_say,
    floor_predictions,
    measure,
    true_scores,
)
from podium.evaluation.named import (
    about,
    headline_of,
    names_of,
    said_of_headline,
    with_headline,
)
from podium.evaluation.predictions import (
    Predicted,
    Row,
    Rows,
    classes_in,
    is_withheld,
    predicted_by,
    read_predictions,
    row_of,
    rows_of_score,
)
from podium.features.values import Features, Sample
from podium.folds.division import members_of
from podium.folds.groups import Grouping, group_by
from podium.performance import SCORE_PREFIX, Performance

MIN_TRAIN = 10

MAX_LEFT_OUT = 5_000
"""So many performances are left out in turn: the work grows with the square of their number."""

LEAST_SAID = 0.01
"""That a rank correlation is too low is said from this share of pairs on, 0-1."""


@dataclass(frozen=True)
class _Yardstick:
    """What predictions and floors are measured with."""

    score_range: tuple[float, float]
    """The lowest and the highest true score of the manifest."""

    classes: Classes | None
    """The two labels that its scores are, if they are."""

    def measure(self, predicted: Predicted, samples: Sequence[Sample]) -> Measures:
        """Measure what a table predicts of the samples."""
        true = true_scores(samples)
        found = self.measure_scores(predicted.scores, samples)
        if self.classes and found.classes:
            labels = self.classes.low, self.classes.high
            accuracy = metrics.accuracy(predicted.decided, true, labels)
            found = replace(found, classes=replace(found.classes, accuracy=accuracy))
        covered = predicted.covers(true)
        return found if covered is None else replace(found, covered=float(covered.mean()))

    def measure_scores(self, scores: Floats, samples: Sequence[Sample]) -> Measures:
        """Measure scores, (performances,), that have no range."""
        return measure(scores, samples, self.score_range, classes=self.classes)


def evaluate_predictions(
    predictions: Path, performances: Sequence[Performance], group: str | None = None
) -> dict[str, Any]:
    """Measure a table of predictions: the values of `podium evaluate --json`.

    The floors are fitted to the training rows of the manifest that are not measured; with too few
    of them, to all measured performances but the one in question and its group. `group` is the
    column that says which belong together, `None` for the finest there is (`folds.group_by`). Other
    scores that both tables have, in columns `score_NAME`, are measured each by itself.

    Raises
    ------
    MissingFile, ManifestError
        If the table is missing or damaged, or names no performance that has a true score.
    UsageError
        If the column of the groups is not known of every performance measured.
    """
    rows = read_predictions(predictions)
    headline = headline_of(performances)
    rated = with_headline(performances, headline)
    if headline and f"{SCORE_PREFIX}{headline}" in next(iter(rows.values())):
        rows = rows_of_score(rows, headline, predictions)
    found = _evaluated(rows, rated, predictions, group)
    warnings = [*found["warnings"], *([said_of_headline(headline)] if headline else [])]
    scores = _named(rows, performances, predictions, group)
    several = {"headline": headline or None, "scores": scores} if scores or headline else {}
    return {**found, "warnings": warnings, **several}


def _named(
    rows: Rows, performances: Sequence[Performance], predictions: Path, group: str | None
) -> dict[str, Any]:
    """Measure each of several scores that are predicted and known, by its name."""
    predicted = next(iter(rows.values()))
    return {
        name: _evaluated(
            rows_of_score(rows, name, predictions), about(performances, name), predictions, group
        )
        for name in names_of(performances)
        if f"{SCORE_PREFIX}{name}" in predicted
    }


def _evaluated(
    rows: Rows, performances: Sequence[Performance], predictions: Path, group: str | None
) -> dict[str, Any]:
    """Measure one score of performances."""
    classes, better = classes_in(next(iter(rows.values()))), None
    if classes:
        better = better_class(classes, performances, predictions)
        performances = with_scores(performances, better)
    elif all(performance.score is None for performance in performances):
        performances = scored_by_class(performances, classes_in_table(performances))
    measured, alone = _match(rows, performances, predictions)
    grouping = group_by([sample.performance for sample in alone], group)
    samples = [replace(s, group=name) for s, name in zip(alone, grouping.names, strict=True)]
    scores = [p.score for p in performances if p.score is not None]
    yardstick = _Yardstick((min(scores), max(scores)), classes_of(scores))
    predicted = predicted_by(measured, better)
    n_remembered, warning = _count_learned(measured, samples)
    floors, fitted_to = _floors(samples, performances, yardstick, grouping)
    return {
        **yardstick.measure(predicted, samples).to_json(),
        "score_range": list(yardstick.score_range),
        "n_failed": sum(1 for row in rows.values() if row["error"]),
        **_trusted(measured, samples, yardstick, better),
        "n_remembered": n_remembered,
        "warnings": [warning] if warning else [],
        "grouped_by": grouping.column or None,
        "groups": [one.to_json() for one in _by_group(predicted, samples)],
        "actions": [one.to_json() for one in _by_action(predicted, samples, yardstick)],
        "baselines": {name: floor.to_json() for name, floor in floors.items()},
        "baselines_fitted_to": fitted_to,
    }


def _match(
    rows: Rows, performances: Sequence[Performance], path: Path
) -> tuple[list[Row], list[Sample]]:
    """Bring predictions and true scores together; performances without a score are left out."""
    measured, samples = [], []
    for performance in performances:
        row = row_of(performance, rows)
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


def _trusted(
    measured: Sequence[Row], samples: Sequence[Sample], yardstick: _Yardstick, better: str | None
) -> dict[str, Any]:
    """Count the scores that were withheld, and measure the others alone; null without any."""
    kept = [i for i, row in enumerate(measured) if not is_withheld(row)]
    n_withheld = len(measured) - len(kept)
    if not kept or not n_withheld:
        return {"n_withheld": n_withheld, "not_withheld": None}
    predicted = predicted_by([measured[i] for i in kept], better)
    others = yardstick.measure(predicted, [samples[i] for i in kept])
    return {"n_withheld": n_withheld, "not_withheld": others.to_json()}


def _by_group(predicted: Predicted, samples: Sequence[Sample]) -> tuple[GroupMeasures, ...]:
    true, names = true_scores(samples), [sample.group for sample in samples]
    return by_group(predicted.scores, true, names, predicted.covers(true))


def _by_action(
    predicted: Predicted, samples: Sequence[Sample], yardstick: _Yardstick
) -> tuple[ActionMeasures, ...]:
    actions = [sample.performance.action for sample in samples]
    return by_action(predicted.scores, true_scores(samples), actions, yardstick.classes)


def _count_learned(
    measured: Sequence[Row], samples: Sequence[Sample]
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


def _floors(
    samples: Sequence[Sample],
    performances: Sequence[Performance],
    yardstick: _Yardstick,
    grouping: Grouping,
) -> tuple[dict[str, Measures], str]:
    measured = {sample.performance.id for sample in samples}
    train = [
        without_video(p)
        for p in performances
        if p.split == "train" and p.score is not None and p.id not in measured
    ]
    if len(train) >= MIN_TRAIN:
        words = f"baselines were fitted to the {len(train)} training performances of the manifest"
        predicted = floor_predictions(train, samples)
        found = {k: yardstick.measure_scores(v, samples) for k, v in predicted.items()}
        return {k: one if can_say(k, samples) else blank(one) for k, one in found.items()}, words
    left_out = members_of(grouping.names)
    if len(left_out) < 2:
        return {}, "no baselines: there is nothing to fit them to"
    if len(left_out) * len(samples) > MAX_LEFT_OUT**2:
        return {}, (
            f"no baselines: {len(samples):,} performances are more than the {MAX_LEFT_OUT:,} that "
            "are left out in turn: measure a part of them, or add training rows to the manifest"
        )
    floors = measured_floors(samples, left_out, yardstick.score_range, yardstick.classes)
    return {k: floor.measures for k, floor in floors.items()}, _said_of(floors, grouping.column)


def _said_of(floors: Mapping[str, Floor], column: str) -> str:
    """Say what floors left out were fitted to, and which of their ranks say little or nothing."""
    same = f", but for those of the same {column}" if column else ""
    low = [k for k, one in floors.items() if one.has_ranks and one.artefact.score >= LEAST_SAID]
    blank = [k for k, one in floors.items() if not one.has_ranks]
    too_low = f"the rank correlation of {_listed(low)} is too low, and that" if low else ""
    return (
        "for each performance, baselines were fitted to all the others that were measured"
        f"{same}; performances that a baseline says the same of are then ranked the wrong way "
        f"round, so {too_low or 'the rank correlation'} of {_listed(blank)} is left blank"
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
