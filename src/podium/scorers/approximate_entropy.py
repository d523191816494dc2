"""Approximate entropy (Venkataraman, Vlachos and Turaga, 2015): how regular a movement is.

ApEn (Pincus, 1991) of each joint coordinate over time, and cross-ApEn of pairs of joints along the
same axis, scored by a linear SVR.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.errors import UsageError
from podium.features.values import Sample
from podium.scorers import Floats
from podium.scorers._pose_spectrum import keypoints_of
from podium.scorers._support_vectors import LineScorer
from podium.scorers._target import TargetChoice

MAX_FRAMES = 2_000
"""Each frame is compared with each of the others."""


@dataclass(frozen=True)
class ApproximateEntropyOptions:
    """What counts as the same: `length` frames whose values differ by less than `tolerance`.

    `tolerance` is in standard deviations. Of longer performances, `n_frames` frames are looked at,
    evenly. Without `cross`, joints are not compared with each other.
    """

    target: TargetChoice = "auto"
    length: int = 2
    tolerance: float = 0.2
    n_frames: int = 100
    cross: bool = True

    def __post_init__(self) -> None:
        check_options(self)
        fits = self.length >= 1 and self.length + 2 <= self.n_frames <= MAX_FRAMES
        if not fits or self.tolerance <= 0:
            raise UsageError(
                f"{self}: length must be 1 or more, tolerance above 0, and n_frames from "
                f"length + 2 to {MAX_FRAMES}"
            )


class ApproximateEntropy(LineScorer[ApproximateEntropyOptions]):
    """How regular the joints' movements are, alone and in pairs, and a line on it."""

    name = "approximate_entropy"
    reads = "keypoints"
    options_class = ApproximateEntropyOptions

    def inputs(self, samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
        """Describe each performance by the entropies of its joints, (performances, dim)."""
        return np.stack([entropies(_positions(s, self.options), self.options) for s in samples])


def entropies(positions: npt.NDArray[Any], options: ApproximateEntropyOptions) -> Floats:
    """Describe (frames, joints, dims): ApEn of each coordinate, then of pairs along each axis."""
    centred = positions.astype(np.float64) - positions.mean(axis=0)
    scaled = centred / np.maximum(centred.std(axis=0), 1e-9)
    _, n_joints, n_dims = scaled.shape
    m, r = options.length, options.tolerance
    own = [
        cross_entropy(scaled[:, joint, axis], scaled[:, joint, axis], m, r)
        for axis in range(n_dims)
        for joint in range(n_joints)
    ]
    pairs = combinations(range(n_joints), 2) if options.cross else ()
    both = [
        cross_entropy(scaled[:, one, axis], scaled[:, other, axis], m, r)
        for one, other in pairs
        for axis in range(n_dims)
    ]
    return np.array(own + both)


def cross_entropy(first: Floats, second: Floats, length: int, tolerance: float) -> float:
    """Return how badly the course of one series predicts that of another; of itself, it is ApEn.

    Both (frames,), scaled. 0 is regular. Where a stretch of the first has no match in the second,
    half a match is assumed, so that the logarithm exists.
    """
    apart = np.abs(first[:, None] - second[None])
    return _log_matches(apart, length, tolerance) - _log_matches(apart, length + 1, tolerance)


def _log_matches(apart: Floats, length: int, tolerance: float) -> float:
    """Average the log of the share of stretches of `length` that stay within the tolerance."""
    n = len(apart) - length + 1
    largest = apart[:n, :n]
    for step in range(1, length):
        largest = np.maximum(largest, apart[step : step + n, step : step + n])
    shares = (largest <= tolerance).mean(axis=1)
    return float(np.log(np.maximum(shares, 0.5 / n)).mean())


def _positions(sample: Sample, options: ApproximateEntropyOptions) -> npt.NDArray[np.float32]:
    relative = keypoints_of(sample).relative_to_head()
    n_kept = min(len(relative), options.n_frames)
    return relative[np.linspace(0, len(relative) - 1, n_kept).round().astype(np.int64)]
