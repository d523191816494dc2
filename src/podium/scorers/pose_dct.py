"""Pose and DCT (Pirsiavash, Vondrick and Torralba, 2014)."""

import math

import torch
from torch import Tensor

from podium.scorers._pose_spectrum import PoseSpectrum


class PoseDCT(PoseSpectrum):
    """The slow movements of the joints (cosine transform); says which joint should move where."""

    name = "pose_dct"

    def spectrum(self, series: Tensor) -> Tensor:
        """Return the low frequencies of the cosine transform (DCT-II), signed."""
        return low_cosines(series, self.options.n_frequencies)


def low_cosines(series: Tensor, n_frequencies: int) -> Tensor:
    """Return the first coefficients of the orthonormal DCT-II, over the root of the length.

    (frames, coordinates) -> (n_frequencies, coordinates). Frequencies that so few frames do not
    have are 0. Divided by the root, a slower film of the same movement has the same numbers.
    """
    n_frames = len(series)
    frequency = torch.arange(n_frequencies, dtype=series.dtype)[:, None]
    time = torch.arange(n_frames, dtype=series.dtype)[None]
    waves = torch.cos(math.pi * (2 * time + 1) * frequency / (2 * n_frames))
    norms = torch.full_like(frequency, math.sqrt(2 / n_frames))
    norms[0] = math.sqrt(1 / n_frames)
    exists = frequency < n_frames
    return (waves * norms * exists) @ series / math.sqrt(n_frames)
