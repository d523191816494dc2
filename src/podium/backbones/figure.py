"""How an athlete's figure bends and leans, from joints found by a small network that ships.

In every frame the network says where thirteen points of the body are. From these come angles that
a coach would name: how far the trunk leans, how far knees, hips and arms bend, how far legs and
arms are apart. Beside them stand the outlines of `posture`, which also show the water. The network
learned from dives that Podium renders, where every joint is known, and has seen no real athlete:
on real video its points are guesses.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from podium.backbones import require_clips
from podium.backbones._weights_file import network_of
from podium.backbones.posture import PostureOptions, outlines
from podium.checks import check_options
from podium.errors import UsageError
from podium.machine.files import digest

Array = npt.NDArray[np.float32]

VERSION = 1
WEIGHTS = Path(__file__).parent / "_weights" / "figure.safetensors"
POINTS = (
    "head",
    "chest",
    "pelvis",
    "left_elbow",
    "right_elbow",
    "left_fingertip",
    "right_fingertip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_toe",
    "right_toe",
)
"""What is looked for in each frame, in the order of the network's outputs."""

WIDTHS = (16, 32, 64, 96)
"""Channels of the network at a half, a quarter, an eighth and a sixteenth of the size."""

BODY_PIXELS = 40.0
"""About half of a stretched body, in frames of 160x120: the unit of lengths."""


@dataclass(frozen=True)
class FigureOptions:
    """Into how many windows of time a clip's 16 frames are averaged, and how outlines are seen.

    Outlines are there for the water, and coarse in time: finer ones would outnumber the angles.
    """

    n_windows: int = 8
    outlines: PostureOptions = field(default_factory=lambda: PostureOptions(n_windows=1))

    def __post_init__(self) -> None:
        check_options(self)
        if self.n_windows not in (1, 2, 4, 8, 16):
            raise UsageError(f"n_windows is {self.n_windows}: it must be 1, 2, 4, 8 or 16")


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


class Figure:
    """Finds the athlete's joints and describes how the figure bends, leans and is outlined.

    `weights` is a safetensors file of a `FigureNetwork`; without it, the one that ships.

    Raises
    ------
    WeightsError
        If the weights are missing, damaged or another network's.
    """

    name = "figure"
    frame_size = (160, 120)

    def __init__(
        self, weights: Path | None = None, options: FigureOptions = FigureOptions()
    ) -> None:
        path = weights or WEIGHTS
        self.options = options
        self._network = read_network(path)
        self.fingerprint = f"figure-{VERSION}-{digest(path)[:16]}-{options}"
        self.dim = len(self(np.zeros((1, 16, 120, 160, 3), np.uint8))[0])

    def __call__(self, clips: npt.NDArray[np.uint8]) -> Array:
        """Describe clips of (clips, 16, 120, 160, 3) as (clips, dim); see `Backbone`."""
        require_clips(clips, self.frame_size)
        rows = [self._describe(clip) for clip in clips]  # alone, so that batches agree
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def points(self, frames: npt.NDArray[np.uint8]) -> tuple[Array, Array]:
        """Find the points in frames, (frames, 120, 160, 3).

        Gives positions, (frames, points, 2), right and down in pixels, and how surely each is to be
        seen, (frames, points), 0 to 1.
        """
        pixels = torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2)))
        with torch.inference_mode():
            positions, seen = self._network(pixels.float())
        return positions.numpy(), seen.sigmoid().numpy()

    def _describe(self, clip: npt.NDArray[np.uint8]) -> Array:
        positions, seen = self.points(clip)
        share_seen = seen.mean(axis=1, keepdims=True)
        # What is under water bends no knee: its angles count as little as it is seen.
        frames = np.concatenate([angles(positions) * share_seen, share_seen], axis=1)
        windows = frames.reshape(self.options.n_windows, -1, frames.shape[1]).mean(axis=1)
        around = outlines(clip, self.options.outlines)
        return np.concatenate([windows.ravel(), around]).astype(np.float32)


def angles(positions: Array) -> Array:
    """Describe figures, (frames, points, 2), as (frames, 28): angles in radians and lengths.

    Angles at joints are 0 when stretched, those of the arms when overhead. Leaning is given as
    cosine and sine, and by how far it is from vertical, which no side of falling hides.
    """
    at = dict(zip(POINTS, np.moveaxis(positions.astype(np.float32), 1, 0), strict=True))
    feet = (at["left_ankle"] + at["right_ankle"]) / 2
    hands = (at["left_fingertip"] + at["right_fingertip"]) / 2
    trunk = at["chest"] - at["pelvis"]
    columns = [
        *_leaning(trunk),
        *_leaning(hands - feet),
        *_leaning(at["chest"] - feet),
        *_bends(at, "left", trunk),
        *_bends(at, "right", trunk),
        *_apart(at, "fingertip", "chest"),
        *_apart(at, "ankle", "pelvis"),
        *_apart(at, "knee", "pelvis"),
        np.linalg.norm(hands - feet, axis=-1) / BODY_PIXELS,
        *_spread(positions),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _leaning(axis: Array) -> tuple[Array, Array, Array]:
    right, down = _unit(axis).T
    return right, down, np.abs(right)


def _bends(at: dict[str, Array], side: str, trunk: Array) -> list[Array]:
    """Return how far knee, hip, ankle, shoulder and elbow of one side bend."""
    leg = [at["chest"], at["pelvis"], *(at[f"{side}_{p}"] for p in ("knee", "ankle", "toe"))]
    along = [after - before for before, after in pairwise(leg)]
    upper_arm = at[f"{side}_elbow"] - at["chest"]
    lower_arm = at[f"{side}_fingertip"] - at[f"{side}_elbow"]
    bends = [angle_between(first, second) for first, second in pairwise(along)]
    return [*bends, angle_between(upper_arm, trunk), angle_between(upper_arm, lower_arm)]


def _apart(at: dict[str, Array], point: str, middle: str) -> tuple[Array, Array]:
    """Return how far a pair is apart: as an angle seen from the middle, and as a length."""
    left, right = at[f"left_{point}"], at[f"right_{point}"]
    angle = angle_between(left - at[middle], right - at[middle])
    return angle, np.linalg.norm(left - right, axis=-1) / (BODY_PIXELS / 2)


def _spread(positions: Array) -> tuple[Array, Array]:
    """Return how far points lie from their middle, and how far down in the picture that is."""
    middle = positions.mean(axis=1)
    radius = np.linalg.norm(positions - middle[:, None], axis=-1).mean(axis=-1)
    return radius / (BODY_PIXELS / 2), (middle[:, 1] - 60) / 30


def angle_between(first: Array, second: Array) -> Array:
    """Return the angle between vectors, (..., 2), from 0 to pi."""
    cosine = (_unit(first) * _unit(second)).sum(axis=-1)
    angle: Array = np.arccos(np.clip(cosine, -1, 1))
    return angle


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-6))


def read_network(path: Path) -> FigureNetwork:
    """Read a network's weights; nothing is loaded unless all of them fit.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or another network's.
    """
    return network_of(FigureNetwork, path, "give weights written by scripts/train_figure.py")


def _layer(n_in: int, n_out: int, size: int, stride: int = 1, dilation: int = 1) -> nn.Module:
    padding = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, size, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


def _enlarge(coarse: Tensor, like: Tensor) -> Tensor:
    return nn.functional.interpolate(coarse, like.shape[2:], mode="nearest")
