"""What a network over frames computes, as values made of values; nothing here runs or trains it.

A value is (clips, frames, channels, rows, columns). A convolution looks across the picture or along
time, never at both: a clip then costs a part of what it would (Tran et al., 2018). A network of
single pictures is one whose clips have one frame.

    def graph(take: Take) -> Graph:
        pixels = Pixels(Shape(n_frames=16, n_channels=3, n_rows=120, n_columns=160))
        seen = relu(across(pixels, normalised(take, "first", (8, 3, 5, 5)), stride=2))
        return Graph(pixels, (mean(seen),))
"""

from dataclasses import dataclass
from typing import NamedTuple

from podium.networks.kernels import Kernel


class Shape(NamedTuple):
    """How large a value of one clip is."""

    n_frames: int
    n_channels: int
    n_rows: int
    n_columns: int


@dataclass(frozen=True, eq=False)
class Value:
    """Numbers on the way through a network."""

    shape: Shape


@dataclass(frozen=True, eq=False)
class Pixels(Value):
    """What a network is given."""


@dataclass(frozen=True, eq=False)
class Across(Value):
    """A convolution over the picture, of each frame by itself."""

    seen: Value
    kernel: Kernel
    stride: int
    dilation: int
    padding: int


@dataclass(frozen=True, eq=False)
class Along(Value):
    """A convolution over time, of each place of the picture by itself."""

    seen: Value
    kernel: Kernel
    stride: int


@dataclass(frozen=True, eq=False)
class Relu(Value):
    """What is above zero."""

    seen: Value


@dataclass(frozen=True, eq=False)
class Sum(Value):
    """Two values added."""

    seen: Value
    change: Value


@dataclass(frozen=True, eq=False)
class Largest(Value):
    """The largest of each two by two places."""

    seen: Value
    rounds_up: bool


@dataclass(frozen=True, eq=False)
class Halved(Value):
    """The mean of each two frames."""

    seen: Value


@dataclass(frozen=True, eq=False)
class Mean(Value):
    """The mean over the picture."""

    seen: Value


@dataclass(frozen=True, eq=False)
class Enlarged(Value):
    """The number of the nearest place, at each place of a finer picture."""

    seen: Value


@dataclass(frozen=True, eq=False)
class Graph:
    """A whole network: what it is given, and what it answers with."""

    pixels: Pixels
    outputs: tuple[Value, ...]


def across(
    seen: Value, kernel: Kernel, stride: int = 1, dilation: int = 1, padding: int | None = None
) -> Across:
    """Convolve each frame; without `padding`, as much of it as keeps the size at stride 1."""
    size = _size_of(kernel, seen, n_dimensions=2)
    around = dilation * (size // 2) if padding is None else padding
    over = 2 * around - dilation * (size - 1) - 1
    rows, columns = ((n + over) // stride + 1 for n in seen.shape[2:])
    shape = Shape(seen.shape.n_frames, len(kernel.bias), rows, columns)
    return Across(shape, seen, kernel, stride, dilation, around)


def along(seen: Value, kernel: Kernel, stride: int = 1) -> Along:
    """Convolve each place of the picture over time, padded so that stride 1 keeps the length."""
    size = _size_of(kernel, seen, n_dimensions=1)
    n_frames = (seen.shape.n_frames + 2 * (size // 2) - size) // stride + 1
    shape = seen.shape._replace(n_frames=n_frames, n_channels=len(kernel.bias))
    return Along(shape, seen, kernel, stride)


def relu(seen: Value) -> Relu:
    """Keep what is above zero."""
    return Relu(seen.shape, seen)


def add(seen: Value, change: Value) -> Sum:
    """Add two values of one shape."""
    if seen.shape != change.shape:
        raise ValueError(f"{change.shape} is added to {seen.shape}: they must be of one shape")
    return Sum(seen.shape, seen, change)


def largest(seen: Value, rounds_up: bool = False) -> Largest:
    """Keep the largest of each two by two places; what is left over counts only if rounded up."""
    rows, columns = ((n + rounds_up) // 2 for n in seen.shape[2:])
    return Largest(seen.shape._replace(n_rows=rows, n_columns=columns), seen, rounds_up)


def halved(seen: Value) -> Halved:
    """Average each two frames."""
    return Halved(seen.shape._replace(n_frames=seen.shape.n_frames // 2), seen)


def mean(seen: Value) -> Mean:
    """Average over the picture."""
    return Mean(seen.shape._replace(n_rows=1, n_columns=1), seen)


def enlarged(seen: Value, like: Value) -> Enlarged:
    """Repeat places until the picture is as large as another's."""
    _, _, rows, columns = like.shape
    return Enlarged(seen.shape._replace(n_rows=rows, n_columns=columns), seen)


def _size_of(kernel: Kernel, seen: Value, n_dimensions: int) -> int:
    """Return how wide a kernel is, which must be as wide each way and fit what it reads."""
    _, n_in, *size = kernel.weight.shape
    if len(size) != n_dimensions or len(set(size)) != 1 or n_in != seen.shape.n_channels:
        raise ValueError(
            f"a kernel of {kernel.weight.shape} is to look at {seen.shape}: it must be of "
            f"(out, {seen.shape.n_channels}{', size' * n_dimensions})"
        )
    return int(size[0])
