"""From labelled performances to a model folder, with what is needed to trust it."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from podium.errors import TrainingError, UsageError
from podium.evaluation.classes import classes_of
from podium.evaluation.evidence import Evidence
from podium.evaluation.measures import Floats, true_scores
from podium.features.event import Anchor
from podium.features.extraction import Extraction, Extractor, FeatureCache
from podium.features.values import Sample
from podium.folds.division import N_PARTS, Ints, are_grouped, parts
from podium.folds.groups import group_by
from podium.judging import rule_kept_by
from podium.machine import extras
from podium.machine.terminal import brief
from podium.model import Model
from podium.performance import SCORE_PREFIX, Performance
from podium.training.evidence import MAX_NAME, Judging, LeftOut
from podium.training.fitting import Fitting
from podium.training.learnable import require_enough
from podium.training.left_out import LeavingOut
from podium.training.lesson import Lesson, lesson_of, looked_at, parted, usable_of
from podium.training.marked import find_anchor, moments
from podium.training.options import Progress, TrainingOptions
from podium.training.pieces import UNFINISHED, Piece
from podium.witnesses import Witnesses, learn

MIN_REST = 2 * (N_PARTS - 1)
"""So many are left to learn from, at least, where a group is left out: as where few are parted."""


def train_model(
    performances: Sequence[Performance],
    folder: Path,
    options: TrainingOptions = TrainingOptions(),
    *,
    cache: FeatureCache | None = None,
    resume: bool = False,
    progress: Progress = Progress(),
) -> tuple[Model, Extraction]:
    """Train a model, measure it on performances and on groups left out, and save it to `folder`.

    Performances marked `test` and those without a score are not looked at; those marked
    `validation` may say when to stop, and are not learned from. With `resume`, folds that an
    interrupted run has finished are taken from it. Gives the model, and which videos could not be
    used.

    Raises
    ------
    MissingExtra
        If the extra `train` is not installed.
    UsageError
        If `folder` holds something already, and it is not to be resumed; or performances cannot be
        grouped as the options say.
    TrainingError
        If there is too little to learn from.
    """
    require_free(folder, resume)
    lesson = lesson_of(performances, options, cache=cache, progress=progress)
    work = _Work(options, folder / UNFINISHED, progress)
    divided = _divisions(lesson, options)
    predicted = _predict_left_out(lesson, divided, work)
    model = _fit(lesson, predicted, work, folder.resolve().name)
    learner = _Named(lesson, divided, work)
    others = {name: learner.fit(name, model) for name in lesson.named}
    model = replace(_aligned(model, lesson.anchor), scores=others, headline=lesson.headline)
    model.save(folder)
    shutil.rmtree(work.unfinished, ignore_errors=True)
    for half_written in folder.glob(".*.????????"):  # of a run that was killed
        half_written.unlink(missing_ok=True)
    progress.report("done", 1, 1)
    return model, lesson.extraction


def pieces_of(
    performances: Sequence[Performance],
    folder: Path,
    options: TrainingOptions = TrainingOptions(),
    *,
    cache: FeatureCache | None = None,
    progress: Progress = Progress(),
) -> tuple[list[Piece], Extraction]:
    """List what `train_model` makes of the same that can be made apart, in its order.

    A piece that is made is kept below `folder`; where all are, `train_model` goes on from them.

    Raises
    ------
    MissingExtra, UsageError, TrainingError
        As `train_model` does.
    """
    require_free_but_for_pieces(folder)
    lesson = lesson_of(performances, options, cache=cache, progress=progress)
    work, divided = _Work(options, folder / UNFINISHED, progress), _divisions(lesson, options)
    learner = _Named(lesson, divided, work)
    named = [piece for name in lesson.named for piece in learner.pieces(name)]
    return [*_pieces(lesson, divided, work), *named], lesson.extraction


def _pieces(lesson: Lesson, divided: "Sequence[_Division]", work: "_Work") -> list[Piece]:
    """List the folds of a lesson, and the networks of its scorer."""
    leaving, fitting = work.leaving(lesson), work.fitting(lesson)
    folds = [piece for one in divided for piece in leaving.pieces(one.parts)]
    return [*folds, *fitting.pieces()]


def learn_witnesses_anew(
    model: Model,
    performances: Sequence[Performance],
    options: TrainingOptions,
    *,
    cache: FeatureCache | None = None,
    progress: Progress = Progress(),
) -> Model:
    """Learn again what a model doubts by, from what it was trained on; its scorer stays as it is.

    The event is found as before, since the scorer's clips were aligned by it; what is usual about
    it is learned anew, too.

    Raises
    ------
    MissingExtra
        If the extra `train` is not installed.
    UsageError
        If performances cannot be grouped as the options say.
    TrainingError
        If there is too little to learn from.
    """
    extras.require("train", "training")
    usable, _ = usable_of(performances)
    grouping = group_by(usable, options.group)
    found = find_anchor(usable, grouping, options, cache, progress)
    anchor = model.anchor
    if anchor and found:
        anchor = replace(
            found, weights=anchor.weights, offset=anchor.offset, limit=anchor.limit,
            usual_error=anchor.usual_error, large_error=anchor.large_error,
        )  # fmt: skip
    extractor = Extractor(model.backbone, model.clip_options, cache, anchor)
    extraction = looked_at(usable, extractor, options, progress)
    lesson = parted(extraction, grouping.column, extractor, None)
    return _aligned(replace(model, witnesses=learn(lesson.train)), anchor)


def _aligned(model: Model, anchor: Anchor | None) -> Model:
    """Give a model what aligns its clips: a video without the event lacks its end."""
    if anchor is None:
        return model
    return replace(model, anchor=anchor, witnesses=replace(model.witnesses, ending=None))


class _Division(NamedTuple):
    """Parts that are left out in turn, by index, and the group of each performance."""

    parts: Sequence[Ints]
    groups: Sequence[str]

    def among(self, rows: Ints) -> "_Division":
        """Return the same parts of some performances only; those that are empty are gone."""
        kept = [np.flatnonzero(np.isin(rows, part)) for part in self.parts]
        return _Division([part for part in kept if len(part)], [self.groups[int(i)] for i in rows])


@dataclass(frozen=True)
class _Work:
    """How everything is learned, where what is done is kept, and whom to tell of it."""

    options: TrainingOptions
    unfinished: Path
    progress: Progress

    def leaving(self, lesson: Lesson) -> LeavingOut:
        """Return what measures a lesson's scorer on parts that are left out."""
        given = lesson.train, lesson.validation
        return LeavingOut(*given, self.options, self.unfinished, self.progress)

    def fitting(self, lesson: Lesson) -> Fitting:
        """Return what fits a lesson's scorer."""
        given = lesson.train, lesson.validation
        return Fitting(*given, self.options, self.unfinished, self.progress)

    def about(self, name: str) -> "_Work":
        """Return it for another score, whose name is told with each stage."""
        tell = self.progress.report
        return replace(
            self, progress=Progress(lambda stage, done, n: tell(f"{name}: {stage}", done, n))
        )


@dataclass(frozen=True)
class _Named:
    """Learns the other scores that performances have: of the same features, in the same folds."""

    lesson: Lesson
    divided: Sequence[_Division]
    work: _Work

    def fit(self, name: str, main: Model) -> Model:
        """Learn one, and measure it.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        try:
            lesson, divided = self._about(name)
            work = self.work.about(name)
            found = _predict_left_out(lesson, divided, work)
            return _fit(lesson, found, work, f"{main.name}: {name}", main.witnesses)
        except TrainingError as error:
            raise TrainingError(f"{SCORE_PREFIX}{name}: {error}") from error

    def pieces(self, name: str) -> list[Piece]:
        """List what can be made apart of one.

        Raises
        ------
        TrainingError
            If there is too little to learn from.
        """
        try:
            return _pieces(*self._about(name), self.work.about(name))
        except TrainingError as error:
            raise TrainingError(f"{SCORE_PREFIX}{name}: {error}") from error

    def _about(self, name: str) -> tuple[Lesson, list[_Division]]:
        lesson, rows = self.lesson.about(name)
        require_enough(len(lesson.train))
        return lesson, [one.among(rows) for one in self.divided]


def require_free(folder: Path, resume: bool) -> None:
    """Refuse a folder for a model that holds something already, which is not to be gone on with.

    Raises
    ------
    UsageError
        If it does, or is a file.
    """
    if folder.is_file():
        raise UsageError(f"{folder}: is a file: name a folder for the model")
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise UsageError(
            f"{folder}: is not empty: choose another folder, or add --resume to finish or renew it"
        )


def require_free_but_for_pieces(folder: Path) -> None:
    """Refuse a folder that holds more than pieces of a model.

    Raises
    ------
    UsageError
        If it does, or is a file.
    """
    holds_pieces_alone = folder.is_dir() and {one.name for one in folder.iterdir()} <= {UNFINISHED}
    require_free(folder, resume=holds_pieces_alone)


def _can_be_left_out(lesson: Lesson, wanted: str | None) -> bool:
    """Return whether each group can be left out; where that is `wanted`, refuse what cannot be."""
    groups = [sample.group for sample in lesson.train]
    if wanted is None and not _leaves_both(lesson.train, groups):
        return False
    sizes = Counter(filter(None, groups))
    largest, n = max(sizes.items(), key=lambda one: one[1], default=("", 0))
    if len(groups) - n >= MIN_REST:
        return bool(lesson.column) and are_grouped(groups)
    if wanted is not None:
        raise TrainingError(
            f"--group {brief(wanted, MAX_NAME)}: without {brief(largest, MAX_NAME)!r}, "
            f"{len(groups) - n} of the {len(groups)} performances with scores are left to learn "
            f"from, and {MIN_REST} are needed: choose a column with smaller groups, or leave "
            "--group out"
        )
    return False


def _leaves_both(samples: Sequence[Sample], groups: Sequence[str]) -> bool:
    """Return whether something is left to tell apart, whichever group is left out."""
    scores = np.array([sample.performance.score for sample in samples])
    return all(len(np.unique(scores[np.array(groups) != group])) > 1 for group in {*groups} - {""})


def _divisions(lesson: Lesson, options: TrainingOptions) -> list[_Division]:
    """Draw parts that are left out at random, and, where groups are known, whole groups."""
    drawn = [_Division(parts(lesson.alone, options.seed), lesson.alone)]
    if _can_be_left_out(lesson, options.group):
        groups = [sample.group for sample in lesson.train]
        divided = parts(groups, options.seed, classes=_classes(lesson.train))
        drawn.append(_Division(divided, groups))
    return drawn


def _predict_left_out(lesson: Lesson, divided: Sequence[_Division], work: _Work) -> list[LeftOut]:
    """Predict each performance left out at random, and, where groups are known, with its group.

    The last is what the model is judged by.
    """
    leaving = work.leaving(lesson)
    random, *grouped = divided
    found = [_at_random(leaving, random)]
    return found + [_by_group(leaving, one, lesson.column) for one in grouped]


def _at_random(leaving: LeavingOut, division: _Division) -> LeftOut:
    predicted = leaving.predict(division.parts, "measuring on left-out folds")
    return LeftOut(predicted, *division)


def _by_group(leaving: LeavingOut, division: _Division, column: str) -> LeftOut:
    return LeftOut(_without_groups(leaving, division.parts, column), *division)


def hardest_left_out(
    lesson: Lesson, options: TrainingOptions, unfinished: Path, progress: Progress
) -> LeftOut:
    """Predict each performance with its group left out; at random where no groups are known.

    It is what a model is judged by. Folds that are in the folder `unfinished` are taken from it.

    Raises
    ------
    TrainingError, UsageError
        If what is left is too little to learn from.
    """
    leaving = _Work(options, unfinished, progress).leaving(lesson)
    random, *grouped = _divisions(lesson, options)
    return _by_group(leaving, grouped[0], lesson.column) if grouped else _at_random(leaving, random)


def _classes(samples: Sequence[Sample]) -> list[float]:
    """Return the class of each performance, where they are of two; else nothing."""
    true = true_scores(samples)
    return true.tolist() if classes_of(true) else []


def _without_groups(leaving: LeavingOut, divided: Sequence[Ints], column: str) -> Floats:
    try:
        return leaving.predict(divided, f"measuring on each {column} left out")
    except TrainingError as error:
        raise TrainingError(
            f"with each {brief(column, MAX_NAME)} left out, what is left is too little to learn "
            f"from ({error}): choose a column with smaller groups by --group, or another scorer"
        ) from error


def _described(options: TrainingOptions) -> str:
    """Say where the data came from, and the metric, where it is another model's."""
    if options.kept is None:
        return options.description
    return f"{options.description}; the metric is that of the model {options.kept.model}, kept"


def _fit(
    lesson: Lesson,
    predicted: Sequence[LeftOut],
    work: _Work,
    name: str,
    witnesses: Witnesses | None = None,
) -> Model:
    samples, names, options = lesson.train, lesson.names, work.options
    scorer = work.fitting(lesson).fitted()
    judging = Judging(samples, scorer.target.divisors(samples), options.scorer)
    labelling = judging.labelling(predicted[-1], names) if names else None
    predicted = [judging.as_chances(one, names) for one in predicted] if names else predicted
    random, *grouped = [judging.results(one) for one in predicted]
    performances = [sample.performance for sample in samples]
    return Model(
        name=name,
        backbone_name=options.backbone,
        scorer_name=options.scorer,
        backbone=lesson.extractor.backbone,
        clip_options=options.clips,
        scorer=scorer,
        calibration=judging.calibration(predicted[-1]),
        witnesses=witnesses or learn(samples),
        score_range=(float(judging.true.min()), float(judging.true.max())),
        rule=rule_kept_by(performances),
        moments=moments(samples, options.clips),
        actions=tuple(sorted({p.action for p in performances if p.action})),
        evidence=Evidence(
            _described(options),
            len(samples),
            options.seed,
            random,
            left_out=grouped[0] if grouped else {},
            grouped_by=brief(lesson.column, MAX_NAME) if grouped else "",
            groups=judging.by_group(predicted[-1]) if grouped else (),
            n_groups=len({*predicted[-1].groups} - {""}) if grouped else 0,
            n_validation=len(lesson.validation),
            copies=lesson.named_copies(),
            n_tries=options.n_tries,
        ),
        labelling=labelling,
        reads=samples[0].features.backbone,
    )
