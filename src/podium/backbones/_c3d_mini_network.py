"""The network of `c3d_mini` as PyTorch's, to be trained; `c3d_mini` runs it without PyTorch."""

import torch
from torch import Tensor, nn

from podium.backbones.c3d_mini import ACROSS, ALONG, N_GROUPS, N_PARTS, WIDTHS

GROUP_DIM = 256
"""How many numbers sum up a group for the tasks of training."""


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
