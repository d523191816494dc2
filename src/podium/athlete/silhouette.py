"""Which pixels are the athlete: said by a small network that ships.

It reads a window about the athlete, and what moves in it, and says of each pixel how surely it is
the athlete's. It learned from figures and dives that Podium renders, where the truth is known, and
from real ones where the network before it and a cut through the picture (GrabCut: Rother,
Kolmogorov and Blake, 2004) find the same: `scripts/train_silhouette.py`.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from podium.networks.graph import Graph, Pixels, Shape, Value, across, add, enlarged, relu
from podium.networks.kernels import Take, normalised, plain
from podium.networks.runtime import Network
from podium.networks.weights import made_of

Masks = npt.NDArray[np.bool_]
Colours = npt.NDArray[np.uint8]
Maps = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "_weights" / "silhouette.safetensors"
ADVICE = "give weights written by scripts/train_silhouette.py"

SIDE = 96
"""Silhouettes are so many pixels wide and high."""

N_CHANNELS = 4
"""What the network reads of each pixel: red, green, blue, and how it moves."""

WIDTHS = (32, 64, 96)
"""Channels of the network at a quarter, an eighth and a sixteenth of the size."""

PATCH = 4
"""The network answers for so many by so many pixels at each place of its finest map."""

LEVELS = np.array([110, 110, 110, 20], np.float32)
SPREADS = np.array([60, 60, 60, 20], np.float32)
"""About the mean of each channel, 0-255, and how far numbers are from it."""

N_AT_ONCE = 16
"""So many windows are looked at together: enough to be quick, and no more memory than it takes."""


def window(picture: Colours, right: float, down: float, reach: float, side: int = SIDE) -> Colours:
    """Cut the square of half size `reach` about a place out of a picture, as (side, side, ...).

    What lies beyond the picture repeats its border.
    """
    scale = side / (2 * reach)
    movement = np.array([[scale, 0, side / 2 - scale * right], [0, scale, side / 2 - scale * down]])
    return np.asarray(
        cv2.warpAffine(picture, movement, (side, side), borderMode=cv2.BORDER_REPLICATE)
    )


class Silhouettes:
    """Tells which pixels of a window are the athlete's, with a small network that ships.

    `weights` is a safetensors file written by `scripts/train_silhouette.py`; without it, the one
    that ships.

    Raises
    ------
    WeightsError
        If the weights are missing, damaged or another network's.
    """

    def __init__(self, weights: Path | None = None) -> None:
        self._network = Network(made_of(graph, weights or WEIGHTS, ADVICE))

    def __call__(self, windows: Colours) -> Maps:
        """Return how surely each pixel is the athlete's, (windows, SIDE, SIDE), 0 to 1.

        `windows` are (windows, SIDE, SIDE, 4): red, green, blue, and how much each pixel moves.
        """
        parts = [windows[i : i + N_AT_ONCE] for i in range(0, len(windows), N_AT_ONCE)]
        found = [_side_by_side(self._network(as_read(part)[:, None])[0][:, 0]) for part in parts]
        return np.concatenate(found) if found else np.zeros((0, SIDE, SIDE), np.float32)


def as_read(windows: Colours) -> Maps:
    """Return windows, (windows, side, side, 4), as (windows, 4, side, side) about 0."""
    return np.ascontiguousarray(((windows - LEVELS) / SPREADS).transpose(0, 3, 1, 2))


def _side_by_side(logits: Maps) -> Maps:
    """Return what the channels say of each patch of pixels, each in its place, 0 to 1."""
    n, _, rows, columns = logits.shape
    placed = logits.reshape(n, PATCH, PATCH, rows, columns).transpose(0, 3, 1, 4, 2)
    clipped = np.clip(placed.reshape(n, PATCH * rows, PATCH * columns), -30, 30)
    return np.asarray(1 / (1 + np.exp(-clipped)), np.float32)


def graph(take: Take) -> Graph:
    """Return what the network computes: windows -> logits of a patch of pixels a place.

    Coarser maps are added to finer ones (feature pyramids: Lin et al., 2017), so that a body is
    known by its surroundings and bounded by its details. The names are those of
    `SilhouetteNetwork`, which is trained.
    """
    quarter, eighth, sixteenth = WIDTHS
    pixels = Pixels(Shape(n_frames=1, n_channels=N_CHANNELS, n_rows=SIDE, n_columns=SIDE))
    seen = _layer(pixels, take, "at_quarter.0", quarter, 7, stride=4)
    at_quarter = _layer(seen, take, "at_quarter.1", quarter, 3)
    seen = _layer(at_quarter, take, "at_eighth.0", eighth, 3, stride=2)
    at_eighth = _layer(seen, take, "at_eighth.1", eighth, 3)
    seen = _layer(at_eighth, take, "at_sixteenth.0", sixteenth, 3, stride=2)
    seen = _layer(seen, take, "at_sixteenth.1", sixteenth, 3)
    seen = _layer(seen, take, "at_sixteenth.2", sixteenth, 3, dilation=2)
    for name, finer in (("eighth", at_eighth), ("quarter", at_quarter)):
        n_out = finer.shape.n_channels
        coarse = enlarged(_layer(seen, take, f"to_{name}", n_out, 1), finer)
        seen = _layer(add(finer, coarse), take, f"on_{name}", n_out, 3)
    return Graph(pixels, (across(seen, plain(take, "body", (PATCH**2, quarter, 3, 3))),))


def _layer(
    seen: Value, take: Take, name: str, n_out: int, size: int, stride: int = 1, dilation: int = 1
) -> Value:
    kernel = normalised(take, name, (n_out, seen.shape.n_channels, size, size))
    return relu(across(seen, kernel, stride, dilation))
