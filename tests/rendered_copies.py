"""Rendered dives as numbers, and what becomes of these when a video is passed on."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from podium.backbones.motion import Motion
from podium.features.values import Features, Sample
from podium.performance import Performance
from podium.simulation import SimulationOptions, simulate
from podium.video.augmentation import slower

Pixels = npt.NDArray[np.uint8]

DIVES = SimulationOptions(n_performances=24, width=80, height=64, seed=3)

COPIES: Mapping[str, Callable[[Pixels], Pixels]] = {
    "begins 5 frames later": lambda frames: frames[5:],
    "begins 8 frames later": lambda frames: frames[8:],
    "begins 12 frames later": lambda frames: frames[12:],
    "ends 2 frames earlier": lambda frames: frames[:-2],
    "ends a clip earlier": lambda frames: frames[:-16],
    "24 frames a second": partial(slower, rate=0.8),
}


def sample_of(id: str, values: npt.NDArray[np.floating], **known: str) -> Sample:
    """A performance of these features, (clips, dim)."""
    times = np.arange(len(values), dtype=float)
    features = Features(values.astype(np.float32), times, times + 1, "made-up", None)
    return Sample(Performance(id, Path(id), **known), features)


@cache
def _films() -> tuple[Pixels, ...]:
    return tuple(
        np.stack([Image.fromarray(frame).resize((160, 120)) for frame in one.frames()])
        for one in simulate(DIVES)
    )


def _seen(frames: Pixels) -> npt.NDArray[np.float32]:
    n_clips = len(frames) // 16
    return Motion()(frames[len(frames) - 16 * n_clips :].reshape(n_clips, 16, 120, 160, 3))


@cache
def dives() -> tuple[Sample, ...]:
    """Two dozen dives, as `Motion` sees them."""
    return tuple(sample_of(f"dive{i}", _seen(film)) for i, film in enumerate(_films()))


@cache
def copies_of(which: int) -> Mapping[str, Sample]:
    """Copies of one of the dives, by what became of them."""
    return {
        name: sample_of(name, _seen(change(_films()[which]))) for name, change in COPIES.items()
    }
