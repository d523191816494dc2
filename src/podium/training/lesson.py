"""What is learned from: performances looked at, parted, and grouped where none may be parted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from podium.backbones import make_backbone
from podium.errors import TrainingError, UsageError
from podium.evaluation.labels import ClassNames
from podium.evaluation.named import about, headline_of, with_headline
from podium.features.anew import extract_to_learn
from podium.features.event import Anchor
from podium.features.extraction import Extraction, Extractor, FeatureCache
from podium.features.values import Sample
from podium.folds.copies import near_copies, with_groups
from podium.folds.division import Ints
from podium.folds.groups import group_by, grouped_by
from podium.inputs.saved import MAX_TEXT, can_be_kept, shown
from podium.machine import extras
from podium.machine.terminal import brief
from podium.performance import Performance
from podium.training.evidence import MAX_COPIES, MAX_KEPT, MAX_NAME
from podium.training.learnable import learnable, learnable_scores, require_enough
from podium.training.marked import find_anchor
from podium.training.options import Progress, TrainingOptions
from podium.video.clips import MAX_CLIPS


@dataclass(frozen=True)
class Lesson:
    """What is learned from, what may say when to stop, and what is never parted."""

    train: Sequence[Sample]
    """Those that are learned from."""

    validation: Sequence[Sample]
    """Those that may say when to stop."""

    column: str
    """What performances are grouped by; "" where nothing is known of them."""

    alone: Sequence[str]
    """The group of each training performance where only near-copies are kept together."""

    copies: tuple[tuple[str, ...], ...]
    """Which performances are copies of one another, by id."""

    extraction: Extraction
    """All that was looked at, and what could not be used."""

    extractor: Extractor
    """What looked at it."""

    names: ClassNames | None
    """How two classes are named, where the scores are labels of such."""

    headline: str = ""
    """Which of the named scores stands for the whole, "" where there is a score of the whole."""

    named: tuple[str, ...] = ()
    """The other scores that performances have, and that are learned each by itself."""

    @property
    def anchor(self) -> Anchor | None:
        """What finds the event that clips are aligned at, where there is one."""
        return self.extractor.anchor

    def about(self, name: str) -> tuple["Lesson", Ints]:
        """Return it with another score, of those that have it, and which of `train` these are."""
        train, validation = (_about(part, name) for part in (self.train, self.validation))
        rows = np.flatnonzero([one.performance.score is not None for one in train])
        alone = [self.alone[int(i)] for i in rows]
        return replace(
            self,
            train=[train[i] for i in rows],
            validation=[one for one in validation if one.performance.score is not None],
            alone=alone,
            names=None,
        ), rows

    def named_copies(self) -> tuple[tuple[str, ...], ...]:
        """Return them as a model keeps them: cut short, and of very many some."""
        return tuple(
            tuple(brief(name, MAX_NAME) for name in ids[:MAX_COPIES])
            for ids in self.copies[:MAX_KEPT]
        )


def _about(samples: Sequence[Sample], name: str) -> list[Sample]:
    rated = about([sample.performance for sample in samples], name)
    return [replace(s, performance=one) for s, one in zip(samples, rated, strict=True)]


def lesson_of(
    performances: Sequence[Performance],
    options: TrainingOptions,
    *,
    cache: FeatureCache | None = None,
    progress: Progress = Progress(),
) -> Lesson:
    """Look at all that is to be learned from; what is marked `test` or has no score is not.

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
    headline = headline_of([one for one in performances if one.split != "test"])
    usable, names = usable_of(with_headline(performances, headline))
    named = learnable_scores(usable, headline)
    grouping = group_by(usable, options.group)
    backbone = make_backbone(options.backbone, (options.backbone,))
    anchor = find_anchor(usable, grouping, options, cache, progress)
    extractor = Extractor(backbone, options.clips, cache, anchor)
    extraction = looked_at(usable, extractor, options, progress)
    lesson = parted(extraction, grouping.column, extractor, names)
    _require_enough(lesson.train, extraction)
    return replace(lesson, headline=headline, named=tuple(named))


def usable_of(
    performances: Sequence[Performance],
) -> tuple[list[Performance], ClassNames | None]:
    """Return those that may be looked at, and the names of their classes, if they have such.

    Raises
    ------
    TrainingError, UsageError
        If there is nothing to learn from, or something that a model could not be read with.
    """
    usable, names = learnable(performances)
    _require_words_to_keep(usable, names)
    _require_experts_of_known_actions(usable)
    return usable, names


def parted(
    extraction: Extraction, column: str, extractor: Extractor, names: ClassNames | None
) -> Lesson:
    """Part what is learned from and what says when to stop; copies are of one group with theirs."""
    samples = extraction.samples
    performances = [sample.performance for sample in samples]
    copies = near_copies(samples)
    grouped = with_groups(samples, grouped_by(performances, column), copies)
    alone = with_groups(samples, grouped_by(performances, ""), copies)
    is_validation = [p.split == "validation" for p in performances]
    return Lesson(
        train=[one for one, is_not in zip(grouped, is_validation, strict=True) if not is_not],
        validation=[one for one, is_so in zip(grouped, is_validation, strict=True) if is_so],
        column=column,
        alone=[one.group for one, is_not in zip(alone, is_validation, strict=True) if not is_not],
        copies=tuple(tuple(performances[i].id for i in cluster) for cluster in copies),
        extraction=extraction,
        extractor=extractor,
        names=names,
    )


def _require_words_to_keep(performances: Sequence[Performance], names: ClassNames | None) -> None:
    """Refuse an action, a phase or a class that a model could not be read with."""
    for label in (names.better, names.worse) if names else ():
        if not can_be_kept(label) or len(label) > MAX_NAME:
            raise TrainingError(
                f"the class {shown(label)} cannot be kept in a model: give its name "
                f"{MAX_NAME} characters at most, none of which steers a terminal"
            )
    for one in performances:
        for what, name in (("action", one.action), *(("phase", p.name) for p in one.phases)):
            if name and not can_be_kept(name):
                raise TrainingError(
                    f"{one.id}: the {what} {shown(name)} cannot be kept in a model: give "
                    f"{MAX_TEXT:,} characters at most, none of which steers a terminal"
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
    reasons = "; ".join(str(error) for error in list(extraction.errors.values())[:3])
    require_enough(len(samples), f" (not usable: {reasons})" if reasons else "")


def looked_at(
    performances: Sequence[Performance],
    extractor: Extractor,
    options: TrainingOptions,
    progress: Progress,
) -> Extraction:
    """Look at performances, and tell of each; those that cannot be used are among the errors."""
    advance = progress.counting("looking at videos", len(performances))
    return extract_to_learn(performances, extractor, options.augmentation, options.seed, advance)
