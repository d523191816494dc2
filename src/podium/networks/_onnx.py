"""Writes a graph as ONNX, in memory: bytes that the runtime reads and that are never a file.

Of ONNX's operators those with four dimensions are used, for which runtimes have their fast ways:
the frames of all clips are pictures, (clips * frames, channels, rows, columns), where a step looks
across the picture, and are laid out as (clips, channels, frames, rows * columns) where it looks
along time.
"""

from typing import Literal

import numpy as np

from podium.networks.graph import (
    Across,
    Along,
    Enlarged,
    Graph,
    Halved,
    Largest,
    Mean,
    Pixels,
    Relu,
    Sum,
    Value,
)
from podium.networks.program import Program, Term

Layout = Literal["pictures", "time"]

PIXELS = "pixels"
"""What the input is called."""


def written(graph: Graph) -> bytes:
    """Return a graph as a model that reads (clips, frames, channels, rows, columns)."""
    program = Program()
    pixels = program.given(PIXELS, ("clips", *graph.pixels.shape))
    for value, term in zip(graph.outputs, steps_of(graph, pixels), strict=True):
        program.answer(term.name, term, ("clips", *value.shape))
    return program.content()


def steps_of(graph: Graph, pixels: Term) -> list[Term]:
    """Write a graph as steps of the program that its pixels are of, and return its outputs.

    They are (clips, frames, channels, rows, columns), as the pixels are.
    """
    writer = _Writer(pixels)
    return [writer.output(value) for value in graph.outputs]


class _Writer:
    """Writes each step once in each layout that another step reads it in."""

    def __init__(self, pixels: Term) -> None:
        self._pixels = pixels
        self._terms: dict[tuple[Value, Layout], Term] = {}

    def output(self, value: Value) -> Term:
        """Write a value with the frames of each clip together."""
        return self._term(value, "pictures").reshape(-1, *value.shape)

    def _term(self, value: Value, layout: Layout) -> Term:
        """Return a value in a layout; it is written first if it is not yet."""
        if (value, layout) not in self._terms:
            own = _layout_of(value)
            term = self._step(value, own) if layout == own else self._turned(value, own)
            self._terms[value, layout] = term
        return self._terms[value, layout]

    def _turned(self, value: Value, own: Layout) -> Term:
        """Write a value in the layout that is not its own."""
        term = self._term(value, own)
        n_frames, n_channels, n_rows, n_columns = value.shape
        if own == "time":
            return term.turned(0, 2, 1, 3).reshape(-1, n_channels, n_rows, n_columns)
        return term.reshape(-1, n_frames, n_channels, n_rows * n_columns).turned(0, 2, 1, 3)

    def _step(self, value: Value, layout: Layout) -> Term:
        match value:
            case Pixels():
                return self._pixels.reshape(-1, *value.shape[1:])
            case Sum(_, seen, change):
                return self._term(seen, layout) + self._term(change, layout)
            case Across(_, seen) | Along(_, seen):
                return self._convolution(value, self._term(seen, layout))
            case Relu(_, seen):
                return self._term(seen, layout).then("Relu")
            case Largest(_, seen):
                window = {"kernel_shape": (2, 2), "strides": (2, 2)}
                ceil = {"ceil_mode": int(value.rounds_up)}
                return self._term(seen, layout).then("MaxPool", **window, **ceil)
            case Halved(_, seen):
                window = {"kernel_shape": (2, 1), "strides": (2, 1)}
                return self._term(seen, layout).then("AveragePool", **window)
            case Mean(_, seen):
                return self._term(seen, layout).then("GlobalAveragePool")
            case Enlarged(_, seen):
                return self._enlarged(value, self._term(seen, layout))
        raise TypeError(f"{type(value).__name__} is no step that can be written")

    def _convolution(self, value: Across | Along, seen: Term) -> Term:
        weight = value.kernel.weight
        if isinstance(value, Across):
            pads, strides = (value.padding,) * 4, (value.stride,) * 2
            dilations = (value.dilation,) * 2
        else:
            weight, around = weight[..., None], weight.shape[2] // 2
            pads, strides, dilations = (around, 0, around, 0), (value.stride, 1), (1, 1)
        kernel = seen.like(weight), seen.like(value.kernel.bias)
        return seen.then("Conv", *kernel, pads=pads, strides=strides, dilations=dilations)

    def _enlarged(self, value: Enlarged, seen: Term) -> Term:
        """Write which row and column each place repeats; as numbers, nothing can be rounded."""
        for axis in (2, 3):
            n_fine, n_coarse = value.shape[axis], value.seen.shape[axis]
            nearest = np.arange(n_fine, dtype=np.int64) * n_coarse // n_fine
            seen = seen.taken(nearest, axis)
        return seen


def _layout_of(value: Value) -> Layout:
    """Return how a step lays out what it gives: as it looks at what it reads."""
    match value:
        case Along() | Halved():
            return "time"
        case Sum(_, _, change):
            return _layout_of(change)
        case Relu(_, seen):
            return _layout_of(seen)
    return "pictures"
