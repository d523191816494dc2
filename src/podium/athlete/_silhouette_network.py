"""The network of `silhouette` as PyTorch's, to be trained; `silhouette` runs it without PyTorch."""

from torch import Tensor, nn

from podium.athlete.silhouette import N_CHANNELS, PATCH, WIDTHS


class SilhouetteNetwork(nn.Module):
    """Windows, and what moves in them -> how surely each pixel is the athlete's.

    Coarser maps are added to finer ones (feature pyramids: Lin et al., 2017), so that a body is
    known by its surroundings and bounded by its details; each place of the finest map holds four
    by four pixels in its channels (Shi et al., 2016).
    """

    def __init__(self) -> None:
        super().__init__()
        quarter, eighth, sixteenth = WIDTHS
        self.at_quarter = nn.Sequential(
            _layer(N_CHANNELS, quarter, 7, stride=4), _layer(quarter, quarter, 3)
        )
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
        self.body = nn.Conv2d(quarter, PATCH**2, 3, padding=1)

    def forward(self, windows: Tensor) -> Tensor:
        """Return logits of being the athlete's, (windows, side, side).

        `windows` are (windows, 4, side, side) about 0, as `silhouette.as_read` makes them.
        """
        quarter = self.at_quarter(windows)
        eighth = self.at_eighth(quarter)
        fine = self.on_eighth(eighth + _enlarge(self.to_eighth(self.at_sixteenth(eighth)), eighth))
        finest = self.on_quarter(quarter + _enlarge(self.to_quarter(fine), quarter))
        return nn.functional.pixel_shuffle(self.body(finest), PATCH)[:, 0]


def _layer(n_in: int, n_out: int, size: int, stride: int = 1, dilation: int = 1) -> nn.Module:
    padding = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, size, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


def _enlarge(coarse: Tensor, like: Tensor) -> Tensor:
    return nn.functional.interpolate(coarse, like.shape[2:], mode="nearest")
