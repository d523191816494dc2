"""Which moment of one performance is which of another: two sequences of features, put in step."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from podium.backbones.motion import Motion
from podium.checks import check_options, is_finite, require
from podium.errors import FeatureError, PodiumError
from podium.features.extraction import Extractor, FeatureCache
from podium.features.tempo import steadier
from podium.features.values import Features
from podium.features.warping import LONG_CLIPS, accumulate, cheapest_way, moment_distances
from podium.performance import Performance
from podium.video.clips import ClipOptions
from podium.video.frames import Part

if TYPE_CHECKING:
    from podium.features.moving import Moving

Floats = npt.NDArray[np.float64]

MAX_MOMENTS = 1_500
"""A performance is looked at in no more moments than about this: matching takes their square."""


MAX_MOVING = 2_500
"""What moves is matched in no more moments than so many."""

MAX_FOLLOWED = 10_000
"""How exactly they meet is then looked for in no more moments than so many."""

MOVING_HOLD = 0.05
"""What it then costs that one of them stands still, in mean distances of two moments."""

MOVING_TOLERANCE = 0.001
"""How much dearer another way may then be: with it, 19 of 20 matches lie within their doubt."""

SMOOTH_SECONDS = 0.65
"""So long are tempos alike, at least (the width of a Gaussian)."""


@dataclass(frozen=True)
class AlignmentOptions:
    """How time may be bent.

    `hold` is what it costs, in units of the distance between two moments, that one performance
    stands still while the other goes on. `tolerance` says how much dearer (as a share) another way
    may be and still count as possible: it makes the doubt. A video is looked at every
    `n_stride_frames` frames.
    """

    hold: float = 0.3
    tolerance: float = 0.02
    n_stride_frames: int = 2

    def __post_init__(self) -> None:
        check_options(self, hold=0, tolerance=0, n_stride_frames=1)


@dataclass(frozen=True)
class Alignment:
    """Two performances in step: at `query_seconds` the reference is at `reference_seconds`.

    All three are (moments,) and in order of time; `reference_seconds` never goes back.
    `doubt_seconds` says by how much each match may lie off: so far apart are the ways of matching
    that fit about as well. `cost` is the mean difference of matched moments, as a share of the mean
    difference of any two: 0 is the same performance, 1 is no better than chance.
    """

    query_seconds: tuple[float, ...]
    reference_seconds: tuple[float, ...]
    doubt_seconds: tuple[float, ...]
    cost: float

    def __post_init__(self) -> None:
        n_moments = len(self.query_seconds)
        require(n_moments > 0, "the length of query_seconds", n_moments, "1 or more")
        for name in ("reference_seconds", "doubt_seconds"):
            n, wanted = len(getattr(self, name)), f"{n_moments}, that of query_seconds"
            require(n == n_moments, f"the length of {name}", n, wanted)
        require(is_finite(self.cost) and self.cost >= 0, "cost", self.cost, "a number of 0 or more")

    @property
    def usual_doubt_seconds(self) -> float:
        """The doubt of a moment in the middle: half are surer, half less sure."""
        return float(np.median(self.doubt_seconds))


def align(
    query: Features, reference: Features, options: AlignmentOptions = AlignmentOptions()
) -> Alignment:
    """Put two performances in step by dynamic time warping of their features.

    The way goes from both beginnings to both ends, never back (Sakoe and Chiba, 1978, with steps
    of one moment in either or both).

    Raises
    ------
    FeatureError
        If the features are of different lengths, or carry no times.
    """
    distances = moment_distances(query.values, reference.values)
    return _cheapest(distances, _middles(query), _middles(reference), options)


def align_moving(query: "Moving", reference: "Moving") -> Alignment:
    """Put two long performances in step by what moves in them, and where.

    They are matched roughly, in few moments; then in many, by a tempo that seldom changes.

    Raises
    ------
    UsageError
        If there is nothing in one of them.
    """
    n_together = -(-max(len(query.values), len(reference.values)) // MAX_MOVING)
    rough = _align_roughly(query.together(n_together), reference.together(n_together))
    at = np.array(rough.query_seconds)
    matched = np.interp(query.middle_seconds, at, _smoothed(at, np.array(rough.reference_seconds)))
    exact = np.interp(at, query.middle_seconds, steadier(query, reference, matched))
    return replace(rough, reference_seconds=tuple(exact.tolist()))


def _smoothed(ours: Floats, matched: Floats) -> Floats:
    """Return matched seconds by a tempo that changes slowly and never turns back."""
    from scipy.ndimage import gaussian_filter1d

    straight = np.interp(ours, ours[[0, -1]], matched[[0, -1]])
    step_seconds = float(ours[-1] - ours[0]) / max(len(ours) - 1, 1) or 1.0
    off = gaussian_filter1d(matched - straight, SMOOTH_SECONDS / step_seconds, mode="nearest")
    smooth = np.maximum.accumulate(straight + off)
    return np.asarray(np.clip(smooth, matched.min(), matched.max()), np.float64)


def _align_roughly(query: "Moving", reference: "Moving") -> Alignment:
    """Match all moments with all, by dynamic time warping."""
    from scipy.spatial.distance import cdist

    distances = cdist(*(one.values.astype(np.float64) for one in (query, reference)))
    distances /= float(distances.mean()) or 1.0
    options = AlignmentOptions(MOVING_HOLD, MOVING_TOLERANCE)
    return _cheapest(distances, query.middle_seconds, reference.middle_seconds, options)


def _cheapest(
    distances: Floats, ours: Floats, theirs: Floats, options: AlignmentOptions
) -> Alignment:
    """Return the cheapest way through distances, (query, reference), with the times of both."""
    forward = accumulate(distances, options.hold)
    backward = accumulate(distances[::-1, ::-1], options.hold)[::-1, ::-1]
    through = forward + backward - distances  # the cheapest whole way that matches each pair
    best = cheapest_way(forward, options.hold)
    matched = np.array([theirs[best[best[:, 0] == i, 1]].mean() for i in range(len(ours))])
    possible = through <= through.min() * (1 + options.tolerance) + 1e-9
    return Alignment(
        query_seconds=tuple(ours.tolist()),
        reference_seconds=tuple(matched.tolist()),
        doubt_seconds=tuple(_doubt(possible, theirs).tolist()),
        cost=float(distances[best[:, 0], best[:, 1]].mean()),
    )


def align_performances(
    query: Performance,
    reference: Performance,
    *,
    cache: FeatureCache | None = None,
    options: AlignmentOptions = AlignmentOptions(),
) -> Alignment:
    """Put two performances in step, each within its bounds; seconds are those of their files.

    Raises
    ------
    PodiumError
        If a video cannot be read or is too short, or a file of features is given instead.
    """
    backbone = Motion()
    coarse = Extractor(backbone, cache=cache)
    both = [coarse.performance(one) for one in (query, reference)]
    n_frames = max(one.n_used for one in both)
    if min(map(len, both)) > LONG_CLIPS:
        n_together = -(-n_frames // MAX_FOLLOWED)
        pairs = zip((query, reference), both, strict=True)
        return align_moving(*(_moving(*pair, n_together) for pair in pairs))
    stride = max(options.n_stride_frames, -(-n_frames // MAX_MOMENTS))
    fine = Extractor(backbone, ClipOptions(stride=stride), cache)
    return align(fine.performance(query), fine.performance(reference), options)


def _moving(performance: Performance, seen: Features, n_together: int) -> "Moving":
    """Return what moves in the frames of a performance that count, in the time of its file."""
    from podium.features.moving import Moving, moving  # OpenCV is only read where it is needed

    part = Part(seen.first_used, performance.end_frame)
    found = moving(performance.path, part, n_together)
    offset = float(seen.start_seconds[0] - found.start_seconds[0])
    n = max(int(np.searchsorted(found.start_seconds + offset, seen.end_seconds[-1])), 1)
    return Moving(
        found.values[:n], found.start_seconds[:n] + offset, found.end_seconds[:n] + offset
    )


def try_to_align(
    query: Performance, reference: Performance, cache: FeatureCache | None = None
) -> Alignment | None:
    """Put two performances in step, or give `None` where they cannot be."""
    try:
        return align_performances(query, reference, cache=cache)
    except PodiumError:
        return None


def _middles(features: Features) -> Floats:
    middles = (features.start_seconds + features.end_seconds) / 2
    if not np.isfinite(middles).all():
        raise FeatureError("features without times cannot be aligned: give the videos")
    return middles


def _doubt(possible: npt.NDArray[np.bool_], theirs: Floats) -> Floats:
    """Return half the time that the possible matches of each moment of the query span."""
    first = possible.argmax(axis=1)
    last = possible.shape[1] - 1 - possible[:, ::-1].argmax(axis=1)
    return np.asarray((theirs[last] - theirs[first]) / 2, np.float64)
