"""What the fields of a value may be, checked when it is made: choices, numbers, shapes, ranges.

Options and values are frozen dataclasses. Each says in its `__post_init__` what fits, by these
functions, so that what does not is refused where it was written, and not where it first hurts.
"""

import math
import reprlib
from collections.abc import Callable, Sequence
from functools import cache
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from podium.errors import PodiumError, UsageError

ROUNDING = 1e-6
"""By how much a share may lie outside 0 to 1, having been computed with few digits."""


def check_options(options: Any, **least: float) -> None:
    """Refuse options with a misspelt choice, or with what is no number where one is asked for.

    What each field may be is read off its annotation: one of a `Literal`, a whole number, a finite
    number, a truth value, or a tuple of these. `least` names the smallest value of numbers.

    Raises
    ------
    UsageError
        If one does not fit; the message names the field, the value, and what is allowed.
    """
    for name, kind in _hints(type(options)).items():
        check_value(name, kind, getattr(options, name))
    for name, smallest in least.items():
        if (value := getattr(options, name)) < smallest:
            raise UsageError(f"{name} is {value}: it must be {smallest:g} or more")


def check_value(name: str, kind: Any, value: Any) -> None:
    """Refuse a value that is not of the kind that an annotation names, as `check_options` does.

    Raises
    ------
    UsageError
        If it is not.
    """
    if get_origin(kind) in (Union, UnionType):
        (other,) = set(get_args(kind)) - {NoneType}
        if value is not None:
            check_value(name, other, value)
    elif get_origin(kind) is Literal:
        if value not in get_args(kind):
            choices = ", ".join(map(str, get_args(kind)))
            raise UsageError(f"{name} is {reprlib.repr(value)}: choose one of {choices}")
    elif get_origin(kind) is tuple:
        _check_each(name, get_args(kind), value)
    elif kind in _FITS:
        fits, wanted = _FITS[kind]
        require(fits(value), name, value, wanted)


def require(fits: bool, what: str, found: object, wanted: str) -> None:
    """Refuse a value that does not fit, as in "score is nan: it must be a finite number".

    Raises
    ------
    UsageError
        If it does not.
    """
    if not fits:
        raise UsageError(f"{what} is {reprlib.repr(found)}: it must be {wanted}")


def require_array(
    what: str,
    found: Any,
    kind: Any,
    shape: Sequence[int | None],
    error: type[PodiumError] = UsageError,
) -> None:
    """Refuse what is no array of that type and shape; `None` is any length. Nothing is copied.

    Raises
    ------
    PodiumError
        The `error`, if it is not.
    """
    if not isinstance(found, np.ndarray):
        raise error(f"{what} is a {type(found).__name__}: it must be {_array(kind, shape)}")
    fits = len(found.shape) == len(shape) and all(
        length is None or n == length for n, length in zip(found.shape, shape, strict=True)
    )
    if not fits or not np.issubdtype(found.dtype, kind):
        raise error(f"{what} is {found.dtype} of {found.shape}: it must be {_array(kind, shape)}")


def require_times(
    starts: Any, ends: Any, n_clips: int, error: type[PodiumError] = UsageError
) -> None:
    """Refuse times that are not one a clip; nan is a time not known.

    Whether they rise is not asked: the clock of a file may start anew in its middle, and what it
    shows is scored nevertheless.

    Raises
    ------
    PodiumError
        The `error`, if they are.
    """
    require_array("start_seconds", starts, np.floating, (n_clips,), error)
    require_array("end_seconds", ends, np.floating, (n_clips,), error)


def require_share(what: str, share: float) -> None:
    """Refuse a number that is not from 0 to 1; nan is one that is not known.

    Raises
    ------
    UsageError
        If it is not.
    """
    outside = share < -ROUNDING or share > 1 + ROUNDING
    require(not outside, what, share, "from 0 to 1")


def is_finite(value: object) -> bool:
    """Return whether a value is a number, and neither infinite nor nan."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _check_each(name: str, kinds: tuple[Any, ...], values: Any) -> None:
    require(isinstance(values, tuple), name, values, "a tuple")
    if kinds[-1] is ...:
        kinds = kinds[:1] * len(values)
    require(len(values) == len(kinds), name, values, f"a tuple of {len(kinds)}")
    for number, (kind, value) in enumerate(zip(kinds, values, strict=True)):
        check_value(f"{name}[{number}]", kind, value)


def _array(kind: Any, shape: Sequence[int | None]) -> str:
    lengths = ", ".join("any" if length is None else str(length) for length in shape)
    return f"{_KINDS.get(kind, kind.__name__)} of ({lengths}{',' if len(shape) == 1 else ''})"


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


_KINDS: dict[Any, str] = {
    np.floating: "an array of floats",
    np.integer: "an array of integers",
}
_FITS: dict[Any, tuple[Callable[[object], bool], str]] = {
    int: (_is_whole, "a whole number"),
    float: (is_finite, "a finite number"),
    bool: (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    str: (lambda value: isinstance(value, str), "text"),
}
_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)
