"""A program in ONNX, written step by step in memory: what a network does, for any runtime to run.

ONNX is a message of protocol buffers: fields with a number, each a varint or bytes with their
length before them (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Steps read like sums:

    program = Program()
    values = program.given("values", ("clips", 3))
    program.answer("halved", values / program.constant(np.float32([2])), ("clips", 3))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32] | npt.NDArray[np.int64]
Size = int | str
"""How long a value is along one axis: so long, or as long as whoever gives it wants (its name)."""

Kind = Literal["float32", "uint8", "int64", "bool"]
Setting = int | str | tuple[int, ...]

OPSET = 17
"""The version of the operators."""

_IR_VERSION = 8
_KINDS: Mapping[str, int] = {"float32": 1, "uint8": 2, "int64": 7, "bool": 9}
_INT, _STRING, _INTS = 2, 3, 7  # of AttributeProto.AttributeType


class Program:
    """What is computed of what is given, step after step."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._arrays: dict[str, Array] = {}
        self._given: list[bytes] = []
        self._answers: list[bytes] = []

    def given(self, name: str, shape: Sequence[Size], kind: Kind = "float32") -> "Term":
        """Add what whoever runs it gives, under a name."""
        self._given.append(_described(name, shape, kind))
        return Term(self, name)

    def constant(self, values: Array) -> "Term":
        """Add numbers that are always the same."""
        name = f"array{len(self._arrays)}"
        self._arrays[name] = values
        return Term(self, name)

    def step(
        self, operator: str, *names: str, settings: Mapping[str, Setting], n_outputs: int = 1
    ) -> "Term":
        """Add a step that reads what has these names; the last of its outputs is what counts."""
        outputs = [f"value{len(self._nodes)}{'_' * index}" for index in range(n_outputs)]
        self._nodes.append(
            b"".join(field(1, name) for name in names)
            + b"".join(field(2, output) for output in outputs)
            + field(4, operator)
            + b"".join(field(5, _setting(*item)) for item in settings.items())
        )
        return Term(self, outputs[-1])

    def answer(self, name: str, term: "Term", shape: Sequence[Size]) -> None:
        """Answer with what a step gives, under a name of its own or that of the step."""
        if name != term.name:
            self._nodes.append(field(1, term.name) + field(2, name) + field(4, "Identity"))
        self._answers.append(_described(name, shape, "float32"))

    def content(self, facts: Mapping[str, str] | None = None) -> bytes:
        """Return it as the bytes of an ONNX file, with what is to be known of it."""
        graph = [
            *(field(1, node) for node in self._nodes),
            field(2, "podium"),
            *(field(5, _tensor(name, array)) for name, array in self._arrays.items()),
            *(field(11, given) for given in self._given),
            *(field(12, answer) for answer in self._answers),
        ]
        operators = field(1, "") + field(2, OPSET)
        known = [field(14, field(1, key) + field(2, value)) for key, value in (facts or {}).items()]
        return b"".join(
            [
                field(1, _IR_VERSION),
                field(2, "podium") if facts else b"",
                field(7, b"".join(graph)),
                field(8, operators),
                *known,
            ]
        )


@dataclass(frozen=True, eq=False)
class Term:
    """What a step gives, or what is given: computed with as with an array."""

    program: Program
    """What it is a step of."""

    name: str
    """What it is called there."""

    def __add__(self, other: "Term | float") -> "Term":
        return self.then("Add", self.like(other))

    def __sub__(self, other: "Term | float") -> "Term":
        return self.then("Sub", self.like(other))

    def __mul__(self, other: "Term | float") -> "Term":
        return self.then("Mul", self.like(other))

    def __truediv__(self, other: "Term | float") -> "Term":
        return self.then("Div", self.like(other))

    def __matmul__(self, other: "Term | Array") -> "Term":
        return self.then("MatMul", self.like(other))

    def then(self, operator: str, *others: "Term", **settings: Setting) -> "Term":
        """Return what an operator makes of it, and of others after it."""
        names = [other.name for other in others]
        return self.program.step(operator, self.name, *names, settings=settings)

    def like(self, value: "Term | Array | float") -> "Term":
        """Return a value as a term: a number is float32."""
        if isinstance(value, Term):
            return value
        return self.program.constant(
            value if isinstance(value, np.ndarray) else np.array(value, np.float32)
        )

    def whole(self, *numbers: int) -> "Term":
        """Return whole numbers as a row of their own, for operators that are told so."""
        return self.program.constant(np.array(numbers, np.int64))

    def cast(self, kind: Kind = "float32") -> "Term":
        """Return it as numbers of another kind."""
        return self.then("Cast", to=_KINDS[kind])

    def reshape(self, *shape: int) -> "Term":
        """Lay it out anew; -1 is what is left, 0 as it is."""
        return self.then("Reshape", self.whole(*shape))

    def turned(self, *axes: int) -> "Term":
        """Order its axes anew."""
        return self.then("Transpose", perm=axes)

    def taken(self, indices: "Term | npt.NDArray[np.int64]", axis: int) -> "Term":
        """Pick places along an axis."""
        return self.then("Gather", self.like(indices), axis=axis)

    def size(self, axis: int) -> "Term":
        """Return how long it is along an axis, as a row of one whole number."""
        return self.then("Shape", start=axis, end=axis + 1)

    def mean(self, *axes: int, keeps: bool = False) -> "Term":
        """Average over axes; they stay, of length 1, where it `keeps` them."""
        return self.then("ReduceMean", axes=axes, keepdims=int(keeps))

    def largest(self, *axes: int) -> "Term":
        """Return the largest over axes."""
        return self.then("ReduceMax", axes=axes, keepdims=0)

    def total(self, *axes: int, keeps: bool = False) -> "Term":
        """Add up over axes."""
        return self.then("ReduceSum", self.whole(*axes), keepdims=int(keeps))

    def beside(self, *others: "Term", axis: int) -> "Term":
        """Return it with others after it, along an axis that there is."""
        return self.then("Concat", *others, axis=axis)


def field(number: int, value: int | str | bytes) -> bytes:
    """Return one field of a message: a whole number, a text, or a message of its own."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Return a whole number, seven bits a byte, the lowest first; below 0 as one of 64 bits."""
    number &= 2**64 - 1
    said = bytearray()
    while number > 127:
        said.append(number & 127 | 128)
        number >>= 7
    return bytes([*said, number])


def _described(name: str, shape: Sequence[Size], kind: Kind) -> bytes:
    """Describe an input or output."""
    sizes = [field(2 if isinstance(size, str) else 1, size) for size in shape]
    dimensions = b"".join(field(1, size) for size in sizes)
    return field(1, name) + field(2, field(1, field(1, _KINDS[kind]) + field(2, dimensions)))


def _tensor(name: str, array: Array) -> bytes:
    sizes = b"".join(field(1, n) for n in array.shape)
    content = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return sizes + field(2, _KINDS[array.dtype.name]) + field(8, name) + field(9, content)


def _setting(name: str, value: Any) -> bytes:
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, _INT)
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, _STRING)
    return field(1, name) + b"".join(field(8, n) for n in value) + field(20, _INTS)
