"""C3D-SVR (Parmar and Morris, 2017): the mean of the clips' features, and a straight line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.features.values import Sample
from podium.scorers._support_vectors import LineScorer
from podium.scorers._target import TargetChoice


@dataclass(frozen=True)
class C3DSVROptions:
    """What is predicted."""

    target: TargetChoice = "auto"

    def __post_init__(self) -> None:
        check_options(self)


class C3DSVR(LineScorer[C3DSVROptions]):
    """Averages the clips' features, whatever their order, and fits a line (linear SVR)."""

    name = "c3d_svr"

    options_class = C3DSVROptions

    def inputs(self, samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
        """Average each performance's clips and bring the mean to length 1, (performances, dim)."""
        return mean_features(samples)


def mean_features(samples: Sequence[Sample]) -> npt.NDArray[np.float32]:
    """Average each performance's clips and bring the mean to length 1, (performances, dim)."""
    means = [sample.features.values.mean(axis=0) for sample in samples]
    return np.stack([mean / max(float(np.linalg.norm(mean)), 1e-12) for mean in means])
