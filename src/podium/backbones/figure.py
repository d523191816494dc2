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

from podium.backbones import require_clips
from podium.backbones.posture import Posture, PostureOptions, outlines
from podium.checks import check_options
from podium.errors import UsageError
from podium.machine.files import digest
from podium.networks._onnx import steps_of
from podium.networks.graph import Graph, Pixels, Shape, Value, across, add, enlarged, mean, relu
from podium.networks.kernels import Take, normalised, plain
from podium.networks.pixels import as_pixels, pixel_steps
from podium.networks.program import Term
from podium.networks.runtime import Network
from podium.networks.weights import made_of

Array = npt.NDArray[np.float32]

VERSION = 1
WEIGHTS = Path(__file__).parent / "_weights" / "figure.safetensors"
ADVICE = "give weights written by scripts/train_figure.py"
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

N_ANGLES = 28
"""How many numbers describe a figure's angles and lengths."""

HEAT_PIXELS = 4
"""How wide a cell of a heat map is."""


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


class Figure:
    """Finds the athlete's joints and describes how the figure bends, leans and is outlined.

    `weights` is a safetensors file written by `scripts/train_figure.py`; without it, the one that
    ships.

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
        self.weights = path = weights or WEIGHTS
        self.options = options
        self._network = Network(made_of(graph, path, ADVICE))
        self.fingerprint = f"figure-{VERSION}-{digest(path)[:16]}-{options}"
        self.dim = options.n_windows * (N_ANGLES + 1) + Posture(options.outlines).dim

    def __call__(self, clips: npt.NDArray[np.uint8]) -> Array:
        """Describe clips of (clips, 16, 120, 160, 3) as (clips, dim); see `Backbone`."""
        require_clips(clips, self.frame_size)
        rows = [self._describe(clip) for clip in clips]  # alone, so that batches agree
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def steps(self, clips: Term) -> Term:
        """Write how clips become features, (clips, dim); see `WritableBackbone`."""
        from podium.backbones._figure_steps import window_steps
        from podium.backbones._posture_steps import outline_steps

        graph, (width, height) = self._network.graph, self.frame_size
        heat, seen = steps_of(graph, pixel_steps(clips).reshape(-1, 1, 3, height, width))
        _, n_points, n_rows, n_columns = graph.outputs[0].shape
        found = heat.reshape(-1, n_points, n_rows, n_columns), seen.reshape(-1, n_points)
        windows = window_steps(*found, (n_rows, n_columns), self.options.n_windows)
        return windows.beside(outline_steps(clips, self.frame_size, self.options.outlines), axis=1)

    def points(self, frames: npt.NDArray[np.uint8]) -> tuple[Array, Array]:
        """Find the points in frames, (frames, 120, 160, 3).

        Gives positions, (frames, points, 2), right and down in pixels, and how surely each is to be
        seen, (frames, points), 0 to 1.
        """
        heat, seen = self._network(as_pixels(frames)[:, None])
        logits = seen[:, 0, :, 0, 0].astype(np.float64)
        return mean_positions(heat[:, 0]), (1 / (1 + np.exp(-logits))).astype(np.float32)

    def _describe(self, clip: npt.NDArray[np.uint8]) -> Array:
        positions, seen = self.points(clip)
        share_seen = seen.mean(axis=1, keepdims=True)
        # What is under water bends no knee: its angles count as little as it is seen.
        frames = np.concatenate([angles(positions) * share_seen, share_seen], axis=1)
        windows = frames.reshape(self.options.n_windows, -1, frames.shape[1]).mean(axis=1)
        around = outlines(clip, self.options.outlines)
        return np.concatenate([windows.ravel(), around]).astype(np.float32)


def graph(take: Take) -> Graph:
    """Return what the network computes: frames -> heat maps of the points, and who is to be seen.

    The heat maps are at a quarter of the size. Coarser maps are added to finer ones (feature
    pyramids: Lin et al., 2017), so that a point is found by its surroundings and placed by its
    details. The names are those of `FigureNetwork`, which is trained.
    """
    half, quarter, eighth, sixteenth = WIDTHS
    width, height = Figure.frame_size
    pixels = Pixels(Shape(n_frames=1, n_channels=3, n_rows=height, n_columns=width))
    seen = _layer(pixels, take, "at_half", half, 5, stride=2)
    at_quarter = _layer(seen, take, "at_quarter", quarter, 3, stride=2)
    seen = _layer(at_quarter, take, "at_eighth.0", eighth, 3, stride=2)
    at_eighth = _layer(seen, take, "at_eighth.1", eighth, 3)
    seen = _layer(at_eighth, take, "at_sixteenth.0", sixteenth, 3, stride=2)
    seen = _layer(seen, take, "at_sixteenth.1", sixteenth, 3)
    coarsest = _layer(seen, take, "at_sixteenth.2", sixteenth, 3, dilation=2)
    coarse = enlarged(_layer(coarsest, take, "to_eighth", eighth, 1), at_eighth)
    fine = _layer(add(at_eighth, coarse), take, "on_eighth", eighth, 3)
    coarse = enlarged(_layer(fine, take, "to_quarter", quarter, 1), at_quarter)
    finest = _layer(add(at_quarter, coarse), take, "on_quarter", quarter, 3)
    sharpness = float(take("sharpness", ()))
    heat = plain(take, "heat", (len(POINTS), quarter, 1, 1)).times(sharpness)
    is_seen = plain(take, "seen", (len(POINTS), sixteenth)).over_pictures()
    return Graph(pixels, (across(finest, heat), across(mean(coarsest), is_seen)))


def _layer(
    seen: Value, take: Take, name: str, n_out: int, size: int, stride: int = 1, dilation: int = 1
) -> Value:
    kernel = normalised(take, name, (n_out, seen.shape.n_channels, size, size))
    return relu(across(seen, kernel, stride, dilation))


def mean_positions(heat: Array) -> Array:
    """Return the mean place of heat maps, (frames, points, rows, columns), in pixels.

    (frames, points, 2): right and down (integral regression: Sun et al., 2018).
    """
    shares = np.exp(heat - heat.max(axis=(2, 3), keepdims=True), dtype=np.float64)
    shares /= shares.sum(axis=(2, 3), keepdims=True)
    rows, columns = (np.arange(n) + 0.5 for n in heat.shape[2:])
    right, down = shares.sum(axis=2) @ columns, shares.sum(axis=3) @ rows
    return (np.stack([right, down], axis=-1) * HEAT_PIXELS).astype(np.float32)


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
    """Return the angle between vectors, (..., 2), from 0 to pi.

    By its tangent: the cosine hardly changes about 0, so that the last digit of a position would
    be seen in the third of an angle.
    """
    one, other = first.astype(np.float64), second.astype(np.float64)
    area = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    angle: Array = np.arctan2(np.abs(area), (one * other).sum(axis=-1)).astype(np.float32)
    return angle


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-6))
