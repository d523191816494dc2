"""Pose and windowed DFT (Pirsiavash, Vondrick and Torralba, 2014)."""

import math

import torch
from torch import Tensor

from podium.scorers._pose_spectrum import PoseSpectrum

MIN_POWER = 1e-12
"""Added under the root of the power, so that silence has a gradient too."""


class PoseDFT(PoseSpectrum):
    """How strong each frequency of the joints' movement is (Fourier), wherever in time it falls."""

    name = "pose_dft"

    def spectrum(self, series: Tensor) -> Tensor:
        """Return the strength of the low frequencies, 0 or more."""
        return low_strengths(series, self.options.n_frequencies)


def low_strengths(series: Tensor, n_frequencies: int) -> Tensor:
    """Return the absolute first Fourier coefficients under a Hann window, over frames.

    (frames, coordinates) -> (n_frequencies, coordinates); frequencies above half the frame rate,
    which so few frames do not have, are 0.
    """
    n_frames = len(series)
    frequency = torch.arange(n_frequencies, dtype=series.dtype)[:, None]
    time = torch.arange(n_frames, dtype=series.dtype)[None]
    angle = 2 * math.pi * frequency * time / n_frames
    window = 0.5 - 0.5 * torch.cos(2 * math.pi * (time + 0.5) / n_frames)
    real, imaginary = (torch.cos(angle) * window) @ series, (torch.sin(angle) * window) @ series
    strengths = torch.sqrt(real**2 + imaginary**2 + MIN_POWER) / n_frames
    return strengths * (frequency <= n_frames / 2)
