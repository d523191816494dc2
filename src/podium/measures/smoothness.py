"""How smoothly a movement goes."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from podium.measures._moving import NO_REPETITION, each, found, missing, moves_most
from podium.measures._values import Measurement, Reads
from podium.movement import Movement

HIGHEST_HERTZ = 10.0
LEAST_SHARE = 0.05
"""Of the largest of the spectrum: beyond the last frequency that has so much, nothing counts."""

PADDED = 4
"""The spectrum is computed from so many times as many moments, 0 where there are none."""

LEAST_FRAMES = 8


class Smoothness:
    """Measures the length of the spectrum of speed: about -1.5 is smooth, less is jerkier.

    Of the joint that moves most (spectral arc length: Balasubramanian and others, 2015).
    """

    name: ClassVar[str] = "smoothness"
    unit: ClassVar[str] = "arc length"
    phase: ClassVar[None] = None
    reads: ClassVar[Reads] = "joints"

    def __call__(self, movement: Movement) -> Measurement:
        """Measure it: the middle of all repetitions."""
        joint = moves_most(movement)
        if joint is None:
            return missing(self, NO_REPETITION)
        times = movement.angles.times
        rate = (len(times) - 1) / float(times[-1] - times[0])
        parts = [p for p in each(movement, movement.angles.of(joint)) if len(p) >= LEAST_FRAMES]
        lengths = [arc_length(abs(np.diff(part)) * rate, rate) for part in parts]
        return found(self, movement, lengths) if lengths else missing(self, NO_REPETITION)


def arc_length(speed: npt.NDArray[np.float64], rate: float) -> float:
    """Return the spectral arc length of a speed, (moments,), at so many a second; below 0."""
    n = PADDED * 2 ** int(np.ceil(np.log2(len(speed))))
    hertz = np.fft.rfftfreq(n, 1 / rate)
    spectrum = abs(np.fft.rfft(speed, n))
    spectrum = spectrum[hertz <= HIGHEST_HERTZ] / max(float(spectrum.max()), 1e-12)
    last = int(np.flatnonzero(spectrum >= LEAST_SHARE)[-1]) if spectrum.any() else 0
    kept = spectrum[: last + 1]
    if len(kept) < 2:
        return 0.0
    along = np.diff(np.linspace(0, 1, len(kept)))
    return -float(np.hypot(along, np.diff(kept)).sum())
