"""Networks made of saved arrays: none is made larger than the arrays that are to fill it."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from podium.errors import ModelError
from podium.inputs.saved import Arrays, array_of, part_of

Network = TypeVar("Network", bound=nn.Module)

_MAKERS = (torch.empty, torch.zeros, torch.ones, torch.randn)
"""What takes memory when a network is made."""


def restore_network(make: Callable[[], Network], arrays: Arrays, prefix: str) -> Network:
    """Return the network that `make` makes, with the arrays whose names begin so.

    Whatever sizes its options name, no more numbers are made than the arrays have. The network is
    in evaluation mode, and the state of chance is left as it was.

    Raises
    ------
    ModelError
        If an array is missing, too many, or does not fit.
    """
    # A single number is saved as a row of one.
    found = {name: np.atleast_1d(v) for name, v in arrays.items() if name.startswith(prefix)}
    network = _make(make, sum(values.size for values in found.values()), prefix)
    wanted = {f"{prefix}{key}": value for key, value in network.state_dict().items()}
    if others := sorted(found.keys() - wanted.keys()):
        raise ModelError(f"the array {others[0]:.80} belongs to another network")
    state = {name: _tensor(found, name, value) for name, value in wanted.items()}
    network.load_state_dict(part_of(state, prefix))
    return network.eval()


class _AtMost(TorchFunctionMode):
    """While it holds, no more numbers than so many can be made."""

    def __init__(self, n_numbers: int) -> None:
        super().__init__()
        self._n_left = n_numbers

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Any:
        if function in _MAKERS:
            first = arguments[0] if arguments else (named or {})["size"]
            self._n_left -= math.prod(first if isinstance(first, Sequence) else arguments)
            if self._n_left < 0:
                raise _TooMany
        return function(*arguments, **(named or {}))


class _TooMany(Exception):
    """There are fewer numbers in the arrays."""


def _make(make: Callable[[], Network], n_numbers: int, prefix: str) -> Network:
    try:
        with torch.random.fork_rng(devices=[]), _AtMost(n_numbers):
            return make()
    except _TooMany:
        raise ModelError(
            f"the arrays {prefix}* have {n_numbers:,} numbers, "
            "fewer than the network that its options name"
        ) from None


def _tensor(arrays: Arrays, name: str, wanted: Tensor) -> Tensor:
    values = array_of(arrays, name, tuple(wanted.shape) or (1,))
    return torch.from_numpy(np.array(values)).reshape(wanted.shape)
