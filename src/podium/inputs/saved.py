"""What was saved and is read back, checked before anything is made of it.

A model folder may be a stranger's: it is data, and what it says is believed only as far as it fits.
Whoever saved something names the shape and type of each array (`array_of`) and the type of each
plain value (`value_of`), as a dataclass declares it; all else is refused, in one line.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from reprlib import Repr
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from unicodedata import category

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load

from podium.errors import ModelError, UnusableFile
from podium.machine.files import read_bytes

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
Record = TypeVar("Record")
Value = TypeVar("Value")

MAX_BYTES = 500_000_000
"""How large a file of arrays may be."""

MAX_HEADER_BYTES = 8_000_000
"""How long the description of the arrays in front of them may be."""

MAX_ARRAYS = 20_000
MAX_ENTRIES = 20_000
"""How many entries a list or an object may have."""

MAX_TEXT = 10_000
"""How many characters a text may have."""

MAX_NUMBER = 1e12
"""No score, weight or threshold is farther from 0."""

MAX_WHOLE = 2**64
"""No whole number is farther from 0: seeds may be large."""

_LENGTH_BYTES = 8
_NAMES: Mapping[Any, str] = {
    bool: "true or false",
    int: f"a whole number of at most {MAX_WHOLE}",
    float: f"a number of at most {MAX_NUMBER:g}",
    str: f"text of at most {MAX_TEXT:,} printable characters",
}


def read_arrays(path: Path) -> dict[str, Array]:
    """Return the arrays of a safetensors file, by name.

    Raises
    ------
    UnusableFile
        If it is no regular file, too large, or damaged.
    OSError
        If it cannot be opened.
    """
    if (size := path.stat().st_size) > MAX_BYTES:
        raise UnusableFile.of_file(path, f"has {size:,} bytes, more than the {MAX_BYTES:,} allowed")
    content = read_bytes(path, MAX_BYTES)
    n_bytes = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if n_bytes > min(MAX_HEADER_BYTES, len(content)):
        raise UnusableFile.of_file(path, f"its header promises {n_bytes:,} bytes: it is damaged")
    try:
        arrays = load(content)
    except (SafetensorError, KeyError, ValueError) as error:  # a KeyError: of an unknown type
        raise UnusableFile.of_file(
            path, "cannot be read as arrays of numbers: it is damaged"
        ) from error
    if len(arrays) > MAX_ARRAYS:
        raise UnusableFile.of_file(path, f"holds {len(arrays)} arrays, more than {MAX_ARRAYS}")
    return arrays


def array_of(
    arrays: Arrays,
    name: str,
    shape: tuple[int | None, ...],
    kind: type[np.generic] = np.float32,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
) -> Array:
    """Return an array by its name if it has that shape and type; `None` is any length but 0.

    Raises
    ------
    ModelError
        If there is none, or it is another, or one of its numbers is not finite, not greater than
        `above` or smaller than `least`.
    """
    if name not in arrays:
        raise ModelError(f"the array {name} is missing")
    found = arrays[name]
    if found.dtype != kind or not _fits(found.shape, shape):
        raise ModelError(
            f"the array {name} is {found.dtype} of {found.shape}: "
            f"it must be {np.dtype(kind)} of {_in_words(shape)}"
        )
    if not np.isfinite(found).all():
        raise ModelError(f"the array {name} holds numbers that are not finite")
    if not (found > above).all() or not (found >= least).all():
        limit = f"above {above:g}" if above > least else f"{least:g} or more"
        raise ModelError(f"the array {name} holds numbers that are not {limit}")
    return found


def _fits(found: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(found) == len(wanted) and all(
        n > 0 if length is None else n == length for n, length in zip(found, wanted, strict=True)
    )


def _in_words(shape: tuple[int | None, ...]) -> str:
    lengths = ", ".join("any" if length is None else str(length) for length in shape)
    return f"({lengths},)" if len(shape) == 1 else f"({lengths})"


def part_of(arrays: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    """Return the arrays whose names begin so, by what follows."""
    return {
        name.removeprefix(prefix): values
        for name, values in arrays.items()
        if name.startswith(prefix)
    }


def values_of(plain: Any, name: str, /, **kinds: Any) -> dict[str, Any]:
    """Return the entries of an object that are named, each as its kind; others are passed over.

    Raises
    ------
    ModelError
        If it is no object, or an entry is missing or of another kind (`value_of`).
    """
    found = _mapping(plain, name)
    missing = [key for key in kinds if key not in found]
    if missing:
        raise ModelError(f"{name} lacks {', '.join(missing)}")
    return {key: value_of(kind, found[key], f"{name}.{key}") for key, kind in kinds.items()}


def value_of(kind: Any, plain: Any, name: str) -> Any:
    """Return a plain value of JSON as the kind that an annotation names.

    Kinds are bool, int, float, str, a range of whole numbers, `Literal` of words, tuples, mappings
    from str, dataclasses, unions of one of these with `None`, and `Any`. `name` is what the value
    is called in a message.

    Raises
    ------
    ModelError
        If it is of another kind, a number that is not finite or too large, or a text that is too
        long or cannot be shown.
    """
    if kind is Any:
        return plain
    if isinstance(kind, range):
        return _in_range(kind, plain, name)
    if is_dataclass(kind) and isinstance(kind, type):
        return record_of(kind, plain, name)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (other,) = set(inner) - {NoneType}
        return None if plain is None else value_of(other, plain, name)
    if origin is Literal:
        return _one_of(inner, plain, name)
    if origin is tuple:
        return _tuple(inner, plain, name)
    if origin is not None:
        return {
            value_of(str, key, f"a name in {name}"): value_of(inner[1], value, f"{name}.{key:.50}")
            for key, value in _mapping(plain, name).items()
        }
    return _single(kind, plain, name)


def record_of(kind: type[Record], plain: Any, name: str) -> Record:
    """Return an object of JSON as a dataclass, each field as it is annotated (`value_of`).

    Raises
    ------
    ModelError
        If it is no object, or a field is missing, unknown, or of another kind.
    """
    found = _mapping(plain, name)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := found.keys() - known.keys():
        raise ModelError(
            f"{name} has {shown(min(unknown))}, which this version of Podium does not know"
        )
    needed = [f.name for f in known.values() if f.default is f.default_factory is MISSING]
    hints = _hints(kind)
    values_of(found, name, **{key: hints[key] for key in needed})
    return kind(**values_of(found, name, **{key: hints[key] for key in found}))


def shown(value: Any) -> str:
    """Return a value as it is written in a message, shortened."""
    return _repr.repr(value)


def _single(kind: Any, plain: Any, name: str) -> Any:
    if kind is bool:
        fits = isinstance(plain, bool)
    elif kind is str:
        fits = isinstance(plain, str) and can_be_kept(plain)
    elif isinstance(plain, bool) or not isinstance(plain, int if kind is int else (int, float)):
        fits = False
    else:
        fits = abs(plain) <= (MAX_WHOLE if kind is int else MAX_NUMBER)
    if not fits:
        raise ModelError(f"{name} is {shown(plain)}: it must be {_NAMES[kind]}")
    return plain


def can_be_kept(text: str) -> bool:
    """Return whether a text is short enough, and all of it characters that can be shown."""
    return len(text) <= MAX_TEXT and (text.isprintable() or _can_be_shown(text))


def _can_be_shown(text: str) -> bool:
    """Return whether nothing of a text moves the cursor of a terminal or is no character."""
    return all(character in "\t\n" or category(character) not in ("Cc", "Cs") for character in text)


def _in_range(allowed: range, plain: Any, name: str) -> int:
    if type(plain) is int and plain in allowed:
        return plain
    raise ModelError(
        f"{name} is {shown(plain)}: it must be a whole number "
        f"from {allowed.start} to {allowed.stop - 1}"
    )


def _one_of(words: tuple[str, ...], plain: Any, name: str) -> str:
    if isinstance(plain, str) and plain in words:
        return plain
    raise ModelError(f"{name} is {shown(plain)}: it must be one of {', '.join(words)}")


def _tuple(kinds: tuple[Any, ...], plain: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(plain, list | tuple) or len(plain) > MAX_ENTRIES:
        raise ModelError(f"{name} must be a list of at most {MAX_ENTRIES:,} entries")
    if kinds[-1] is ...:
        kinds = kinds[:1] * len(plain)
    if len(plain) != len(kinds):
        raise ModelError(f"{name} has {len(plain)} entries: it must have {len(kinds)}")
    return tuple(
        value_of(kind, value, f"{name}[{index}]")
        for index, (kind, value) in enumerate(zip(kinds, plain, strict=True))
    )


def _mapping(plain: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(plain, Mapping) or len(plain) > MAX_ENTRIES:
        raise ModelError(f"{name} must be an object of at most {MAX_ENTRIES:,} entries")
    return plain


_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)
_repr = Repr()
_repr.maxstring = _repr.maxother = 80
