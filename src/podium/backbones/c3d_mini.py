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

from podium.backbones import require_clips
from podium.machine.files import digest
from podium.networks._onnx import steps_of
from podium.networks.graph import (
    Graph,
    Pixels,
    Shape,
    Value,
    across,
    add,
    along,
    halved,
    largest,
    relu,
)
from podium.networks.kernels import Take, normalised
from podium.networks.pixels import as_pixels, pixel_steps
from podium.networks.program import Term
from podium.networks.runtime import Network
from podium.networks.weights import made_of

Array = npt.NDArray[np.float32]

VERSION = 2
WEIGHTS = Path(__file__).parent / "_weights" / "c3d_mini.safetensors"
ADVICE = "give weights written by scripts/train_c3d_mini.py"

WIDTHS = (32, 48, 96, 192)
"""Channels at a quarter of the size (two layers), an eighth, and a sixteenth."""

N_GROUPS = 4
"""Into how many groups of four frames the network sums up a clip of 16."""

N_PARTS = 2
"""Into how many parts of time a feature divides a clip."""

ACROSS, ALONG = (1, 3, 3), (3, 1, 1)
"""Kernels, (frames, rows, columns): over the picture, and over time."""


class C3DMini:
    """Sees what a clip shows and how it moves, with a small network that ships.

    `weights` is a safetensors file written by `scripts/train_c3d_mini.py`; without it, the one that
    ships. A clip and its mirror image are described and averaged, as no judge minds the side.

    Raises
    ------
    WeightsError
        If the weights are missing, damaged or another network's.
    """

    name = "c3d_mini"
    frame_size = (160, 120)
    dim = N_PARTS * 3 * WIDTHS[-1]

    def __init__(self, weights: Path | None = None) -> None:
        self.weights = path = weights or WEIGHTS
        self._network = Network(made_of(graph, path, ADVICE))
        self.fingerprint = f"{self.name}-{VERSION}-{digest(path)[:16]}-fp32"

    def __call__(self, clips: npt.NDArray[np.uint8]) -> Array:
        """Describe clips of (clips, 16, 120, 160, 3) as (clips, dim); see `Backbone`."""
        require_clips(clips, self.frame_size)
        rows = [self._describe(clip) for clip in clips]  # alone, so that batches agree
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def steps(self, clips: Term) -> Term:
        """Write how clips become features, (clips, dim); see `WritableBackbone`."""
        pixels = pixel_steps(clips)
        width, height = self.frame_size
        mirrored = pixels.taken(np.arange(width, dtype=np.int64)[::-1].copy(), axis=4)
        # Each clip and its mirror image lie one after the other.
        pairs = [side.reshape(-1, 1, 16, 3, height, width) for side in (pixels, mirrored)]
        both = pairs[0].beside(pairs[1], axis=1).reshape(-1, 16, 3, height, width)
        (seen,) = steps_of(self._network.graph, both)
        n_places = int(np.prod(self._network.graph.outputs[0].shape[2:]))
        return _steps_of_sum(seen, n_places).reshape(-1, 2, self.dim).mean(1)

    def _describe(self, clip: npt.NDArray[np.uint8]) -> Array:
        pixels = as_pixels(clip)
        (seen,) = self._network(np.stack([pixels, pixels[..., ::-1]]))
        forth, mirrored = summed_up(seen)
        return np.asarray((forth + mirrored) / 2, np.float32)


def summed_up(seen: Array) -> Array:
    """Sum up the last layer's maps, (clips, groups, channels, rows, columns), as (clips, dim).

    Of each channel and each part of the clip: its mean, how large it gets, and how much it varies
    over the picture: for judging, on folds of training dives, more than the summary that the tasks
    of training read.
    """
    maps = seen.reshape(*seen.shape[:3], -1)
    groups = np.concatenate([maps.mean(3), maps.max(3), maps.std(3, ddof=1)], axis=2)
    parts = groups.reshape(len(seen), N_PARTS, N_GROUPS // N_PARTS, -1).mean(axis=2)
    return np.asarray(parts.reshape(len(seen), -1), np.float32)


def _steps_of_sum(seen: Term, n_places: int) -> Term:
    """Write what `summed_up` does with maps of so many places."""
    maps = seen.reshape(0, 0, 0, -1)
    mean = maps.mean(3, keeps=True)
    apart = maps - mean
    varies = ((apart * apart).total(3) / (n_places - 1)).then("Sqrt")
    groups = mean.reshape(0, 0, -1).beside(maps.largest(3), varies, axis=2)
    dim = 3 * WIDTHS[-1]
    return groups.reshape(-1, N_PARTS, N_GROUPS // N_PARTS, dim).mean(2).reshape(-1, N_PARTS * dim)


def graph(take: Take) -> Graph:
    """Return what the network computes, up to the maps of its last layer.

    The names are those of `C3DMiniNetwork`, which is trained.
    """
    quarter, second, eighth, sixteenth = WIDTHS
    width, height = C3DMini.frame_size
    pixels = Pixels(Shape(n_frames=16, n_channels=3, n_rows=height, n_columns=width))
    first = normalised(take, "layers.0", (quarter, 3, 1, 7, 7))
    seen: Value = relu(across(pixels, first, stride=4, padding=2))
    seen = _layer(seen, take, "layers.1", second)
    seen = _halving(largest(seen), take, "layers.3.change")
    seen = _layer(seen, take, "layers.4", eighth)
    seen = _residual(seen, take, "layers.5.change", ALONG)
    seen = _residual(seen, take, "layers.6.change", ACROSS)
    seen = _halving(seen, take, "layers.7.change")
    seen = _layer(largest(seen, rounds_up=True), take, "layers.9", sixteenth)
    seen = _residual(seen, take, "layers.10.change", ALONG)
    seen = _residual(seen, take, "layers.11.change", ACROSS)
    seen = _residual(seen, take, "layers.12.change", ALONG)
    return Graph(pixels, (seen,))


def _layer(seen: Value, take: Take, name: str, n_out: int) -> Value:
    return relu(across(seen, normalised(take, name, (n_out, seen.shape.n_channels, *ACROSS))))


def _residual(seen: Value, take: Take, name: str, size: tuple[int, int, int]) -> Value:
    """Add a convolution to what it was given."""
    kernel = normalised(take, name, (seen.shape.n_channels, seen.shape.n_channels, *size))
    return relu(add(seen, across(seen, kernel) if size == ACROSS else along(seen, kernel)))


def _halving(seen: Value, take: Take, name: str) -> Value:
    """Halve the number of frames: a convolution over time is added to the mean of each two."""
    kernel = normalised(take, name, (seen.shape.n_channels, seen.shape.n_channels, *ALONG))
    return relu(add(halved(seen), along(seen, kernel, stride=2)))
