"""Runs a TensorFlow Lite file with LiteRT, on one thread; what it would say of itself is left out.

It is the extra that `podium.machine.extras` names: whoever calls says what needs it.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.errors import WeightsError
from podium.networks.weights import require_weights

Array = npt.NDArray[Any]

_ONE_AT_A_TIME = Lock()
"""What is silenced by two threads at once would stay so."""


class LiteNetwork:
    """One network: an array in, the wanted ones of those that it makes out.

    `taken` is the shape of what it reads, and `kind` its type; `wanted` are the shapes of what it
    makes that are asked for, each of which there is once.

    Raises
    ------
    WeightsError
        If the file is no such network; `advice` ends the message.
    ModuleNotFoundError
        If LiteRT is not installed.
    """

    def __init__(
        self,
        path: Path,
        taken: tuple[int, ...],
        wanted: Sequence[tuple[int, ...]],
        advice: str,
        kind: type[np.generic] = np.float32,
    ) -> None:
        self._interpreter = open_lite(path, advice)
        given = self._interpreter.get_input_details()[0]
        made = {tuple(map(int, one["shape"])): one for one in _outputs(self._interpreter)}
        fits = tuple(given["shape"]) == taken and given["dtype"] is kind
        if not fits or not made.keys() >= set(wanted):
            raise WeightsError(f"{path}: is another network, and was not loaded: {advice}")
        self._given = given["index"]
        self._made = [made[shape]["index"] for shape in wanted]

    def __call__(self, values: Array) -> list[Array]:
        """Return what the network makes of an array, in the order wanted."""
        self._interpreter.set_tensor(self._given, values)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._made]


def _outputs(interpreter: Any) -> list[dict[str, Any]]:
    return [one for one in interpreter.get_output_details() if one["dtype"] is np.float32]


def open_lite(
    path: Path, advice: str, *, n_threads: int | None = 1, problem: str = "is damaged"
) -> Any:
    """Return LiteRT's interpreter of a file, ready to be run.

    Raises
    ------
    WeightsError
        If the file is no network, as `problem` says it; `advice` ends the message.
    ModuleNotFoundError
        If LiteRT is not installed.
    """
    require_weights(path, advice)
    from ai_edge_litert.interpreter import Interpreter

    try:
        with _ONE_AT_A_TIME, _silent():
            interpreter = Interpreter(str(path), num_threads=n_threads)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise WeightsError(f"{path}: {problem}, and was not loaded: {advice}") from error
    return interpreter


@contextmanager
def _silent() -> Iterator[None]:
    """Leave out what a library writes on standard error past Python."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
