"""Which moment of one performance is which of another: two sequences of features, put in step."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.backbones.motion import Motion
from podium.checks import check_options, is_finite, require
from podium.errors import FeatureError, PodiumError
from podium.features.extraction import Extractor, FeatureCache
from podium.features.values import Features
from podium.features.warping import accumulate, cheapest_way, moment_distances
from podium.performance import Performance
from podium.video.clips import ClipOptions

Floats = npt.NDArray[np.float64]

MAX_MOMENTS = 1_500
"""A performance is looked at in no more moments than about this: matching takes their square."""


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
    ours, theirs = _middles(query), _middles(reference)
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
    n_frames = max(coarse.performance(one).n_used for one in (query, reference))
    stride = max(options.n_stride_frames, -(-n_frames // MAX_MOMENTS))
    fine = Extractor(backbone, ClipOptions(stride=stride), cache)
    return align(fine.performance(query), fine.performance(reference), options)


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
