"""From labelled performances to a model folder, with what is needed to trust it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from podium import _catalog
from podium.backbones import Backbone, make_backbone
from podium.checks import check_options
from podium.errors import PodiumError, TrainingError, UsageError
from podium.evaluation.calibration import calibrate
from podium.evaluation.measures import (
    Floats,
    floor_predictions,
    measure,
    true_scores,
    with_coverage,
)
from podium.features.event import (
    MIN_PERFORMANCES,
    WINDOWS,
    Anchor,
    Marked,
    event_backbone,
    learn_anchor,
    window_ends,
)
from podium.features.extraction import Extraction, Extractor, FeatureCache, extract
from podium.features.values import Sample
from podium.inputs.saved import value_of
from podium.judging import rule_kept_by
from podium.machine import extras
from podium.machine.files import read_json, write_bytes
from podium.model import Evidence, Model
from podium.performance import Performance
from podium.scorers import Scorer
from podium.video.augmentation import AugmentationOptions, draw
from podium.video.clips import MAX_CLIPS, ClipOptions
from podium.witnesses import learn

N_FOLDS = 5

MAX_FOLD_BYTES = 10_000_000
"""How large a file of a fold's predictions may be."""


@dataclass(frozen=True)
class TrainingOptions:
    """What is trained, on what features, with which seed.

    `scorer_options` is the options value of the scorer, `None` for its defaults; `description`
    says in the model card where the data came from. `event` names the phase of the performances at
    whose beginning their clips are to be aligned (`podium.features.event`), "" for the ends of the
    videos; the last clip then ends `after_event` frames after it.
    """

    scorer: str = "siamese_lstm"
    backbone: str = "motion"
    seed: int = 0
    scorer_options: Any = None
    augmentation: AugmentationOptions = field(
        default_factory=lambda: AugmentationOptions(n_variants=0)
    )
    clips: ClipOptions = field(default_factory=ClipOptions)
    event: str = ""
    after_event: int = 24
    description: str = "performances from a table of the user's own"

    def __post_init__(self) -> None:
        check_options(self, seed=0, after_event=0)


@dataclass(frozen=True)
class Progress:
    """Whom to tell how far training is: the stage in words, steps done and steps in all."""

    report: Callable[[str, int, int], None] = lambda stage, done, total: None

    def counting(self, stage: str, total: int) -> Callable[[], None]:
        """Return what is to be called after each step of a stage."""
        done = count(1)
        return lambda: self.report(stage, next(done), total)


def train_model(
    performances: Sequence[Performance],
    folder: Path,
    options: TrainingOptions = TrainingOptions(),
    *,
    cache: FeatureCache | None = None,
    resume: bool = False,
    progress: Progress = Progress(),
) -> tuple[Model, Extraction]:
    """Train a model, measure it on left-out folds, and save it to `folder`.

    Performances marked `test` and those without a score are not looked at. With `resume`, folds
    that an interrupted run has finished are taken from it. Gives the model, and which videos could
    not be used.

    Raises
    ------
    MissingExtra
        If the extra `train` is not installed.
    UsageError
        If `folder` holds something already, and it is not to be resumed.
    TrainingError
        If there is too little to learn from.
    """
    _require_free(folder, resume)
    extras.require("train", "training")
    usable = [p for p in performances if p.split != "test" and p.score is not None]
    if not usable:
        raise TrainingError("no performance outside the test split has a score to learn from")
    _require_experts_of_known_actions(usable)
    backbone = make_backbone(options.backbone, (options.backbone,))
    anchor = _anchor(usable, options, cache, progress)
    extractor = Extractor(backbone, options.clips, cache, anchor)
    extraction = _extract(usable, extractor, options, progress)
    samples = extraction.samples
    _require_enough(samples, extraction)
    unfinished = folder / ".unfinished"
    predicted, floors = _predict_left_out(samples, options, unfinished, progress)
    name = folder.resolve().name
    model = _fit(samples, predicted, floors, backbone, options, name)
    if anchor:  # a video without the event lacks its end
        witnesses = replace(model.witnesses, ending=None)
        model = replace(model, anchor=anchor, witnesses=witnesses)
    model.save(folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    for half_written in folder.glob(".*.????????"):  # of a run that was killed
        half_written.unlink(missing_ok=True)
    progress.report("done", 1, 1)
    return model, extraction


def folds(n: int, seed: int, n_folds: int = N_FOLDS) -> list[npt.NDArray[np.int64]]:
    """Divide `n` performances at random into folds; each is left out once."""
    order = np.random.default_rng(seed).permutation(n)
    return [np.sort(part) for part in np.array_split(order, min(n_folds, n))]


def make_scorer(name: str, options: Any, seed: int) -> Scorer:
    """Build an unfitted scorer by its name, with its own default options where none are given."""
    (kind,) = _catalog.resolve("podium.scorers", name, (name,))
    scorer: Scorer = kind(seed=seed) if options is None else kind(options, seed=seed)
    return scorer


def _require_free(folder: Path, resume: bool) -> None:
    if folder.is_file():
        raise UsageError(f"{folder}: is a file: name a folder for the model")
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise UsageError(
            f"{folder}: is not empty: choose another folder, or add --resume to finish or renew it"
        )


def _require_experts_of_known_actions(performances: Sequence[Performance]) -> None:
    """Refuse an expert whose action no one else performs: nobody could be compared with it."""
    performed = {p.action for p in performances if not p.is_reference}
    strangers = [p for p in performances if p.is_reference and p.action not in performed]
    if strangers:
        named = ", ".join(f"{p.id} ({p.action})" for p in strangers)
        raise UsageError(
            f"no performance has the action of these references: {named}: references must be of "
            f"one of {', '.join(sorted(str(action) for action in performed))}"
        )


def _require_enough(samples: Sequence[Sample], extraction: Extraction) -> None:
    longest = max((len(sample.features) for sample in samples), default=0)
    if longest > MAX_CLIPS:
        raise TrainingError(
            f"a performance has {longest} clips, more than the {MAX_CLIPS} that a model may read: "
            "leave it out, or give a part of it"
        )
    if len(samples) < 2 * N_FOLDS:
        reasons = "; ".join(str(error) for error in list(extraction.errors.values())[:3])
        raise TrainingError(
            f"{len(samples)} usable performances with scores are too few to train on: give "
            f"{2 * N_FOLDS} or more" + (f" (not usable: {reasons})" if reasons else "")
        )


def _anchor(
    performances: Sequence[Performance],
    options: TrainingOptions,
    cache: FeatureCache | None,
    progress: Progress,
) -> Anchor | None:
    """Learn to find the event at which clips are to be aligned, where one is named."""
    if not options.event:
        return None
    found = find_marked(performances, options.event, cache, progress)
    anchor = learn_anchor(options.event, options.after_event, found)
    if anchor is None:
        raise TrainingError(
            f"{options.event} is marked in {len(found)} performances, too few to learn to find "
            f"it: mark it in {MIN_PERFORMANCES} or more, or align clips at the ends of the videos"
        )
    return anchor


def find_marked(
    performances: Sequence[Performance],
    event: str,
    cache: FeatureCache | None = None,
    progress: Progress = Progress(),
) -> list[Marked]:
    """Look at those performances that have a phase of that name, for `podium.features.event`."""
    begins = {p.id: _beginning(p, event) for p in performances}
    known = [p for p in performances if begins[p.id] is not None]
    advance = progress.counting(f"looking for {event}", len(known))
    extraction = extract(known, Extractor(event_backbone(), WINDOWS, cache), progress=advance)
    return [
        Marked(
            sample.features.values,
            window_ends(seen.n_used),
            int(((begins[sample.performance.id] or 0) - seen.first_used) / seen.step),
        )
        for sample in extraction.samples
        for seen in (sample.features,)
    ]


def _beginning(performance: Performance, event: str) -> int | None:
    return next((p.start_frame for p in performance.phases if p.name == event), None)


def _extract(
    performances: Sequence[Performance],
    extractor: Extractor,
    options: TrainingOptions,
    progress: Progress,
) -> Extraction:
    variants = draw(options.augmentation, options.seed)
    advance = progress.counting("looking at videos", len(performances))
    return extract(performances, extractor, variants, advance)


def _predict_left_out(
    samples: Sequence[Sample], options: TrainingOptions, unfinished: Path, progress: Progress
) -> tuple[Floats, dict[str, Floats]]:
    """Predict every performance once, by a scorer (and by floors) that did not see it."""
    names = ("", "constant", "difficulty", "type_mean")
    predicted = {name: np.zeros(len(samples)) for name in names}
    parts = folds(len(samples), options.seed)
    for number, part in enumerate(parts):
        progress.report("measuring on left-out folds", number, len(parts))
        others = np.setdiff1d(np.arange(len(samples)), part)
        train, queries = [samples[i] for i in others], [samples[i] for i in part]
        path = unfinished / f"fold-{number}-{_state_of(samples, options)}.json"
        known = _read_fold(path, len(part))
        predicted[""][part] = known or _write_fold(path, _predict(train, queries, options))
        for name, values in floor_predictions(train, queries).items():
            predicted[name][part] = values
    return predicted.pop(""), predicted


def _predict(
    train: Sequence[Sample], queries: Sequence[Sample], options: TrainingOptions
) -> list[float]:
    scorer = make_scorer(options.scorer, options.scorer_options, options.seed).fit(train)
    return [float(value) for value in scorer.predict([hide_labels(q) for q in queries])]


def hide_labels(sample: Sample) -> Sample:
    """Hide what a scorer must not see of a performance that it is to score."""
    performance = replace(sample.performance, score=None, judges=())
    return replace(sample, performance=performance, variants=())


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


def _state_of(samples: Sequence[Sample], options: TrainingOptions) -> str:
    """Name what a fold depends on, so that a resumed run never takes another's."""
    content = hashlib.sha256(repr(options).encode())
    for sample in samples:
        known = replace(sample.performance, path=Path(sample.performance.path.name))
        content.update(repr(known).encode("utf-8", "backslashreplace"))
        content.update(sample.features.values.tobytes())
        for variant in sample.variants:
            content.update(variant.values.tobytes())
    return content.hexdigest()[:16]


def _fit(
    samples: Sequence[Sample],
    predicted: Floats,
    floors: dict[str, Floats],
    backbone: Backbone,
    options: TrainingOptions,
    name: str,
) -> Model:
    scorer = make_scorer(options.scorer, options.scorer_options, options.seed).fit(samples)
    divisors, true = scorer.target.divisors(samples), true_scores(samples)
    calibration = calibrate(predicted / divisors, true / divisors)
    if not calibration.is_measured:
        raise TrainingError(
            "performances that were left out were predicted without any error, so no range can be "
            "learned: give performances whose scores differ, and each of them once"
        )
    score_range = (float(true.min()), float(true.max()))
    results = {options.scorer: _coverage(samples, predicted, divisors, score_range)}
    for floor, values in floors.items():  # a floor may itself be the scorer that is trained
        results.setdefault(floor, measure(values, samples, score_range).to_json())
    performances = [sample.performance for sample in samples]
    return Model(
        name=name,
        backbone_name=options.backbone,
        scorer_name=options.scorer,
        backbone=backbone,
        clip_options=options.clips,
        scorer=scorer,
        calibration=calibration,
        witnesses=learn(samples),
        score_range=score_range,
        rule=rule_kept_by(performances),
        moments=moments(samples, options.clips),
        actions=tuple(sorted({p.action for p in performances if p.action})),
        evidence=Evidence(options.description, len(samples), options.seed, results),
    )


def _coverage(
    samples: Sequence[Sample],
    predicted: Floats,
    divisors: Floats,
    score_range: tuple[float, float],
) -> dict[str, Any]:
    """Measure left-out predictions; their ranges come from the residuals of the other folds."""
    true = true_scores(samples)
    low, high = np.zeros(len(samples)), np.zeros(len(samples))
    for part in folds(len(samples), 1):
        others = np.setdiff1d(np.arange(len(samples)), part)
        width = calibrate(predicted[others] / divisors[others], true[others] / divisors[others])
        low[part] = predicted[part] - width.half_width() * divisors[part]
        high[part] = predicted[part] + width.half_width() * divisors[part]
    measures = measure(predicted, samples, score_range)
    return with_coverage(measures, low, high, true).to_json()


def moments(samples: Sequence[Sample], options: ClipOptions) -> tuple[str, ...]:
    """Name what usually happens in each clip, counted from the end, where phases are known."""
    votes: list[list[str]] = []
    for sample in samples:
        for from_end, name in enumerate(_phases_from_end(sample, options)):
            if from_end == len(votes):
                votes.append([])
            votes[from_end].append(name)
    usual = [max(sorted(set(names)), key=names.count) for names in votes]
    return tuple(reversed(usual))


def _phases_from_end(sample: Sample, options: ClipOptions) -> list[str]:
    phases = sample.performance.phases
    if not phases:
        return []
    n_clips = len(sample.features)
    first, step = sample.features.first_used, sample.features.step
    starts = [first + index * options.stride * step for index in reversed(range(n_clips))]
    names = []
    for start in starts:
        stop = start + options.n_frames * step - 1
        overlaps = [min(stop, p.end_frame) - max(start, p.start_frame) for p in phases]
        names.append(phases[int(np.argmax(overlaps))].name)
    return names
