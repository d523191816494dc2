"""Label files of this field are pickles: they are read here without running what is in them.

A pickle is a program. Of what it may call, numbers, strings, containers and numpy's arrays and
scalars are allowed, and nothing else. Numpy's own way to fill arrays from pickles believes what it
is told, addresses in memory included; so arrays are made here, of numbers and strings only.

This is a child process (`podium.inputs.confined`): small pickles can ask for any time and memory.
It writes the key and the labels of each performance, as text.
"""

import io
import math
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from podium.inputs.confined import Refused, answer
from podium.inputs.spreadsheet import harmless
from podium.inputs.table import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROW_CHARACTERS

MAX_DEPTH = 32
"""How deeply what stands in a cell may be nested."""

MAX_DIGITS = 4_000
"""Of a whole number; Python writes no more than a few more."""

NO_TABLE = (
    "holds no table of labels: it must be a dictionary (or list) that gives a "
    "dictionary of labels for each performance"
)

_CELL_TOO_LARGE = (
    f"one of its labels is longer than the {MAX_CELL_CHARACTERS:,} characters allowed, or nested "
    "too deeply: is it a file of labels?"
)

_ROW_TOO_LARGE = (
    f"the labels of one performance are longer than the {MAX_ROW_CHARACTERS:,} characters "
    "allowed: is it a file of labels?"
)

_NO_VALUE = (
    "one of its labels is a function or a kind of array, not a number, a text or a list of "
    "these: is it a file of labels?"
)

_TOO_MANY_LABELS = f"more than the {MAX_COLUMNS:,} allowed: is it a file of labels?"

KIND = re.compile(r"[biufc](1|2|4|8|16|32)|[SU][0-9]{1,6}|O[48]?", re.ASCII)
"""What elements of arrays may be: numbers, texts and what else a pickle may hold."""

Array = npt.NDArray[Any]


def read_pickle(content: bytes) -> Any:
    """Read a pickle of numbers, strings, containers and numpy arrays.

    An array is an `ArrayRead`.

    Raises
    ------
    Refused
        If it holds anything else.
    """
    try:
        return _Unpickler(io.BytesIO(content), encoding="latin1").load()
    except MemoryError:
        raise
    except _NotAllowed as asked:
        raise Refused(
            f"asks for {asked}, which is more than numbers, strings, containers and "
            "numpy arrays: it was not read, as it could run any program"
        ) from None
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise Refused(
            f"cannot be read as a pickle ({type(error).__name__}): check the file"
        ) from error


class _NotAllowed(Exception):
    """A pickle named something that is not on the list."""


class _Unpickler(pickle.Unpickler):
    """Finds what is on the list only."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise _NotAllowed(f"{module}.{name}")
        return ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise _NotAllowed("a persistent id")


class ArrayRead:
    """An array as a pickle describes it; `values` is there once all of it was read."""

    __slots__ = ("values",)

    def __init__(self, values: Array) -> None:
        self.values = values

    def __setstate__(self, state: Any) -> None:
        shape, kind, is_fortran, content = state[-4:]
        self.values = _array(shape, kind, content, "F" if is_fortran else "C")


class _Kind:
    """What the elements of an array are; of what a pickle says, only name and order are taken."""

    __slots__ = ("name", "order")

    def __init__(self, name: str) -> None:
        self.name = name
        self.order = "="

    def __setstate__(self, state: Any) -> None:
        if any(part is not None for part in state[2:5]) or state[1] not in ("<", ">", "|", "="):
            raise _NotAllowed("arrays of several columns")
        self.order = state[1].replace("|", "=")

    @property
    def is_object(self) -> bool:
        return self.name.startswith("O")

    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.name).newbyteorder(cast(Any, self.order))


def _array(shape: Any, kind: Any, content: Any, order: Any = "C") -> Array:
    """Build an array; there must be as many elements as its shape says, before any is made."""
    if not isinstance(kind, _Kind) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("an array without a type")
    n = math.prod(shape)
    if kind.is_object:
        if type(content) is not list or len(content) != n:
            raise ValueError("an array with objects missing")
        return np.fromiter(content, object, n).reshape(shape)  # always in the order of C
    dtype, raw = kind.dtype(), _bytes_of(content)
    if len(raw) != n * dtype.itemsize:
        raise ValueError("an array with numbers missing")
    if not raw:
        return np.empty(shape, dtype)
    values = np.frombuffer(raw, dtype).reshape(shape, order=order)
    if dtype.kind == "U" and np.frombuffer(raw, dtype.str[0] + "u4").max() > sys.maxunicode:
        raise ValueError("text of characters that do not exist")
    return values


def _bytes_of(content: Any) -> bytes:
    """Return the bytes of an array; Python 2 wrote them as text."""
    if isinstance(content, str):
        return content.encode("latin-1")
    if not isinstance(content, bytes | bytearray):
        raise ValueError("an array without bytes")
    return bytes(content)


# What a pickle is given when it asks for a name is a function: unlike a class or an instance,
# nothing that it could do to one changes what it does.


def _dtype(name: Any, *_: Any) -> _Kind:
    if not isinstance(name, str) or not KIND.fullmatch(name):
        raise _NotAllowed(f"arrays of {str(name)[:20]!r}")
    return _Kind(name)


def _ndarray(*_: Any) -> Any:
    raise ValueError("an array that is filled later")


def _reconstruct(made_by: Any, *_: Any) -> ArrayRead:
    if made_by is not _ndarray:
        raise ValueError("another kind of array")
    return ArrayRead(np.empty(0))


def _scalar(kind: Any, content: Any = None) -> Any:
    if isinstance(kind, _Kind) and kind.is_object:
        return content
    return _array((1,), kind, content)[0]


def _from_buffer(content: Any, kind: Any, shape: Any, order: Any, *_: Any) -> ArrayRead:
    return ArrayRead(_array(shape, kind, content, "F" if order == "F" else "C"))


def _make_dict(pairs: Any = ()) -> dict[Any, Any]:
    return dict(pairs)


def _latin_1(text: str, encoding: str = "latin1") -> bytes:
    """Return the bytes that pickles of Python 2 wrote as text; no other encoding is looked up."""
    if encoding not in ("latin1", "latin-1"):
        raise _NotAllowed(f"the encoding {encoding}")
    return text.encode("latin-1")


ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "dtype"): _dtype,
    ("numpy", "ndarray"): _ndarray,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("collections", "OrderedDict"): _make_dict,
    ("_codecs", "encode"): _latin_1,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "complex"): complex,
    ("__builtin__", "set"): set,
    ("__builtin__", "complex"): complex,
    ("__builtin__", "frozenset"): frozenset,
}
"""What a pickle may name, and what it is given for it.

`_codecs.encode` is how Python 2's bytes are written."""


def labels(content: bytes) -> Iterator[list[Any]]:
    """Yield key and labels of each performance: a part (or the parts) of a key, name and text."""
    found = read_pickle(content)
    if isinstance(found, dict):
        items = list(found.items())
    else:
        items = list(enumerate(found)) if isinstance(found, list) else []
    if not items or not all(isinstance(known, dict) for _, known in items):
        raise Refused(NO_TABLE)
    for key, known in items:
        yield _of_one(key, known)


def _of_one(key: Any, known: dict[Any, Any]) -> list[Any]:
    require_small(key)
    if len(known) > MAX_COLUMNS:
        raise Refused(f"has {len(known):,} labels of {plain_value(key)!r:.99}, {_TOO_MANY_LABELS}")
    parts = [plain_value(part) for part in key] if isinstance(key, tuple) else plain_value(key)
    named = [[str(plain_value(name)), cell_of(value)] for name, value in known.items()]
    if sum(len(name) + len(text) for name, text in named) > MAX_ROW_CHARACTERS:
        raise Refused(_ROW_TOO_LARGE)
    return [parts, named]


def cell_of(value: Any) -> str:
    """Return what a cell of a table says of a value."""
    require_small(value)
    text = _describe(value)
    if len(text) > MAX_CELL_CHARACTERS:
        raise Refused(_CELL_TOO_LARGE)
    return text


def _describe(value: Any) -> str:
    if isinstance(value, ArrayRead):
        value = value.values.tolist()
    if isinstance(value, list | tuple):
        return ";".join(_describe(one) for one in value)
    if value is None:
        return ""
    plain = plain_value(value)
    return harmless(plain) if isinstance(plain, str) else f"{plain}"


def plain_value(value: Any) -> Any:
    """Return a number of numpy's as one of Python's, and anything that is no number as text."""
    require_small(value)
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int | float) else str(value)


def require_small(value: Any) -> None:
    if _n_characters(value, 0) > MAX_CELL_CHARACTERS:
        raise Refused(_CELL_TOO_LARGE)


def _n_characters(value: Any, depth: int) -> int:
    """Count about how many characters a value has in words, no further than is allowed.

    What stands in several places counts in each of them: its words do, too.
    """
    if depth > MAX_DEPTH:
        raise Refused(_CELL_TOO_LARGE)
    if isinstance(value, ArrayRead):
        value = value.values
    if isinstance(value, np.ndarray):
        if value.size > MAX_CELL_CHARACTERS or value.dtype != object:
            return int(value.nbytes if value.dtype.kind in "SU" else value.size)
        value = value.ravel().tolist()
    if isinstance(value, dict):
        value = [part for item in value.items() for part in item]
    if not isinstance(value, list | tuple | set | frozenset):
        return _n_of_one(value)
    n = len(value)
    for part in value:
        if n > MAX_CELL_CHARACTERS:
            break
        n += _n_characters(part, depth + 1)
    return n


def _n_of_one(value: Any) -> int:
    if callable(value) or isinstance(value, _Kind):  # which says nothing but an address
        raise Refused(_NO_VALUE)
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if isinstance(value, int) and value.bit_length() > 3 * MAX_DIGITS:
        raise Refused(_CELL_TOO_LARGE)
    return 1


if __name__ == "__main__":
    answer(labels)
