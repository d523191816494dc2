"""Reads arrays that a network learned from a file, without executing anything, or refuses all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from podium.errors import WeightsError
from podium.networks.kernels import Take, shapes_of

Array = npt.NDArray[Any]
Made = TypeVar("Made")
Wanted = TypeVar("Wanted")
Found = TypeVar("Found")

MAX_WEIGHTS_BYTES = 2_000_000_000
"""How large a file of weights may be, and what is packed in it."""

SHOWN = 3
"""How many lacking arrays a message names."""


def made_of(make: Callable[[Take], Made], path: Path, advice: str) -> Made:
    """Make a network of a `.safetensors` file's arrays; all of them fit, or none is used.

    Arrays that `make` does not take are passed over, and half precision is widened. `advice` ends
    the message of an error: what to give instead.

    Raises
    ------
    WeightsError
        If the file is missing, too large, damaged, or holds another network's arrays.
    """
    shapes = shapes_of(make)
    found = read_arrays(path, advice)
    require_fit(shapes, found, _problem, path, advice)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        try:
            return make(lambda name, _: found[name].astype(np.float32, copy=False))
        except FloatingPointError as error:  # as of a variance below zero
            problem = "holds numbers that cannot be computed with"
            raise WeightsError(f"{path}: {problem}, and was not loaded: {advice}") from error


def read_arrays(path: Path, advice: str) -> dict[str, Array]:
    """Read arrays by name from a `.safetensors` file.

    Raises
    ------
    WeightsError
        If it is missing, too large or damaged.
    """
    require_weights(path, advice)
    try:
        return load_file(path)
    except Exception as error:  # whatever it is, it means the same here
        raise WeightsError(refusal(path, advice)) from error


def refusal(path: Path, advice: str) -> str:
    """Return what is said of a file that cannot be read."""
    return f"{path}: is damaged or holds more than tensors, and was not loaded: {advice}"


def require_fit(
    wanted: Mapping[str, Wanted],
    found: Mapping[str, Found],
    problem_of: Callable[[Wanted, Found], str | None],
    path: Path,
    advice: str,
) -> None:
    """Refuse a file that lacks what is wanted, or has it with a problem.

    Raises
    ------
    WeightsError
        Naming what is lacking, or the first problem.
    """
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        named = ", ".join(missing[:SHOWN]) + more
        raise WeightsError(f"{path}: lacks {named}, and was not loaded: {advice}")
    for key, value in wanted.items():
        if problem := problem_of(value, found[key]):
            raise WeightsError(f"{path}: {key} {problem}, and was not loaded: {advice}")


def _problem(shape: tuple[int, ...], found: Array) -> str | None:
    if found.shape != shape:
        return f"is {found.shape} and must be {shape}"
    if not np.issubdtype(found.dtype, np.floating):
        return f"holds {found.dtype} and must hold float32"
    if not np.isfinite(found).all():
        return "holds numbers that are not finite"
    return None


def require_weights(path: Path, advice: str) -> None:
    """Refuse what is no regular file, or larger than weights are.

    Raises
    ------
    WeightsError
        If it is not, with the advice what to give instead.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: no such weights file: check the path")
    if (n_bytes := path.stat().st_size) > MAX_WEIGHTS_BYTES:
        raise WeightsError(
            f"{path}: has {n_bytes:,} bytes, more than the {MAX_WEIGHTS_BYTES:,} allowed, and was "
            f"not loaded: {advice}"
        )
