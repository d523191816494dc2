"""A performance before it is scored: its clips as numbers, and where in time they stand."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from podium.checks import require_array, require_times
from podium.doubts import Doubt, DoubtKind
from podium.errors import FeatureError
from podium.performance import Performance
from podium.video.clips import VideoFacts

FEATURES_GIVEN = DoubtKind("features_given")
"""Features were given instead of a video."""


@dataclass(frozen=True)
class Features:
    """What a backbone saw in each clip of one performance.

    `values` is (clips, dim), times (clips,) in seconds from the first frame of the file (`nan`
    where features were given as a file), `backbone` the fingerprint of what made them. `video` is
    `None` where no video was looked at: then clips count from the first frame of an unknown one.
    """

    values: npt.NDArray[np.float32]
    start_seconds: npt.NDArray[np.float64]
    end_seconds: npt.NDArray[np.float64]
    backbone: str
    video: VideoFacts | None

    def __post_init__(self) -> None:
        require_array("values", self.values, np.float32, (None, None), FeatureError)
        require_times(self.start_seconds, self.end_seconds, len(self.values), FeatureError)

    def __repr__(self) -> str:
        return f"Features({self.values.shape}, {self.backbone})"

    def __len__(self) -> int:
        return len(self.values)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is to be doubted about the video, or that there was none."""
        return self.video.doubts if self.video else (FEATURES_GIVEN(),)

    @property
    def n_used(self) -> int:
        """How many frames are in a clip; 0 where no video was looked at."""
        return self.video.n_used if self.video else 0

    @property
    def first_used(self) -> int:
        """Which frame of the file, from 0, the first clip begins with."""
        return self.video.first_used if self.video else 0

    @property
    def step(self) -> float:
        """How many frames of the file one of a clip stands for."""
        return self.video.step if self.video else 1


@dataclass(frozen=True)
class Sample:
    """A performance with its features, and those of its augmented variants: what scorers read."""

    performance: Performance
    features: Features
    variants: tuple[Features, ...] = ()
    group: str = ""
    """What it must not be parted from: those of the same group (`podium.folds`); "" is its own."""

    def __post_init__(self) -> None:
        if self.variants:
            shape = (None, self.features.values.shape[1])
            for features in self.variants:
                require_array(
                    "values of a variant", features.values, np.float32, shape, FeatureError
                )


def hide_labels(sample: Sample) -> Sample:
    """Hide what a scorer must not see of a performance that it is to score."""
    performance = replace(sample.performance, score=None, judges=(), scores={})
    return replace(sample, performance=performance, variants=())
