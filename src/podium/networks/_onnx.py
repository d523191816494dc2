"""Writes a graph as ONNX, in memory: bytes that the runtime reads and that are never a file.

ONNX is a message of protocol buffers: fields with a number, each a varint or bytes with their
length before them (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Of its operators those
with four dimensions are used, for which runtimes have their fast ways: the frames of all clips are
pictures, (clips * frames, channels, rows, columns), where a step looks across the picture, and are
laid out as (clips, channels, frames, rows * columns) where it looks along time.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

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
    Shape,
    Sum,
    Value,
)

Array = npt.NDArray[np.float32] | npt.NDArray[np.int64]
Layout = Literal["pictures", "time"]

PIXELS = "pixels"
"""What the input is called."""

_IR_VERSION, _OPSET = 8, 17
_TYPES = {"float32": 1, "int64": 7}  # of TensorProto.DataType
_INT, _INTS = 2, 7  # of AttributeProto.AttributeType


def written(graph: Graph) -> bytes:
    """Return a graph as a model that reads (clips, frames, channels, rows, columns)."""
    writer = _Writer()
    outputs = [(writer.output(value), value.shape) for value in graph.outputs]
    content = [
        *(_field(1, node) for node in writer.nodes),
        _field(2, "podium"),
        *(_field(5, _tensor(name, array)) for name, array in writer.arrays.items()),
        _field(11, _described(PIXELS, graph.pixels.shape)),
        *(_field(12, _described(name, shape)) for name, shape in outputs),
    ]
    operators = _field(1, "") + _field(2, _OPSET)
    return _field(1, _IR_VERSION) + _field(7, b"".join(content)) + _field(8, operators)


class _Writer:
    """Writes each step once in each layout that another step reads it in."""

    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.arrays: dict[str, Array] = {}
        self._names: dict[tuple[Value, Layout], str] = {}

    def output(self, value: Value) -> str:
        """Write a value with the frames of each clip together, and return its name."""
        return self._reshaped(self._name(value, "pictures"), (-1, *value.shape))

    def _name(self, value: Value, layout: Layout) -> str:
        """Return what a value is called in a layout; it is written first if it is not yet."""
        if (value, layout) not in self._names:
            own = _layout_of(value)
            name = self._step(value, own) if layout == own else self._turned(value, own)
            self._names[value, layout] = name
        return self._names[value, layout]

    def _turned(self, value: Value, own: Layout) -> str:
        """Write a value in the layout that is not its own."""
        name = self._name(value, own)
        n_frames, n_channels, n_rows, n_columns = value.shape
        if own == "time":
            turned = self._node("Transpose", name, perm=(0, 2, 1, 3))
            return self._reshaped(turned, (-1, n_channels, n_rows, n_columns))
        apart = self._reshaped(name, (-1, n_frames, n_channels, n_rows * n_columns))
        return self._node("Transpose", apart, perm=(0, 2, 1, 3))

    def _step(self, value: Value, layout: Layout) -> str:
        match value:
            case Pixels():
                return self._reshaped(PIXELS, (-1, *value.shape[1:]))
            case Sum(_, seen, change):
                return self._node("Add", self._name(seen, layout), self._name(change, layout))
            case Across(_, seen) | Along(_, seen):
                return self._convolution(value, self._name(seen, layout))
            case Relu(_, seen):
                return self._node("Relu", self._name(seen, layout))
            case Largest(_, seen):
                window = {"kernel_shape": (2, 2), "strides": (2, 2)}
                ceil = {"ceil_mode": int(value.rounds_up)}
                return self._node("MaxPool", self._name(seen, layout), **window, **ceil)
            case Halved(_, seen):
                window = {"kernel_shape": (2, 1), "strides": (2, 1)}
                return self._node("AveragePool", self._name(seen, layout), **window)
            case Mean(_, seen):
                return self._node("GlobalAveragePool", self._name(seen, layout))
            case Enlarged(_, seen):
                return self._enlarged(value, self._name(seen, layout))
        raise TypeError(f"{type(value).__name__} is no step that can be written")

    def _convolution(self, value: Across | Along, seen: str) -> str:
        weight = value.kernel.weight
        if isinstance(value, Across):
            pads, strides = (value.padding,) * 4, (value.stride,) * 2
            dilations = (value.dilation,) * 2
        else:
            weight, around = weight[..., None], weight.shape[2] // 2
            pads, strides, dilations = (around, 0, around, 0), (value.stride, 1), (1, 1)
        kernel = self._array(weight), self._array(value.kernel.bias)
        return self._node("Conv", seen, *kernel, pads=pads, strides=strides, dilations=dilations)

    def _enlarged(self, value: Enlarged, seen: str) -> str:
        """Write which row and column each place repeats; as numbers, nothing can be rounded."""
        for axis in (2, 3):
            n_fine, n_coarse = value.shape[axis], value.seen.shape[axis]
            nearest = np.arange(n_fine, dtype=np.int64) * n_coarse // n_fine
            seen = self._node("Gather", seen, self._array(nearest), axis=axis)
        return seen

    def _reshaped(self, name: str, shape: Sequence[int]) -> str:
        return self._node("Reshape", name, self._array(np.array(shape, np.int64)))

    def _array(self, array: Array) -> str:
        name = f"array{len(self.arrays)}"
        self.arrays[name] = array
        return name

    def _node(self, operator: str, *names: str, **settings: int | tuple[int, ...]) -> str:
        output = f"value{len(self.nodes)}"
        self.nodes.append(
            b"".join(_field(1, name) for name in names)
            + _field(2, output)
            + _field(4, operator)
            + b"".join(_field(5, _setting(*item)) for item in settings.items())
        )
        return output


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


def _described(name: str, shape: Shape) -> bytes:
    """Describe an input or output: float32, of any number of clips."""
    sizes = [_field(2, "clips"), *(_field(1, n) for n in shape)]
    dimensions = b"".join(_field(1, size) for size in sizes)
    kind = _field(1, _TYPES["float32"]) + _field(2, dimensions)
    return _field(1, name) + _field(2, _field(1, kind))


def _tensor(name: str, array: Array) -> bytes:
    sizes = b"".join(_field(1, n) for n in array.shape)
    content = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return sizes + _field(2, _TYPES[array.dtype.name]) + _field(8, name) + _field(9, content)


def _setting(name: str, value: int | tuple[int, ...]) -> bytes:
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, _INT)
    return _field(1, name) + b"".join(_field(8, n) for n in value) + _field(20, _INTS)


def _field(number: int, value: int | str | bytes) -> bytes:
    """Return one field of a message: a whole number, a text, or a message of its own."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Return a whole number, seven bits a byte, the lowest first."""
    said = bytearray()
    while number > 127:
        said.append(number & 127 | 128)
        number >>= 7
    return bytes([*said, number])
