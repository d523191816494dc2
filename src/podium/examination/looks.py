"""How the entry looks: three clips about the moment in which the water is met, close up."""

from functools import cache

import numpy as np
import numpy.typing as npt

from podium.backbones.c3d_mini_close import C3DMiniClose
from podium.examination.window import window_of
from podium.measures import Dive, entry_of
from podium.remarks import looks_of

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

PER_SECOND, BEFORE, N_FRAMES, N_CLIPS = 30, 24, 16, 3
"""Clips of 16 frames, 30 a second; the first begins so many frames before the water is met."""


def entry_looks(dive: Dive) -> dict[str, float]:
    """Return how well a dive looks executed and how faulty its entry looks, by name.

    Nothing where the body is not seen to meet the water, or the pictures are not there.
    """
    clips = clips_of(dive)
    return {} if clips is None else looks_of(clips)


def clips_of(dive: Dive) -> Array | None:
    """Return the features of the clips about the entry, (clips, numbers), or `None`."""
    entry, water = entry_of(dive), dive.moments.water
    if entry is None or water is None or dive.pixels is None:
        return None
    shown = _frames(dive.athlete.start_seconds, water.index)
    width, height = C3DMiniClose.frame_size
    window = window_of(dive, entry, width / height, int(shown.max()) + 1)
    looks = {index: window.look(index, (width, height)) for index in set(shown.tolist())}
    pixels = np.stack([looks[index] for index in shown.tolist()])
    return _backbone()(pixels.reshape(N_CLIPS, N_FRAMES, height, width, 3))


def _frames(seconds: npt.NDArray[np.float64], water: int) -> npt.NDArray[np.intp]:
    """Return which frames are shown at the times of the clips, the nearest ones."""
    times = seconds[water] + (np.arange(N_CLIPS * N_FRAMES) - BEFORE) / PER_SECOND
    middles = (seconds[1:] + seconds[:-1]) / 2
    return np.asarray(np.searchsorted(middles, times), np.intp)


@cache
def _backbone() -> C3DMiniClose:
    return C3DMiniClose()
