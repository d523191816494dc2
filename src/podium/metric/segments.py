"""Where the elements of a long performance begin: where it comes back to what it starts from.

An element leaves a pose that the performance keeps coming back to (standing, gliding, a needle at
rest) and ends in it. So there is a border wherever the features come nearest to their usual value
and have gone far enough away from it on both sides. (Of rendered routines, this finds twice as many
borders as cutting where the mean of the features changes does: an element holds several poses.)
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from podium.features.values import Features, Sample
from podium.metric.matching import Array, Ints
from podium.performance import Phase
from podium.video.clips import ClipOptions

LEAST_CLIPS = 4
"""No element is shorter than about two seconds."""

PROMINENCE = 0.2
"""So far, in usual distances, features go away from their usual value between two borders."""

MAX_SEGMENTS = 60
"""A performance is cut into so many elements at most: at the clearest of the borders."""


class Element(NamedTuple):
    """An element that somebody named, and the clip that it begins in."""

    name: str
    first: int


def marked_elements(sample: Sample) -> tuple[Element, ...]:
    """Return the phases that a performance is marked with, in order, but those within one clip."""
    found: dict[int, str] = {}
    for phase in sorted(sample.performance.phases, key=lambda one: one.start_frame):
        found.setdefault(_clip_of(phase.start_frame, sample.features), phase.name)
    return tuple(Element(name, first) for first, name in found.items())


def as_phases(elements: tuple[Element, ...], n_clips: int) -> tuple[Phase, ...]:
    """Return elements as phases of a performance of which no more than its clips is known."""
    width = ClipOptions.n_frames
    borders = [*(one.first for one in elements), n_clips]
    return tuple(
        Phase(one.name, width * first, width * end - 1)
        for one, (first, end) in zip(elements, pairwise(borders), strict=True)
    )


def _clip_of(frame: int, features: Features) -> int:
    """Return which clip a frame of the file lies in; the last one ends with the last frame."""
    width, n = ClipOptions.n_frames, len(features)
    n_used = features.n_used or width * n
    before_end = (n_used - 1) - (frame - features.first_used) / features.step
    return int(np.clip(n - 1 - before_end // width, 0, n - 1))


def rest_borders(values: Array) -> Ints:
    """Return which clip of (clips, dim) each element begins with, (elements,); the first is 0."""
    from scipy.signal import find_peaks

    spread = values.std(axis=0)
    scaled = (values - np.median(values, axis=0)) / np.where(spread > 1e-9, spread, np.inf)
    away = np.linalg.norm(scaled, axis=1)
    usual = float(np.median(away)) or 1.0
    found, about = find_peaks(-away / usual, prominence=PROMINENCE, distance=LEAST_CLIPS)
    inside = (found >= LEAST_CLIPS) & (found <= len(values) - LEAST_CLIPS)
    found, clear = found[inside], about["prominences"][inside]
    clearest = np.argsort(-clear, kind="stable")[: MAX_SEGMENTS - 1]
    return np.concatenate([[0], np.sort(found[clearest])]).astype(np.intp)
