"""Made-up performances as numbers, and how little it takes to learn from them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from podium.features.values import Features, Sample
from podium.metric.learning import LearningOptions
from podium.metric.pairs import PairOptions
from podium.performance import Performance
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.video.clips import VideoFacts

QUICK = SiameseLSTMOptions(
    n_networks=1,
    learning=LearningOptions(n_epochs=4, batch_size=64),
    pairs=PairOptions(threshold=15.0, n_similar=60, n_dissimilar=60),
)
"""Enough to learn from two dozen videos in a second, and no more."""


def hide_labels(sample: Sample) -> Sample:
    """The same performance as nobody has judged it."""
    return replace(sample, performance=replace(sample.performance, score=None, judges=()))


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    """A factory of labelled performances with random features: `make_sample("a", score=60)`."""

    def make(
        id: str,
        values: npt.NDArray[np.float32] | None = None,
        *,
        n_clips: int = 4,
        dim: int = 3,
        **known: Any,
    ) -> Sample:
        if values is None:
            generator = np.random.default_rng(sum(id.encode()))
            values = generator.normal(size=(n_clips, dim)).astype(np.float32)
        starts = np.arange(len(values), dtype=float)
        facts = VideoFacts(16 * len(values), 16 * len(values), 0, float(len(values)))
        features = Features(values, starts, starts + 1, "made-up", facts)
        return Sample(Performance(id, Path(f"{id}.mp4"), **known), features)

    return make


def last_clips(sample: Sample, n_clips: int) -> Sample:
    """The same performance, of which only the last clips were seen."""
    features = sample.features
    kept = replace(
        features,
        values=features.values[-n_clips:],
        start_seconds=features.start_seconds[-n_clips:],
        end_seconds=features.end_seconds[-n_clips:],
    )
    return replace(sample, features=kept)
