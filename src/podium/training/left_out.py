"""Measuring a scorer on performances that it was not fitted to: at random, and whole groups."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from podium import _catalog
from podium.errors import PodiumError
from podium.evaluation.measures import Floats
from podium.features.values import Sample
from podium.features.values import hide_labels as hide_labels
from podium.folds.division import Ints
from podium.inputs.saved import value_of
from podium.machine.files import read_json, write_bytes
from podium.scorers import Scorer
from podium.scorers._references import reference_choice
from podium.training.options import Progress, TrainingOptions
from podium.training.pieces import Piece, state_of

MAX_FOLD_BYTES = 10_000_000
"""How large a file of a fold's predictions may be."""


@dataclass(frozen=True)
class LeavingOut:
    """Fits a scorer to all performances but those of one part, for each part in turn."""

    samples: Sequence[Sample]
    validation: Sequence[Sample]
    options: TrainingOptions
    unfinished: Path
    """The folder in which the folds of an interrupted run are kept."""

    progress: Progress

    def predict(self, divided: Sequence[Ints], stage: str) -> Floats:
        """Predict every performance once, by a scorer that did not see its part, in points."""
        found = np.zeros(len(self.samples))
        for number, (part, fold) in enumerate(zip(divided, self._folds(divided), strict=True)):
            self.progress.report(stage, number, len(divided))
            found[part] = self.kept(*fold)
        return found

    def pieces(self, divided: Sequence[Ints]) -> list[Piece]:
        """List the folds of these parts."""
        return [
            Piece(self._path(*fold).name, partial(self.kept, *fold))
            for fold in self._folds(divided)
        ]

    def kept(self, train: Sequence[Sample], queries: Sequence[Sample]) -> list[float]:
        """Predict, or take what an interrupted run predicted from the same."""
        path = self._path(train, queries)
        known = _read_fold(path, len(queries))
        return known or _write_fold(path, self._predict(train, queries))

    def _folds(self, divided: Sequence[Ints]) -> Iterator[tuple[list[Sample], list[Sample]]]:
        """Yield what is learned from and what is predicted, for each part."""
        for part in divided:
            others = np.setdiff1d(np.arange(len(self.samples)), part)
            yield [self.samples[i] for i in others], [self.samples[i] for i in part]

    def _path(self, train: Sequence[Sample], queries: Sequence[Sample]) -> Path:
        state = state_of(self.options, train, queries, self.validation)
        return self.unfinished / f"fold-{state}.json"

    def _predict(self, train: Sequence[Sample], queries: Sequence[Sample]) -> list[float]:
        """Predict by a scorer that may stop on validation, but for groups that are left out."""
        groups = {query.group for query in queries} - {""}
        stopping = [sample for sample in self.validation if sample.group not in groups]
        options = self.options
        scorer = fitted_scorer(options, train, stopping)
        return [float(value) for value in scorer.predict([hide_labels(q) for q in queries])]


def fitted_scorer(
    options: TrainingOptions, train: Sequence[Sample], stopping: Sequence[Sample]
) -> Scorer:
    """Fit a scorer as options say: all of it, or what comes after a metric that is kept."""
    if options.kept:
        chosen = options.references and reference_choice(options.references)
        return options.kept.scorer.refit(train, chosen or None)
    return unfitted_scorer(options).fit(train, stopping)


def unfitted_scorer(options: TrainingOptions) -> Scorer:
    """Build the scorer that options name."""
    return make_scorer(options.scorer, options.scorer_options, options.seed)


def make_scorer(name: str, options: Any, seed: int) -> Scorer:
    """Build an unfitted scorer by its name, with its own default options where none are given."""
    (kind,) = _catalog.resolve("podium.scorers", name, (name,))
    scorer: Scorer = kind(seed=seed) if options is None else kind(options, seed=seed)
    return scorer


def _read_fold(path: Path, n: int) -> list[float] | None:
    """Read the predictions of a fold; `None` where there are none, or not so many numbers."""
    try:
        kept = read_json(path, MAX_FOLD_BYTES)
        return list(value_of(tuple[float, ...], kept, path.name)) if len(kept) == n else None
    except (OSError, PodiumError, TypeError):
        return None


def _write_fold(path: Path, values: list[float]) -> list[float]:
    write_bytes(path, json.dumps(values).encode())
    return values
