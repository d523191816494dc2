"""The network of `figure` as PyTorch's, to be trained; `figure` runs it without PyTorch."""

import torch
from torch import Tensor, nn

from podium.backbones.figure import POINTS, WIDTHS


class FigureNetwork(nn.Module):
    """Frames -> where each point is, and whether it is to be seen.

    A heat map for each point at a quarter of the size, whose mean position is taken (integral
    regression: Sun et al., 2018). Coarser maps are added to finer ones (feature pyramids: Lin et
    al., 2017), so that a point is found by its surroundings and placed by its details.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.at_half = _layer(3, half, 5, stride=2)
        self.at_quarter = _layer(half, quarter, 3, stride=2)
        self.at_eighth = nn.Sequential(
            _layer(quarter, eighth, 3, stride=2), _layer(eighth, eighth, 3)
        )
        self.at_sixteenth = nn.Sequential(
            _layer(eighth, sixteenth, 3, stride=2),
            _layer(sixteenth, sixteenth, 3),
            _layer(sixteenth, sixteenth, 3, dilation=2),
        )
        self.to_eighth, self.on_eighth = _layer(sixteenth, eighth, 1), _layer(eighth, eighth, 3)
        self.to_quarter, self.on_quarter = _layer(eighth, quarter, 1), _layer(quarter, quarter, 3)
        self.heat = nn.Conv2d(quarter, len(POINTS), 1)
        self.sharpness = nn.Parameter(torch.tensor(3.0))
        self.seen = nn.Linear(sixteenth, len(POINTS))

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Find the points in (frames, 3, height, width) of 0-255.

        Gives positions, (frames, points, 2), right and down in pixels, and logits of being in the
        picture and above the water, (frames, points).
        """
        quarter = self.at_quarter(self.at_half((frames - 110) / 60))
        eighth = self.at_eighth(quarter)
        sixteenth = self.at_sixteenth(eighth)
        fine = self.on_eighth(eighth + _enlarge(self.to_eighth(sixteenth), eighth))
        finest = self.on_quarter(quarter + _enlarge(self.to_quarter(fine), quarter))
        return mean_positions(self.heat(finest) * self.sharpness), self.seen(sixteenth.mean((2, 3)))


def mean_positions(heat: Tensor, pixels: int = 4) -> Tensor:
    """Return the mean of heat maps, (frames, points, rows, columns), each cell `pixels` wide.

    (frames, points, 2): right and down.
    """
    shares = heat.flatten(2).softmax(dim=-1).view_as(heat)
    rows, columns = heat.shape[2:]
    right = (shares.sum(2) * (torch.arange(columns) + 0.5)).sum(-1)
    down = (shares.sum(3) * (torch.arange(rows) + 0.5)).sum(-1)
    return torch.stack([right, down], dim=-1) * pixels


def _layer(n_in: int, n_out: int, size: int, stride: int = 1, dilation: int = 1) -> nn.Module:
    padding = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, size, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


def _enlarge(coarse: Tensor, like: Tensor) -> Tensor:
    return nn.functional.interpolate(coarse, like.shape[2:], mode="nearest")
