"""What is marked in training performances: the event that they share, and their phases."""

from collections.abc import Sequence

import numpy as np

from podium.errors import TrainingError
from podium.features.event import (
    MIN_PERFORMANCES,
    WINDOWS,
    Anchor,
    Marked,
    event_backbone,
    learn_anchor,
    window_ends,
)
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.turning import COPIES
from podium.features.values import Sample
from podium.folds.division import are_grouped, parts
from podium.folds.groups import Grouping
from podium.performance import Performance
from podium.training.options import Progress, TrainingOptions
from podium.video.clips import ClipOptions


def find_anchor(
    performances: Sequence[Performance],
    grouping: Grouping,
    options: TrainingOptions,
    cache: FeatureCache | None,
    progress: Progress,
) -> Anchor | None:
    """Learn to find the event at which clips are to be aligned, where one is named.

    Performances marked `validation` are not learned from. How well it is found is measured with
    whole groups left out.

    Raises
    ------
    TrainingError
        If it is marked in too few performances.
    """
    if not options.event:
        return None
    train = [p for p in performances if p.split != "validation"]
    found = find_marked(train, options.event, cache, progress)
    names = dict(zip([p.id for p in performances], grouping.names, strict=True))
    groups = [names[id_] for id_ in found]
    left_out = parts(groups, 0) if are_grouped(groups) else ()
    anchor = learn_anchor(options.event, options.after_event, [*found.values()], left_out)
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
) -> dict[str, Marked]:
    """Look at those performances that have a phase of that name, for `podium.features.event`.

    Return what was seen by the id of the performance.
    """
    known = _with_event(performances, event)
    begins = {p.id: _beginning(p, event) for p in known}
    advance = progress.counting(f"looking for {event}", len(known))
    extraction = extract(known, Extractor(event_backbone(), WINDOWS, cache), COPIES[1:], advance)
    return {
        sample.performance.id: Marked(
            sample.features.values,
            window_ends(seen.n_used),
            int(((begins[sample.performance.id] or 0) - seen.first_used) / seen.step),
            int(_before(sample.performance, event) / seen.step),
            tuple(copy.values for copy in sample.variants),
        )
        for sample in extraction.samples
        for seen in (sample.features,)
    }


def _with_event(performances: Sequence[Performance], event: str) -> list[Performance]:
    return [p for p in performances if _beginning(p, event) is not None]


def _beginning(performance: Performance, event: str) -> int | None:
    return next((p.start_frame for p in performance.phases if p.name == event), None)


def _before(performance: Performance, event: str) -> int:
    """Return how many frames lie between the first phase and the event; 0 where nothing does."""
    begins = _beginning(performance, event)
    first = performance.phases[0]
    return max(begins - first.end_frame - 1, 0) if begins is not None else 0


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
