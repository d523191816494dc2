"""What a clip shows and how it moves, by a small 3-D network that ships: no download, no GPU.

C3D's layout (Tran et al., 2015), thinned and factorised: every 3x3x3 convolution is a spatial one
and a temporal one (Tran et al., 2018), so that a clip costs a fiftieth of C3D's. It learned from
training dives what a photograph network and counts of white water see, which stage of a dive is
shown and how far the water is, and the body's angles from rendered dives; never from what judges
gave. Each half of a clip is described by itself.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.backbones import require_clips
from podium.backbones._engine import Engine, EngineOptions, Precision
from podium.backbones._weights_file import network_of
from podium.machine.files import digest

VERSION = 2
WEIGHTS = Path(__file__).parent / "_weights" / "c3d_mini.safetensors"
ADVICE = "give weights written by scripts/train_c3d_mini.py"

WIDTHS = (32, 48, 96, 192)
"""Channels at a quarter of the size (two layers), an eighth, and a sixteenth."""

N_GROUPS = 4
"""Into how many groups of four frames the network sums up a clip of 16."""

GROUP_DIM = 256
"""How many numbers sum up a group for the tasks of training."""

N_PARTS = 2
"""Into how many parts of time a feature divides a clip."""

ACROSS, ALONG = (1, 3, 3), (3, 1, 1)
"""Kernels, (frames, rows, columns): over the picture, and over time."""


class C3DMiniNetwork(nn.Module):
    """Pixels of clips -> what each group of four frames shows."""

    def __init__(self) -> None:
        super().__init__()
        quarter, second, eighth, sixteenth = WIDTHS
        self.layers = nn.Sequential(
            _layer(3, quarter, (1, 7, 7), stride=(1, 4, 4), padding=(0, 2, 2)),
            _layer(quarter, second, ACROSS),
            nn.MaxPool3d((1, 2, 2)),
            _Halving(second),
            _layer(second, eighth, ACROSS),
            _Residual(eighth, ALONG),
            _Residual(eighth, ACROSS),
            _Halving(eighth),
            nn.MaxPool3d((1, 2, 2), ceil_mode=True),
            _layer(eighth, sixteenth, ACROSS),
            _Residual(sixteenth, ALONG),
            _Residual(sixteenth, ACROSS),
            _Residual(sixteenth, ALONG),
        )
        self.summary = nn.Linear(2 * sixteenth, GROUP_DIM)

    def forward(self, pixels: Tensor) -> Tensor:
        """Describe (clips, 3, 16, height, width) of 0-255 as (clips, parts * 3 * channels).

        Of each channel of the last layer and each part of the clip: its mean, how large it gets,
        and how much it varies over the picture: for judging, on folds of training dives, more
        than the summary that the tasks of training read.
        """
        seen = self.seen(pixels).flatten(3)
        groups = torch.cat([seen.mean(3), seen.amax(3), seen.std(3)], dim=1).transpose(1, 2)
        return in_parts(groups).flatten(1)

    def seen(self, pixels: Tensor) -> Tensor:
        """Return the last layer's maps, (clips, channels, groups, rows, columns)."""
        maps: Tensor = self.layers((pixels - 110) / 60)
        return maps

    def groups(self, pixels: Tensor) -> Tensor:
        """Sum up each group of four frames for the tasks, (clips, groups, GROUP_DIM)."""
        seen = self.seen(pixels)
        over_picture = torch.cat([seen.mean((3, 4)), seen.amax((3, 4))], dim=1)
        groups: Tensor = torch.relu(self.summary(over_picture.transpose(1, 2)))
        return groups


def in_parts(groups: Tensor) -> Tensor:
    """Average groups, (clips, groups, dim), over each part of the clip, (clips, parts, dim)."""
    return groups.reshape(len(groups), N_PARTS, N_GROUPS // N_PARTS, groups.shape[-1]).mean(dim=2)


class C3DMini:
    """Sees what a clip shows and how it moves, with a small network that ships.

    `weights` is a safetensors file of a `C3DMiniNetwork`; without it, the one that ships. A clip
    and its mirror image are described and averaged, as no judge minds the side.

    Raises
    ------
    WeightsError
        If the weights are missing, damaged or another network's.
    """

    name = "c3d_mini"
    frame_size = (160, 120)
    dim = N_PARTS * 3 * WIDTHS[-1]

    def __init__(self, weights: Path | None = None, precision: Precision = "fp32") -> None:
        path = weights or WEIGHTS
        network = network_of(C3DMiniNetwork, path, ADVICE)
        self._engine = Engine(network, options=EngineOptions(precision, n_clips=9))
        self.fingerprint = f"c3d_mini-{VERSION}-{digest(path)[:16]}-{precision}"

    def __call__(self, clips: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Describe clips of (clips, 16, 120, 160, 3) as (clips, dim); see `Backbone`."""
        require_clips(clips, self.frame_size)
        if not len(clips):
            return np.zeros((0, self.dim), np.float32)
        mirrored = clips[:, :, :, ::-1]
        return np.asarray((self._engine(clips) + self._engine(mirrored)) / 2, np.float32)


class _Residual(nn.Module):
    """A convolution whose result is added to what it was given."""

    def __init__(self, n_channels: int, kernel: tuple[int, int, int]) -> None:
        super().__init__()
        self.change = nn.Sequential(*_convolution(n_channels, n_channels, kernel))

    def forward(self, seen: Tensor) -> Tensor:
        return torch.relu_(seen + self.change(seen))


class _Halving(nn.Module):
    """Halves the number of frames: a convolution over time is added to the mean of each two."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(*_convolution(n_channels, n_channels, ALONG, stride=(2, 1, 1)))
        self.mean = nn.AvgPool3d((2, 1, 1))

    def forward(self, seen: Tensor) -> Tensor:
        return torch.relu_(self.mean(seen) + self.change(seen))


def _layer(
    n_in: int,
    n_out: int,
    kernel: tuple[int, int, int],
    stride: tuple[int, int, int] = (1, 1, 1),
    padding: tuple[int, int, int] | None = None,
) -> nn.Module:
    return nn.Sequential(*_convolution(n_in, n_out, kernel, stride, padding), nn.ReLU(inplace=True))


def _convolution(
    n_in: int,
    n_out: int,
    kernel: tuple[int, int, int],
    stride: tuple[int, int, int] = (1, 1, 1),
    padding: tuple[int, int, int] | None = None,
) -> tuple[nn.Module, nn.Module]:
    around = padding or (kernel[0] // 2, kernel[1] // 2, kernel[2] // 2)
    return nn.Conv3d(n_in, n_out, kernel, stride, around, bias=False), nn.BatchNorm3d(n_out)
